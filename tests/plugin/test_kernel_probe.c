/* SPDX-License-Identifier: GPL-2.0-only */
/* Which connection is taken for a client's, and when none is: by HOST, and by the thread that serves it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "prober.h"
#include "tcp_state.h"

static void by_address_and_port(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    assert_string_equal(p.out.why, "not asked");
    assert_string_equal(p.out.state, "ESTABLISHED");
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    loopback_reset(&l);
    loopback_until_state(l.server, MLK_TCP_CLOSE);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_GONE);
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_GONE);
    p.client.host = other.host;
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    mlk_kernel_end(&p.kernel);
    loopback_close(&other);
    loopback_close(&l);
}

static void none_fits(void **state)
{
    static const char *const odd[] = {NULL, "", ":1", "connecting host:", "::x"};
    struct loopback l = loopback_open("127.0.0.1");
    char outgoing[64];
    struct prober p;

    (void)state;
    prober_init(&p, "10.9.8.7:51234");
    prober_unknown(&p, "no connection of the server has its address");
    for (size_t i = 0; i < UNIT_COUNT(odd); i++) {
        p.client.host = odd[i];
        prober_unknown(&p, "the server shows no address of it");
    }
    /* This process is connected with its own listener: that end is not a client. */
    (void)snprintf(outgoing, sizeof outgoing, "127.0.0.1:%u", loopback_socket(&l).local.port);
    p.client.host = outgoing;
    prober_unknown(&p, "no connection of the server has its address");
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

static void by_name(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    unsigned port = loopback_client_port(&l);
    struct loopback other = loopback_more(&l, "127.0.0.2", port);
    struct server_thread t;
    struct prober p;
    char name[64];

    (void)state;
    (void)snprintf(name, sizeof name, "app.example:%u", port);
    prober_init(&p, name);
    prober_unknown(&p, "2 connections of the server could be its own");
    p.client.thread = serve_begin(&t, l.server);
    loopback_reset(&other);
    loopback_until_state(other.server, MLK_TCP_CLOSE);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    assert_string_equal(p.out.state, "ESTABLISHED");
    p.client.thread = -1;
    loopback_close(&other);
    mlk_kernel_end(&p.kernel);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    assert_string_equal(p.out.state, "ESTABLISHED");
    p.kernel.proxied = true;
    prober_unknown(&p, "the server takes other addresses from proxies");
    p.client.host = l.host; /* it is certain which one that is */
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &t);
}

/* As MariaDB shows HOST to a session inside it. */
static void without_a_port(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct loopback other = loopback_more(&l, "127.0.0.2", 0), third = loopback_more(&l, "127.0.0.2", 0);
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, "127.0.0.1");
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    p.client.host = "127.0.0.2";
    prober_unknown(&p, "2 connections of the server could be its own");
    p.client.thread = serve_begin(&t, third.server);
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    p.client.host = "app.example";
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    loopback_reset(&other);
    loopback_until_state(other.server, MLK_TCP_CLOSE);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    assert_string_equal(p.out.state, "ESTABLISHED");
    serve_close(&third, &t);
    p.client.thread = -1;
    loopback_close(&other);
    mlk_kernel_end(&p.kernel);
    prober_unknown(&p, "the server shows no address of it");
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

/* The session has ended and its thread serves another client, or a proxy stands between. */
static void another_is_served(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct loopback local = loopback_unix("miglock_kernel_other");
    struct server_thread t, u;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.client.thread = serve_begin(&t, other.server);
    prober_unknown(&p, "its thread serves another connection");
    p.client.thread = serve_begin(&u, local.server);
    prober_unknown(&p, "its thread serves another connection");
    /* A thread that waits for something else says nothing. */
    serve_close(&other, &t);
    p.client.thread = serve_begin(&t, l.client);
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    p.client.host = "localhost";
    p.client.thread = atomic_load(&u.id);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_LOCAL);
    mlk_kernel_end(&p.kernel);
    (void)shutdown(l.server, SHUT_RDWR);
    serve_end(&t);
    loopback_close(&l);
    serve_close(&local, &u);
}

