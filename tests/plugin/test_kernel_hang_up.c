/* SPDX-License-Identifier: GPL-2.0-only */
/* The connection of an idle session on a Unix socket is ended at the server's end, and no other is. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "freeze.h"
#include "prober.h"
#include "thread_runs.h"

struct line {
    struct loopback l;
    struct server_thread t;
    struct prober p;
    struct mlk_frozen frozen;
};

static void freeze(struct line *one)
{
    assert_int_equal(mlk_kernel_freeze(&one->p.session.session, &one->p.kernel, &one->p.client, &one->frozen),
                     MLK_OK);
}

static void open_line(struct line *one)
{
    memset(one, 0, sizeof *one);
    one->l = loopback_unix("miglock_kernel_hang_up");
    prober_init(&one->p, one->l.host);
    one->p.client.thread = serve_begin(&one->t, one->l.server);
}

static void close_line(struct line *one)
{
    mlk_kernel_end(&one->p.kernel);
    serve_close(&one->l, &one->t);
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect(int fd, const char *text)
{
    char got[64] = "";

    assert_int_equal(recv(fd, got, sizeof got - 1, MSG_DONTWAIT), (ssize_t)strlen(text));
    assert_string_equal(got, text);
}

/* Both ways are as they were. */
static void expect_open(const struct line *one)
{
    say(one->l.client, "on");
    expect(one->l.server, "on");
    say(one->l.server, "row");
    expect(one->l.client, "row");
}

static void an_idle_session_is_ended(void **state)
{
    struct line one;
    char byte;

    (void)state;
    open_line(&one);
    freeze(&one);
    assert_int_equal(one.frozen.state, MLK_FREEZE_NOT);
    assert_string_equal(one.frozen.why, "it may come through a Unix socket");
    assert_true(one.frozen.line);
    assert_true(mlk_kernel_hang_up(&one.p.kernel));
    assert_int_equal(recv(one.l.client, &byte, 1, 0), 0); /* the client sees the end at once */
    assert_int_equal(send(one.l.client, "x", 1, MSG_NOSIGNAL), -1);
    pthread_join(one.t.thread, NULL); /* and so does the server's thread */
    mlk_kernel_end(&one.p.kernel);
    loopback_close(&one.l);
}

static void looking_alone_changes_nothing(void **state)
{
    struct line one;

    (void)state;
    open_line(&one);
    freeze(&one);
    assert_true(one.frozen.line);
    mlk_kernel_thaw(&one.p.kernel);
    assert_false(mlk_kernel_hang_up(&one.p.kernel)); /* nothing is held any more */
    expect_open(&one);
    freeze(&one);
    freeze(&one); /* anew */
    assert_true(one.frozen.line);
    mlk_kernel_end(&one.p.kernel);
    expect_open(&one);
    close_line(&one);
}

static void who_has_said_something_is_not_ended(void **state)
{
    struct line one;

    (void)state;
    open_line(&one);
    say(one.l.client, "RELEASE_LOCK");
    freeze(&one);
    assert_false(one.frozen.line);
    assert_false(mlk_kernel_hang_up(&one.p.kernel));
    expect(one.l.server, "RELEASE_LOCK");
    freeze(&one);
    assert_true(one.frozen.line);
    say(one.l.client, "RELEASE_LOCK");
    assert_false(mlk_kernel_hang_up(&one.p.kernel));
    expect(one.l.server, "RELEASE_LOCK");
    expect_open(&one);
    close_line(&one);
}

static void nothing(int signal)
{
    (void)signal;
}

static bool has_run(void *runs)
{
    return !mlk_thread_runs_none(runs);
}

/* It may have read a statement, run it, answered it, and wait again. */
static void whose_thread_has_run_is_not_ended(void **state)
{
    const struct sigaction wake = {.sa_handler = nothing};
    struct sigaction before;
    struct mlk_thread_runs runs;
    struct line one;

    (void)state;
    assert_int_equal(sigaction(SIGUSR1, &wake, &before), 0);
    open_line(&one);
    freeze(&one);
    assert_true(one.frozen.line);
    assert_true(mlk_thread_runs_begin(&runs, one.p.client.thread));
    assert_true(mlk_thread_runs_none(&runs));
    assert_int_equal(pthread_kill(one.t.thread, SIGUSR1), 0);
    loopback_until(has_run, &runs);
    mlk_thread_runs_end(&runs);
    loopback_until(serve_waits, &one.t);
    assert_false(mlk_kernel_hang_up(&one.p.kernel));
    expect_open(&one);
    close_line(&one);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

/* A pool's threads, and MySQL's without performance_schema. */
static void without_its_thread_nobody_is_ended(void **state)
{
    static const int64_t threads[] = {-1, 0, 1, INT64_MAX};
    struct line one;

    (void)state;
    open_line(&one);
    for (size_t i = 0; i < UNIT_COUNT(threads); i++) {
        one.p.client.thread = threads[i];
        freeze(&one);
        assert_int_equal(one.frozen.state, MLK_FREEZE_NOT);
        assert_false(one.frozen.line);
        assert_false(mlk_kernel_hang_up(&one.p.kernel));
    }
    one.p.client.thread = gettid(); /* is at work */
    freeze(&one);
    assert_false(one.frozen.line);
    assert_false(mlk_kernel_hang_up(&one.p.kernel));
    expect_open(&one);
    close_line(&one);
}

static void a_tcp_client_is_frozen_instead(void **state)
{
    struct line one = {.frozen = {.state = MLK_FREEZE_NOT}};

    (void)state;
    one.l = loopback_open("127.0.0.1");
    prober_init(&one.p, one.l.host);
    one.p.client.thread = serve_begin(&one.t, one.l.server);
    freeze(&one);
    assert_int_equal(one.frozen.state, MLK_FREEZE_QUIET);
    assert_false(one.frozen.line);
    assert_false(mlk_kernel_hang_up(&one.p.kernel));
    close_line(&one);
}

static void a_thread_that_has_ended_has_run(void **state)
{
    struct loopback l = loopback_unix("miglock_kernel_hang_up");
    struct mlk_thread_runs runs;
    struct server_thread t;
    int64_t id = serve_begin(&t, l.server);

    (void)state;
    assert_true(mlk_thread_runs_begin(&runs, id));
    assert_true(mlk_thread_runs_none(&runs));
    serve_close(&l, &t);
    loopback_until(has_run, &runs);
    mlk_thread_runs_end(&runs);
    assert_false(mlk_thread_runs_none(&runs));
    mlk_thread_runs_end(&runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(an_idle_session_is_ended),
        LOOPBACK_TEST(looking_alone_changes_nothing),
        LOOPBACK_TEST(who_has_said_something_is_not_ended),
        LOOPBACK_TEST(whose_thread_has_run_is_not_ended),
        LOOPBACK_TEST(without_its_thread_nobody_is_ended),
        LOOPBACK_TEST(a_tcp_client_is_frozen_instead),
        LOOPBACK_TEST(a_thread_that_has_ended_has_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
