/* SPDX-License-Identifier: GPL-2.0-only */
#include "question.h"

#include <stdio.h>
#include <time.h>

#include "keepalive.h"
#include "tcp_state.h"

enum {
    FIRST_STEP_MS = 2,
    LAST_STEP_MS = 50,
    SILENCE_MS = 1000,  /* the kernel asks a peer that was silent for so long (keepalive.c) */
    PATIENCE_MS = 3000, /* what is waited for retransmissions to be answered, as long as for keepalives */
};

struct watch {
    struct mlk_session *s;
    struct mlk_socket *socket;
    struct mlk_asking asking;
    struct mlk_probe *out;
    struct mlk_tcp_state base, last; /* right after the question, and of the last look */
    int64_t began_ms;                /* of the session's clock */
    int64_t began_tick_ms;           /* of the kernel's tick */
    int64_t tick_ms;                 /* how long a tick is, rounded up */
};

/* The kernel notes when it heard of the peer in ticks, which may lag behind the time: so its times are
 * compared with the clock that is moved by the same tick (clock_gettime(2)). */
static int64_t tick_clock_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t tick_length_ms(void)
{
    enum { SLOWEST_MS = 10 };
    struct timespec tick = {.tv_nsec = SLOWEST_MS * 1000000L};

    (void)clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return (int64_t)tick.tv_sec * 1000 + tick.tv_nsec / 1000000 + 1;
}

static int64_t waited_ms(const struct watch *w)
{
    return w->s->ops->now_ms(w->s) - w->began_ms;
}

static void note(struct mlk_probe *out, const struct mlk_tcp_state *state)
{
    (void)snprintf(out->state, sizeof out->state, "%s", mlk_tcp_state_name(state->state));
    out->unacked = state->unacked;
    out->retransmits = state->retransmits;
}

/* What a connection that is not established says of its client. */
static void say_ended(struct mlk_probe *out, int state)
{
    const char *why = "the connection is not established";

    if (state == MLK_TCP_CLOSE)
        why = "the connection was reset or timed out";
    else if (mlk_tcp_is_gone(state))
        why = "the client has closed its end";
    else if (state == MLK_TCP_FIN_WAIT1 || state == MLK_TCP_FIN_WAIT2)
        why = "the server has closed its end";
    out->peer = mlk_tcp_is_gone(state) ? MLK_PEER_GONE : MLK_PEER_UNKNOWN;
    (void)snprintf(out->why, sizeof out->why, "%s", why);
}

/* False where there is nothing to be asked: out then says all there is. */
static bool look(int held, struct mlk_probe *out, struct mlk_tcp_state *state)
{
    out->peer = MLK_PEER_UNKNOWN;
    if (!mlk_tcp_state_read(held, state)) {
        (void)snprintf(out->why, sizeof out->why, "the kernel does not tell the connection's state");
        return false;
    }
    note(out, state);
    out->heard_ms = mlk_tcp_heard_ms(state);
    if (state->state != MLK_TCP_ESTABLISHED) {
        say_ended(out, state->state);
        return false;
    }
    (void)snprintf(out->why, sizeof out->why, "not asked");
    return true;
}

void mlk_question_look(int held, struct mlk_probe *out)
{
    struct mlk_tcp_state state;

    (void)look(held, out, &state);
}

/* The connection ended while it was watched. Silence and a reset leave the same state; but a reset is a
 * segment that came in, and after silence the kernel's count of questions is full. */
static void say_closed(const struct watch *w, const struct mlk_tcp_state *state)
{
    struct mlk_probe *out = w->out;

    say_ended(out, state->state);
    if (state->state != MLK_TCP_CLOSE)
        return;
    if (state->probes >= w->base.probes + MLK_PROBE_QUESTIONS)
        (void)snprintf(out->why, sizeof out->why, "no answer to %lld questions, watched for %.1f s",
                       (long long)state->probes, (double)out->asked_ms / 1000);
    else if (state->segments != w->base.segments)
        (void)snprintf(out->why, sizeof out->why, "the client's host has reset the connection");
}

/* Whether the host was heard of after the question. Either a time since the last acknowledgement or data has
 * gone back, which only a later one does; or it is shorter than the wait by more than a tick at both ends. */
static bool is_answered(const struct watch *w, const struct mlk_tcp_state *state, int64_t ticked_ms)
{
    return state->ack_ms < w->last.ack_ms || state->data_ms < w->last.data_ms ||
           mlk_tcp_heard_ms(state) + 2 * w->tick_ms <= ticked_ms;
}

