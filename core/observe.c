/* SPDX-License-Identifier: GPL-2.0-only */
#include "observe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "holder.h"
#include "lock_ddl.h"
#include "peer.h"
#include "miglock/sql.h"
#include "token.h"

/* A server that waits for its client sees at once that the connection is closed. */
enum { DEPARTURE_MS = 1000, DEPARTURE_POLL_MS = 20 };

/* Exactly the generation that was seen: a connection id is unique from one start of the server to the next.
 * Nothing that is hidden from some accounts is part of it, so that what one account was shown is good for
 * another. */
static void make_token(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_token token;

    mlk_token_begin(&token);
    mlk_token_add(&token, t->text, strlen(t->text));
    if (t->tool->kind == MLK_NAMED) {
        mlk_token_add_number(&token, o->snapshot->server.started);
        mlk_token_add_number(&token, (int64_t)o->holder_id);
    } else {
        for (size_t c = 0; c < o->rows->columns; c++)
            mlk_token_add(&token, mlk_rows_text(o->rows, o->row.row, c),
                          mlk_rows_length(o->rows, o->row.row, c));
    }
    mlk_token_end(&token, o->token);
}

/* A damaged table has a token where something can be done about it. */
static enum mlk_status make_repair(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    enum mlk_status status = t->tool->repair
                                 ? t->tool->repair(t->schema, t->table, o->rows, &o->row, &o->repair)
                                 : MLK_UNSUPPORTED;

    if (status == MLK_OK)
        return mlk_token_of_table(t->text, o->rows, o->token);
    mlk_statements_free(&o->repair);
    return status == MLK_NO_MEMORY ? status : MLK_OK;
}

static void next_repair(struct mlk_observation *o)
{
    enum mlk_verdict verdict = mlk_verdict_of_damaged(&o->facts);

    mlk_buf_fmt(&o->next, "SELECT miglock_%s(", verdict == MLK_ACTIVE ? "status" : "repair");
    mlk_sql_string(&o->next, o->target->text, strlen(o->target->text));
    if (verdict != MLK_ACTIVE)
        mlk_buf_fmt(&o->next, ", '%s'%s", o->token, verdict == MLK_ABANDONED ? "" : ", 'force'");
    mlk_buf_str(&o->next, ")");
}

static void make_next(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    const char *shown = t->text;
    bool ask;

    switch (o->facts.lock) {
    case MLK_LOCK_DAMAGED:
        if (o->repair.count)
            next_repair(o);
        return;
    case MLK_LOCK_UNREADABLE:
    case MLK_LOCK_FREE:
        return;
    case MLK_LOCK_HELD:
        break;
    }
    if (o->held_by_caller) {
        mlk_buf_str(&o->next, "SELECT RELEASE_LOCK(");
        mlk_sql_string(&o->next, t->name, strlen(t->name));
        mlk_buf_str(&o->next, ")");
        return;
    }
    ask = o->verdict == MLK_IDLE && o->can_be_asked;
    if (o->verdict == MLK_ACTIVE && mlk_lock_ddl_waits_for(o))
        shown = mlk_lock_ddl_waits_for(o); /* what is in its way shows there */
    mlk_buf_fmt(&o->next, "SELECT miglock_%s(", o->verdict == MLK_ACTIVE || ask ? "status" : "release");
    mlk_sql_string(&o->next, shown, strlen(shown));
    if (ask)
        mlk_buf_str(&o->next, ", 'probe'");
    else if (o->verdict != MLK_ACTIVE)
        mlk_buf_fmt(&o->next, ", '%s'%s", o->token, o->verdict == MLK_ABANDONED ? "" : ", 'force'");
    mlk_buf_str(&o->next, ")");
}

