/* SPDX-License-Identifier: GPL-2.0-only */
#include "look.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "../peer.h"
#include "miglock/sql.h"
#include "miglock/text.h"

static bool same_name(const struct mlk_table_look *look, const char *a, const char *b)
{
    return look->scene.server->names_fold ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
}

static const struct mlk_table_doc *find(const struct mlk_table_look *look, const struct mlk_target *target)
{
    for (size_t i = 0; i < look->docs.count; i++) {
        const struct mlk_table_group *group = look->docs.list[i].group;

        if (group->object == MLK_ON_TABLE && same_name(look, group->schema, target->schema) &&
            same_name(look, group->name, target->table))
            return &look->docs.list[i];
    }
    return NULL;
}

/* "Nobody waits" for a table that does not exist would be a wrong answer to a typing mistake. Only names are
 * read, so the table is not opened. */
static enum mlk_status check_exists(struct mlk_table_look *look, const struct mlk_target *target)
{
    const struct mlk_access need = {
        .need = MLK_NEED_SELECT, .schema = target->schema, .table = target->table};
    struct mlk_session *s = look->scene.s;
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;
    bool there;

    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, target->schema, strlen(target->schema));
    mlk_buf_str(&sql, " AND TABLE_NAME = ");
    mlk_sql_string(&sql, target->table, strlen(target->table));
    status = mlk_ask_buf(s, &need, &sql, &rows, NULL);
    there = !status && rows->count > 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    if (mlk_ask_over(status) || there)
        return status;
    if (status) {
        mlk_say(look->scene.blind_spots, "whether there is a table %s.%s is not visible to this account",
                target->schema, target->table);
        return MLK_OK;
    }
    snprintf(s->error, sizeof s->error, "there is no table %.120s.%.120s, or this account may not see it",
             target->schema, target->table);
    return MLK_NOT_FOUND;
}

static enum mlk_status choose(struct mlk_table_look *look, const struct mlk_target *target)
{
    look->doc = find(look, target);
    if (look->doc)
        return MLK_OK;
    look->group =
        (struct mlk_table_group){.object = MLK_ON_TABLE, .schema = target->schema, .name = target->table};
    look->empty = (struct mlk_table_doc){.group = &look->group, .queue_seconds = -1, .root = &look->empty};
    look->doc = &look->empty;
    return check_exists(look, target);
}

enum mlk_status mlk_table_look(struct mlk_session *s, const struct mlk_target *target,
                               struct mlk_table_look *out)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    status = mlk_table_scene_take(s, &out->scene);
    if (!status)
        status = mlk_table_docs_make(&out->scene, &out->docs);
    if (!status)
        status = mlk_table_details(&out->scene, &out->docs);
    if (!status && target)
        status = choose(out, target);
    if (status)
        mlk_table_look_free(out);
    return status;
}

void mlk_table_look_free(struct mlk_table_look *look)
{
    mlk_innodb_now_free(&look->now);
    mlk_table_docs_free(&look->docs);
    mlk_table_scene_free(&look->scene);
    memset(look, 0, sizeof *look);
}

bool mlk_table_is_held(const struct mlk_table_doc *doc)
{
    return doc->ddl_count > 0 || doc->group->waiting > 0;
}

/* Since when DDL is at work or waits, or somebody waits for the table: the longest of these; -1 unknown. */
static int64_t held_seconds(const struct mlk_table_doc *doc)
{
    int64_t seconds = doc->queue_seconds;

    for (size_t i = 0; i < doc->ddl_count; i++) {
        int64_t one = mlk_table_person(&doc->ddl[i].one)->seconds;

        seconds = one > seconds ? one : seconds;
    }
    return seconds;
}

cJSON *mlk_table_look_json(const struct mlk_table_look *look)
{
    bool held = mlk_table_is_held(look->doc);
    struct mlk_doc j = {.object = mlk_table_doc_json(&look->scene, &look->docs, look->doc)};

    if (!j.object)
        return NULL;
    mlk_doc_text(&j, "tool", mlk_table_tool.id);
    mlk_doc_text(&j, "kind", "table");
    mlk_doc_bool(&j, "held", held);
    mlk_doc_known_number(&j, "held_seconds", held ? (double)held_seconds(look->doc) : -1);
    return mlk_doc_end(&j);
}

/* The client of the session that stands at the root, where asking can teach more. Asking is for one only: it
 * takes up to MLK_PROBE_LIMIT_MS. */
static enum mlk_status ask_root(struct mlk_table_look *look)
{
    const struct mlk_table_doc *root = look->doc->root;
    const struct mlk_person *p = root->blocker_count ? root->blockers[0].person : NULL;
    struct mlk_table_detail *detail =
        p ? (struct mlk_table_detail *)mlk_table_detail_of(&look->docs, p->id) : NULL;

    if (!detail || !detail->looked || !mlk_peer_can_be_asked(look->scene.s, &detail->peer))
        return MLK_OK;
    return mlk_peer_probe(look->scene.s, p, MLK_PROBE_ASK, &detail->peer);
}

enum mlk_status mlk_table_report(struct mlk_session *s, const struct mlk_target *target, bool ask,
                                 cJSON **out, char *error, size_t error_size)
{
    struct mlk_table_look look;
    enum mlk_status status = mlk_table_look(s, target, &look);

    *out = NULL;
    if (!status && ask)
        status = ask_root(&look);
    if (!status) {
        *out = mlk_table_look_json(&look);
        status = *out ? MLK_OK : MLK_NO_MEMORY;
    }
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    mlk_table_look_free(&look);
    return status;
}
