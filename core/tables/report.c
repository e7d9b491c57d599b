/* SPDX-License-Identifier: GPL-2.0-only */
/* The document of a table. Its members are described in docs/table-locks.md. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../document.h"
#include "docs.h"
#include "../token.h"

void mlk_table_target_text(const struct mlk_table_group *group, struct mlk_buf *out)
{
    if (group->object == MLK_ON_TABLE)
        mlk_buf_fmt(out, "table:%s/%s", group->schema, group->name);
    else if (group->object == MLK_ON_SCHEMA)
        mlk_buf_fmt(out, "schema:%s", group->schema);
    else
        mlk_buf_str(out, "server:");
}

static const char *or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

static void person(struct mlk_doc *j, const struct mlk_table_docs *docs, const struct mlk_table_one *one)
{
    const struct mlk_table_detail *detail = mlk_table_detail_of(docs, one->lock->id);
    const struct mlk_person *p = mlk_table_person(one);

    mlk_person_members(j, p, detail->looked ? &detail->peer : NULL);
    mlk_doc_known_number(j, "transaction_seconds", (double)p->transaction_seconds);
    mlk_doc_text(j, "lock_type", one->lock->type);
}

void mlk_table_work_members(struct mlk_doc *j, const struct mlk_table_docs *docs,
                            const struct mlk_table_work *work)
{
    double percent = mlk_table_detail_of(docs, work->one.lock->id)->percent;

    person(j, docs, &work->one);
    mlk_doc_text(j, "kind", or_null(work->text.kind));
    mlk_doc_text(j, "algorithm", or_null(work->text.algorithm));
    mlk_doc_text(j, "lock", or_null(work->text.lock));
    mlk_doc_text(j, "phase", work->waits ? "waiting" : "running");
    mlk_doc_text(j, "stage", work->waits ? NULL : or_null(mlk_table_person(&work->one)->state));
    mlk_doc_known_number(j, "percent", work->waits ? -1 : (double)(int64_t)(percent * 10) / 10);
}

static cJSON *work_json(const struct mlk_table_docs *docs, const struct mlk_table_work *work)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_table_work_members(&j, docs, work);
    return mlk_doc_end(&j);
}

cJSON *mlk_table_blocker_json(const struct mlk_table_docs *docs, const struct mlk_table_one *one)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    person(&j, docs, one);
    mlk_doc_text(&j, "last_statement", mlk_table_detail_of(docs, one->lock->id)->last_statement);
    mlk_doc_bool(&j, "guessed", !one->lock->type);
    return mlk_doc_end(&j);
}

static cJSON *waiter_json(const struct mlk_table_docs *docs, const struct mlk_table_one *one)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    person(&j, docs, one);
    return mlk_doc_end(&j);
}

static void push(struct mlk_doc *j, cJSON *array, cJSON *item)
{
    if (array && item && cJSON_AddItemToArray(array, item))
        return;
    cJSON_Delete(item);
    j->failed = true;
}

static void add_people(struct mlk_doc *j, const struct mlk_table_docs *docs, const struct mlk_table_doc *doc)
{
    cJSON *ddl = cJSON_CreateArray(), *blockers = cJSON_CreateArray();

    for (size_t i = 0; i < doc->ddl_count; i++)
        push(j, ddl, work_json(docs, &doc->ddl[i]));
    for (size_t i = 0; i < doc->blocker_count && i < MLK_TABLE_SHOWN; i++)
        push(j, blockers, mlk_table_blocker_json(docs, &doc->blockers[i]));
    mlk_doc_item(j, "ddl", ddl);
    mlk_doc_item(j, "blockers", blockers);
    mlk_doc_number(j, "blocker_count", (double)doc->blocker_count);
}

cJSON *mlk_table_queue_json(const struct mlk_table_docs *docs, const struct mlk_table_doc *doc)
{
    cJSON *first = cJSON_CreateArray();
    struct mlk_doc j, kinds;

    mlk_doc_begin(&j);
    mlk_doc_begin(&kinds);
    for (size_t i = 0; i < doc->kind_count; i++)
        mlk_doc_number(&kinds, doc->kinds[i].kind, (double)doc->kinds[i].count);
    if (doc->kinds_other)
        mlk_doc_number(&kinds, "other", (double)doc->kinds_other);
    for (size_t i = 0; i < doc->queue_shown; i++)
        push(&j, first, waiter_json(docs, doc->queue[i]));
    mlk_doc_number(&j, "count", (double)doc->queue_count);
    mlk_doc_number(&j, "behind_ddl", (double)doc->behind);
    mlk_doc_known_number(&j, "oldest_seconds", (double)doc->queue_seconds);
    mlk_doc_item(&j, "kinds", mlk_doc_end(&kinds));
    mlk_doc_item(&j, "first", first);
    return mlk_doc_end(&j);
}

static int by_id(const void *left, const void *right)
{
    const struct mlk_table_one *a = left, *b = right;

    return (a->lock->id > b->lock->id) - (a->lock->id < b->lock->id);
}

/* The DDL with its statements and the sessions that block, whatever their order; a connection's number is
 * another one's after a restart. False where memory is out. */
