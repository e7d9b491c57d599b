/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A named lock: only ending its holder's connection frees it. A connection that gave the lock back a moment
 * ago must not be hit: its client is kept from speaking, then lock and statements are looked at once more,
 * and the KILL asks IS_USED_LOCK in the same statement.
 */
#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "holder.h"
#include "kill.h"
#include "miglock/text.h"
#include "peer.h"
#include "release.h"

enum {
    POLL_MS = 50,
    POLL_LIMIT_MS = 5000,
    FRESH_MS = 5,     /* a thread that has just slept is not soon preempted, which keeps the gap short */
    STILL_MS = 50,    /* a connection that runs one statement after the other shows it within this time */
    RESTED_MS = 1000, /* so long one must have been still whose client nothing keeps from speaking */
};

static struct mlk_access kill_of(const struct mlk_observation *o)
{
    return (struct mlk_access){.need = MLK_NEED_KILL, .connection_id = o->holder_id};
}

/* procedure: one that the server has, and that did not do either; NULL: none. */
static void lacks_kill(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                       const char *procedure)
{
    r->outcome = "refused";
    mlk_say(r->because, "refused: %s; killing connection %" PRIu64 " takes %s, or its own account%s%s",
            s->error, o->holder_id,
            s->flavour == MLK_MYSQL ? "CONNECTION_ADMIN (and SYSTEM_USER if the holder has it)"
                                    : "CONNECTION ADMIN",
            procedure ? ", or EXECUTE on " : "", procedure ? procedure : "");
}

bool mlk_release_named_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    struct mlk_access need = kill_of(o);

    if (o->holder && mlk_person_is_servers(o->holder)) {
        r->outcome = "refused";
        mlk_say(r->because,
                "refused: connection %" PRIu64
                " is a thread of the server's own (%s), which a KILL would stop; stop "
                "what it does instead",
                o->holder_id, o->holder->user && o->holder->user[0] ? o->holder->user : o->holder->command);
        return false;
    }
    if (s->proxied) {
        r->outcome = "refused";
        mlk_say(r->because,
                "refused: this connection goes through a proxy that has connection ids of its own, so "
                "a KILL could hit a stranger's connection, or one of another server; connect to the "
                "server itself, or install the functions in it, which know its own ids");
        return false;
    }
    if (s->ops->may(s, &need)) {
        lacks_kill(s, r, o, NULL);
        return false;
    }
    mlk_kill_text(&r->statement, NULL, o->target->name, o->holder_id);
    if (!r->statement.status)
        return true;
    r->outcome = "failed";
    mlk_say(r->because, "the statement could not be built: %s", mlk_status_text(r->statement.status));
    return false;
}

/* The KILL is done and cannot be taken back, so whatever happens from here on is told in the answer. */
static void unconfirmed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    r->outcome = "failed";
    mlk_say(r->because,
            "connection %" PRIu64
            " was told to end, but whether the lock came free is not known (%s): look again",
            o->holder_id, s->error);
}

/* Until the lock is free or somebody else's; a KILL only asks a connection to end, and a rollback may take
 * long. procedure: what was called instead of KILL; NULL: nothing. */
static void wait_until_free(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                            const char *procedure)
{
    int64_t start = s->ops->now_ms(s);
    uint64_t holder;

    for (;;) {
        if (mlk_named_holder(s, o->target->name, &holder)) {
            unconfirmed(s, r, o);
            return;
        }
        if (holder != o->holder_id)
            break;
        if (s->ops->now_ms(s) - start >= POLL_LIMIT_MS) {
            r->outcome = "failed";
            mlk_say(r->because,
                    "connection %" PRIu64
                    " was told to end but still holds the lock after %d s: it is probably rolling back; "
                    "look again later",
                    o->holder_id, POLL_LIMIT_MS / 1000);
            return;
        }
        if (s->ops->pause_ms(s, POLL_MS)) {
            unconfirmed(s, r, o);
            return;
        }
    }
    r->outcome = "released";
    r->released = true;
    mlk_say(r->because, "connection %" PRIu64 " was %s%s and the lock came free after %" PRId64 " ms",
            o->holder_id, procedure ? "given to " : "killed", procedure ? procedure : "",
            s->ops->now_ms(s) - start);
    if (holder)
        mlk_say(r->because, "connection %" PRIu64 " has taken it since", holder);
}

static void gave_it_back(struct mlk_release *r, const struct mlk_observation *o)
{
    r->outcome = "changed";
    mlk_say(r->because,
            "connection %" PRIu64
            " gave the lock back before it could be killed, so nobody was killed; look again",
            o->holder_id);
}

