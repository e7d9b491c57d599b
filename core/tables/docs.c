/* SPDX-License-Identifier: GPL-2.0-only */
#include "docs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "miglock/text.h"

const struct mlk_person *mlk_table_person(const struct mlk_table_one *one)
{
    return one->person ? one->person : &one->hidden;
}

static struct mlk_table_one one_of(const struct mlk_table_scene *scene, const struct mlk_table_lock *lock)
{
    return (struct mlk_table_one){
        .lock = lock,
        .person = mlk_person_find(scene->people, lock->id),
        .hidden = {.id = lock->id,
                   .pid = -1,
                   .seconds = -1,
                   .transaction_seconds = -1,
                   .progress = -1,
                   .thread = -1},
    };
}

static bool same_group(const struct mlk_table_group *group, const struct mlk_table_lock *lock)
{
    return group->object == lock->object && strcmp(group->schema, lock->schema) == 0 &&
           strcmp(group->name, lock->name) == 0;
}

/* DDL, or what asks for a lock as only DDL and LOCK TABLES do: a statement that is hidden, prepared or inside
 * a procedure. CREATE TABLE ... SELECT that only reads a table queues for it like a SELECT. */
static bool is_work(const struct mlk_table_scene *scene, const struct mlk_table_lock *lock)
{
    bool ddl = mlk_table_scene_ddl(scene, lock->id) != NULL;

    if (lock->mdl == MLK_MDL_NONE)
        return true;
    if (!lock->granted && lock->object == MLK_ON_TABLE)
        return mlk_mdl_strong(lock->mdl) || (ddl && lock->mdl == MLK_MDL_OTHER);
    if (!lock->granted)
        return ddl;
    return ddl && lock->blocks;
}

static bool is_listed(const struct mlk_table_doc *doc, uint64_t id)
{
    for (size_t i = doc->ddl_count; i-- > 0;) {
        if (mlk_table_person(&doc->ddl[i].one)->id == id)
            return true;
    }
    return false;
}

static void add_work(const struct mlk_table_scene *scene, struct mlk_table_doc *doc,
                     const struct mlk_table_lock *lock)
{
    const struct mlk_table_ddl *ddl = mlk_table_scene_ddl(scene, lock->id);
    struct mlk_table_work *work;

    if (doc->ddl_count == MLK_TABLE_SHOWN || is_listed(doc, lock->id))
        return;
    work = &doc->ddl[doc->ddl_count++];
    work->one = one_of(scene, lock);
    work->waits = mlk_table_waits_of(&scene->waits, lock->id);
    if (ddl)
        work->text = ddl->text;
    else
        mlk_ddl_text_read(mlk_table_person(&work->one)->statement, &work->text);
}

/* How long a session has been at what it does: its transaction, or else its command. */
static int64_t age(const struct mlk_person *p)
{
    return p->transaction_seconds > p->seconds ? p->transaction_seconds : p->seconds;
}