static void local_clients(void **state)
{
    struct loopback l = loopback_unix("miglock_kernel");
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_LOCAL);
    assert_int_equal(p.out.pid, -1);
    p.client.pid = getppid();
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_LOCAL);
    assert_int_equal(p.out.pid, -1);
    p.client.pid = getpid();
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_LOCAL);
    assert_int_equal(p.out.pid, getpid());
    assert_false(p.out.asked);
    p.client.pid = getppid(); /* it says so of itself; the kernel knows better */
    p.client.thread = serve_begin(&t, l.server);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_LOCAL);
    assert_int_equal(p.out.pid, getpid());
    /* The client ends; the thread does not notice, as it waits for something else, and goes on waiting. */
    assert_int_equal(shutdown(l.client, SHUT_WR), 0);
    loopback_until(serve_waits, &t);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_GONE);
    assert_string_equal(p.out.why, "the client has closed its end");
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &t);
}

static void local_or_not(void **state)
{
    struct loopback tcp = loopback_open("127.0.0.1"), local;
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, "localhost");
    prober_unknown(&p, "none of the server's connections can be told to be its own");
    p.client.thread = serve_begin(&t, tcp.server);
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    p.client.thread = -1;
    local = loopback_unix("miglock_kernel_or");
    mlk_kernel_end(&p.kernel);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_LOCAL);
    p.session.session.flavour = MLK_MARIADB; /* which shows no port */
    prober_unknown(&p, "it could be a Unix socket or one of 1 TCP connections");
    mlk_kernel_end(&p.kernel);
    loopback_close(&local);
    serve_close(&tcp, &t);
}

static void looks_walk_once(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct prober p;
    unsigned before;

    (void)state;
    prober_init(&p, l.host);
    before = prober_walks;
    for (int i = 0; i < 100; i++) {
        p.client.host = i % 2 ? l.host : other.host;
        assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
        p.client.host = "10.9.8.7:51234"; /* is looked for anew, but not every time */
        assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    }
    assert_true(prober_walks - before <= 5);
    before = prober_walks;
    p.kernel.walked_ms -= 2000;
    p.client.host = l.host;
    (void)prober_probe(&p, MLK_PROBE_LOOK);
    assert_int_equal(prober_walks - before, 1);
    (void)prober_probe(&p, MLK_PROBE_ASK);
    assert_true(prober_walks - before >= 2);
    mlk_kernel_end(&p.kernel);
    loopback_close(&other);
    loopback_close(&l);
}

/* What was found a moment ago may be closed by now, and its number used again. */
static void found_and_closed(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    (void)prober_probe(&p, MLK_PROBE_LOOK);
    assert_int_equal(dup2(other.server, l.server), l.server);
    assert_int_equal(prober_probe(&p, MLK_PROBE_LOOK), MLK_PEER_UNKNOWN);
    assert_string_equal(p.out.why, "its socket was closed meanwhile");
    mlk_kernel_end(&p.kernel);
    loopback_close(&other);
    loopback_close(&l);
}

static void nothing_to_be_read(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    prober_no_proc = true;
    prober_unknown(&p, "the server cannot read its own /proc");
    prober_no_proc = false;
    assert_int_equal(prober_probe(&p, MLK_PROBE_ASK), MLK_PEER_ALIVE);
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

static void killed(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.session.killed_at_ms = 1;
    assert_int_equal(mlk_kernel_probe(&p.session.session, &p.kernel, &p.client, MLK_PROBE_ASK, &p.out),
                     MLK_KILLED);
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(by_address_and_port),
        LOOPBACK_TEST(none_fits),
        LOOPBACK_TEST(by_name),
        LOOPBACK_TEST(without_a_port),
        LOOPBACK_TEST(another_is_served),
        LOOPBACK_TEST(local_clients),
        LOOPBACK_TEST(local_or_not),
        LOOPBACK_TEST(looks_walk_once),
        LOOPBACK_TEST(found_and_closed),
        LOOPBACK_TEST(nothing_to_be_read),
        LOOPBACK_TEST(killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
