/* SPDX-License-Identifier: GPL-2.0-only */
/* From the text of statements to a document for each. */
#include "miglock/advise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ask.h"
#include "advice.h"
#include "in_the_way.h"
#include "miglock/text.h"
#include "rules.h"

/* Each has a document; all are in memory at once. */
enum { STATEMENTS_MAX = 1000 };

enum mlk_status mlk_advisor_open(struct mlk_session *s, const struct mlk_advise_options *options,
                                 struct mlk_advisor **out, char *error, size_t error_size)
{
    struct mlk_advisor *a = calloc(1, sizeof *a);
    enum mlk_status status = MLK_NO_MEMORY;

    *out = NULL;
    if (a) {
        a->s = s;
        a->options = options;
        mlk_buf_init(&a->left, MLK_SQL_MAX);
        status = mlk_twins_allowed(a);
    }
    if (status) {
        snprintf(error, error_size, "%s", a && s->error[0] ? s->error : mlk_status_text(status));
        mlk_advisor_free(a);
        return status;
    }
    *out = a;
    return MLK_OK;
}

void mlk_advisor_free(struct mlk_advisor *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->twin_count; i++)
        free(a->twins[i]);
    mlk_buf_free(&a->left);
    free(a);
}

/* ---- one statement ---- */

/* Whether there would be on such a table; then why says so. */
static bool too_many_partitions(const struct mlk_table *table, struct mlk_advice *v)
{
    if (table->partitions + (int64_t)mlk_ddl_partitions(v->ddl) <= MLK_PARTITIONS_MAX)
        return false;
    snprintf(v->trial.why, sizeof v->trial.why, "an empty table would have more than %d partitions",
             MLK_PARTITIONS_MAX);
    return true;
}

/* By the twin where there is one, else by the rules. */
static enum mlk_status judge(struct mlk_advisor *a, struct mlk_advice *v)
{
    struct mlk_twin *twin = NULL;
    enum mlk_status status = MLK_OK;

    if (mlk_ddl_has(v->ddl, MLK_OP_RENAME)) {
        v->source = MLK_SOURCE_RULE;
        return MLK_OK;
    }
    if (mlk_ddl_takes_room(v->ddl))
        mlk_copy(v->trial.why, sizeof v->trial.why,
                 "even an empty table takes up room on disk with AUTOEXTEND_SIZE");
    else if (!too_many_partitions(&v->table, v))
        status = mlk_twin_get(a, &v->table, &twin, v->trial.why, sizeof v->trial.why, v->blind_spots);
    if (!status && twin && too_many_partitions(&twin->table, v))
        twin = NULL;
    if (!status && twin) {
        status = mlk_forms_try(a, v->ddl, twin, &v->trial);
        if (status || v->trial.best || v->trial.fails[0]) {
            v->source = MLK_SOURCE_TRIED;
            v->form = v->trial.best;
            v->rebuild = v->trial.rebuild;
            twin->table.partitions += (int64_t)mlk_ddl_partitions(v->ddl);
            return status;
        }
    }
    if (status)
        return status;
    if (mlk_rules_judge(a->s, v->ddl, &v->table, &v->ruling)) {
        v->source = MLK_SOURCE_DOCUMENTED;
        v->form = v->ruling.form;
        v->rebuild = v->ruling.rebuild;
        v->writes_stop = v->ruling.writes_stop;
    } else {
        snprintf(v->why_not, sizeof v->why_not,
                 "it could not be tried (%.280s), and the documented rules do not cover it",
                 v->trial.why[0] ? v->trial.why : "the server takes no ALGORITHM and LOCK with it");
    }
    return MLK_OK;
}

/* The table must be there, and be one. */
static enum mlk_status look(struct mlk_advisor *a, struct mlk_advice *v)
{
    const char *schema = v->ddl->schema[0] ? v->ddl->schema : a->options->schema;
    enum mlk_status status;