static bool add_token(struct mlk_doc *j, const struct mlk_table_scene *scene, const struct mlk_table_doc *doc,
                      const char *target)
{
    struct mlk_table_one *blockers = calloc(doc->blocker_count + 1, sizeof *blockers);
    char text[MLK_TOKEN_LEN + 1];
    struct mlk_token t;

    if (!blockers)
        return false;
    if (doc->blocker_count) {
        memcpy(blockers, doc->blockers, doc->blocker_count * sizeof *blockers);
        qsort(blockers, doc->blocker_count, sizeof *blockers, by_id);
    }
    mlk_token_begin(&t);
    mlk_token_add(&t, target, strlen(target));
    mlk_token_add_number(&t, scene->server->started);
    for (size_t i = 0; i < doc->ddl_count; i++) {
        const struct mlk_person *p = mlk_table_person(&doc->ddl[i].one);

        mlk_token_add_number(&t, (int64_t)p->id);
        mlk_token_add_number(&t, doc->ddl[i].waits != NULL);
        mlk_token_add(&t, p->statement, p->statement ? strlen(p->statement) : 0);
    }
    mlk_token_add(&t, "blockers", strlen("blockers"));
    for (size_t i = 0; i < doc->blocker_count; i++)
        mlk_token_add_number(&t, (int64_t)blockers[i].lock->id);
    mlk_token_end(&t, text);
    mlk_doc_text(j, "token", text);
    free(blockers);
    return true;
}

/* Ending DDL that waits changes nothing and lets the queue go on. Everything else is for a person to weigh.
 */
static void add_next(struct mlk_doc *j, const struct mlk_table_doc *doc)
{
    struct mlk_buf b;

    mlk_buf_init(&b, 64);
    for (size_t i = 0; i < doc->ddl_count && !b.len; i++) {
        if (doc->ddl[i].waits)
            mlk_buf_fmt(&b, "KILL QUERY %" PRIu64, doc->ddl[i].one.lock->id);
    }
    mlk_doc_text(j, "next", or_null(mlk_buf_text(&b)));
    mlk_buf_free(&b);
}

static cJSON *connections_json(const struct mlk_table_scene *scene)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_known_number(&j, "used", (double)scene->connections);
    mlk_doc_known_number(&j, "max", (double)scene->connections_max);
    return mlk_doc_end(&j);
}

static const char *source_text(enum mlk_table_source source)
{
    static const char *const texts[] = {"metadata_locks", "METADATA_LOCK_INFO", "process list"};

    return texts[source];
}

cJSON *mlk_table_doc_json(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                          const struct mlk_table_doc *doc)
{
    static const char *const objects[] = {"server", "schema", "table"};
    const struct mlk_table_group *group = doc->group;
    cJSON *because = cJSON_CreateArray();
    struct mlk_buf target, root;
    struct mlk_doc j;

    mlk_buf_init(&target, MLK_TARGET_MAX);
    mlk_buf_init(&root, MLK_TARGET_MAX);
    mlk_table_target_text(group, &target);
    mlk_table_target_text(doc->root->group, &root);
    if (because)
        mlk_table_because(scene, docs, doc, because);
    mlk_doc_begin(&j);
    mlk_doc_number(&j, "schema_version", MLK_SCHEMA_VERSION);
    mlk_doc_text(&j, "target", mlk_buf_text(&target));
    mlk_doc_text(&j, "object", objects[group->object]);
    mlk_doc_text(&j, "schema", or_null(group->schema));
    mlk_doc_text(&j, "table", group->object == MLK_ON_TABLE ? group->name : NULL);
    mlk_doc_text(&j, "server_lock", group->object == MLK_ON_SERVER ? group->name : NULL);
    mlk_doc_text(&j, "verdict", mlk_verdict_text(mlk_table_verdict(scene, docs, doc)));
    mlk_doc_item(&j, "because", because);
    mlk_doc_text(&j, "root", mlk_buf_text(&root));
    add_people(&j, docs, doc);
    mlk_doc_item(&j, "queue", mlk_table_queue_json(docs, doc));
    mlk_doc_item(&j, "connections", connections_json(scene));
    mlk_doc_text(&j, "source", source_text(scene->source));
    mlk_doc_copy(&j, "blind_spots", scene->blind_spots);
    j.failed = !add_token(&j, scene, doc, mlk_buf_text(&target)) || j.failed || target.status || root.status;
    add_next(&j, doc);
    mlk_doc_text(&j, "server", scene->server->text);
    mlk_buf_free(&target);
    mlk_buf_free(&root);
    return mlk_doc_end(&j);
}
