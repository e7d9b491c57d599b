/* SPDX-License-Identifier: GPL-2.0-only */
#include "contract.h"

#include <stdio.h>
#include <string.h>

#include "contract_check.h"

void contract_check(struct contract *c, bool holds, const char *what)
{
    mlk_buf_fmt(c->out, "%sok - %s: %s", holds ? "" : "not ", c->s->ops->name, what);
    if (!holds) {
        c->failures++;
        mlk_buf_fmt(c->out, " (last statement: %s; error %u; %s)", mlk_status_text(c->status),
                    c->s->error_number, c->s->error[0] ? c->s->error : "no text");
    }
    mlk_buf_str(c->out, "\n");
}

static void run_as(struct contract *c, const struct mlk_access *need, const char *sql)
{
    mlk_rows_free(c->rows);
    c->rows = NULL;
    c->affected = UINT64_MAX;
    c->status = c->s->ops->query(c->s, need, sql, strlen(sql), &c->rows, &c->affected);
}

void contract_run(struct contract *c, const char *sql)
{
    const struct mlk_access need = {.need = MLK_NEED_NOTHING};

    run_as(c, &need, sql);
}

void contract_run_on(struct contract *c, enum mlk_need right, const char *schema, const char *table,
                     const char *sql)
{
    const struct mlk_access need = {.need = right, .schema = schema, .table = table};

    run_as(c, &need, sql);
}

void contract_read(struct contract *c, const char *table, bool dirty, size_t limit)
{
    mlk_rows_free(c->rows);
    c->rows = NULL;
    c->status = c->s->ops->read_table(c->s, CONTRACT_SCHEMA, table, dirty, limit, &c->rows);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool contract_one(const struct contract *c, const char *text)
{
    return c->status == MLK_OK && c->rows && c->rows->count == 1 &&
           same(mlk_rows_text(c->rows, 0, 0), text) &&
           mlk_rows_length(c->rows, 0, 0) == (text ? strlen(text) : 0);
}

const char *contract_cell(const struct contract *c, const char *id, const char *column)
{
    int id_column = mlk_rows_column(c->rows, "id");
    int value_column = mlk_rows_column(c->rows, column);

    for (size_t r = 0; id_column >= 0 && value_column >= 0 && r < c->rows->count; r++) {
        if (same(mlk_rows_text(c->rows, r, (size_t)id_column), id))
            return mlk_rows_text(c->rows, r, (size_t)value_column);
    }
    return NULL;
}

bool contract_refused(const struct contract *c, enum mlk_status status)
{
    return c->status == status && !c->rows && c->s->error[0] && !strpbrk(c->s->error, "\r\n");
}

int mlk_contract_run(struct mlk_session *s, struct mlk_buf *out)
{
    struct contract c = {.s = s, .out = out};

    if (mlk_session_check(s)) {
        mlk_buf_str(out, "not ok - the session has all that it must have\n");
        return 1;
    }
    contract_check(&c, true, "the session has all that it must have");
    contract_state(&c);
    contract_kernel(&c);
    contract_values(&c);
    contract_errors(&c);
    contract_writes(&c);
    contract_tables(&c);
    mlk_rows_free(c.rows);
    /* A text that was cut says less than it should: that is a failure too. */
    return c.failures + (out->status ? 1 : 0);
}
