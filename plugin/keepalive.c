/* SPDX-License-Identifier: GPL-2.0-only */
#include "keepalive.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "miglock/session.h"
#include "tcp_state.h"

enum {
    IDLE_S = 1,
    INTERVAL_S = 1,
    COUNT_MAX = 127, /* MAX_TCP_KEEPCNT, net/tcp.h */
};

/* Two calls may ask about the same connection, each with a duplicate of its own. Read-then-set and put-back
 * must not mix, or one would keep the other's values as those of before. Held for a few system calls. */
static pthread_mutex_t options = PTHREAD_MUTEX_INITIALIZER;

static bool get(int fd, int level, int name, int *value)
{
    socklen_t len = sizeof *value;

    return getsockopt(fd, level, name, value, &len) == 0 && len == sizeof *value;
}

static bool set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

bool mlk_keepalive_read(int fd, struct mlk_keepalive *out)
{
    return get(fd, SOL_SOCKET, SO_KEEPALIVE, &out->on) && get(fd, IPPROTO_TCP, TCP_KEEPIDLE, &out->idle) &&
           get(fd, IPPROTO_TCP, TCP_KEEPINTVL, &out->interval) &&
           get(fd, IPPROTO_TCP, TCP_KEEPCNT, &out->count);
}

/* Whoever has set these, the kernel asks every second. */
static bool is_asked(const struct mlk_keepalive *k)
{
    return k->on && k->idle == IDLE_S && k->interval == INTERVAL_S;
}

/* TCP_KEEPIDLE comes last: where keepalive is on, setting it makes the kernel's timer anew, from the time at
 * which the peer was last heard of (tcp_sock_set_keepidle_locked, net/ipv4/tcp.c). */
static bool apply(int fd, const struct mlk_keepalive *k)
{
    return set(fd, IPPROTO_TCP, TCP_KEEPCNT, k->count) && set(fd, IPPROTO_TCP, TCP_KEEPINTVL, k->interval) &&
           set(fd, SOL_SOCKET, SO_KEEPALIVE, k->on) && set(fd, IPPROTO_TCP, TCP_KEEPIDLE, k->idle);
}

/* Only what is still as it was set here: the rest somebody else has set meanwhile. Keepalive goes off before
 * anything else, which ends the timer; where it stays on, the count goes up first, so that the questions
 * that were put do not use it up, and TCP_KEEPIDLE sets the timer last. */
static void put_back(const struct mlk_asking *a)
{
    const struct mlk_keepalive *before = &a->before, *during = &a->during;
    struct mlk_keepalive now;

    if (!mlk_keepalive_read(a->fd, &now))
        return;
    if (now.on == during->on && before->on != during->on)
        (void)set(a->fd, SOL_SOCKET, SO_KEEPALIVE, before->on);
    if (now.count == during->count)
        (void)set(a->fd, IPPROTO_TCP, TCP_KEEPCNT, before->count);
    if (now.interval == during->interval)
        (void)set(a->fd, IPPROTO_TCP, TCP_KEEPINTVL, before->interval);
    if (now.idle == during->idle)
        (void)set(a->fd, IPPROTO_TCP, TCP_KEEPIDLE, before->idle);
}

/* Whether nobody is harmed by asking. */
static bool may_ask(const struct mlk_asking *a, const struct mlk_tcp_state *state, char *why, size_t why_size)
{
    int timeout = 0;

    /* It would take the place of the count: the connection could be closed after one question. */
    if (get(a->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout) && timeout != 0) {
        (void)snprintf(why, why_size, "not asked: TCP_USER_TIMEOUT of the connection is %d ms", timeout);
        return false;
    }
    /* The kernel keeps counting from one question to the next until it is answered, whoever sets what: should
     * asking be broken off, then those that were put must not use up what the server allows. */
    if (a->before.on && a->before.count < state->probes + MLK_PROBE_QUESTIONS) {
        (void)snprintf(why, why_size,
                       "not asked: the server's own keepalive gives up after %d questions, and %lld are open",
                       a->before.count, (long long)state->probes);
        return false;
    }
    return true;
}

/* Under the mutex. */
static bool begin(struct mlk_asking *a, char *why, size_t why_size)
{
    struct mlk_tcp_state state;

    a->owner = false;
    if (!mlk_keepalive_read(a->fd, &a->before) || !mlk_tcp_state_read(a->fd, &state)) {
        (void)snprintf(why, why_size, "not asked: the kernel lacks an option of TCP keepalive (error %d)",
                       errno);
        return false;
    }
    if (is_asked(&a->before))
        return true;
    if (!may_ask(a, &state, why, why_size))
        return false;
    a->during = (struct mlk_keepalive){.on = 1, .idle = IDLE_S, .interval = INTERVAL_S};
    a->during.count =
        state.probes < COUNT_MAX - MLK_PROBE_QUESTIONS ? (int)state.probes + MLK_PROBE_QUESTIONS : COUNT_MAX;
    a->owner = apply(a->fd, &a->during);
    if (!a->owner) {
        (void)snprintf(why, why_size, "not asked: the kernel does not take an option (error %d)", errno);
        put_back(a);
    }
    return a->owner;
}

bool mlk_asking_begin(struct mlk_asking *a, int fd, char *why, size_t why_size)
{
    bool done;

    memset(a, 0, sizeof *a);
    a->fd = fd;
    pthread_mutex_lock(&options);
    done = begin(a, why, why_size);
    pthread_mutex_unlock(&options);
    return done;
}

bool mlk_asking_go_on(struct mlk_asking *a, char *why, size_t why_size)
{
    bool done;

    if (a->owner)
        return true;
    pthread_mutex_lock(&options);
    done = begin(a, why, why_size);
    pthread_mutex_unlock(&options);
    return done;
}

void mlk_asking_end(struct mlk_asking *a)
{
    if (!a->owner)
        return;
    pthread_mutex_lock(&options);
    put_back(a);
    pthread_mutex_unlock(&options);
    a->owner = false;
}
