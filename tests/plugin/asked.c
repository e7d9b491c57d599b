/* SPDX-License-Identifier: GPL-2.0-only */
#include "asked.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "tcp_state.h"

int64_t asked_now_ms(struct asked *a)
{
    return a->session.session.ops->now_ms(&a->session.session);
}

static void set(int fd, int level, int name, int value)
{
    assert_int_equal(setsockopt(fd, level, name, &value, sizeof value), 0);
}

void asked_use(struct asked *a, const struct mlk_keepalive *options)
{
    set(a->held, IPPROTO_TCP, TCP_KEEPCNT, options->count);
    set(a->held, IPPROTO_TCP, TCP_KEEPINTVL, options->interval);
    set(a->held, IPPROTO_TCP, TCP_KEEPIDLE, options->idle);
    set(a->held, SOL_SOCKET, SO_KEEPALIVE, options->on);
}

static const struct mlk_keepalive usual = {.on = 1, .idle = 7200, .interval = 75, .count = 9};

void asked_open(struct asked *a, const char *ip)
{
    char why[160] = "";

    memset(a, 0, sizeof *a);
    a->loop = loopback_open(ip);
    loopback_session_init(&a->session);
    a->socket = loopback_socket(&a->loop);
    a->held = mlk_socket_hold(&a->socket, why, sizeof why);
    assert_true(a->held >= 0);
    asked_use(a, &usual);
    a->out.asked_ms = a->out.answer_ms = a->out.heard_ms = -1;
}

static void *ask_on_thread(void *arg)
{
    struct asked *a = arg;
    int64_t began = asked_now_ms(a);

    a->status = mlk_question_ask(&a->session.session, &a->socket, a->held, &a->out);
    a->took_ms = asked_now_ms(a) - began;
    return NULL;
}

void asked_begin(struct asked *a)
{
    assert_true(mlk_keepalive_read(a->held, &a->before));
    assert_int_equal(pthread_create(&a->thread, NULL, ask_on_thread, a), 0);
}

void asked_end(struct asked *a)
{
    pthread_join(a->thread, NULL);
    assert_true(mlk_keepalive_read(a->held, &a->after));
    assert_memory_equal(&a->before, &a->after, sizeof a->before);
    assert_true(a->took_ms <= MLK_PROBE_LIMIT_MS + 500);
}

void asked_close(struct asked *a)
{
    (void)close(a->held);
    loopback_close(&a->loop);
}

void asked_peer_is(const struct asked *a, enum mlk_peer peer)
{
    if (a->status != MLK_OK || a->out.peer != peer)
        fail_msg("status %d, peer %d, not %d, %s: %s", (int)a->status, (int)a->out.peer, (int)peer,
                 a->out.state, a->out.why);
}

void asked_why_has(const struct asked *a, const char *part)
{
    if (!strstr(a->out.why, part))
        fail_msg("this lacks '%s': %s", part, a->out.why);
}

bool asked_was_silent(void *arg)
{
    const struct asked *a = arg;
    struct mlk_tcp_state state;

    return mlk_tcp_state_read(a->held, &state) && mlk_tcp_heard_ms(&state) >= 1100;
}

bool asked_has_probes(void *arg)
{
    const struct asked *a = arg;
    struct mlk_tcp_state state;

    return mlk_tcp_state_read(a->held, &state) && state.probes >= 1;
}