static int by_age(const void *left, const void *right)
{
    const struct mlk_person *a = mlk_table_person(left), *b = mlk_table_person(right);

    if (age(a) != age(b))
        return age(a) > age(b) ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* Several locks of a session follow each other, one that blocks first. */
static void add_blockers(const struct mlk_table_scene *scene, struct mlk_table_doc *doc,
                         const struct mlk_table_group *group)
{
    for (size_t i = group->waiting; i < group->count; i++) {
        const struct mlk_table_lock *lock = &group->locks[i];
        bool again = i > group->waiting && lock[-1].id == lock->id && lock->id;

        if (lock->blocks && !again && !is_listed(doc, lock->id))
            doc->blockers[doc->blocker_count++] = one_of(scene, lock);
    }
    if (doc->blocker_count)
        qsort(doc->blockers, doc->blocker_count, sizeof *doc->blockers, by_age);
}

static void count_kind(struct mlk_table_doc *doc, const char *statement)
{
    struct mlk_ddl_text text;
    const char *kind;

    mlk_ddl_text_read(statement, &text);
    kind = text.kind[0] ? text.kind : "?";
    for (size_t i = 0; i < doc->kind_count; i++) {
        if (strcmp(doc->kinds[i].kind, kind) == 0) {
            doc->kinds[i].count++;
            return;
        }
    }
    if (doc->kind_count == MLK_TABLE_KINDS_MAX) {
        doc->kinds_other++;
        return;
    }
    mlk_copy(doc->kinds[doc->kind_count].kind, MLK_DDL_KIND_MAX, kind);
    doc->kinds[doc->kind_count++].count = 1;
}

/* The most frequent kind first. */
static int by_count(const void *left, const void *right)
{
    const struct mlk_table_kind *a = left, *b = right;

    return a->count != b->count ? (a->count < b->count ? 1 : -1) : strcmp(a->kind, b->kind);
}

static void add_queue(const struct mlk_table_scene *scene, struct mlk_table_doc *doc)
{
    doc->queue_seconds = -1;
    for (size_t i = 0; i < doc->group->waiting; i++) {
        const struct mlk_table_lock *lock = &doc->group->locks[i];
        struct mlk_table_one *one = &doc->waiters[doc->queue_count];
        const struct mlk_person *p;

        if (is_work(scene, lock))
            continue;
        doc->queue_count++;
        *one = one_of(scene, lock);
        p = mlk_table_person(one);
        doc->behind += lock->behind;
        doc->queue_seconds = p->seconds > doc->queue_seconds ? p->seconds : doc->queue_seconds;
        count_kind(doc, p->statement);
    }
    if (doc->kind_count)
        qsort(doc->kinds, doc->kind_count, sizeof *doc->kinds, by_count);
    if (doc->queue_count)
        qsort(doc->waiters, doc->queue_count, sizeof *doc->waiters, by_age);
    for (; doc->queue_shown < doc->queue_count && doc->queue_shown < MLK_TABLE_FIRST; doc->queue_shown++)
        doc->queue[doc->queue_shown] = &doc->waiters[doc->queue_shown];
}

/* Room for everybody is taken at once: DDL is shown up to a limit, and blockers can be those of another
 * object. */
static enum mlk_status fill(const struct mlk_table_scene *scene, const struct mlk_table_group *group,
                            struct mlk_table_doc *doc)
{
    doc->group = group;
    doc->ddl = calloc(MLK_TABLE_SHOWN, sizeof *doc->ddl);
    doc->blockers = calloc(group->count - group->waiting + 1, sizeof *doc->blockers);
    doc->waiters = calloc(group->waiting + 1, sizeof *doc->waiters);
    if (!doc->ddl || !doc->blockers || !doc->waiters)
        return MLK_NO_MEMORY;
    for (size_t i = 0; i < group->count; i++) {
        if (is_work(scene, &group->locks[i]))
            add_work(scene, doc, &group->locks[i]);
    }
    add_blockers(scene, doc, group);
    add_queue(scene, doc);
    return MLK_OK;
}

static const struct mlk_table_doc *doc_of(const struct mlk_table_docs *docs,
                                          const struct mlk_table_lock *lock)
{
    for (size_t i = 0; lock && i < docs->count; i++) {
        if (same_group(docs->list[i].group, lock))
            return &docs->list[i];
    }
    return NULL;
}

/* What keeps a document's oldest blocker, or its DDL, waiting elsewhere; NULL: nothing. */
static const struct mlk_table_doc *next_of(const struct mlk_table_scene *scene,
                                           const struct mlk_table_docs *docs, const struct mlk_table_doc *doc)
{
    const struct mlk_table_lock *waits = NULL;

    if (doc->blocker_count)
        waits = mlk_table_waits_of(&scene->waits, mlk_table_person(&doc->blockers[0])->id);
    for (size_t i = 0; !doc->blocker_count && !waits && i < doc->ddl_count; i++)
        waits = doc->ddl[i].waits && !same_group(doc->group, doc->ddl[i].waits) ? doc->ddl[i].waits : NULL;
    return waits && !same_group(doc->group, waits) ? doc_of(docs, waits) : NULL;
}

static void find_roots(const struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    enum { STEPS = 16 }; /* a chain that is longer, or a ring that the server is about to break, ends there */

    for (size_t i = 0; i < docs->count; i++) {
        const struct mlk_table_doc *at = &docs->list[i], *next;

        for (int step = 0; step < STEPS && (next = next_of(scene, docs, at)); step++)
            at = next;
        docs->list[i].root = at;
    }
}

static int by_queue(const void *left, const void *right)
{
    const struct mlk_table_doc *a = left, *b = right;

    if (a->group->waiting != b->group->waiting)
        return a->group->waiting > b->group->waiting ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group); /* which are in the order of names */
}

