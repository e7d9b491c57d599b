/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/statements.h"

#include <string.h>

struct mlk_buf *mlk_statements_add(struct mlk_statements *s, enum mlk_need need)
{
    struct mlk_buf *sql = &s->list[MLK_STATEMENTS_MAX - 1].sql;

    if (s->count == MLK_STATEMENTS_MAX) {
        sql->status = MLK_TOO_LONG;
        return sql;
    }
    sql = &s->list[s->count].sql;
    s->list[s->count++].need = need;
    mlk_buf_init(sql, MLK_STATEMENT_MAX);
    return sql;
}

enum mlk_status mlk_statements_status(const struct mlk_statements *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].sql.status)
            return s->list[i].sql.status;
    }
    return MLK_OK;
}

void mlk_statements_free(struct mlk_statements *s)
{
    for (size_t i = 0; i < s->count; i++)
        mlk_buf_free(&s->list[i].sql);
    memset(s, 0, sizeof *s);
}

const char *mlk_change_word(enum mlk_need need)
{
    return need == MLK_NEED_DELETE ? "DELETE" : need == MLK_NEED_INSERT ? "INSERT" : "UPDATE";
}
