/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rails: ActiveRecord::Migrator takes GET_LOCK(MIGRATOR_SALT * crc32(current_database), 0).
 * Source: activerecord/lib/active_record/migration.rb, unchanged from 5.0 on.
 */
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "tools.h"

static const uint64_t migrator_salt = 2053462845;

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    uint64_t crc = crc32(0, (const unsigned char *)schema, (unsigned)strlen(schema));

    (void)qualifier;
    /* at most 63 bits: 2^31 * 2^32 */
    return mlk_buf_fmt(out, "%llu", (unsigned long long)(migrator_salt * crc));
}

#define NOT_GIVEN_BACK                                                                                       \
    "The migrations ran, but RELEASE_LOCK reached another connection than GET_LOCK: a proxy, a read/write "  \
    "splitter or a second connection lies between, and the first one may still hold the lock."

/* Both errors are of the same class. */
static const struct mlk_phrase phrases[] = {
    {"Cannot run migrations because another migration process is currently running", NULL},
    {"ActiveRecord::ConcurrentMigrationError", NULL},
    {"ActiveRecord::ConcurrentMigrationError: Failed to release advisory lock", NOT_GIVEN_BACK},
    {"Failed to release advisory lock", NOT_GIVEN_BACK},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `bin/rails db:migrate:status`: the version that was being applied is still 'down' if it did not "
    "finish.",
    "MySQL and MariaDB do not roll DDL back: compare the interrupted migration with the schema before "
    "running it again.",
    NULL,
};

const struct mlk_tool mlk_tool_rails = {
    .id = "rails",
    .title = "Rails (ActiveRecord)",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with a name computed from the schema's name; from Rails 6.0.3 to 7.0 on a connection of "
           "its own that "
           "sleeps while the migration works on another.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "
        "pool keeps that session open.",
    .message =
        "ActiveRecord::ConcurrentMigrationError: Cannot run migrations because another migration process is "
        "currently running.",
    .phrases = phrases,
    .source =
        "activerecord/lib/active_record/migration.rb and connection_adapters/abstract_mysql_adapter.rb, "
        "5.0 to 8.1; Rails 6.1.7 was run",
    .name = name,
    .advice = advice,
};
