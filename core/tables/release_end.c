/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ending one session, or its statement, that was seen a moment ago. What is at something else by now must not
 * be hit. A statement: MariaDB ends it by its own number or not at all. Anything else: the client is kept
 * from speaking, what the session does is looked at and its statements are counted once more, and only then
 * comes the KILL.
 */
#include <inttypes.h>
#include <string.h>

#include "../ask.h"
#include "../holder.h"
#include "../peer.h"
#include "release.h"

enum {
    POLL_MS = 50,
    POLL_LIMIT_MS = 5000,
    COMPARED = 90, /* bytes of a statement that every list of sessions has */
};

static struct mlk_access kill_of(const struct mlk_table_victim *v)
{
    return (struct mlk_access){.need = MLK_NEED_KILL, .connection_id = v->id};
}

void mlk_table_lacks_kill(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_victim *v)
{
    r->outcome = "refused";
    mlk_say(r->because, "refused: %s; ending what connection %" PRIu64 " does takes %s, or its own account",
            s->error, v->id,
            s->flavour == MLK_MYSQL ? "CONNECTION_ADMIN (and SYSTEM_USER if it has that)"
                                    : "CONNECTION ADMIN");
}

/* ---- what it does now ---- */

enum doing { DOES_THE_SAME, DOES_ANOTHER, IS_IDLE, HAS_LEFT };

static bool same_statement(const char *a, const char *b)
{
    return a && b && strncmp(a, b, COMPARED) == 0;
}

static enum mlk_status look_at(struct mlk_session *s, const struct mlk_table_look *look, uint64_t id,
                               enum doing *out)
{
    const struct mlk_person *was = mlk_person_find(look->scene.people, id), *p;
    cJSON *aside = cJSON_CreateArray(); /* what that read says of other matters */
    struct mlk_people people = {0};
    enum mlk_status status = aside ? mlk_people_read(s, look->scene.server, &people, aside) : MLK_NO_MEMORY;

    if (!status) {
        p = mlk_person_find(&people, id);
        *out = !p                                                    ? HAS_LEFT
               : mlk_person_sleeps(p)                                ? IS_IDLE
               : was && same_statement(was->statement, p->statement) ? DOES_THE_SAME
                                                                     : DOES_ANOTHER;
    }
    mlk_people_free(&people);
    cJSON_Delete(aside);
    return status;
}

/* ---- before ---- */

/* Whether the server itself compares, so that nobody has to be kept from speaking. */
static bool by_number(const struct mlk_session *s, const struct mlk_table_victim *v)
{
    return s->flavour == MLK_MARIADB && v->what == MLK_KILL_QUERY && v->counter >= 0;
}

/* A session that was idle must be so, and the statement that is to be ended must be the one that runs: within
 * a procedure MySQL counts no statements. */
static enum mlk_status looks_the_same(struct mlk_session *s, const struct mlk_table_look *look,
                                      const struct mlk_table_victim *v, bool *same)
{
    const struct mlk_person *was = mlk_person_find(look->scene.people, v->id);
    enum doing doing = HAS_LEFT;
    enum mlk_status status = look_at(s, look, v->id, &doing);

    if (was && mlk_person_sleeps(was))
        *same = doing == IS_IDLE;
    else
        *same = doing == DOES_THE_SAME ||
                (v->what == MLK_KILL_CONNECTION && v->counter >= 0 && doing != HAS_LEFT);
    return status;
}

/* Whether it is still at what was seen. Else outcome and reason are set. The counter comes last, as nothing
 * lies between it and the KILL. */
static enum mlk_status check_the_same(struct mlk_session *s, struct mlk_release *r,
                                      const struct mlk_table_look *look, const struct mlk_table_victim *v,
                                      bool *same)
{
    int64_t counter = v->counter;
    enum mlk_status status = MLK_OK;

    *same = true;
    if (!by_number(s, v))
        status = looks_the_same(s, look, v, same);
    if (!status && *same)
        status = mlk_statement_counter(s, v->id, &counter);
    *same = !status && *same && (v->counter < 0 || counter == v->counter);
    if (status || *same)
        return status;
    r->outcome = "changed";
    mlk_say(r->because,
            "connection %" PRIu64
            " has gone on to something else since it was looked at, or ended, so nothing was done to it; "
            "look again",
            v->id);
    return MLK_OK;
}

