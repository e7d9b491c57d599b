/* SPDX-License-Identifier: GPL-2.0-only */
/* The document of a table. Its members are described in docs/table-locks.md. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../document.h"
#include "../kill.h"
#include "docs.h"
#include "../token.h"
#include "miglock/sql.h"

void mlk_table_target_text(const struct mlk_table_group *group, struct mlk_buf *out)
{
    if (group->object == MLK_ON_TABLE)
        mlk_target_text(&mlk_table_tool, group->schema, group->name, out);
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
    mlk_doc_text(j, "phase", mlk_table_phase(work));
    mlk_doc_item(j, "begun",
                 work->begun == MLK_BEGUN_UNKNOWN ? cJSON_CreateNull()
                                                  : cJSON_CreateBool(work->begun == MLK_BEGUN_YES));
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
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static size_t add_ids(const struct mlk_table_doc *doc, uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < doc->blocker_count; i++)
        ids[count++] = doc->blockers[i].lock->id;
    return count;
}

/* The DDL with its statements and how far it is, and the sessions that block, here and at the root, whatever
 * their order; a connection's number is another one's after a restart. False where memory is out. */
static bool add_token(struct mlk_doc *j, const struct mlk_table_scene *scene, const struct mlk_table_doc *doc,
                      const char *target)
{
    const struct mlk_table_doc *root = doc->root != doc ? doc->root : NULL;
    uint64_t *ids = calloc(doc->blocker_count + (root ? root->blocker_count : 0) + 1, sizeof *ids);
    char text[MLK_TOKEN_LEN + 1];
    struct mlk_token t;
    size_t count;

    if (!ids)
        return false;
    count = add_ids(doc, ids, 0);
    if (root)
        count = add_ids(root, ids, count);
    qsort(ids, count, sizeof *ids, by_id);
    mlk_token_begin(&t);
    mlk_token_add(&t, target, strlen(target));
    mlk_token_add_number(&t, scene->server->started);
    for (size_t i = 0; i < doc->ddl_count; i++) {
        const struct mlk_person *p = mlk_table_person(&doc->ddl[i].one);

        mlk_token_add_number(&t, (int64_t)p->id);
        mlk_token_add(&t, mlk_table_phase(&doc->ddl[i]), strlen(mlk_table_phase(&doc->ddl[i])));
        mlk_token_add(&t, p->statement, p->statement ? strlen(p->statement) : 0);
    }
    mlk_token_add(&t, "blockers", strlen("blockers"));
    for (size_t i = 0; i < count; i++)
        mlk_token_add_number(&t, (int64_t)ids[i]);
    mlk_token_end(&t, text);
    mlk_doc_text(j, "token", text);
    free(ids);
    return true;
}

/* Ending DDL that waits and has not begun changes nothing and lets the queue go on. Everything else is for a
 * person to weigh. */
static void add_next(struct mlk_doc *j, const struct mlk_table_doc *doc, const char *target)
{
    const char *token = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j->object, "token"));
    const struct mlk_table_work *work = NULL;
    struct mlk_buf b;

    for (size_t i = 0; i < doc->ddl_count && !work; i++) {
        if (doc->ddl[i].waits && doc->ddl[i].begun == MLK_BEGUN_NO)
            work = &doc->ddl[i];
    }
    mlk_buf_init(&b, 2 * MLK_TARGET_MAX + 100);
    if (work && doc->group->object == MLK_ON_TABLE && token) {
        mlk_buf_str(&b, "SELECT miglock_release(");
        mlk_sql_string(&b, target, strlen(target));
        mlk_buf_fmt(&b, ", '%s')", token);
    } else if (work) {
        mlk_kill_id_text(&b, MLK_KILL_QUERY, NULL, work->one.lock->id, -1);
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
    add_next(&j, doc, mlk_buf_text(&target));
    mlk_doc_text(&j, "server", scene->server->text);
    mlk_buf_free(&target);
    mlk_buf_free(&root);
    return mlk_doc_end(&j);
}