enum mlk_status mlk_table_docs_make(const struct mlk_table_scene *scene, struct mlk_table_docs *out)
{
    size_t wanted = 0, room = scene->waits.group_count;
    enum mlk_status status = MLK_OK;

    memset(out, 0, sizeof *out);
    room = room < 2 * (size_t)MLK_TABLE_OBJECTS_MAX ? room : 2 * (size_t)MLK_TABLE_OBJECTS_MAX;
    out->list = calloc(room + 1, sizeof *out->list);
    if (!out->list)
        return MLK_NO_MEMORY;
    for (size_t i = 0; !status && i < scene->waits.group_count && out->count < room; i++) {
        const struct mlk_table_group *group = &scene->waits.groups[i];
        bool work = false;

        for (size_t l = 0; !group->waiting && !work && l < group->count; l++)
            work = is_work(scene, &group->locks[l]);
        wanted = group->waiting || work;
        if (wanted)
            status = fill(scene, group, &out->list[out->count++]);
    }
    if (!status && out->count)
        qsort(out->list, out->count, sizeof *out->list, by_queue);
    if (status)
        mlk_table_docs_free(out);
    else
        find_roots(scene, out);
    return status;
}

void mlk_table_docs_free(struct mlk_table_docs *docs)
{
    for (size_t i = 0; i < docs->count; i++) {
        free(docs->list[i].ddl);
        free(docs->list[i].blockers);
        free(docs->list[i].waiters);
    }
    free(docs->list);
    mlk_rows_free(docs->statements);
    mlk_rows_free(docs->stages);
    memset(docs, 0, sizeof *docs);
}

const struct mlk_table_detail *mlk_table_detail_of(const struct mlk_table_docs *docs, uint64_t id)
{
    static const struct mlk_table_detail nothing = {.percent = -1};

    for (size_t i = 0; i < docs->detail_count; i++) {
        if (docs->details[i].id == id)
            return &docs->details[i];
    }
    return &nothing;
}

/* Whoever asks runs a statement, this one, and would be idle without it. */
static enum mlk_verdict of_blocker(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                                   const struct mlk_table_one *one)
{
    const struct mlk_table_detail *detail = mlk_table_detail_of(docs, one->lock->id);

    if (!one->person || !one->lock->type)
        return MLK_UNKNOWN; /* hidden, or guessed */
    if (one->person->id != scene->s->caller_id && !mlk_person_sleeps(one->person))
        return MLK_ACTIVE;
    return detail->looked && detail->peer.peer == MLK_PEER_GONE ? MLK_ABANDONED : MLK_IDLE;
}

enum mlk_verdict mlk_table_verdict(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                                   const struct mlk_table_doc *doc)
{
    const struct mlk_table_doc *root = doc->root;

    if (!doc->ddl_count && !doc->group->waiting)
        return MLK_FREE;
    if (root->blocker_count)
        return of_blocker(scene, docs, &root->blockers[0]);
    for (size_t i = 0; i < root->ddl_count; i++) {
        if (!root->ddl[i].waits)
            return MLK_ACTIVE;
    }
    return MLK_UNKNOWN;
}