/* It does something: nothing is done to it. */
static void at_work(struct mlk_release *r, const struct mlk_observation *o, const char *how)
{
    r->outcome = "refused";
    mlk_say(r->because, "refused: connection %" PRIu64 " %s, so it is at work; nobody was killed: look again",
            o->holder_id, how);
}

/* Whether it still has the lock and has run nothing since it was counted; else outcome and reason are set. */
static enum mlk_status check_the_same(struct mlk_session *s, struct mlk_release *r,
                                      const struct mlk_observation *o, bool *same)
{
    int64_t counter;
    uint64_t holder;
    enum mlk_status status = mlk_statement_counter(s, o->holder_id, &counter);

    *same = false;
    if (!status)
        status = mlk_named_holder(s, o->target->name, &holder);
    if (status)
        return status;
    if (holder != o->holder_id)
        gave_it_back(r, o);
    else if (r->counter >= 0 && counter != r->counter)
        at_work(r, o, "has run statements since it was looked at");
    else
        *same = true;
    return MLK_OK;
}

/* Who runs one statement after the other shows it within STILL_MS. */
static enum mlk_status check_stillness(struct mlk_session *s, struct mlk_release *r,
                                       const struct mlk_observation *o, bool *still)
{
    int64_t elapsed = s->ops->now_ms(s) - r->counted_ms;
    enum mlk_status status = MLK_OK;

    *still = false;
    if (r->counter >= 0 && elapsed < STILL_MS)
        status = s->ops->pause_ms(s, (unsigned)(STILL_MS - elapsed));
    return status ? status : check_the_same(s, r, o, still);
}

/* How long to wait yet for the last look at a holder whose client could give the lock back in the instant of
 * the KILL: the longer it has said nothing, the less it is likely to speak in that instant. */
static unsigned rest_wanted(struct mlk_session *s, const struct mlk_release *r,
                            const struct mlk_observation *o)
{
    int64_t elapsed = s->ops->now_ms(s) - r->counted_ms;
    /* whole seconds, so up to one less */
    bool rested = o->holder && mlk_person_sleeps(o->holder) && (o->holder->seconds - 1) * 1000 >= RESTED_MS;

    if (rested || r->counter < 0 || elapsed + FRESH_MS >= RESTED_MS)
        return FRESH_MS;
    return (unsigned)(RESTED_MS - elapsed);
}

/* What the checks before the KILL could not make certain. */
static void say_uncertain(const struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                          const struct mlk_frozen *frozen)
{
    if (r->counter < 0 && frozen->state != MLK_FREEZE_QUIET)
        mlk_say(r->because,
                "how many statements connection %" PRIu64
                " runs is not visible%s, so only the lock itself was checked before the KILL",
                o->holder_id, s->flavour == MLK_MYSQL ? " (performance_schema.status_by_thread)" : "");
    if (frozen->state == MLK_FREEZE_NOT)
        mlk_say(
            r->because,
            "its client could not be kept from speaking meanwhile (%s): had it given the lock back in the "
            "very instant of the KILL, it would have been hit all the same",
            frozen->why);
}

/*
 * From here until the KILL is done the holder's client cannot reach its session, so a holder that still has
 * the lock cannot give it back. Without that the server itself leaves a gap: it asks IS_USED_LOCK, then looks
 * for the connection, then ends it.
 */
static enum mlk_status freeze(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                              struct mlk_frozen *frozen, bool *still)
{
    enum mlk_status status = MLK_OK;

    *still = false;
    *frozen = (struct mlk_frozen){.state = MLK_FREEZE_NOT, .why = "it is not visible to this account"};
    if (o->holder)
        status = mlk_peer_freeze(s, o->holder, frozen);
    if (status)
        return status;
    if (frozen->state == MLK_FREEZE_SPOKE) {
        at_work(r, o, "has just been told something by its client");
        return MLK_OK;
    }
    if (frozen->state == MLK_FREEZE_NOT)
        status = s->ops->pause_ms(s, rest_wanted(s, r, o));
    if (!status)
        status = check_the_same(s, r, o, still);
    if (!status && *still)
        say_uncertain(s, r, o, frozen);
    return status;
}

/* Whether the holder may be killed now; it is frozen then, where that can be. Else outcome and reason are
 * set.
 */
static enum mlk_status check(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                             struct mlk_frozen *frozen, bool *still)
{
    enum mlk_status status = check_stillness(s, r, o, still);

    if (!status && *still)
        status = freeze(s, r, o, frozen, still);
    return status;
}

