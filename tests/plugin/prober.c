/* SPDX-License-Identifier: GPL-2.0-only */
#include "prober.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread_socket.h"

FILE *__real_fopen(const char *name, const char *mode);
FILE *__wrap_fopen(const char *name, const char *mode);

unsigned prober_walks;
bool prober_no_proc;

FILE *__wrap_fopen(const char *name, const char *mode)
{
    prober_walks++;
    errno = ENOENT;
    return prober_no_proc ? NULL : __real_fopen(name, mode);
}

void prober_init(struct prober *p, const char *host)
{
    memset(p, 0, sizeof *p);
    loopback_session_init(&p->session);
    p->client = (struct mlk_client){.connection_id = 7, .host = host, .pid = -1, .thread = -1};
}

enum mlk_peer prober_probe(struct prober *p, enum mlk_probe_how how)
{
    enum mlk_status status = MLK_OK;

    memset(&p->out, 0x55, sizeof p->out);
    if (how != MLK_PROBE_LOOK ||
        !mlk_kernel_look(&p->session.session, &p->kernel, &p->client, &p->out, &status))
        status = mlk_kernel_probe(&p->session.session, &p->kernel, &p->client, how, &p->out);
    assert_int_equal(status, MLK_OK);
    assert_true(p->out.peer == MLK_PEER_ALIVE || p->out.peer == MLK_PEER_LOCAL || p->out.why[0]);
    return p->out.peer;
}

void prober_unknown(struct prober *p, const char *why)
{
    static const enum mlk_probe_how both[] = {MLK_PROBE_LOOK, MLK_PROBE_ASK};

    for (size_t i = 0; i < UNIT_COUNT(both); i++) {
        assert_int_equal(prober_probe(p, both[i]), MLK_PEER_UNKNOWN);
        assert_string_equal(p->out.why, why);
        assert_string_equal(p->out.state, "");
        assert_false(p->out.asked);
        assert_true(p->out.heard_ms == -1 && p->out.asked_ms == -1 && p->out.answer_ms == -1);
        assert_true(p->out.pid == -1 && p->out.unacked == -1 && p->out.retransmits == -1);
    }
}

static void *serve(void *arg)
{
    struct server_thread *t = arg;
    struct pollfd entry = {.fd = t->fd}; /* not woken by what the tests say */

    atomic_store(&t->id, (int)syscall(SYS_gettid));
    while (poll(&entry, 1, -1) < 0)
        ;
    return NULL;
}

bool serve_waits(void *arg)
{
    const struct server_thread *t = arg;

    return mlk_thread_waits_on(atomic_load(&t->id)) == t->fd;
}

int64_t serve_begin(struct server_thread *t, int fd)
{
    memset(t, 0, sizeof *t);
    t->fd = fd;
    assert_int_equal(pthread_create(&t->thread, NULL, serve, t), 0);
    loopback_until(serve_waits, t);
    return atomic_load(&t->id);
}

void serve_end(struct server_thread *t)
{
    assert_int_equal(shutdown(t->fd, SHUT_RDWR), 0); /* POLLHUP */
    pthread_join(t->thread, NULL);
}

void serve_close(struct loopback *l, struct server_thread *t)
{
    if (l->client >= 0)
        (void)shutdown(l->client, SHUT_RDWR);
    serve_end(t);
    loopback_close(l);
}