static enum mlk_status begin(struct mlk_observation *o, struct mlk_snapshot *snapshot,
                             const struct mlk_target *target)
{
    memset(o, 0, sizeof *o);
    mlk_buf_init(&o->next, 4096);
    o->target = target;
    o->snapshot = snapshot;
    o->since_earliest = o->since_latest = -1;
    o->expires_earliest = o->expires_latest = -1;
    o->because = cJSON_CreateArray();
    o->blind_spots = cJSON_Duplicate(snapshot->blind_spots, true);
    o->siblings = cJSON_CreateArray();
    o->ddl = cJSON_CreateArray();
    o->waiters = cJSON_CreateArray();
    if (!o->because || !o->blind_spots || !o->siblings || !o->ddl || !o->waiters)
        return MLK_NO_MEMORY;
    o->facts.kind = target->tool->kind;
    o->facts.all_seen = snapshot->people.all;
    o->facts.transactions_seen = snapshot->people.transactions;
    o->facts.other_nodes = snapshot->server.cluster || snapshot->people.replica;
    return MLK_OK;
}

/* The verdict and what follows from it. */
static enum mlk_status judge(struct mlk_observation *o)
{
    enum mlk_status status = MLK_OK;

    o->verdict = mlk_verdict(&o->facts);
    if (o->facts.lock == MLK_LOCK_HELD)
        make_token(o);
    else if (o->facts.lock == MLK_LOCK_DAMAGED)
        status = make_repair(o);
    make_next(o);
    return status ? status : o->next.status;
}

/* Gathers; judge() comes when all that counts is known. */
static enum mlk_status look(struct mlk_session *s, struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, struct mlk_observation *o)
{
    enum mlk_status status = begin(o, snapshot, target);

    if (status)
        return status;
    status = target->tool->kind == MLK_NAMED ? mlk_observe_named(s, o) : mlk_observe_row(s, o);
    return status ? status : mlk_lock_ddl_look(s, o);
}

/* Looks once more, at a snapshot of its own, into the same observation. */
static enum mlk_status look_again(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_target *target = o->target;
    struct mlk_snapshot *later = calloc(1, sizeof *later);
    enum mlk_status status = later ? mlk_snapshot_for(s, target, later) : MLK_NO_MEMORY;

    if (status) {
        free(later);
        return status;
    }
    mlk_observation_free(o);
    status = look(s, later, target, o);
    o->own = later;
    return status;
}

/* The sessions were listed before the row was read. Who connected and took the lock in between is in the row
 * but not in the list. So list the sessions again, and read the row again: if it is the same as before, its
 * owner had it while the sessions were listed, and is not among them. */
static enum mlk_status confirm(struct mlk_session *s, struct mlk_observation *o)
{
    char seen[sizeof o->token];
    enum mlk_status status;

    memcpy(seen, o->token, sizeof seen);
    status = look_again(s, o);
    if (!status)
        status = judge(o);
    if (status || o->verdict != MLK_ABANDONED || strcmp(seen, o->token) == 0)
        return status;
    o->verdict = MLK_UNKNOWN;
    mlk_say(o->because, "the lock changed hands while it was looked at: look again");
    mlk_buf_reset(&o->next);
    make_next(o);
    return o->next.status;
}

/* The sentence on the holder's client. A look alone proves nothing: that a
 * connection is closed is known for certain only after its socket was found, checked and asked. */
static void say_peer(struct mlk_session *s, struct mlk_observation *o)
{
    struct mlk_buf text;

    if (!o->holder || o->held_by_caller)
        return;
    o->can_be_asked = mlk_peer_can_be_asked(s, &o->peer);
    mlk_buf_init(&text, 600);
    mlk_peer_describe(&o->peer, &text);
    if (o->peer.peer == MLK_PEER_UNKNOWN && !o->can_be_asked)
        mlk_say(o->blind_spots,
                "whether the client of connection %" PRIu64 " is still there is not known: %s", o->holder_id,
                o->peer.why);
    else
        mlk_say(o->because, "its client %s", mlk_buf_text(&text));
    mlk_buf_free(&text);
    if (o->facts.working && o->peer.peer == MLK_PEER_GONE)
        mlk_say(o->because, "the server notices that when the work under way has ended");
}

/* Until the server has noticed that the connection is closed. */
static enum mlk_status wait_for_departure(struct mlk_session *s, const struct mlk_observation *o)
{
    int64_t start = s->ops->now_ms(s);
    uint64_t holder = o->holder_id;
    enum mlk_status status = mlk_named_holder(s, o->target->name, &holder);

