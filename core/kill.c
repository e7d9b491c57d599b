/* SPDX-License-Identifier: GPL-2.0-only */
#include "kill.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"

/*
 * Procedures of managed databases whose one argument is the id of the connection that they end, or whose
 * statement. They run with their definer's rights. Sources: Amazon RDS and Aurora user guides, "Ending a
 * session or query"; Azure Database for MySQL, "Management stored procedures".
 */
static const char *const procedures[][2] = {
    [MLK_KILL_CONNECTION] = {"mysql.rds_kill", "mysql.az_kill"},
    [MLK_KILL_QUERY] = {"mysql.rds_kill_query", "mysql.az_kill_query"},
};

enum { PROCEDURES = 2, SCHEMA_LEN = sizeof "mysql." - 1 };

void mlk_kill_text(struct mlk_buf *out, const char *procedure, const char *name, uint64_t id)
{
    mlk_buf_str(out, procedure ? "CALL " : "KILL CONNECTION ");
    mlk_buf_str(out, procedure ? procedure : "");
    mlk_buf_str(out, procedure ? "(" : "");
    /* KILL 0 kills nobody */
    mlk_buf_str(out, "IF(IS_USED_LOCK(");
    mlk_sql_string(out, name, strlen(name));
    mlk_buf_fmt(out, ") = %" PRIu64 ", %" PRIu64 ", 0)", id, id);
    mlk_buf_str(out, procedure ? ")" : "");
}

void mlk_kill_id_text(struct mlk_buf *out, enum mlk_kill what, const char *procedure, uint64_t id,
                      int64_t query_id)
{
    if (procedure)
        mlk_buf_fmt(out, "CALL %s(%" PRIu64 ")", procedure, id);
    else if (what == MLK_KILL_CONNECTION)
        mlk_buf_fmt(out, "KILL CONNECTION %" PRIu64, id);
    else if (query_id >= 0)
        mlk_buf_fmt(out, "KILL QUERY ID %" PRId64, query_id);
    else
        mlk_buf_fmt(out, "KILL QUERY %" PRIu64, id);
}

/* Roles are not looked at. USER_PRIVILEGES does not escape what is in an account's name. */
enum mlk_status mlk_kill_any(struct mlk_session *s, bool *any)
{
    static const char both[] =
        MLK_TAG "SELECT COUNT(DISTINCT PRIVILEGE_TYPE) FROM information_schema.USER_PRIVILEGES WHERE "
                "PRIVILEGE_TYPE IN ('CONNECTION_ADMIN', 'SYSTEM_USER') AND GRANTEE = CONCAT('''', "
                "LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - 1 - "
                "CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1))), '''@''', "
                "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')";
    struct mlk_rows *rows = NULL;
    enum mlk_status status;

    *any = s->flavour == MLK_MARIADB;
    if (*any)
        return MLK_OK;
    status = mlk_ask(s, &mlk_need_nothing, both, &rows);
    *any = !status && mlk_rows_int(rows, 0, 0, 0) == 2;
    mlk_rows_free(rows);
    return status;
}

/* A procedure of the list; NULL for any other name. */
static const char *known(enum mlk_kill what, const char *name)
{
    for (size_t i = 0; name && i < PROCEDURES; i++) {
        if (strcasecmp(procedures[what][i] + SCHEMA_LEN, name) == 0)
            return procedures[what][i];
    }
    return NULL;
}

enum mlk_status mlk_kill_procedure(struct mlk_session *s, enum mlk_kill what, const char **out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    *out = NULL;
    mlk_buf_init(&sql, 1024);
    mlk_buf_str(&sql, MLK_TAG "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = "
                              "'mysql' AND ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME IN (");
    for (size_t i = 0; i < PROCEDURES; i++) {
        mlk_buf_str(&sql, i ? ", " : "");
        mlk_sql_string(&sql, procedures[what][i] + SCHEMA_LEN, strlen(procedures[what][i] + SCHEMA_LEN));
    }
    mlk_buf_str(&sql, ")");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    for (size_t i = 0; !status && rows && !*out && i < rows->count; i++)
        *out = known(what, mlk_rows_text(rows, i, 0));
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}
