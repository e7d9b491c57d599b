/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MariaDB half's entry: what INSTALL SONAME 'miglock' reads.
 *
 * The server fills sql_service only in a library that declares a plugin. Of the types there are, a full-text
 * parser without functions does nothing, and its interface version has not changed since it exists; that of a
 * daemon or an INFORMATION_SCHEMA table is the exact server version, so such a library would have to be built
 * for each release.
 */
#pragma GCC visibility push(default)
#define MYSQL_DYNAMIC_PLUGIN
#include <mysql/plugin.h>
#include <mysql/plugin_ftparser.h>

static int parse_nothing(MYSQL_FTPARSER_PARAM *param)
{
    (void)param;
    return 0;
}

static struct st_mysql_ftparser no_parser = {MYSQL_FTPARSER_INTERFACE_VERSION, parse_nothing, 0, 0};

maria_declare_plugin(miglock){
    MYSQL_FTPARSER_PLUGIN,
    &no_parser,
    "miglock",
    "the miglock developers",
    "Who holds a schema-migration lock, and a safe release (functions miglock_*)",
    PLUGIN_LICENSE_GPL,
    0,
    0,
    0x0001,
    0,
    0,
    MIGLOCK_VERSION,
    MariaDB_PLUGIN_MATURITY_STABLE,
} maria_declare_plugin_end;
#pragma GCC visibility pop
