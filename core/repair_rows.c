/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One transaction: the whole table is read and locked, compared with what was seen, changed, and read once
 * more. Anything that is not as expected rolls it back. InnoDB's REPEATABLE READ also keeps rows from being
 * added to what was read that way, at the end of the table too (next-key locks up to the supremum).
 */
#include <string.h>

#include "ask.h"
#include "change.h"
#include "miglock/sql.h"
#include "miglock/text.h"
#include "repair.h"
#include "token.h"

/* Other engines change one row at a time and take nothing back. */
static bool rolls_back(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_access access = mlk_change_access(o, MLK_NEED_SELECT);
    struct mlk_rows *rows;
    struct mlk_buf sql;
    const char *answer;
    bool does;

    mlk_buf_init(&sql, MLK_STATEMENT_MAX);
    mlk_buf_str(&sql, MLK_TAG
                "SELECT e.TRANSACTIONS FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON "
                "e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA = ");
    mlk_sql_string(&sql, t->schema, strlen(t->schema));
    mlk_buf_str(&sql, " AND t.TABLE_NAME = ");
    mlk_sql_string(&sql, t->table, strlen(t->table));
    if (mlk_ask_buf(s, &access, &sql, &rows, NULL)) {
        r->outcome = "refused";
        mlk_say(r->because, "refused: whether %s.%s has transactions is not known: %s", t->schema, t->table,
                s->error);
        mlk_buf_free(&sql);
        return false;
    }
    answer = mlk_rows_text(rows, 0, 0);
    does = answer && strcmp(answer, "YES") == 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    if (does)
        return true;
    r->outcome = "refused";
    mlk_say(r->because,
            "refused: the engine of %s.%s has no transactions, so nothing could be taken back; stop whoever "
            "migrates there and run the statements in \"repair\" of \"now\" by hand",
            t->schema, t->table);
    return false;
}

bool mlk_repair_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    if (!mlk_change_possible(r, o))
        return false;
    for (size_t i = 0; i < o->repair.count; i++) {
        if (!mlk_change_allowed(s, r, o, o->repair.list[i].need))
            return false;
    }
    return rolls_back(s, r, o);
}

/* Locks every row, and the end of the table, by a change that fits no row: nobody has a column of negative
 * length, which no optimizer knows. It takes the right of the change and no other, and has no result: one
 * that is begun leaks memory of MariaDB when the wait fails (docs/servers.md). Where rows are only added the
 * locks are shared. */
static enum mlk_status take_locks(struct mlk_session *s, const struct mlk_observation *o)
{
    enum mlk_need need = o->repair.list[0].need;
    const char *name = mlk_rows_name(o->rows, 0);
    struct mlk_buf table, column, sql;
    enum mlk_status status;

    if (!name) {
        mlk_copy(s->error, sizeof s->error, "the table's columns have no names");
        return MLK_UNSUPPORTED;
    }
    mlk_buf_init(&table, MLK_STATEMENT_MAX);
    mlk_buf_init(&column, MLK_STATEMENT_MAX);
    mlk_buf_init(&sql, (size_t)3 * MLK_STATEMENT_MAX);
    mlk_sql_table(&table, o->target->schema, o->target->table);
    mlk_sql_ident(&column, name);
    if (need == MLK_NEED_DELETE)
        mlk_buf_fmt(&sql, "DELETE FROM %s", mlk_buf_text(&table));
    else if (need == MLK_NEED_UPDATE)
        mlk_buf_fmt(&sql, "UPDATE %s SET %s = %s", mlk_buf_text(&table), mlk_buf_text(&column),
                    mlk_buf_text(&column));
    else
        mlk_buf_fmt(&sql, "INSERT INTO %s (%s) SELECT %s FROM %s", mlk_buf_text(&table),
                    mlk_buf_text(&column), mlk_buf_text(&column), mlk_buf_text(&table));
    mlk_buf_fmt(&sql, " WHERE CHAR_LENGTH(%s) < 0", mlk_buf_text(&column));
    status = table.status ? table.status : column.status ? column.status : sql.status;
    if (!status)
        status = mlk_change_run(s, o, need, mlk_buf_text(&sql), NULL, NULL);
    mlk_buf_free(&table);
    mlk_buf_free(&column);
    mlk_buf_free(&sql);
    return status;
}