    if (!schema) {
        mlk_copy(v->why_not, sizeof v->why_not,
                 "it does not say in which schema the table is: name it (--schema)");
        return MLK_OK;
    }
    mlk_copy(v->table.schema, sizeof v->table.schema, schema);
    mlk_copy(v->table.name, sizeof v->table.name, v->ddl->table);
    status = mlk_advised_table_read(a->s, schema, v->ddl->table, &v->table);
    if (status == MLK_NOT_FOUND) {
        mlk_copy(v->trial.fails, sizeof v->trial.fails, a->s->error);
        return MLK_OK;
    }
    if (status)
        return status;
    if (strcmp(v->table.type, "BASE TABLE") != 0 && strcmp(v->table.type, "SYSTEM VERSIONED") != 0) {
        snprintf(v->why_not, sizeof v->why_not, "%.100s.%.100s is no table (%s)", schema, v->ddl->table,
                 v->table.type);
        return MLK_OK;
    }
    status = mlk_twins_left(a, schema, v->blind_spots);
    if (!status)
        status = mlk_in_the_way(a->s, &v->table, v->in_the_way, v->blind_spots);
    return status ? status : judge(a, v);
}

static enum mlk_status one(struct mlk_advisor *a, const struct mlk_token *tokens, size_t count, cJSON *list)
{
    struct mlk_ddl *ddl = calloc(1, sizeof *ddl);
    struct mlk_advice *v = calloc(1, sizeof *v);
    enum mlk_status status = MLK_NO_MEMORY;
    cJSON *document = NULL;

    if (ddl && v) {
        v->ddl = ddl;
        v->table.rows = v->table.bytes = -1;
        v->in_the_way = cJSON_CreateArray();
        v->blind_spots = cJSON_CreateArray();
        mlk_ddl_parse(tokens, count, ddl);
        mlk_copy(v->why_not, sizeof v->why_not, ddl->why_not);
        status = v->in_the_way && v->blind_spots ? MLK_OK : MLK_NO_MEMORY;
    }
    if (!status && !v->why_not[0])
        status = look(a, v);
    if (!status) {
        document = mlk_advice_document(a, v);
        if (!document || !cJSON_AddItemToArray(list, document))
            status = MLK_NO_MEMORY;
    }
    if (v) {
        cJSON_Delete(v->in_the_way);
        cJSON_Delete(v->blind_spots);
    }
    free(v);
    free(ddl);
    return status;
}

/* ---- all of them ---- */

static bool stopped(const struct mlk_advisor *a)
{
    return a->options->stop && a->options->stop(a->options->caller);
}

/* Statements lie between semicolons; between two of those there may be none. */
static enum mlk_status each(struct mlk_advisor *a, const struct mlk_tokens *tokens, cJSON *list)
{
    enum mlk_status status = MLK_OK;
    size_t first = 0, count = 0;

    for (size_t i = 0; !status && i <= tokens->count; i++) {
        if (i < tokens->count && tokens->list[i].kind != MLK_TOKEN_END)
            continue;
        if (i > first) {
            if (stopped(a))
                return MLK_KILLED;
            if (++count > STATEMENTS_MAX) {
                snprintf(a->s->error, sizeof a->s->error, "there are more than %d statements in the text",
                         STATEMENTS_MAX);
                return MLK_USAGE;
            }
            status = one(a, tokens->list + first, i - first, list);
        }
        first = i + 1;
    }
    return status || !stopped(a) ? status : MLK_KILLED;
}

enum mlk_status mlk_advise(struct mlk_advisor *a, const char *sql, size_t len, cJSON **out, char *error,
                           size_t error_size)
{
    struct mlk_tokens tokens;
    cJSON *list = cJSON_CreateArray();
    enum mlk_status status;

    *out = NULL;
    a->s->error[0] = '\0';
    status = mlk_sql_scan(sql, len, a->mode, &tokens, error, error_size);
    if (status) {
        cJSON_Delete(list);
        return status;
    }
    status = list ? each(a, &tokens, list) : MLK_NO_MEMORY;
    if (!status && !cJSON_GetArraySize(list)) {
        snprintf(error, error_size, "there is no statement in the text");
        status = MLK_USAGE;
    } else if (status) {
        snprintf(error, error_size, "%s", a->s->error[0] ? a->s->error : mlk_status_text(status));
    }
    mlk_tokens_free(&tokens);
    if (status) {
        cJSON_Delete(list);
        return status;
    }
    *out = list;
    return MLK_OK;
}