    while (!status && holder == o->holder_id && s->ops->now_ms(s) - start < DEPARTURE_MS) {
        status = s->ops->pause_ms(s, DEPARTURE_POLL_MS);
        if (!status)
            status = mlk_named_holder(s, o->target->name, &holder);
    }
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* The client is gone, so the lock may be free by now, or somebody else's. That the lock is still held by the
 * same connection also proves that the socket that was asked was its own: addresses and ports are given out
 * again only when a session has ended. */
static enum mlk_status look_after_departure(struct mlk_session *s, struct mlk_observation *o,
                                            const struct mlk_probe *answer)
{
    uint64_t asked = o->holder_id;
    struct mlk_buf text;
    enum mlk_status status;

    mlk_audit_gone(s, o->holder, answer);
    status = wait_for_departure(s, o);
    if (!status)
        status = look_again(s, o);
    if (status)
        return status;
    if (o->holder_id == asked) {
        o->peer = *answer;
        o->facts.peer = answer->peer;
        return MLK_OK;
    }
    o->departed_id = asked;
    mlk_buf_init(&text, 600);
    mlk_peer_describe(answer, &text);
    mlk_say(o->because,
            "connection %" PRIu64
            " held it until its client was asked, which %s; the server has ended that session",
            asked, mlk_buf_text(&text));
    mlk_buf_free(&text);
    return MLK_OK;
}

static enum mlk_status ask(struct mlk_session *s, struct mlk_observation *o)
{
    struct mlk_probe answer;
    enum mlk_status status;

    if (!o->holder || o->held_by_caller || o->facts.lock != MLK_LOCK_HELD)
        return MLK_OK;
    status = mlk_peer_probe(s, o->holder, MLK_PROBE_ASK, &answer);
    if (status)
        return status;
    if (answer.peer == MLK_PEER_GONE)
        return look_after_departure(s, o, &answer);
    o->peer = answer;
    o->facts.peer = answer.peer;
    return MLK_OK;
}

enum mlk_status mlk_observe(struct mlk_session *s, struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, enum mlk_probe_how how,
                            struct mlk_observation *o)
{
    enum mlk_status status = look(s, snapshot, target, o);

    if (!status && target->tool->kind == MLK_NAMED) {
        if (how == MLK_PROBE_ASK)
            status = ask(s, o);
        if (!status)
            say_peer(s, o);
    }
    if (!status)
        status = judge(o);
    if (status || target->tool->kind == MLK_NAMED || o->verdict != MLK_ABANDONED ||
        o->facts.older_than_server)
        return status;
    return confirm(s, o);
}

void mlk_observation_candidates(struct mlk_observation *o, cJSON *candidates)
{
    struct mlk_buf others;
    const cJSON *item;

    o->candidates = candidates;
    if (!candidates)
        return;
    mlk_buf_init(&others, 800);
    cJSON_ArrayForEach(item, candidates)
    {
        if (strcmp(item->valuestring, o->target->text) != 0)
            (void)mlk_buf_fmt(&others, "%s%s", others.len ? ", " : "", item->valuestring);
    }
    mlk_say(o->because,
            "the name of this lock is also that of %s%s: the name does not tell which of them took it",
            mlk_buf_text(&others), others.status ? ", ..." : "");
    mlk_buf_free(&others);
}

void mlk_observation_free(struct mlk_observation *o)
{
    if (o->own)
        mlk_snapshot_free(o->own);
    free(o->own);
    mlk_rows_free(o->rows);
    cJSON_Delete(o->because);
    cJSON_Delete(o->blind_spots);
    cJSON_Delete(o->siblings);
    cJSON_Delete(o->ddl);
    cJSON_Delete(o->waiters);
    cJSON_Delete(o->holder_locks);
    cJSON_Delete(o->candidates);
    mlk_buf_free(&o->next);
    mlk_statements_free(&o->repair);
    memset(o, 0, sizeof *o);
}