static enum mlk_status freeze(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                              const struct mlk_table_victim *v, bool *still)
{
    const struct mlk_person *p = mlk_person_find(look->scene.people, v->id);
    struct mlk_frozen frozen = {.state = MLK_FREEZE_NOT, .why = "it is not visible to this account"};
    enum mlk_status status = p && !by_number(s, v) ? mlk_peer_freeze(s, p, &frozen) : MLK_OK;

    *still = false;
    if (status)
        return status;
    if (frozen.state == MLK_FREEZE_SPOKE) {
        r->outcome = "refused";
        mlk_say(r->because,
                "refused: connection %" PRIu64
                " has just been told something by its client; nothing was done to it, look again",
                v->id);
        return MLK_OK;
    }
    status = check_the_same(s, r, look, v, still);
    if (status || !*still || by_number(s, v))
        return status;
    if (v->counter < 0)
        mlk_say(r->because,
                "how many statements connection %" PRIu64
                " runs is not visible%s, so only what it shows was compared again before the KILL",
                v->id, s->flavour == MLK_MYSQL ? " (performance_schema.status_by_thread)" : "");
    if (frozen.state == MLK_FREEZE_NOT)
        mlk_say(r->because,
                "the client of connection %" PRIu64
                " could not be kept from speaking meanwhile (%s): had it begun something else in the very "
                "instant of the KILL, that would have been hit",
                v->id, frozen.why);
    return MLK_OK;
}

/* ---- the KILL ---- */

/* The account may not KILL: the procedure that the server has for this, if it has one. */
static enum mlk_status call(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                            const struct mlk_table_victim *v, bool *still)
{
    struct mlk_access need = kill_of(v);
    char denied[MLK_ERROR_MAX];
    const char *procedure = NULL;
    enum mlk_status status;

    memcpy(denied, s->error, sizeof denied);
    status = mlk_kill_procedure(s, v->what, &procedure);
    if (mlk_ask_over(status))
        return status;
    if (status || !procedure) {
        memcpy(s->error, denied, sizeof denied);
        return MLK_DENIED;
    }
    status = check_the_same(s, r, look, v, still);
    if (status || !*still)
        return status;
    mlk_say(r->because,
            "this account may not KILL connection %" PRIu64 ", so the server's own procedure %s is "
            "called",
            v->id, procedure);
    mlk_buf_reset(&r->statement);
    mlk_kill_id_text(&r->statement, v->what, procedure, v->id, -1);
    return mlk_ask_buf(s, &need, &r->statement, NULL, NULL);
}

/* Until it has ended; a KILL only asks. What happens from here on is told in the answer, as the KILL cannot
 * be taken back. */
static void wait_until_ended(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                             const struct mlk_table_victim *v)
{
    int64_t start = s->ops->now_ms(s), counter = v->counter;
    bool query = v->what == MLK_KILL_QUERY;
    enum doing doing = DOES_THE_SAME;
    enum mlk_status status;

    for (;;) {
        status = look_at(s, look, v->id, &doing);
        if (!status && v->counter >= 0 && doing == DOES_THE_SAME)
            status = mlk_statement_counter(s, v->id, &counter); /* it may have begun the same one again */
        if (status || doing == HAS_LEFT || (query && (doing != DOES_THE_SAME || counter != v->counter)))
            break;
        if (s->ops->now_ms(s) - start >= POLL_LIMIT_MS) {
            r->outcome = "failed";
            mlk_say(
                r->because,
                "connection %" PRIu64
                " was told to end%s and has not after %d s: it is probably rolling back; look again later",
                v->id, query ? " its statement" : "", POLL_LIMIT_MS / 1000);
            return;
        }
        status = s->ops->pause_ms(s, POLL_MS);
        if (status)
            break;
    }
    if (status) {
        r->outcome = "failed";
        mlk_say(r->because,
                "connection %" PRIu64 " was told to end%s, but whether it has is not known (%s): look again",
                v->id, query ? " its statement" : "", s->error);
        return;
    }
    r->outcome = "released";
    r->released = true;
    mlk_say(r->because,
            query ? "the statement of connection %" PRIu64 " ended after %" PRId64 " ms"
                  : "connection %" PRIu64 " ended after %" PRId64 " ms",
            v->id, s->ops->now_ms(s) - start);
}

