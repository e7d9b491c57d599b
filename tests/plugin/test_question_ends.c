/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections that are not simply idle: ended by either side, with data under way, or not to be asked; and
 * that asking takes nothing away from the server's thread. */
#include "asked.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <unistd.h>

#include "tcp_state.h"

static void ended_already(void **state)
{
    struct asked closed, reset, crashed;

    (void)state;
    asked_open(&closed, "127.0.0.1");
    asked_open(&reset, "::1");
    asked_open(&crashed, "127.0.0.1");
    loopback_until(asked_was_silent, &crashed);
    assert_int_equal(shutdown(closed.loop.client, SHUT_WR), 0);
    loopback_reset(&reset.loop);
    loopback_crash(&crashed.loop);
    loopback_until_state(closed.held, MLK_TCP_CLOSE_WAIT);
    loopback_until_state(reset.held, MLK_TCP_CLOSE);
    asked_begin(&closed);
    asked_begin(&reset);
    asked_begin(&crashed);
    asked_end(&closed);
    asked_end(&reset);
    asked_end(&crashed);
    asked_peer_is(&closed, MLK_PEER_GONE);
    assert_string_equal(closed.out.why, "the client has closed its end");
    assert_string_equal(closed.out.state, "CLOSE_WAIT");
    assert_false(closed.out.asked);
    assert_int_equal(closed.out.asked_ms, -1);
    asked_peer_is(&reset, MLK_PEER_GONE);
    assert_string_equal(reset.out.why, "the connection was reset or timed out");
    assert_false(reset.out.asked);
    asked_peer_is(&crashed, MLK_PEER_GONE);
    assert_string_equal(crashed.out.why, "the client's host has reset the connection");
    assert_true(crashed.out.asked);
    assert_true(crashed.took_ms < 900);
    asked_close(&closed);
    asked_close(&reset);
    asked_close(&crashed);
}

static void fill(int fd)
{
    static const char bytes[65536];

    while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
}

/* Retransmissions and window probes take the place of keepalives. */
static void data_under_way(void **state)
{
    struct asked silent, full, busy;
    struct mlk_tcp_state tcp;

    (void)state;
    asked_open(&silent, "127.0.0.1");
    asked_open(&full, "127.0.0.1");
    asked_open(&busy, "127.0.0.1");
    loopback_silence(silent.loop.client, true);
    assert_int_equal(send(silent.loop.server, "x", 1, 0), 1);
    fill(full.loop.server);
    asked_begin(&silent);
    asked_begin(&full);
    asked_begin(&busy);
    for (int i = 0; i < 20; i++) {
        char byte;

        assert_int_equal(send(busy.loop.server, "x", 1, 0), 1);
        assert_int_equal(recv(busy.loop.client, &byte, 1, 0), 1);
        (void)usleep(3000);
    }
    asked_end(&busy);
    asked_end(&full);
    asked_end(&silent);
    asked_peer_is(&busy, MLK_PEER_ALIVE);
    assert_true(busy.took_ms < 900);
    asked_peer_is(&full, MLK_PEER_ALIVE);
    asked_peer_is(&silent, MLK_PEER_GONE);
    asked_why_has(&silent, "retransmissions without an answer");
    assert_true(silent.out.retransmits >= MLK_PROBE_QUESTIONS);
    assert_true(silent.out.unacked > 0);
    assert_true(silent.took_ms >= 3000);
    assert_true(mlk_tcp_state_read(silent.held, &tcp));
    assert_int_equal(tcp.state, MLK_TCP_ESTABLISHED);
    asked_close(&silent);
    asked_close(&full);
    asked_close(&busy);
}

/* Asking could end a connection that the server would keep. */
static void not_to_be_asked(void **state)
{
    const struct mlk_keepalive few = {.on = 1, .idle = 7200, .interval = 75, .count = 2};
    const struct mlk_keepalive in_the_middle = {.on = 1, .idle = 1, .interval = 30, .count = 3};
    const unsigned half_a_minute = 30000;
    struct asked timeout, two, open;

    (void)state;
    asked_open(&timeout, "127.0.0.1");
    asked_open(&two, "127.0.0.1");
    asked_open(&open, "127.0.0.1");
    assert_int_equal(
        setsockopt(timeout.held, IPPROTO_TCP, TCP_USER_TIMEOUT, &half_a_minute, sizeof half_a_minute), 0);
    asked_use(&two, &few);
    loopback_silence(open.loop.client, true);
    asked_use(&open, &in_the_middle);
    loopback_until(asked_has_probes, &open);
    asked_begin(&timeout);
    asked_begin(&two);
    asked_begin(&open);
    asked_end(&timeout);
    asked_end(&two);
    asked_end(&open);
    asked_peer_is(&timeout, MLK_PEER_UNKNOWN);
    asked_why_has(&timeout, "TCP_USER_TIMEOUT of the connection is 30000 ms");
    asked_peer_is(&two, MLK_PEER_UNKNOWN);
    asked_why_has(&two, "gives up after 2 questions, and 0 are open");
    asked_peer_is(&open, MLK_PEER_UNKNOWN);
    asked_why_has(&open, "gives up after 3 questions, and 1 are open");
    assert_false(timeout.out.asked || two.out.asked || open.out.asked);
    asked_close(&timeout);
    asked_close(&two);
    asked_close(&open);
}

