/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a release of a table may end. DDL that waits and has not begun is ended at once: nothing has been
 * changed. Work that would be lost takes force. A session that keeps others waiting is only ended where it is
 * named.
 */
#include <inttypes.h>
#include <string.h>

#include "../ask.h"
#include "release.h"

static void refuse(struct mlk_release *r)
{
    r->outcome = "refused";
}

static const struct mlk_table_one *find_blocker(const struct mlk_table_doc *doc, uint64_t id)
{
    for (size_t i = 0; i < doc->blocker_count; i++) {
        if (doc->blockers[i].lock->id == id)
            return &doc->blockers[i];
    }
    return NULL;
}

static bool is_ddl(const struct mlk_table_doc *doc, uint64_t id)
{
    for (size_t i = 0; i < doc->ddl_count; i++) {
        if (doc->ddl[i].one.lock->id == id)
            return true;
    }
    return false;
}

static void not_a_blocker(const struct mlk_table_look *look, uint64_t id, struct mlk_release *r)
{
    refuse(r);
    if (is_ddl(look->doc, id))
        mlk_say(r->because,
                "refused: connection %" PRIu64
                " runs the DDL itself; a release without a blocker ends only its statement",
                id);
    else
        mlk_say(r->because,
                "refused: connection %" PRIu64
                " keeps nobody waiting for this table as far as this account can see; look again for those "
                "that do",
                id);
}

/* Why ending this session takes force; false: it does not. */
static bool costs(const struct mlk_table_look *look, const struct mlk_table_doc *doc,
                  const struct mlk_table_one *one, struct mlk_release *r)
{
    const struct mlk_table_detail *detail = mlk_table_detail_of(&look->docs, one->lock->id);
    const struct mlk_person *p = one->person;
    int64_t changes = mlk_innodb_now_changes(&look->now, p->id); /* INNODB_TRX can be old: innodb_now.c */

    if (!one->lock->type)
        mlk_say(r->because,
                "refused: that connection %" PRIu64
                " keeps others waiting is a guess; say 'force' if you know it",
                p->id);
    else if (doc->group->object == MLK_ON_SERVER)
        mlk_say(
            r->because,
            "refused: connection %" PRIu64
            " has a lock on the whole server, mostly for a backup, which would be spoiled; say 'force' to "
            "end it all the same",
            p->id);
    else if (!mlk_person_sleeps(p))
        mlk_say(r->because,
                "refused: connection %" PRIu64 " is at work; wait for it, or say 'force' to interrupt it and "
                "roll its transaction back",
                p->id);
    else if (detail->looked && detail->peer.peer == MLK_PEER_GONE)
        return false;
    else if (!look->now.known)
        mlk_say(r->because,
                "refused: whether connection %" PRIu64
                " has changed rows is not visible to this account (PROCESS); say 'force' to end it and lose "
                "them",
                p->id);
    else if (changes > 0)
        mlk_say(r->because,
                "refused: connection %" PRIu64 " has changed %" PRId64
                " row%s and not committed, and ending it rolls that back; say 'force' to lose it, or 'probe' "
                "in miglock_status (`--probe`) "
                "to ask whether its client is still there",
                p->id, changes, changes == 1 ? "" : "s");
    else
        return false;
    return true;
}

static void choose_blocker(const struct mlk_table_look *look, const struct mlk_release_options *options,
                           struct mlk_release *r, struct mlk_table_victims *out)
{
    const struct mlk_table_doc *doc = look->doc;
    const struct mlk_table_one *one = find_blocker(doc, options->blocker);

    if (!one) {
        doc = doc->root;
        one = find_blocker(doc, options->blocker);
    }
    if (!one) {
        not_a_blocker(look, options->blocker, r);
    } else if (!one->person) {
        refuse(r);
        mlk_say(r->because,
                "refused: connection %" PRIu64
                " is not visible to this account, so what ending it would cost is not known",
                options->blocker);
    } else if (!options->force && costs(look, doc, one, r)) {
        refuse(r);
    } else {
        out->list[out->count++] =
            (struct mlk_table_victim){.id = one->lock->id, .what = MLK_KILL_CONNECTION, .counter = -1};
    }
}

/* What force would undo. */
static void say_cost(const struct mlk_table_look *look, const struct mlk_table_work *work,
                     struct mlk_release *r)
{
    const struct mlk_person *p = mlk_table_person(&work->one);
    double percent = mlk_table_detail_of(&look->docs, p->id)->percent;
    struct mlk_buf done;

    mlk_buf_init(&done, 100);
    if (percent >= 0)
        mlk_buf_fmt(&done, " (%.0f %%)", percent);
    if (work->begun == MLK_BEGUN_UNKNOWN)
        mlk_say(r->because,
                "refused: whether %s of connection %" PRIu64 ", %" PRId64
                " s old, has begun its work does not show (it takes PROCESS, see the blind spots); say "
                "'force' to lose what it has done",
                work->text.kind[0] ? work->text.kind : "the statement", p->id, p->seconds);
    else
        mlk_say(r->because,
                "refused: %s of connection %" PRIu64 " %s, and ending it loses %" PRId64
                " s of work%s: the server drops the half-made table or index, which is mostly quick, and the "
                "statement starts from nothing when it is run again; wait for it, or say 'force'",
                work->text.kind[0] ? work->text.kind : "the statement", p->id,
                work->waits ? "has done its work and waits for its last step" : "runs", p->seconds,
                mlk_buf_text(&done));
    mlk_buf_free(&done);
}

/* One that no list has: what it runs is not known, before the KILL nor after it. */
static void say_hidden(const struct mlk_table_work *work, struct mlk_release *r)
{
    mlk_say(r->because,
            "refused: connection %" PRIu64
            " is not visible to this account, so what it runs and what ending it would cost is not known; "
            "ask with one that has PROCESS",
            work->one.lock->id);
}

static void choose_ddl(const struct mlk_table_look *look, const struct mlk_release_options *options,
                       struct mlk_release *r, struct mlk_table_victims *out)
{
    const struct mlk_table_doc *doc = look->doc;

    /* what waits goes first: it would begin as soon as what it waits for has ended */
    for (int waiting = 1; waiting >= 0; waiting--) {
        for (size_t i = 0; i < doc->ddl_count; i++) {
            const struct mlk_table_work *work = &doc->ddl[i];

            if ((work->waits != NULL) == waiting && (work->begun == MLK_BEGUN_NO || options->force) &&
                work->one.person)
                out->list[out->count++] = (struct mlk_table_victim){
                    .id = work->one.lock->id, .what = MLK_KILL_QUERY, .counter = -1};
        }
    }
    if (out->count)
        return;
    refuse(r);
    for (size_t i = 0; i < doc->ddl_count; i++) {
        if (doc->ddl[i].one.person)
            say_cost(look, &doc->ddl[i], r);
        else
            say_hidden(&doc->ddl[i], r);
    }
    if (!doc->ddl_count && doc->blocker_count)
        mlk_say(r->because,
                "refused: no DDL is in the way, but a session is, and none is ended that is not named: "
                "'blocker=%" PRIu64 "' (or `--blocker %" PRIu64 "`) names it",
                doc->blockers[0].lock->id, doc->blockers[0].lock->id);
    else if (!doc->ddl_count)
        mlk_say(r->because, "refused: nobody that this account can see keeps them waiting; look again");
}

void mlk_table_choose(const struct mlk_table_look *look, const struct mlk_release_options *options,
                      struct mlk_release *r, struct mlk_table_victims *out)
{
    out->count = 0;
    if (options->blocker)
        choose_blocker(look, options, r, out);
    else
        choose_ddl(look, options, r, out);
}
