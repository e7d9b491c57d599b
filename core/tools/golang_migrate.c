/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * golang-migrate: GET_LOCK(id, 10) with id = uint32(crc32("<database>:<migrations table>") * 1486364155).
 * Source: database/util.go (GenerateAdvisoryLockId) and database/mysql/mysql.go at 4.19.1; 3.0.x took the
 * database alone, which is Grafana's name (grafana.c).
 */
#include "golang_migrate.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "miglock/target.h"
#include "tools.h"

static const uint32_t advisory_lock_id_salt = 1486364155;

enum mlk_status mlk_golang_migrate_id(const char *text, struct mlk_buf *out)
{
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)strlen(text));
    uint32_t id = (uint32_t)((uint64_t)crc * advisory_lock_id_salt); /* modulo 2^32, as in Go */

    return mlk_buf_fmt(out, "%lu", (unsigned long)id);
}

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    char memory[2 * MLK_IDENT_MAX + 2];
    struct mlk_buf text;

    mlk_buf_fixed(&text, memory, sizeof memory);
    if (mlk_buf_fmt(&text, "%s:%s", schema, qualifier))
        return text.status;
    return mlk_golang_migrate_id(memory, out);
}

static const char *const qualifier_columns[] = {"version", "dirty", NULL};

static const struct mlk_phrase phrases[] = {
    {"can't acquire lock", NULL},
    {"can't acquire database lock", NULL},
    {"try lock failed", "The server refused GET_LOCK itself; the details that follow say why."},
    {"Dirty database version", "No lock: an earlier migration failed half-way, and `dirty` is set in the "
                               "migrations table. Put the schema right, "
                               "then run `migrate force VERSION`."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at `dirty` in the migrations table: it says that a migration did not finish, which is another "
    "thing than "
    "the lock.",
    "If it is set, put the schema right by hand and run `migrate force VERSION`; MySQL and MariaDB do not "
    "roll DDL "
    "back.",
    NULL,
};

const struct mlk_tool mlk_tool_golang_migrate = {
    .id = "golang-migrate",
    .title = "golang-migrate",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with a number computed from the schema and its migrations table, waiting 10 s, on one "
           "pinned "
           "connection.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "
        "pool, which may send RELEASE_LOCK elsewhere, keeps that session open.",
    .message = "can't acquire lock",
    .phrases = phrases,
    .source = "golang-migrate database/util.go, database/mysql/mysql.go and migrate.go, 3.1.0 to 4.19.1",
    .takes_qualifier = true,
    .qualifier_is = "migrations table",
    .default_qualifier = "schema_migrations",
    .name = name,
    .qualifier_columns = qualifier_columns,
    .advice = advice,
};