/* MariaDB closes a socket without a shutdown: its end waits for the duplicate, which must not be kept. */
static void closed_by_the_server(void **state)
{
    struct asked a;

    (void)state;
    asked_open(&a, "127.0.0.1");
    loopback_silence(a.loop.client, true);
    asked_begin(&a);
    (void)usleep(100000);
    (void)close(a.loop.server);
    a.loop.server = -1;
    asked_end(&a);
    asked_peer_is(&a, MLK_PEER_UNKNOWN);
    assert_string_equal(a.out.why, "the server has closed the connection");
    assert_true(a.took_ms < 500);
    asked_close(&a);
}

static void shut_down_by_the_server(void **state)
{
    struct asked a;

    (void)state;
    asked_open(&a, "127.0.0.1");
    assert_int_equal(shutdown(a.loop.server, SHUT_RDWR), 0);
    asked_begin(&a);
    asked_end(&a);
    asked_peer_is(&a, MLK_PEER_UNKNOWN);
    assert_string_equal(a.out.why, "the server has closed its end");
    assert_false(a.out.asked);
    asked_close(&a);
}

static void a_look_never_says_alive(void **state)
{
    struct asked a;

    (void)state;
    asked_open(&a, "127.0.0.1");
    mlk_question_look(a.held, &a.out);
    assert_int_equal(a.out.peer, MLK_PEER_UNKNOWN);
    assert_string_equal(a.out.why, "not asked");
    assert_string_equal(a.out.state, "ESTABLISHED");
    assert_true(a.out.heard_ms >= 0 && a.out.heard_ms < 1000);
    assert_int_equal(a.out.unacked, 0);
    assert_int_equal(a.out.retransmits, 0);
    assert_false(a.out.asked);
    loopback_reset(&a.loop);
    loopback_until_state(a.held, MLK_TCP_CLOSE);
    mlk_question_look(a.held, &a.out);
    assert_int_equal(a.out.peer, MLK_PEER_GONE);
    assert_int_equal(atomic_load(&a.session.pauses), 0);
    asked_close(&a);
}

/* What waits in the socket is for the server's thread: data, and the error of a reset. */
static void nothing_is_taken_away(void **state)
{
    struct asked data, error;
    char byte = 0;

    (void)state;
    asked_open(&data, "127.0.0.1");
    asked_open(&error, "127.0.0.1");
    assert_int_equal(send(data.loop.client, "x", 1, 0), 1);
    loopback_until(asked_was_silent, &data);
    loopback_reset(&error.loop);
    loopback_until_state(error.held, MLK_TCP_CLOSE);
    asked_begin(&data);
    asked_begin(&error);
    asked_end(&data);
    asked_end(&error);
    asked_peer_is(&data, MLK_PEER_ALIVE);
    asked_peer_is(&error, MLK_PEER_GONE);
    assert_int_equal(recv(data.loop.server, &byte, 1, MSG_DONTWAIT), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(recv(error.loop.server, &byte, 1, MSG_DONTWAIT), -1);
    asked_close(&data);
    asked_close(&error);
}

static void no_tcp_at_all(void **state)
{
    struct loopback l = loopback_unix("miglock_question");
    struct loopback_session session;
    struct mlk_socket socket = loopback_socket(&l);
    struct mlk_probe out = {.peer = MLK_PEER_ALIVE};

    (void)state;
    loopback_session_init(&session);
    assert_int_equal(mlk_question_ask(&session.session, &socket, l.server, &out), MLK_OK);
    assert_int_equal(out.peer, MLK_PEER_UNKNOWN);
    assert_false(out.asked);
    loopback_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(ended_already),           LOOPBACK_TEST(data_under_way),
        LOOPBACK_TEST(not_to_be_asked),         LOOPBACK_TEST(closed_by_the_server),
        LOOPBACK_TEST(shut_down_by_the_server), LOOPBACK_TEST(a_look_never_says_alive),
        LOOPBACK_TEST(nothing_is_taken_away),   LOOPBACK_TEST(no_tcp_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
