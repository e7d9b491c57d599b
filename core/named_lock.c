/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence on a GET_LOCK lock: its holder, the holder's siblings, and who waits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "holder.h"
#include "lock_ddl.h"
#include "observe.h"
#include "peer.h"
#include "miglock/text.h"

/* As the server compares: MySQL ignores case and stores lower case, MariaDB compares bytes. */
static bool same_name(const struct mlk_session *s, const char *stored, const char *name)
{
    if (!stored)
        return false;
    return s->flavour == MLK_MYSQL ? strcasecmp(stored, name) == 0 : strcmp(stored, name) == 0;
}

static bool mentions(const struct mlk_session *s, const char *statement, const char *name)
{
    return statement && (s->flavour == MLK_MYSQL ? strcasestr(statement, name) : strstr(statement, name));
}

/* Where the server lists the locks that are waited for. */
static void find_listed_waiters(struct mlk_session *s, struct mlk_observation *o,
                                const struct mlk_metadata_lock_list *named)
{
    for (size_t i = 0; i < named->count; i++) {
        const struct mlk_person *p;

        if (named->items[i].granted || !same_name(s, named->items[i].name, o->target->name))
            continue;
        p = mlk_person_find(&o->snapshot->people, named->items[i].connection_id);
        if (p)
            mlk_person_add(o->waiters, &o->waiter_count, p);
    }
}

static bool is_listed(const struct mlk_metadata_lock_list *named, uint64_t connection_id)
{
    for (size_t i = 0; i < named->count; i++) {
        if (named->items[i].connection_id == connection_id && !named->items[i].granted)
            return true;
    }
    return false;
}

/* Elsewhere: sessions that wait for a lock which their statement names. */
static void guess_waiters(struct mlk_session *s, struct mlk_observation *o)
{
    for (size_t i = 0; i < o->snapshot->people.count; i++) {
        const struct mlk_person *p = &o->snapshot->people.list[i];

        if (p->state && strcmp(p->state, "User lock") == 0 && mentions(s, p->statement, o->target->name) &&
            !is_listed(&o->snapshot->locks.named, p->id))
            mlk_person_add(o->waiters, &o->waiter_count, p);
    }
}

static void find_waiters(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_metadata_locks *locks = &o->snapshot->locks;

    if (locks->waiters && locks->named.items)
        find_listed_waiters(s, o, &locks->named);
    /* That the holder's lock is recorded does not prove that those which are waited for still are: the
     * instrument may have been switched off in between. */
    if (!locks->waiters || o->snapshot->of_one)
        guess_waiters(s, o);
    if (o->waiter_count)
        mlk_say(o->because, "%zu session%s wait%s for this lock", o->waiter_count,
                o->waiter_count == 1 ? "" : "s", o->waiter_count == 1 ? "s" : "");
}

/* certain is set where process ids were compared. Where the tool has clients of their own for its scripts, a
 * process id tells nothing. */
static bool is_sibling(const struct mlk_observation *o, const struct mlk_person *p, bool *certain)
{
    struct mlk_person any_process = *o->holder;

    if (mlk_person_sibling(o->holder, p, certain))
        return true;
    any_process.pid = -1;
    return o->target->tool->child_clients && mlk_person_sibling(&any_process, p, certain);
}

static void find_siblings(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_people *people = &o->snapshot->people;
    size_t said = 0;
    bool any_uncertain = false;
    bool child_clients = o->target->tool->child_clients;
    const char *whose = child_clients ? "user and host" : "client";

    for (size_t i = 0; i < people->count; i++) {
        const struct mlk_person *p = &people->list[i];
        bool certain;

        if (!mlk_person_counts(s, p) || !is_sibling(o, p, &certain))
            continue;
        any_uncertain = any_uncertain || (!certain && !child_clients);
        mlk_person_add(o->siblings, &o->sibling_count, p);
        if (!mlk_person_works(p))
            continue;
        o->facts.working++;
        mlk_lock_ddl_note(o, p);
        if (said++ < MLK_PEOPLE_SAID)
            mlk_person_say(o->because, p, certain ? "its sibling" : "possibly its sibling,");
    }
    if (o->sibling_count && !o->facts.working)
        mlk_say(o->because, "%zu other session%s of the same %s, all idle", o->sibling_count,
                o->sibling_count == 1 ? "" : "s", whose);
    if (!o->sibling_count)
        mlk_say(o->because, "no other session of the same %s is connected", whose);
    if (any_uncertain)
        mlk_say(o->blind_spots,
                "process ids are not known: sessions of the same user and host count as siblings");
}

