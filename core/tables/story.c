/* SPDX-License-Identifier: GPL-2.0-only */
#include "story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../ask.h"
#include "../document.h"

enum { TEXT = 1500 };

/* One session's DDL, and who is in its way. */
struct part {
    const struct mlk_table_doc *doc; /* the table that it waits for, or is about; NULL: it is in no list */
    struct mlk_table_work work;
    struct mlk_table_lock unplaced; /* where there is no doc */
    struct mlk_table_one blockers[MLK_TABLE_SHOWN];
    const struct mlk_table_group *blocked_on; /* the object that the blockers have locks on */
    size_t shown, count;                      /* of blockers */
};

bool mlk_person_runs_ddl(const struct mlk_person *p)
{
    struct mlk_ddl_text text;

    if (!p->statement)
        return false;
    mlk_ddl_text_read(p->statement, &text);
    return text.ddl;
}

static const struct mlk_table_work *work_of(const struct mlk_table_doc *doc, uint64_t id)
{
    for (size_t i = 0; i < doc->ddl_count; i++) {
        if (mlk_table_person(&doc->ddl[i].one)->id == id)
            return &doc->ddl[i];
    }
    return NULL;
}

/* ---- taking ---- */

static void put_aside(struct mlk_table_docs *docs, const uint64_t *ids, size_t count)
{
    for (size_t d = 0; d < docs->count; d++)
        docs->list[d].aside = true;
    for (size_t d = 0; d < docs->count; d++) {
        bool wanted = false;

        for (size_t i = 0; i < count && !wanted; i++)
            wanted = work_of(&docs->list[d], ids[i]) != NULL;
        if (wanted)
            docs->list[d].aside = docs->list[docs->list[d].root - docs->list].aside = false;
    }
}

enum mlk_status mlk_table_story_take(struct mlk_session *s, const struct mlk_server *server,
                                     struct mlk_people *people, const uint64_t *ids, size_t id_count,
                                     struct mlk_table_story **out)
{
    struct mlk_table_story *story = calloc(1, sizeof *story);
    enum mlk_status status = story ? MLK_OK : MLK_NO_MEMORY;

    *out = NULL;
    if (!status)
        status = mlk_table_scene_over(s, server, people, &story->scene);
    if (!status)
        status = mlk_table_docs_make(&story->scene, &story->docs);
    if (!status && ids)
        put_aside(&story->docs, ids, id_count);
    if (!status)
        status = mlk_table_details(&story->scene, &story->docs);
    if (status)
        mlk_table_story_free(story);
    else
        *out = story;
    return status;
}

void mlk_table_story_free(struct mlk_table_story *story)
{
    if (!story)
        return;
    mlk_table_docs_free(&story->docs);
    mlk_table_scene_free(&story->scene);
    free(story);
}

/* ---- one session's ---- */

static bool is_group(const struct mlk_table_group *group, const struct mlk_table_lock *lock)
{
    return lock && group->object == lock->object && strcmp(group->schema, lock->schema) == 0 &&
           strcmp(group->name, lock->name) == 0;
}

/* It can have to do with several: that which it waits for says the most, then a table rather than what
 * contains it. */
static int weight(const struct mlk_table_doc *doc, const struct mlk_table_work *work)
{
    bool table = doc->group->object == MLK_ON_TABLE;

    return (table ? 2 : 0) + (is_group(doc->group, work->waits) ? 1 : 0);
}

static const struct mlk_table_doc *doc_of(const struct mlk_table_docs *docs, uint64_t id)
{
    const struct mlk_table_doc *best = NULL;
    int most = -1;

    for (size_t d = 0; d < docs->count; d++) {
        const struct mlk_table_work *work = work_of(&docs->list[d], id);

        if (work && weight(&docs->list[d], work) > most) {
            best = &docs->list[d];
            most = weight(best, work);
        }
    }
    return best;
}

static void add_blocker(struct part *part, const struct mlk_table_one *one)
{
    part->count++;
    if (part->shown < MLK_TABLE_SHOWN)
        part->blockers[part->shown++] = *one;
}

/* Other DDL that has a lock there which keeps somebody waiting; one of several by the same session. */
static void add_other_ddl(struct part *part, const struct mlk_table_doc *doc)
{
    for (size_t i = 0; i < doc->ddl_count; i++) {
        uint64_t id = mlk_table_person(&doc->ddl[i].one)->id;
        struct mlk_table_one one = doc->ddl[i].one;

        for (size_t l = doc->group->waiting; l < doc->group->count && id != part->work.one.lock->id; l++) {
            if (doc->group->locks[l].id != id || !doc->group->locks[l].blocks)
                continue;
            one.lock = &doc->group->locks[l];
            add_blocker(part, &one);
            break;
        }
    }
}

static void add_blockers(struct part *part, const struct mlk_table_doc *doc)
{
    part->blocked_on = doc->group;
    for (size_t i = 0; i < doc->blocker_count; i++)
        add_blocker(part, &doc->blockers[i]);
    add_other_ddl(part, doc);
}