/* From the question, which the kernel puts when the host was silent long enough. */
static int64_t answer_ms(const struct watch *w, const struct mlk_tcp_state *state)
{
    int64_t heard = mlk_tcp_heard_ms(&w->base);
    int64_t asked_at = !w->base.unacked && heard < SILENCE_MS ? SILENCE_MS - heard : 0;
    int64_t answered_at = w->out->asked_ms - mlk_tcp_heard_ms(state);

    if (answered_at >= asked_at)
        return answered_at - asked_at;
    return answered_at > 0 ? answered_at : 0;
}

static void say_undecided(const struct watch *w)
{
    double waited = (double)w->out->asked_ms / 1000;

    if (w->last.unacked)
        (void)snprintf(w->out->why, sizeof w->out->why,
                       "%lld packets are not acknowledged after %lld retransmissions, watched for %.1f s",
                       (long long)w->last.unacked, (long long)w->last.retransmits, waited);
    else
        (void)snprintf(w->out->why, sizeof w->out->why,
                       "neither an answer nor the kernel's verdict in %.1f s", waited);
}

/* One look at a connection that is being asked: whether it is settled, with out filled. */
static bool is_settled(struct watch *w)
{
    int64_t ticked_ms = tick_clock_ms() - w->began_tick_ms;
    struct mlk_probe *out = w->out;
    struct mlk_tcp_state state;

    out->asked_ms = waited_ms(w);
    if (!mlk_tcp_state_read(w->asking.fd, &state)) {
        (void)snprintf(out->why, sizeof out->why, "the kernel does not tell the connection's state");
        return true;
    }
    note(out, &state);
    if (state.state != MLK_TCP_ESTABLISHED) {
        say_closed(w, &state);
        return true;
    }
    if (is_answered(w, &state, ticked_ms)) {
        out->peer = MLK_PEER_ALIVE;
        out->answer_ms = answer_ms(w, &state);
        out->why[0] = '\0';
        return true;
    }
    w->last = state;
    /* The kernel sends no keepalives while data is under way: its retransmissions are the questions. */
    if (out->asked_ms >= PATIENCE_MS && state.unacked && state.retransmits >= MLK_PROBE_QUESTIONS &&
        mlk_tcp_heard_ms(&state) >= PATIENCE_MS) {
        out->peer = MLK_PEER_GONE;
        (void)snprintf(out->why, sizeof out->why,
                       "%lld retransmissions without an answer, nothing heard for %.1f s",
                       (long long)state.retransmits, (double)mlk_tcp_heard_ms(&state) / 1000);
        return true;
    }
    if (!mlk_socket_is_open(w->socket, w->asking.fd)) {
        (void)snprintf(out->why, sizeof out->why, "the server has closed the connection");
        return true;
    }
    return !mlk_asking_go_on(&w->asking, out->why, sizeof out->why);
}

static enum mlk_status watch(struct watch *w)
{
    int64_t step = FIRST_STEP_MS, left = MLK_PROBE_LIMIT_MS;

    while (left > 0) {
        enum mlk_status status = w->s->ops->pause_ms(w->s, (unsigned)(left < step ? left : step));

        if (status)
            return status;
        if (is_settled(w))
            return MLK_OK;
        left = MLK_PROBE_LIMIT_MS - waited_ms(w);
        step = step * 2 < LAST_STEP_MS ? step * 2 : LAST_STEP_MS;
    }
    say_undecided(w);
    return MLK_OK;
}

enum mlk_status mlk_question_ask(struct mlk_session *s, struct mlk_socket *socket, int held,
                                 struct mlk_probe *out)
{
    struct watch w = {.s = s, .socket = socket, .out = out};
    enum mlk_status status = MLK_OK;

    if (!look(held, out, &w.base))
        return MLK_OK;
    if (!mlk_asking_begin(&w.asking, held, out->why, sizeof out->why))
        return MLK_OK;
    out->asked = true;
    out->asked_ms = 0;
    w.tick_ms = tick_length_ms();
    w.began_ms = s->ops->now_ms(s);
    w.began_tick_ms = tick_clock_ms();
    /* Read anew: what came in before the question is no answer to it. */
    if (mlk_tcp_state_read(held, &w.base)) {
        w.last = w.base;
        status = watch(&w);
    }
    mlk_asking_end(&w.asking);
    return status;
}
