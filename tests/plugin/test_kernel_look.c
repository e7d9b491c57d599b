/* SPDX-License-Identifier: GPL-2.0-only */
/* The short way to a client's connection: its thread shows which one it is. */
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "prober.h"

static uint16_t port_of(int fd)
{
    struct sockaddr_in name;
    socklen_t len = sizeof name;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
    return ntohs(name.sin_port);
}

/* How many prober_walks a look takes, from nothing. */
static unsigned walks_of_a_look(struct prober *p, enum mlk_peer peer)
{
    unsigned before = prober_walks;

    mlk_kernel_end(&p->kernel);
    assert_int_equal(prober_probe(p, MLK_PROBE_LOOK), peer);
    return prober_walks - before;
}

/* A thread that waits on a connection of the server's own port shows which one it is, without a walk. */
static void a_thread_shows_it(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.client.thread = serve_begin(&t, l.server);
    assert_int_equal(walks_of_a_look(&p, MLK_PEER_UNKNOWN), 1); /* the port is not known */
    assert_string_equal(p.out.state, "ESTABLISHED");
    p.kernel.door.port = port_of(l.server);
    assert_int_equal(walks_of_a_look(&p, MLK_PEER_UNKNOWN), 0);
    assert_string_equal(p.out.state, "ESTABLISHED");
    assert_true(p.out.heard_ms >= 0);
    p.kernel.door.port = port_of(l.client); /* as if it were an outgoing connection */
    assert_true(walks_of_a_look(&p, MLK_PEER_UNKNOWN) > 0);
    p.kernel.door.port = port_of(l.server);
    p.client.host = other.host; /* the thread serves another client by now */
    assert_true(walks_of_a_look(&p, MLK_PEER_UNKNOWN) > 0);
    assert_string_equal(p.out.why, "its thread serves another connection");
    p.client.host = l.host;
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    mlk_kernel_end(&p.kernel);
    loopback_close(&other);
    serve_close(&l, &t);
}

static void a_thread_shows_a_path(void **state)
{
    struct loopback l = loopback_unix("/tmp/miglock_kernel_path");
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.client.thread = serve_begin(&t, l.server);
    assert_int_equal(walks_of_a_look(&p, MLK_PEER_LOCAL), 1); /* the path is not known */
    assert_int_equal(p.out.pid, getpid());
    (void)snprintf(p.kernel.door.path, sizeof p.kernel.door.path, "%s", l.path);
    assert_int_equal(walks_of_a_look(&p, MLK_PEER_LOCAL), 0);
    assert_int_equal(p.out.pid, getpid());
    p.kernel.door.path[1] = 'x';
    assert_int_equal(walks_of_a_look(&p, MLK_PEER_LOCAL), 1);
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &t);
    assert_int_equal(unlink(l.path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(a_thread_shows_it),
        LOOPBACK_TEST(a_thread_shows_a_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
