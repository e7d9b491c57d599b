/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients that answer, do not answer, or answer late: what is found out, in what time, and that the
 * connection has the options of before. The cases of a test run at the same time. */
#include "asked.h"

#include <unistd.h>

#include "tcp_state.h"

static void a_live_client(void **state)
{
    static const char *const ips[] = {"127.0.0.1", "::1"};
    struct asked asked[UNIT_COUNT(ips)];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(ips); i++)
        asked_open(&asked[i], ips[i]);
    for (size_t i = 0; i < UNIT_COUNT(ips); i++) {
        loopback_until(asked_was_silent, &asked[i]);
        asked_begin(&asked[i]);
    }
    for (size_t i = 0; i < UNIT_COUNT(ips); i++) {
        asked_end(&asked[i]);
        asked_peer_is(&asked[i], MLK_PEER_ALIVE);
        assert_true(asked[i].out.asked);
        assert_true(asked[i].out.heard_ms >= 1100);
        assert_true(asked[i].out.answer_ms >= 0 && asked[i].out.answer_ms <= asked[i].out.asked_ms);
        assert_true(asked[i].took_ms < 900);
        assert_string_equal(asked[i].out.state, "ESTABLISHED");
        assert_string_equal(asked[i].out.why, "");
        assert_int_equal(asked[i].out.pid, 0); /* not its business */
        asked_close(&asked[i]);
    }
}

/* The kernel asks after a second of silence. What it heard just before the question is no answer. */
static void heard_of_just_now(void **state)
{
    struct asked alive, silent;

    (void)state;
    asked_open(&alive, "127.0.0.1");
    asked_open(&silent, "127.0.0.1");
    assert_int_equal(send(alive.loop.client, "x", 1, 0), 1);
    assert_int_equal(send(silent.loop.client, "x", 1, 0), 1);
    loopback_silence(silent.loop.client, true);
    asked_begin(&alive);
    asked_begin(&silent);
    asked_end(&alive);
    asked_end(&silent);
    asked_peer_is(&alive, MLK_PEER_ALIVE);
    assert_true(alive.out.asked_ms >= 900 && alive.out.asked_ms < 2000);
    assert_true(alive.out.answer_ms < 900);
    asked_peer_is(&silent, MLK_PEER_GONE);
    assert_true(silent.out.heard_ms < 500);
    asked_close(&alive);
    asked_close(&silent);
}

/* Whatever the server has set: it is the same afterwards, also where the connection ends. */
static void a_silent_client(void **state)
{
    static const struct mlk_keepalive settings[] = {
        {.on = 0, .idle = 7200, .interval = 75, .count = 9},
        {.on = 1, .idle = 7200, .interval = 75, .count = 9},
        {.on = 1, .idle = 10, .interval = 1, .count = 3},
        {.on = 0, .idle = 1, .interval = 1, .count = 3},
        {.on = 1, .idle = 1, .interval = 1, .count = 3},
        {.on = 1, .idle = 1, .interval = 20, .count = 127},
    };
    struct asked asked[UNIT_COUNT(settings)];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(settings); i++) {
        asked_open(&asked[i], "127.0.0.1");
        asked_use(&asked[i], &settings[i]);
        loopback_silence(asked[i].loop.client, true);
        asked_begin(&asked[i]);
    }
    for (size_t i = 0; i < UNIT_COUNT(settings); i++) {
        asked_end(&asked[i]);
        assert_memory_equal(&asked[i].before, &settings[i], sizeof settings[i]);
        asked_peer_is(&asked[i], MLK_PEER_GONE);
        asked_why_has(&asked[i], "no answer to 3 questions");
        assert_true(asked[i].took_ms >= 2900);
        assert_int_equal(asked[i].out.answer_ms, -1);
        assert_string_equal(asked[i].out.state, "CLOSE");
        asked_close(&asked[i]);
    }
}

/* A host that missed the first questions, and one that is left alone in the middle. */
static void silent_for_a_while(void **state)
{
    struct asked back, killed, off;
    const struct mlk_keepalive none = {.on = 0, .idle = 7200, .interval = 75, .count = 9};
    struct mlk_tcp_state tcp;

    (void)state;
    asked_open(&back, "127.0.0.1");
    asked_open(&killed, "127.0.0.1");
    asked_open(&off, "127.0.0.1");
    asked_use(&off, &none);
    loopback_until(asked_was_silent, &off);
    loopback_silence(back.loop.client, true);
    loopback_silence(killed.loop.client, true);
    loopback_silence(off.loop.client, true);
    killed.session.killed_at_ms = asked_now_ms(&killed) + 1500;
    off.session.killed_at_ms = asked_now_ms(&off) + 1500;
    asked_begin(&back);
    asked_begin(&killed);
    asked_begin(&off);
    asked_end(&killed);
    asked_end(&off);
    loopback_silence(back.loop.client, false);
    asked_end(&back);
    asked_peer_is(&back, MLK_PEER_ALIVE);
    assert_true(back.out.answer_ms >= 1000);
    assert_int_equal(killed.status, MLK_KILLED);
    assert_int_equal(off.status, MLK_KILLED);
    assert_true(killed.took_ms < 2000);
    /* No question more than those that were put, and the connections live on. */
    (void)usleep(2500000);
    assert_true(mlk_tcp_state_read(killed.held, &tcp));
    assert_int_equal(tcp.state, MLK_TCP_ESTABLISHED);
    assert_true(tcp.probes <= 2);
    assert_true(mlk_tcp_state_read(off.held, &tcp));
    assert_int_equal(tcp.state, MLK_TCP_ESTABLISHED);
    assert_true(tcp.probes <= 2);
    asked_close(&back);
    asked_close(&killed);
    asked_close(&off);
}

/* Questions of the server's own keepalive are open: three more are put. */
static void asked_before(void **state)
{
    const struct mlk_keepalive own = {.on = 1, .idle = 1, .interval = 30, .count = 9};
    struct asked a;

    (void)state;
    asked_open(&a, "127.0.0.1");
    loopback_silence(a.loop.client, true);
    asked_use(&a, &own);
    loopback_until(asked_has_probes, &a);
    asked_begin(&a);
    asked_end(&a);
    asked_peer_is(&a, MLK_PEER_GONE);
    asked_why_has(&a, "no answer to 4 questions");
    assert_true(a.took_ms >= 2900);
    asked_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(a_live_client),      LOOPBACK_TEST(heard_of_just_now), LOOPBACK_TEST(a_silent_client),
        LOOPBACK_TEST(silent_for_a_while), LOOPBACK_TEST(asked_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
