/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sqlx (Rust): GET_LOCK(id, -1) with id = 0x3d32ad9e * crc32(database), in hexadecimal without 0x.
 * Source: sqlx-mysql/src/migrate.rs and sqlx-core/src/migrate/migrator.rs, 0.5 to 0.8.6.
 */
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "tools.h"

static const uint64_t salt = 0x3d32ad9e;

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    uint64_t crc = crc32(0, (const unsigned char *)schema, (unsigned)strlen(schema));

    (void)qualifier;
    return mlk_buf_fmt(out, "%llx", (unsigned long long)(salt * crc)); /* at most 62 bits */
}

static const struct mlk_phrase phrases[] = {
    {"is partially applied", "No lock: a migration failed half-way. Put the schema right and remove its row "
                             "from `_sqlx_migrations`."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look for rows with success = 0 in `_sqlx_migrations`: sqlx goes on only when the schema is put right "
    "and that "
    "row is removed.",
    "After a failed migration sqlx gives its connection back to the pool without unlocking: restart the "
    "program that "
    "failed.",
    NULL,
};

const struct mlk_tool mlk_tool_sqlx = {
    .id = "sqlx",
    .title = "sqlx (Rust)",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with a name computed from the schema's name; who waits does so without end and prints "
           "nothing.",
    .stuck = "A migration that fails leaves its connection in the pool with the lock still taken, until the "
             "program "
             "ends.",
    .phrases = phrases,
    .source = "sqlx-mysql/src/migrate.rs and sqlx-core/src/migrate/migrator.rs, 0.5 to 0.8.6",
    .on_mariadb =
        "sqlx takes no lock on MariaDB, where GET_LOCK with the timeout -1 gives NULL, which it ignores.",
    .name = name,
    .advice = advice,
};