static enum mlk_status ended(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                             const struct mlk_table_victim *v, enum mlk_status status)
{
    if (mlk_ask_over(status))
        return status;
    if (status == MLK_OK) {
        wait_until_ended(s, r, look, v);
    } else if (status == MLK_DENIED) {
        mlk_table_lacks_kill(s, r, v);
    } else if (status == MLK_NOT_FOUND) {
        r->outcome = "changed";
        mlk_say(r->because,
                "what connection %" PRIu64
                " ran had ended before it could be, so nothing was done to it; look again",
                v->id);
    } else {
        r->outcome = "failed";
        mlk_say(r->because, "the server refused the KILL, nothing was done: %s", s->error);
    }
    return MLK_OK;
}

enum mlk_status mlk_table_end(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                              const struct mlk_table_victim *v)
{
    struct mlk_access need = kill_of(v);
    bool still = false;
    enum mlk_status checked, status = MLK_OK;

    mlk_buf_reset(&r->statement);
    mlk_kill_id_text(&r->statement, v->what, NULL, v->id, by_number(s, v) ? v->counter : -1);
    checked = freeze(s, r, look, v, &still);
    if (!checked && still)
        status = mlk_ask_buf(s, &need, &r->statement, NULL, NULL);
    if (status == MLK_DENIED && s->ops->calls)
        status = call(s, r, look, v, &still);
    mlk_peer_thaw(s);
    if (mlk_ask_over(checked))
        return checked;
    if (checked) {
        r->outcome = "failed";
        mlk_say(r->because,
                "whether connection %" PRIu64 " is still at it could not be checked, nothing was "
                "done to it: %s",
                v->id, s->error);
        return MLK_OK;
    }
    return still || status ? ended(s, r, look, v, status) : MLK_OK;
}

enum mlk_status mlk_table_ask_client(struct mlk_session *s, struct mlk_release *r,
                                     const struct mlk_table_look *look, uint64_t id, bool *gone)
{
    const struct mlk_person *p = mlk_person_find(look->scene.people, id);
    int64_t start = s->ops->now_ms(s);
    enum doing doing = DOES_THE_SAME;
    struct mlk_probe probe;
    struct mlk_buf b;
    enum mlk_status status;

    *gone = false;
    if (!p || !mlk_person_sleeps(p))
        return MLK_OK;
    status = mlk_peer_probe(s, p, MLK_PROBE_ASK, &probe);
    if (status || probe.peer != MLK_PEER_GONE)
        return status;
    while (!status && doing != HAS_LEFT && s->ops->now_ms(s) - start < MLK_PROBE_LIMIT_MS + POLL_LIMIT_MS) {
        status = look_at(s, look, id, &doing);
        if (!status && doing != HAS_LEFT)
            status = s->ops->pause_ms(s, POLL_MS);
    }
    *gone = !status && doing == HAS_LEFT;
    if (!*gone)
        return status;
    mlk_buf_init(&b, 1000);
    mlk_peer_describe(&probe, &b);
    r->outcome = "released";
    r->released = true;
    mlk_say(r->because,
            "the client of connection %" PRIu64 " %s, and the server has ended its session: nobody "
            "had to be killed",
            id, mlk_buf_text(&b));
    mlk_buf_free(&b);
    return MLK_OK;
}