/*
 * Nothing keeps the client of an idle session on a Unix socket from speaking, so less is let lie between the
 * last look and the end than with a KILL: its connection is ended at the server's own end. That its thread
 * waits on no other connection the count of its statements tells. Only who may KILL everybody does it, as the
 * server is not asked again. *done false: the KILL has to do it, or *still is false and outcome and reason
 * are set.
 */
static enum mlk_status hang_up(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                               const struct mlk_frozen *frozen, bool *done, bool *still)
{
    bool any = false;
    enum mlk_status status = MLK_OK;

    *done = false;
    if (!frozen->line || !s->ops->hang_up || r->counter < 0 || !mlk_person_sleeps(o->holder))
        return MLK_OK;
    status = mlk_kill_any(s, &any);
    if (mlk_ask_over(status))
        return status;
    if (status || !any)
        return MLK_OK;
    status = s->ops->pause_ms(s, FRESH_MS);
    if (status)
        return status;
    *done = *still = s->ops->hang_up(s);
    if (*done)
        mlk_say(r->because,
                "connection %" PRIu64
                " waited for its client, so it was not the statement that ended it: the server's end of its "
                "connection was shut down, as if its client had left",
                o->holder_id);
    else
        at_work(r, o, "has just been told something by its client");
    return MLK_OK;
}

/*
 * The account may not KILL: the procedure that the server has for this, if it has one (*procedure). Finding
 * it has taken time, so the holder is looked at once more. *still as of check(). MLK_DENIED with the KILL's
 * own error where there is no such procedure.
 */
static enum mlk_status call(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                            const char **procedure, bool *still)
{
    struct mlk_access need = kill_of(o);
    char denied[MLK_ERROR_MAX];
    unsigned number = s->error_number;
    enum mlk_status status;

    mlk_copy(denied, sizeof denied, s->error);
    status = mlk_kill_procedure(s, MLK_KILL_CONNECTION, procedure);
    if (mlk_ask_over(status))
        return status;
    if (status || !*procedure) {
        mlk_copy(s->error, sizeof s->error, denied);
        s->error_number = number;
        return MLK_DENIED;
    }
    status = check_the_same(s, r, o, still);
    if (status || !*still)
        return status;
    mlk_say(
        r->because,
        "this account may not KILL connection %" PRIu64
        " (%s), so the server's own procedure %s is called; between its look at the lock and the end of the "
        "connection lies more time than with KILL",
        o->holder_id, denied, *procedure);
    mlk_buf_reset(&r->statement);
    mlk_kill_text(&r->statement, *procedure, o->target->name, o->holder_id);
    return mlk_ask_buf(s, &need, &r->statement, NULL, NULL);
}

/* What the statement that was to end the connection came to. */
static enum mlk_status ended(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                             const char *procedure, enum mlk_status status)
{
    if (mlk_ask_over(status))
        return status;
    if (status == MLK_OK) {
        wait_until_free(s, r, o, procedure);
    } else if (status == MLK_NOT_FOUND && (!procedure || s->error_number == MLK_ER_NO_SUCH_THREAD)) {
        gave_it_back(r, o);
    } else if (status == MLK_DENIED) {
        lacks_kill(s, r, o, procedure);
    } else {
        r->outcome = "failed";
        mlk_say(r->because, "the server refused %s, nobody was killed: %s",
                procedure ? procedure : "the KILL", s->error);
    }
    return MLK_OK;
}

enum mlk_status mlk_release_named(struct mlk_session *s, struct mlk_release *r,
                                  const struct mlk_observation *o)
{
    struct mlk_access need = kill_of(o);
    const char *procedure = NULL;
    struct mlk_frozen frozen = {.state = MLK_FREEZE_NOT};
    bool still, done = false;
    enum mlk_status checked = check(s, r, o, &frozen, &still), status = MLK_OK;

    if (!checked && still)
        checked = hang_up(s, r, o, &frozen, &done, &still);
    if (!checked && still && !done)
        status = mlk_ask_buf(s, &need, &r->statement, NULL, NULL);
    if (status == MLK_DENIED && s->ops->calls)
        status = call(s, r, o, &procedure, &still);
    mlk_peer_thaw(s);
    if (mlk_ask_over(checked))
        return checked;
    if (checked) {
        r->outcome = "failed";
        mlk_say(r->because, "whether the lock is still held could not be checked, nobody was killed: %s",
                s->error);
        return MLK_OK;
    }
    return still || status ? ended(s, r, o, procedure, status) : MLK_OK;
}