/* Ending the holder frees all of them. */
static void find_holder_locks(const struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_metadata_lock_list *named = &o->snapshot->locks.named;
    struct mlk_buf others;
    const char *last = NULL;

    if (!named->items)
        return;
    o->holder_locks = cJSON_CreateArray();
    if (!o->holder_locks)
        return;
    mlk_buf_init(&others, 600);
    for (size_t i = 0; i < named->count; i++) {
        const char *name = named->items[i].name;

        if (named->items[i].connection_id != o->holder_id || !named->items[i].granted)
            continue;
        if (last && strcmp(last, name) == 0)
            continue; /* taken several times */
        last = name;
        mlk_say(o->holder_locks, "%s", name);
        if (!same_name(s, name, o->target->name))
            (void)mlk_buf_fmt(&others, "%s%s", others.len ? ", " : "", name);
    }
    if (others.len)
        mlk_say(o->because, "its holder also has the named lock%s %s%s: ending its session frees all of them",
                cJSON_GetArraySize(o->holder_locks) > 2 ? "s" : "", mlk_buf_text(&others),
                others.status ? ", ..." : "");
    mlk_buf_free(&others);
}

static enum mlk_status look_at_holder(struct mlk_session *s, struct mlk_observation *o)
{
    mlk_person_say(o->because, o->holder, "its holder,");
    o->facts.working += mlk_person_works(o->holder);
    mlk_lock_ddl_note(o, o->holder);
    find_siblings(s, o);
    if (o->held_by_caller)
        return MLK_OK;
    return mlk_peer_probe(s, o->holder, MLK_PROBE_LOOK, &o->peer);
}

static enum mlk_status unreadable(struct mlk_session *s, struct mlk_observation *o)
{
    o->facts.lock = MLK_LOCK_UNREADABLE;
    mlk_say(o->because, "the server did not answer who holds the lock: %s", s->error);
    return MLK_OK;
}

enum mlk_status mlk_observe_named(struct mlk_session *s, struct mlk_observation *o)
{
    const char *name = o->target->name;
    enum mlk_status status;

    status = mlk_target_fits(o->target, s->flavour, s->error, sizeof s->error);
    if (status)
        return status;
    o->holder_id = o->snapshot->holder_id;
    status = o->snapshot->of_one ? MLK_OK : mlk_named_holder(s, name, &o->holder_id);
    if (mlk_ask_over(status))
        return status;
    if (status)
        return unreadable(s, o);
    if (!o->holder_id) {
        o->facts.lock = MLK_LOCK_FREE;
        mlk_say(o->because, "nobody on this server holds the lock %s", name);
        return MLK_OK;
    }
    o->facts.lock = MLK_LOCK_HELD;
    if (o->target->tool->scope == MLK_PER_SERVER && o->target->tool->name)
        mlk_say(o->because,
                "%s has one lock for the whole server: it blocks the migrations of every database",
                o->target->tool->title);
    o->held_by_caller = o->holder_id == s->caller_id;
    o->holder = mlk_person_find(&o->snapshot->people, o->holder_id);
    o->facts.holder_seen = o->holder != NULL;
    if (o->holder) {
        status = look_at_holder(s, o);
        if (status)
            return status;
    } else if (o->facts.all_seen) {
        mlk_say(o->because,
                "connection %" PRIu64 " holds it but is not in the process list: it began or ended at this "
                "moment, so look again",
                o->holder_id);
    } else {
        mlk_say(o->because, "connection %" PRIu64 " holds it; what it does is hidden from this account",
                o->holder_id);
    }
    if (o->held_by_caller)
        mlk_say(o->because, "that is your own connection");
    find_holder_locks(s, o);
    find_waiters(s, o);
    return MLK_OK;
}
