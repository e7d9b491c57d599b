/* SPDX-License-Identifier: GPL-2.0-only */
/* The reasons of a table's document as sentences, the root of it first. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "miglock/text.h"
#include "../peer.h"
#include "docs.h"

enum { SAID = 3, STATEMENT = 120, TEXT = 1000 };

void mlk_table_object_text(const struct mlk_table_group *group, struct mlk_buf *out)
{
    if (group->object == MLK_ON_TABLE)
        mlk_buf_fmt(out, "%s.%s", group->schema, group->name);
    else if (group->object == MLK_ON_SCHEMA && group->schema[0])
        mlk_buf_fmt(out, "the schema %s", group->schema);
    else
        mlk_buf_str(out, group->object == MLK_ON_SCHEMA ? "a schema" : "the whole server");
}

/* What it means to have that lock: a clause to follow a session's name. */
static void add_holds(const struct mlk_table_group *group, const struct mlk_table_lock *lock,
                      struct mlk_buf *out)
{
    bool locked = lock->mdl == MLK_MDL_SHARED_NO_READ_WRITE || lock->mdl == MLK_MDL_SHARED_READ_ONLY ||
                  lock->mdl == MLK_MDL_SHARED_NO_WRITE;

    if (!lock->type) {
        mlk_buf_str(out, "could have a lock on ");
        mlk_table_object_text(group, out);
    } else if (group->object != MLK_ON_SERVER) {
        mlk_buf_str(out, locked ? "has locked " : "has a lock on ");
        mlk_table_object_text(group, out);
        mlk_buf_str(out, locked ? " (LOCK TABLES or FLUSH TABLES)" : "");
    } else if (strcmp(group->name, "BACKUP LOCK") == 0) {
        mlk_buf_str(out, "has locked the server for a backup (LOCK INSTANCE FOR BACKUP)");
    } else if (strcmp(group->name, "BACKUP") != 0 || strncasecmp(lock->type, "BACKUP_FTWRL", 12) == 0) {
        mlk_buf_str(out, lock->mdl == MLK_MDL_INTENTION_EXCLUSIVE
                             ? "changes data or tables"
                             : "has the global read lock (FLUSH TABLES WITH READ LOCK)");
    } else {
        bool stage = lock->mdl >= MLK_MDL_BACKUP_START && lock->mdl <= MLK_MDL_BACKUP_WAIT_COMMIT;

        mlk_buf_str(out, stage ? "takes a backup (BACKUP STAGE)" : "changes data or tables");
    }
}

static void add_statement(const char *statement, struct mlk_buf *out)
{
    char line[STATEMENT] = "";

    mlk_printable(line, sizeof line, statement, strlen(statement));
    mlk_buf_str(out, line);
}

static void add_doing(const struct mlk_table_scene *scene, const struct mlk_person *p, struct mlk_buf *out)
{
    if (p->id == scene->s->caller_id)
        mlk_buf_str(out, ": that is your own connection");
    else if (mlk_person_sleeps(p))
        mlk_buf_fmt(out, " and has done nothing for %" PRId64 " s", p->seconds);
    else if (p->command && strcasecmp(p->command, "Killed") == 0)
        mlk_buf_str(out, "; it is being killed and has not ended yet");
    else if (p->rolling_back)
        mlk_buf_str(out, " and is rolling its transaction back");
    else if (p->statement) {
        mlk_buf_fmt(out, " and has been running for %" PRId64 " s: ", p->seconds);
        add_statement(p->statement, out);
    }
    if (p->in_transaction && p->transaction_seconds >= 0 && mlk_person_sleeps(p))
        mlk_buf_fmt(out, ", in a transaction open for %" PRId64 " s", p->transaction_seconds);
    if (p->changes > 0)
        mlk_buf_fmt(out, "%s changed %" PRId64 " row%s",
                    mlk_person_sleeps(p) && p->in_transaction ? " that" : "; its transaction", p->changes,
                    p->changes == 1 ? "" : "s");
}

void mlk_table_blocker_text(const struct mlk_table_scene *scene, const struct mlk_table_group *group,
                            const struct mlk_table_one *one, struct mlk_buf *out)
{
    if (one->person)
        mlk_person_describe(one->person, out);
    else if (one->lock->id) /* of a session that no list has nothing but its lock is known */
        mlk_buf_fmt(out, "connection %" PRIu64 ", which is not visible to this account,", one->lock->id);
    else
        mlk_buf_str(out, "something without a connection");
    mlk_buf_str(out, " ");
    add_holds(group, one->lock, out);
    if (one->person)
        add_doing(scene, one->person, out);
    else if (!one->lock->id)
        mlk_buf_str(out, ": a thread of the server's own, or a prepared XA transaction (XA RECOVER)");
}

static void say_blocker(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                        const struct mlk_table_doc *doc, const struct mlk_table_one *one, cJSON *because)
{
    const struct mlk_table_detail *detail = mlk_table_detail_of(docs, one->lock->id);
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT);
    mlk_table_blocker_text(scene, doc->group, one, &b);
    mlk_say(because, "%s", mlk_buf_text(&b));
    if (!one->person) {
        mlk_buf_free(&b);
        return;
    }
    mlk_buf_reset(&b);
    if (detail->last_statement && mlk_person_sleeps(one->person)) {
        add_statement(detail->last_statement, &b);
        mlk_say(because, "connection %" PRIu64 " last ran: %s", one->lock->id, mlk_buf_text(&b));
    }
    mlk_buf_reset(&b);
    if (detail->looked && detail->peer.peer != MLK_PEER_UNKNOWN) {
        mlk_peer_describe(&detail->peer, &b);
        mlk_say(because, "the client of connection %" PRIu64 " %s", one->lock->id, mlk_buf_text(&b));
    }
    mlk_buf_free(&b);
}

