/* SPDX-License-Identifier: GPL-2.0-only */
#include "advice.h"

#include <stdio.h>
#include <string.h>

#include "../document.h"
#include "miglock/miglock.h"
#include "miglock/text.h"

/* From the first token to the last, as it was given. */
static void statement(struct mlk_doc *j, const struct mlk_ddl *ddl)
{
    const struct mlk_token *last = &ddl->tokens[ddl->count - 1];
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_SQL_MAX);
    mlk_buf_add(&b, ddl->tokens[0].text, (size_t)(last->text - ddl->tokens[0].text) + last->len);
    j->failed = j->failed || b.status;
    mlk_doc_text(j, "statement", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

static bool judged(const struct mlk_advice *v)
{
    return !v->why_not[0] && !v->trial.fails[0] && v->source != MLK_SOURCE_NONE;
}

/* {"algorithm": ..., "lock": ...}, or null. */
static void form(struct mlk_doc *j, const char *name, const char *algorithm, const char *lock)
{
    struct mlk_doc f;

    if (!algorithm) {
        mlk_doc_item(j, name, cJSON_CreateNull());
        return;
    }
    mlk_doc_begin(&f);
    mlk_doc_text(&f, "algorithm", algorithm[0] ? algorithm : NULL);
    mlk_doc_text(&f, "lock", lock[0] ? lock : NULL);
    mlk_doc_item(j, name, mlk_doc_end(&f));
}

static void tried(struct mlk_doc *j, const struct mlk_trial *trial)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < trial->count; i++) {
        const struct mlk_tried *t = &trial->list[i];
        struct mlk_doc one;

        mlk_doc_begin(&one);
        mlk_doc_text(&one, "algorithm", t->form->algorithm);
        mlk_doc_text(&one, "lock", t->form->lock);
        mlk_doc_bool(&one, "accepted", t->accepted);
        mlk_doc_text(&one, "reason", t->accepted ? NULL : t->reason);
        if (!cJSON_AddItemToArray(list, mlk_doc_end(&one)))
            j->failed = true;
    }
    mlk_doc_item(j, "tried", list);
}

/* Others may write, or read, while it runs: "continue" or "stop"; null where it is not judged. */
static void others(struct mlk_doc *j, const struct mlk_advice *v)
{
    bool shared = v->form && strcmp(v->form->lock, "SHARED") == 0;
    bool exclusive = v->form && strcmp(v->form->lock, "EXCLUSIVE") == 0;

    mlk_doc_text(j, "writes",
                 !judged(v)                              ? NULL
                 : shared || exclusive || v->writes_stop ? "stop"
                                                         : "continue");
    mlk_doc_text(j, "reads", !judged(v) ? NULL : exclusive ? "stop" : "continue");
}

static void rewritten(struct mlk_doc *j, const struct mlk_advisor *a, const struct mlk_advice *v)
{
    struct mlk_rewrite how = {
        .form = v->form,
        .as_alter = v->form && (v->ddl->kind == MLK_DDL_OPTIMIZE_TABLE ||
                                (v->ddl->kind == MLK_DDL_DROP_INDEX && a->s->flavour == MLK_MARIADB))};
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_SQL_MAX);
    if (judged(v))
        mlk_ddl_write(v->ddl, &how, &b);
    j->failed = j->failed || b.status;
    mlk_doc_text(j, "rewritten", judged(v) ? mlk_buf_text(&b) : NULL);
    mlk_buf_free(&b);
}

static void numbers(struct mlk_doc *j, const struct mlk_advice *v)
{
    char before[80];

    mlk_doc_text(j, "engine", v->table.engine[0] ? v->table.engine : NULL);
    mlk_doc_known_number(j, "rows", (double)v->table.rows);
    mlk_doc_known_number(j, "size_bytes", (double)v->table.bytes);
    mlk_doc_known_number(j, "lock_wait_timeout", judged(v) ? MLK_ADVISE_WAIT_S : -1);
    snprintf(before, sizeof before, "SET SESSION lock_wait_timeout = %d", MLK_ADVISE_WAIT_S);
    mlk_doc_text(j, "before", judged(v) ? before : NULL);
}

cJSON *mlk_advice_document(struct mlk_advisor *a, const struct mlk_advice *v)
{
    static const char *const sources[] = {NULL, "tried", "documented", "rule"};
    const struct mlk_ddl *ddl = v->ddl;
    const char *schema = v->table.schema[0] ? v->table.schema : ddl->schema;
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_number(&j, "schema_version", MLK_SCHEMA_VERSION);
    statement(&j, ddl);
    mlk_doc_text(&j, "kind", mlk_ddl_kind_name(ddl->kind));
    mlk_doc_text(&j, "schema", schema[0] ? schema : NULL);
    mlk_doc_text(&j, "table", ddl->parsed ? ddl->table : NULL);
    mlk_doc_bool(&j, "judged", judged(v));
    mlk_doc_text(&j, "not_judged", v->why_not[0] ? v->why_not : NULL);
    mlk_doc_text(&j, "fails", v->trial.fails[0] ? v->trial.fails : NULL);
    mlk_doc_text(&j, "source", judged(v) ? sources[v->source] : NULL);
    form(&j, "form", judged(v) && v->form ? v->form->algorithm : NULL, v->form ? v->form->lock : "");
    form(&j, "as_written", ddl->algorithm[0] || ddl->lock[0] ? ddl->algorithm : NULL, ddl->lock);
    others(&j, v);
    if (!judged(v) || v->rebuild == MLK_REBUILD_UNKNOWN)
        mlk_doc_item(&j, "rebuilds", cJSON_CreateNull());
    else
        mlk_doc_bool(&j, "rebuilds", v->rebuild == MLK_REBUILD_YES);
    rewritten(&j, a, v);
    numbers(&j, v);
    tried(&j, &v->trial);
    mlk_doc_copy(&j, "in_the_way", v->in_the_way);
    mlk_doc_item(&j, "because", mlk_advice_because(a, v));
    mlk_doc_copy(&j, "blind_spots", v->blind_spots);
    return mlk_doc_end(&j);
}
