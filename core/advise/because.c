/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice in sentences. */
#include <inttypes.h>
#include <string.h>

#include "../ask.h"
#include "advice.h"

static bool is(const struct mlk_form *form, const char *algorithm)
{
    return form && strcmp(form->algorithm, algorithm) == 0;
}

static bool locks(const struct mlk_form *form, const char *lock)
{
    return form && strcmp(form->lock, lock) == 0;
}

static void source(const struct mlk_advice *v, cJSON *out)
{
    if (v->source == MLK_SOURCE_TRIED && v->form)
        mlk_say(out, "this server took it with ALGORITHM=%s, LOCK=%s on an empty table like this one",
                v->form->algorithm, v->form->lock);
    else if (v->source == MLK_SOURCE_DOCUMENTED)
        mlk_say(out, "from the documentation, not tried: %.400s",
                v->trial.why[0] ? v->trial.why
                                : "the server takes no ALGORITHM and LOCK with this statement, so that "
                                  "nothing can be asked");
    else if (v->source == MLK_SOURCE_RULE)
        mlk_say(out, "a table is renamed by its name alone, whatever it holds; it needs the table for itself "
                     "for that moment");
    if (v->source == MLK_SOURCE_DOCUMENTED && v->ruling.note)
        mlk_say(out, "the rules do not know everything: %s", v->ruling.note);
}

/* What keeps a lighter form away, in the server's words. That of INPLACE without a lock says the most. */
static void lighter(const struct mlk_advice *v, cJSON *out)
{
    const struct mlk_tried *said = NULL;

    for (size_t i = 0; v->trial.best && i < v->trial.count; i++) {
        const struct mlk_tried *t = &v->trial.list[i];

        if (!t->accepted && !(said && is(said->form, "INPLACE") && locks(said->form, "NONE")))
            said = t;
    }
    if (said)
        mlk_say(out, "not with ALGORITHM=%s, LOCK=%s: %.400s", said->form->algorithm, said->form->lock,
                said->reason);
}

static void effect(const struct mlk_advice *v, cJSON *out)
{
    if (is(v->form, "INSTANT"))
        mlk_say(out, "only the table's description changes, whatever its size");
    else if (locks(v->form, "NONE"))
        mlk_say(out, "it needs the table for itself for a moment at its beginning and at its end: a "
                     "transaction that has used the table and is still open then makes it wait, and "
                     "everyone behind it; at its end all its work is undone after lock_wait_timeout");
    else if (locks(v->form, "SHARED"))
        mlk_say(out, "others can read while it runs, and whoever writes waits until it is done");
    else if (locks(v->form, "EXCLUSIVE"))
        mlk_say(out, "nobody can read or write while it runs");
    else if (v->source == MLK_SOURCE_DOCUMENTED && v->writes_stop)
        mlk_say(out, "the rows of the partitions move while whoever writes to the table waits");
    else if (v->source == MLK_SOURCE_DOCUMENTED)
        mlk_say(out, "no row moves; it needs the table for itself for a moment");
    if (v->source == MLK_SOURCE_TRIED && mlk_ddl_has(v->ddl, MLK_OP_PARTITION_ROWS))
        mlk_say(out, "the rows of the partitions that it names are written anew");
    if (v->rebuild == MLK_REBUILD_YES)
        mlk_say(out, "it writes the whole table anew: that takes time and room in proportion to its size");
}

/* What is written meanwhile is kept aside, where an index or the table is made anew. */
static void online_log(struct mlk_advisor *a, const struct mlk_advice *v, cJSON *out)
{
    struct mlk_rows *rows = NULL;
    bool makes = v->rebuild != MLK_REBUILD_NO || mlk_ddl_has(v->ddl, MLK_OP_ADD_INDEX);

    if (!makes || !locks(v->form, "NONE") || is(v->form, "INSTANT") || is(v->form, "COPY") ||
        strcmp(v->table.engine, "InnoDB") != 0)
        return;
    if (mlk_ask(a->s, &mlk_need_nothing, MLK_TAG "SELECT @@GLOBAL.innodb_online_alter_log_max_size", &rows) ==
        MLK_OK)
        mlk_say(out,
                "what others write meanwhile is kept aside in up to %" PRId64
                " MiB (innodb_online_alter_log_max_size): if that is not enough it fails at its end (error "
                "1799)",
                mlk_rows_int(rows, 0, 0, 0) >> 20);
    mlk_rows_free(rows);
}

/* The server takes one form for all clauses of a statement: the heaviest. */
static void together(const struct mlk_advice *v, cJSON *out)
{
    size_t clauses = 0;

    for (size_t i = 0; i < v->ddl->clause_count; i++)
        clauses += v->ddl->clauses[i].op != MLK_OP_GUARD;
    if (clauses > 1 && v->ddl->kind == MLK_DDL_ALTER_TABLE && v->form && !is(v->form, "INSTANT"))
        mlk_say(out, "its clauses are judged together; some of them may need less in a statement of their "
                     "own");
}

static void as_written(const struct mlk_advice *v, cJSON *out)
{
    const struct mlk_ddl *ddl = v->ddl;

    if (!v->form || (!ddl->algorithm[0] && !ddl->lock[0]))
        return;
    if ((!ddl->algorithm[0] || strcmp(ddl->algorithm, v->form->algorithm) == 0) &&
        (!ddl->lock[0] || strcmp(ddl->lock, v->form->lock) == 0))
        return;
    mlk_say(out, "it was written with%s%s%s%s, which is replaced", ddl->algorithm[0] ? " ALGORITHM=" : "",
            ddl->algorithm, ddl->lock[0] ? " LOCK=" : "", ddl->lock);
}

/* Source: both manuals, "innodb-online-ddl-operations", on foreign keys. */
static void foreign_key(const struct mlk_advice *v, cJSON *out)
{
    if (mlk_ddl_has(v->ddl, MLK_OP_ADD_FOREIGN_KEY) && is(v->form, "COPY"))
        mlk_say(out, "after SET SESSION foreign_key_checks = 0 the server adds a foreign key with "
                     "ALGORITHM=INPLACE, LOCK=NONE; it then does not look whether the rows that are there "
                     "fit it");
}

cJSON *mlk_advice_because(struct mlk_advisor *a, const struct mlk_advice *v)
{
    cJSON *out = cJSON_CreateArray();

    if (!out || v->why_not[0] || v->trial.fails[0] || v->source == MLK_SOURCE_NONE)
        return out;
    source(v, out);
    lighter(v, out);
    effect(v, out);
    online_log(a, v, out);
    together(v, out);
    foreign_key(v, out);
    if (v->ddl->kind == MLK_DDL_OPTIMIZE_TABLE)
        mlk_say(out, "OPTIMIZE TABLE takes no ALGORITHM and LOCK; for InnoDB this ALTER TABLE does the same "
                     "work, and ANALYZE TABLE renews the statistics afterwards");
    as_written(v, out);
    return out;
}