/* Reads what is committed at this moment, whatever the transaction has read before: only a read under locks
 * does. Shared ones where rows are only added, as MySQL gives others to nobody who may not change or delete
 * rows; its older spelling of these, MariaDB's only one, is refused in the same way. */
static enum mlk_status read_locked(struct mlk_session *s, const struct mlk_observation *o,
                                   struct mlk_rows **rows)
{
    enum mlk_need need = o->repair.list[0].need;
    const char *share = s->flavour == MLK_MYSQL ? "FOR SHARE" : "LOCK IN SHARE MODE";
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, MLK_STATEMENT_MAX);
    mlk_buf_str(&sql, "SELECT * FROM ");
    mlk_sql_table(&sql, o->target->schema, o->target->table);
    mlk_buf_fmt(&sql, " LIMIT %zu %s", o->rows->count + 1, need == MLK_NEED_INSERT ? share : "FOR UPDATE");
    status = sql.status ? sql.status : mlk_change_run(s, o, need, mlk_buf_text(&sql), rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* *same: the table is still as it was seen. */
static enum mlk_status compare(struct mlk_session *s, const struct mlk_observation *o, bool *same)
{
    char token[MLK_TOKEN_LEN + 1];
    struct mlk_rows *rows = NULL;
    enum mlk_status status = take_locks(s, o);

    *same = false;
    if (!status)
        status = read_locked(s, o, &rows);
    if (!status)
        status = mlk_token_of_table(o->target->text, rows, token);
    if (!status)
        *same = strcmp(token, o->token) == 0;
    mlk_rows_free(rows);
    return status;
}

/* What the statements came to, before anybody else sees it: a trigger could have done more. */
static enum mlk_status verify(struct mlk_session *s, const struct mlk_observation *o, bool *sound)
{
    struct mlk_row_state state;
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        s->ops->read_table(s, o->target->schema, o->target->table, false, o->rows->count + 2, &rows);

    *sound = false;
    if (!status) {
        o->target->tool->read(rows, &state);
        *sound = state.finding == MLK_ROW_FREE;
    }
    mlk_rows_free(rows);
    return status;
}

/* How far the transaction came. */
struct progress {
    enum mlk_need need; /* of the statement that was last */
    bool same, sound;
};

static enum mlk_status change(struct mlk_session *s, const struct mlk_observation *o, struct progress *p)
{
    enum mlk_status status;

    p->need = o->repair.list[0].need;
    status = compare(s, o, &p->same);
    for (size_t i = 0; !status && p->same && i < o->repair.count; i++) {
        p->need = o->repair.list[i].need;
        status = mlk_change_run(s, o, p->need, mlk_buf_text(&o->repair.list[i].sql), NULL, NULL);
    }
    if (!status && p->same)
        status = verify(s, o, &p->sound);
    return status;
}

enum mlk_status mlk_repair_rows(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct progress p = {.need = o->repair.list[0].need};
    enum mlk_status status = mlk_ask(s, &mlk_need_nothing, "START TRANSACTION", NULL);
    bool done;

    if (!status) {
        status = change(s, o, &p);
        if (status || !p.sound)
            mlk_change_roll_back(s);
    }
    if (status)
        return mlk_change_failed(s, r, o, p.need, status);
    if (!p.same) {
        r->outcome = "changed";
        mlk_say(r->because, "%s.%s changed between looking and repairing, so nothing was changed; look again",
                t->schema, t->table);
        return MLK_OK;
    }
    if (!p.sound) {
        r->outcome = "failed";
        mlk_say(r->because,
                "the statements would not have left %s.%s in order (a trigger?), so nothing was changed",
                t->schema, t->table);
        return MLK_OK;
    }
    status = mlk_change_commit(s, r, "repaired", &done);
    if (status || !done)
        return status;
    r->outcome = "repaired";
    r->released = true;
    mlk_say(r->because, "%s.%s is in order, and free", t->schema, t->table);
    return MLK_OK;
}
