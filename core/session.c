/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/session.h"

enum mlk_status mlk_session_check(const struct mlk_session *s)
{
    const struct mlk_session_ops *o = s ? s->ops : NULL;

    if (!o || o->version != MLK_SESSION_VERSION || !o->name || !o->query || !o->read_table || !o->may ||
        !o->now_ms || !o->pause_ms || !o->close || !o->freeze != !o->thaw)
        return MLK_UNSUPPORTED;
    if (!s->user[0] || !s->server_version)
        return MLK_UNSUPPORTED;
    return MLK_OK;
}

/* Numbers are the same on both servers except where a line says so; their names are those of mysqld_error.h.
 */
enum mlk_status mlk_status_of_error(unsigned error_number)
{
    switch (error_number) {
    case 0:
        return MLK_OK;
    case 1044: /* ER_DBACCESS_DENIED_ERROR */
    case 1045: /* ER_ACCESS_DENIED_ERROR */
    case 1095: /* ER_KILL_DENIED_ERROR */
    case 1979: /* ER_KILL_QUERY_DENIED_ERROR, MariaDB */
    case 1142: /* ER_TABLEACCESS_DENIED_ERROR */
    case 1143: /* ER_COLUMNACCESS_DENIED_ERROR */
    case 1227: /* ER_SPECIFIC_ACCESS_DENIED_ERROR */
    case 1370: /* ER_PROCACCESS_DENIED_ERROR */
        return MLK_DENIED;
    case 1049: /* ER_BAD_DB_ERROR */
    case 1054: /* ER_BAD_FIELD_ERROR */
    case 1094: /* ER_NO_SUCH_THREAD */
    case 1109: /* ER_UNKNOWN_TABLE */
    case 1146: /* ER_NO_SUCH_TABLE */
    case 1957: /* ER_NO_SUCH_QUERY, MariaDB */
        return MLK_NOT_FOUND;
    case 1205: /* ER_LOCK_WAIT_TIMEOUT */
    case 1213: /* ER_LOCK_DEADLOCK */
    case 1969: /* ER_STATEMENT_TIMEOUT, MariaDB */
    case 3024: /* ER_QUERY_TIMEOUT, MySQL */
        return MLK_BUSY;
    case 1036: /* ER_OPEN_AS_READONLY */
    case 1223: /* ER_CANT_UPDATE_WITH_READLOCK */
    case 1290: /* ER_OPTION_PREVENTS_STATEMENT */
    case 1792: /* ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION */
    case 1836: /* ER_READ_ONLY_MODE */
    case 1874: /* ER_INNODB_READ_ONLY */
        return MLK_READ_ONLY;
    case 1053: /* ER_SERVER_SHUTDOWN */
    case 2006: /* CR_SERVER_GONE_ERROR */
    case 2013: /* CR_SERVER_LOST */
    case 2055: /* CR_SERVER_LOST_EXTENDED */
    case 1927: /* ER_CONNECTION_KILLED, MariaDB */
    case 3169: /* ER_SESSION_WAS_KILLED, MySQL */
    case 4031: /* ER_CLIENT_INTERACTION_TIMEOUT, MySQL */
        return MLK_GONE;
    case 1317: /* ER_QUERY_INTERRUPTED */
        return MLK_KILLED;
    case 1235: /* ER_NOT_SUPPORTED_YET */
    case 1347: /* ER_WRONG_OBJECT */
        return MLK_UNSUPPORTED;
    case 1037: /* ER_OUTOFMEMORY */
    case 1038: /* ER_OUT_OF_SORTMEMORY */
    case 2008: /* CR_OUT_OF_MEMORY */
        return MLK_NO_MEMORY;
    default:
        return MLK_SQL;
    }
}

struct setup {
    const char *sql;
    bool optional;
    bool mysql;
    bool mariadb;
};

/* MLK_LOCK_WAIT_S and MLK_STATEMENT_S spelled out, so that the statements stay constants. */
#define EVERYWHERE                                                                                           \
    "SET SESSION sql_mode = '', SESSION autocommit = 1, SESSION time_zone = '+00:00', "                      \
    "SESSION lock_wait_timeout = 3, SESSION sql_select_limit = 18446744073709551615, "                       \
    "SESSION max_join_size = 18446744073709551615, SESSION sql_big_selects = 1, "                            \
    "SESSION sql_safe_updates = 0, SESSION max_sort_length = 1024, SESSION completion_type = 0"

static const struct setup setup_list[] = {
    /* By itself: all texts of one SET are read in the character set from before it. */
    {"SET NAMES utf8mb4", false, true, true},
    /* In one statement, as they belong together and each statement costs a round trip. A session starts with
     * the server's global values: those in the second half could cut a result short, which would hide
     * sessions, or make a statement fail. */
    {EVERYWHERE ", SESSION innodb_lock_wait_timeout = 3, SESSION max_execution_time = 10000, "
                "SESSION transaction_isolation = 'REPEATABLE-READ'",
     false, true, false},
    {EVERYWHERE ", SESSION max_statement_time = 10", false, false, true},
    {"SET SESSION tx_isolation = 'REPEATABLE-READ'", true, false, true}, /* newer ones rename it */
    {"SET SESSION innodb_lock_wait_timeout = 3", true, false, true},     /* not there without InnoDB */
    /* an account may have roles that are not active at login; a user may always activate them */
    {"SET ROLE ALL", true, true, false},
};
_Static_assert(MLK_LOCK_WAIT_S == 3 && MLK_STATEMENT_S == 10, "setup_list spells these out");

const char *mlk_session_setup(enum mlk_flavour flavour, size_t index, bool *optional)
{
    for (size_t i = 0; i < sizeof setup_list / sizeof setup_list[0]; i++) {
        if (flavour == MLK_MYSQL ? !setup_list[i].mysql : !setup_list[i].mariadb)
            continue;
        if (index-- == 0) {
            *optional = setup_list[i].optional;
            return setup_list[i].sql;
        }
    }
    return NULL;
}