/* False: that session runs no DDL. part points into itself. */
static bool find(const struct mlk_table_story *story, uint64_t id, struct part *part)
{
    const struct mlk_table_ddl *ddl = mlk_table_scene_ddl(&story->scene, id);
    const struct mlk_table_doc *doc = doc_of(&story->docs, id);

    memset(part, 0, sizeof *part);
    if (!ddl)
        return false;
    part->doc = doc;
    if (!doc) {
        part->unplaced = (struct mlk_table_lock){.id = id,
                                                 .object = MLK_ON_NOTHING,
                                                 .schema = "",
                                                 .name = "",
                                                 .mdl = MLK_MDL_NONE,
                                                 .granted = true};
        part->work.one = (struct mlk_table_one){.lock = &part->unplaced, .person = ddl->person};
        part->work.text = ddl->text;
        part->work.waits = mlk_person_awaits_lock(ddl->person) ? &part->unplaced : NULL;
        return true;
    }
    part->work = *work_of(doc, id);
    if (part->work.waits)
        add_blockers(part, doc);
    if (part->work.waits && !part->count && doc->root != doc)
        add_blockers(part, doc->root);
    return true;
}

static void add_target(struct mlk_doc *j, const char *name, const struct mlk_table_doc *doc)
{
    struct mlk_buf target;

    mlk_buf_init(&target, MLK_TARGET_MAX);
    if (doc)
        mlk_table_target_text(doc->group, &target);
    mlk_doc_text(j, name, doc ? mlk_buf_text(&target) : NULL);
    j->failed = j->failed || target.status;
    mlk_buf_free(&target);
}

static cJSON *blockers_json(const struct mlk_table_docs *docs, const struct part *part)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; list && i < part->shown; i++) {
        cJSON *one = mlk_table_blocker_json(docs, &part->blockers[i]);

        if (!one || !cJSON_AddItemToArray(list, one)) {
            cJSON_Delete(one);
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return list;
}

enum mlk_status mlk_table_story_json(const struct mlk_table_story *story, uint64_t id, cJSON **out)
{
    static const struct mlk_table_doc nobody = {.queue_seconds = -1};
    struct part part;
    struct mlk_doc j;

    *out = NULL;
    if (!find(story, id, &part))
        return MLK_OK;
    mlk_doc_begin(&j);
    add_target(&j, "target", part.doc);
    mlk_table_work_members(&j, &story->docs, &part.work);
    add_target(&j, "root", part.doc ? part.doc->root : NULL);
    mlk_doc_item(&j, "blockers", blockers_json(&story->docs, &part));
    mlk_doc_number(&j, "blocker_count", (double)part.count);
    mlk_doc_item(&j, "queue", mlk_table_queue_json(&story->docs, part.doc ? part.doc : &nobody));
    *out = mlk_doc_end(&j);
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

static void add_way(const struct mlk_table_story *story, const struct part *part, struct mlk_buf *b)
{
    const struct mlk_table_doc *root = part->doc->root;

    if (part->count) {
        mlk_buf_str(b, ": ");
        mlk_table_blocker_text(&story->scene, part->blocked_on, &part->blockers[0], b);
    }
    if (part->count > 1)
        mlk_buf_fmt(b, "; so have %zu more sessions", part->count - 1);
    if (part->count && root->group != part->blocked_on) {
        mlk_buf_str(b, "; the root of it is a lock on ");
        mlk_table_object_text(root->group, b);
    }
}

static void add_queue(const struct part *part, struct mlk_buf *b)
{
    const struct mlk_table_doc *doc = part->doc;

    if (!doc->queue_count)
        return;
    mlk_buf_fmt(b, "; %zu session%s %s", doc->queue_count, doc->queue_count == 1 ? "" : "s",
                part->work.waits && doc->behind
                    ? (doc->queue_count == 1 ? "queues behind it" : "queue behind it")
                : doc->queue_count == 1 ? "waits for "
                                        : "wait for ");
    if (!part->work.waits || !doc->behind)
        mlk_table_object_text(doc->group, b);
    if (doc->queue_seconds >= 0)
        mlk_buf_fmt(b, ", %s %" PRId64 " s", doc->queue_count == 1 ? "for" : "the oldest for",
                    doc->queue_seconds);
}

void mlk_table_story_say(const struct mlk_table_story *story, uint64_t id, cJSON *because)
{
    struct mlk_buf b;
    struct part part;

    if (!find(story, id, &part) || !part.doc || (!part.work.waits && !part.doc->queue_count))
        return; /* that it runs has been said */
    mlk_buf_init(&b, TEXT);
    mlk_table_work_text(&story->docs, &part.work, &b);
    add_way(story, &part, &b);
    add_queue(&part, &b);
    mlk_say(because, "%s", mlk_buf_text(&b));
    mlk_buf_free(&b);
    mlk_table_say_own(&part.work, part.blockers, part.shown, because);
}
