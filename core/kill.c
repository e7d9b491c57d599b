/* SPDX-License-Identifier: GPL-2.0-only */
#include "kill.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"

/*
 * Procedures of managed databases whose one argument is the id of the connection to end. They run with their
 * definer's rights. Sources: Amazon RDS and Aurora user guides, "Ending a session or query"; Azure Database
 * for MySQL, "Management stored procedures".
 */
static const char *const procedures[] = {"mysql.rds_kill", "mysql.az_kill"};

enum { PROCEDURES = sizeof procedures / sizeof procedures[0], SCHEMA_LEN = sizeof "mysql." - 1 };

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

/* A procedure of the list; NULL for any other name. */
static const char *known(const char *name)
{
    for (size_t i = 0; name && i < PROCEDURES; i++) {
        if (strcasecmp(procedures[i] + SCHEMA_LEN, name) == 0)
            return procedures[i];
    }
    return NULL;
}

enum mlk_status mlk_kill_procedure(struct mlk_session *s, const char **out)
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
        mlk_sql_string(&sql, procedures[i] + SCHEMA_LEN, strlen(procedures[i] + SCHEMA_LEN));
    }
    mlk_buf_str(&sql, ")");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    for (size_t i = 0; !status && rows && !*out && i < rows->count; i++)
        *out = known(mlk_rows_text(rows, i, 0));
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}
