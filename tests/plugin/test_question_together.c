/* SPDX-License-Identifier: GPL-2.0-only */
/* Many threads ask about the same connections at the same time, some are killed: all find out the same, and
 * the options are as before. */
#include "asked.h"

#include <string.h>
#include <unistd.h>

enum { THREADS = 16 };

/* The first asked is the connection's; the others have duplicates of their own. */
static void share(struct asked *all, const struct asked *first)
{
    char why[160] = "";

    for (size_t i = 0; i < THREADS; i++) {
        memset(&all[i], 0, sizeof all[i]);
        loopback_session_init(&all[i].session);
        all[i].socket = first->socket;
        all[i].held = mlk_socket_hold(&all[i].socket, why, sizeof why);
        assert_true(all[i].held >= 0);
    }
}

/* Each begins a little after the one before, as callers do; every third is killed after a while. */
static void begin(struct asked *all, unsigned spread_ms, unsigned killed_after_ms)
{
    for (size_t i = 0; i < THREADS; i++) {
        if (killed_after_ms && i % 3 == 0)
            all[i].session.killed_at_ms =
                asked_now_ms(&all[i]) + killed_after_ms + (int64_t)(i * killed_after_ms / 8);
        asked_begin(&all[i]);
        (void)usleep(spread_ms * 1000);
    }
}

static void join(struct asked *all)
{
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(all[i].thread, NULL);
        (void)close(all[i].held);
        assert_true(all[i].took_ms <= MLK_PROBE_LIMIT_MS + 500);
    }
}

static void options_are(const struct asked *a, const struct mlk_keepalive *wanted)
{
    struct mlk_keepalive now;

    assert_true(mlk_keepalive_read(a->held, &now));
    assert_memory_equal(&now, wanted, sizeof now);
}

static void live_and_silent(void **state)
{
    const struct mlk_keepalive for_live = {.on = 0, .idle = 600, .interval = 7, .count = 5};
    const struct mlk_keepalive for_silent = {.on = 1, .idle = 601, .interval = 8, .count = 100};
    static struct asked live, silent, of_live[THREADS], of_silent[THREADS];
    size_t gone = 0;

    (void)state;
    asked_open(&live, "127.0.0.1");
    asked_open(&silent, "127.0.0.1");
    asked_use(&live, &for_live);
    asked_use(&silent, &for_silent);
    loopback_silence(silent.loop.client, true);
    share(of_live, &live);
    share(of_silent, &silent);
    begin(of_live, 7, 100);
    begin(of_silent, 11, 300);
    join(of_live);
    join(of_silent);
    options_are(&live, &for_live);
    options_are(&silent, &for_silent);
    for (size_t i = 0; i < THREADS; i++) {
        if (of_live[i].status != MLK_KILLED)
            asked_peer_is(&of_live[i], MLK_PEER_ALIVE);
        else
            assert_true(of_live[i].session.killed_at_ms != 0);
        if (of_silent[i].status == MLK_KILLED)
            assert_true(of_silent[i].session.killed_at_ms != 0);
        else if (of_silent[i].out.peer == MLK_PEER_GONE)
            gone++;
        else
            asked_peer_is(&of_silent[i], MLK_PEER_UNKNOWN); /* each owner that is killed costs time */
    }
    assert_true(gone >= THREADS / 2);
    asked_close(&live);
    asked_close(&silent);
}

/* All who ask are killed: the last one puts back what the first one found. */
static void all_killed(void **state)
{
    const struct mlk_keepalive before = {.on = 1, .idle = 602, .interval = 9, .count = 100};
    static struct asked silent, all[THREADS];

    (void)state;
    asked_open(&silent, "127.0.0.1");
    asked_use(&silent, &before);
    loopback_silence(silent.loop.client, true);
    for (unsigned round = 0; round < 3; round++) {
        share(all, &silent);
        for (size_t i = 0; i < THREADS; i++)
            all[i].session.killed_at_ms = asked_now_ms(&all[i]) + 150 + (int64_t)(i * 37 % 11) * 20;
        begin(all, 1, 0);
        join(all);
        for (size_t i = 0; i < THREADS; i++)
            assert_int_equal(all[i].status, MLK_KILLED);
        options_are(&silent, &before);
    }
    asked_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(live_and_silent),
        LOOPBACK_TEST(all_killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