static void say_blockers(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                         const struct mlk_table_doc *doc, cJSON *because)
{
    for (size_t i = 0; i < doc->blocker_count && i < SAID; i++)
        say_blocker(scene, docs, doc, &doc->blockers[i], because);
    if (doc->blocker_count > SAID)
        mlk_say(because, "%zu more sessions have locks that keep others waiting", doc->blocker_count - SAID);
}

static const char *kind_of(const struct mlk_table_work *work)
{
    return work->text.kind[0] ? work->text.kind : "a statement";
}

void mlk_table_work_text(const struct mlk_table_docs *docs, const struct mlk_table_work *work,
                         struct mlk_buf *out)
{
    const struct mlk_person *p = mlk_table_person(&work->one);
    double percent = mlk_table_detail_of(docs, p->id)->percent;
    bool state = p->state && p->state[0];

    mlk_buf_fmt(out, "%s of connection %" PRIu64, kind_of(work), p->id);
    if (work->waits) {
        mlk_buf_fmt(out, ", %" PRId64 " s old, waits for its %s", p->seconds,
                    work->begun == MLK_BEGUN_YES ? "last step" : "turn");
        return;
    }
    mlk_buf_fmt(out, " has been running for %" PRId64 " s", p->seconds);
    if (state)
        mlk_buf_fmt(out, " (%s", p->state);
    if (percent >= 0)
        mlk_buf_fmt(out, "%s%.0f %%", state ? ", " : " (", percent);
    mlk_buf_str(out, state || percent >= 0 ? ")" : "");
}

static void say_work(const struct mlk_table_docs *docs, const struct mlk_table_doc *doc,
                     const struct mlk_table_work *work, cJSON *because)
{
    const struct mlk_person *p = mlk_table_person(&work->one);
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT);
    if (work->waits) {
        mlk_buf_str(&b, work->begun == MLK_BEGUN_NO ? "has not begun: it waits for its turn"
                        : work->begun == MLK_BEGUN_YES
                            ? "has done its work and waits for its last step: "
                              "ending it loses that work"
                            : "waits; whether it has worked before it waited does not "
                              "show, so ending it may lose work");
        mlk_say(because, "%s of connection %" PRIu64 ", %" PRId64 " s old, %s%s", kind_of(work), p->id,
                p->seconds, mlk_buf_text(&b), doc->behind ? ", and who comes later queues behind it" : "");
    } else {
        mlk_table_work_text(docs, work, &b);
        mlk_say(because, "%s", mlk_buf_text(&b));
    }
    mlk_buf_free(&b);
}

static void say_queue(const struct mlk_table_doc *doc, cJSON *because)
{
    struct mlk_buf kinds;

    if (!doc->queue_count)
        return;
    mlk_buf_init(&kinds, TEXT);
    for (size_t i = 0; i < doc->kind_count; i++)
        (void)mlk_buf_fmt(&kinds, "%s%zu %s", i ? ", " : "", doc->kinds[i].count, doc->kinds[i].kind);
    if (doc->kinds_other)
        (void)mlk_buf_fmt(&kinds, ", %zu others", doc->kinds_other);
    mlk_say(because, "%zu session%s wait%s, the oldest for %" PRId64 " s: %s", doc->queue_count,
            doc->queue_count == 1 ? "" : "s", doc->queue_count == 1 ? "s" : "",
            doc->queue_seconds > 0 ? doc->queue_seconds : 0, mlk_buf_text(&kinds));
    mlk_buf_free(&kinds);
}

/* Where the root of it is another object. */
static void say_way(const struct mlk_table_doc *doc, cJSON *because)
{
    struct mlk_buf here, there;

    if (doc->root == doc)
        return;
    mlk_buf_init(&here, TEXT);
    mlk_buf_init(&there, TEXT);
    mlk_table_object_text(doc->group, &here);
    mlk_table_object_text(doc->root->group, &there);
    mlk_say(because, "it is a lock on %s that keeps %s waiting", mlk_buf_text(&there), mlk_buf_text(&here));
    mlk_buf_free(&here);
    mlk_buf_free(&there);
}

void mlk_table_because(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                       const struct mlk_table_doc *doc, cJSON *because)
{
    const struct mlk_table_doc *way = doc->blocker_count ? doc : doc->root;

    if (!doc->ddl_count && !doc->group->waiting) {
        mlk_say(because, "no DDL is at work on %s.%s, and nobody waits for it", doc->group->schema,
                doc->group->name);
        return;
    }
    if (doc->root != doc) {
        say_blockers(scene, docs, doc->root, because);
        for (size_t i = 0; !doc->root->blocker_count && i < doc->root->ddl_count && i < SAID; i++)
            say_work(docs, doc->root, &doc->root->ddl[i], because);
        say_way(doc, because);
    }
    say_blockers(scene, docs, doc, because);
    for (size_t i = 0; i < doc->ddl_count && i < SAID; i++)
        say_work(docs, doc, &doc->ddl[i], because);
    for (size_t i = 0; i < doc->ddl_count && i < SAID; i++)
        mlk_table_say_own(&doc->ddl[i], way->blockers, way->blocker_count, because);
    say_queue(doc, because);
    if (cJSON_GetArraySize(because) == 0 || (doc->root == doc && !doc->blocker_count && doc->queue_count &&
                                             mlk_table_verdict(scene, docs, doc) == MLK_UNKNOWN))
        mlk_say(because, "nobody that this account can see keeps them waiting: look again");
}
