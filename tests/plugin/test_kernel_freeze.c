/* SPDX-License-Identifier: GPL-2.0-only */
/* A client is kept from speaking to its session, and nothing of what it says is lost. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "freeze.h"
#include "prober.h"
#include "tcp_state.h"
#include "thread_socket.h"

static enum mlk_freeze freeze(struct prober *p, struct mlk_frozen *out)
{
    assert_int_equal(mlk_kernel_freeze(&p->session.session, &p->kernel, &p->client, out), MLK_OK);
    return out->state;
}

static void say(const struct loopback *l, const char *text)
{
    assert_int_equal(write(l->client, text, strlen(text)), (ssize_t)strlen(text));
}

/* Whether something arrives within that time. */
static bool hears(int fd, int ms)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};

    return poll(&entry, 1, ms) == 1;
}

static void expect(int fd, const char *text)
{
    char got[64] = "";

    assert_true(hears(fd, 5000));
    assert_int_equal(recv(fd, got, sizeof got - 1, 0), (ssize_t)strlen(text));
    assert_string_equal(got, text);
}

static void what_it_says_arrives_afterwards(void **state)
{
    static const char *const ips[] = {"127.0.0.1", "::1"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct loopback l = loopback_open(ips[i]);
        struct mlk_frozen frozen;
        struct prober p;

        prober_init(&p, l.host);
        assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_WORKING); /* its thread is not known */
        say(&l, "RELEASE_LOCK");
        assert_false(hears(l.server, 300));
        assert_int_equal(mlk_freeze_unread(l.server), 0);
        assert_int_equal(write(l.server, "row", 3), 3); /* the other way is open */
        expect(l.client, "row");
        mlk_kernel_thaw(&p.kernel);
        expect(l.server, "RELEASE_LOCK");
        say(&l, "next");
        expect(l.server, "next");
        mlk_kernel_end(&p.kernel);
        loopback_close(&l);
    }
}

static void what_it_said_before_is_seen(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    say(&l, "first");
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_SPOKE);
    mlk_kernel_thaw(&p.kernel);
    expect(l.server, "first");
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_WORKING);
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

static void a_thread_that_waits_is_quiet(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_frozen frozen;
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.client.thread = serve_begin(&t, l.server);
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_QUIET);
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &t);
}

/* A thread that is at something else until the session has paused three times, and waits for its client then.
 */
static struct {
    struct server_thread thread;
    int gate[2];
    int pauses;
} late;

static void *serve_late(void *unused)
{
    struct pollfd entry = {.fd = late.thread.fd};
    char byte;

    atomic_store(&late.thread.id, (int)gettid());
    (void)!read(late.gate[0], &byte, 1);
    while (poll(&entry, 1, -1) < 0)
        ;
    return unused;
}

static bool is_late(void *unused)
{
    (void)unused;
    return mlk_thread_waits_on(atomic_load(&late.thread.id)) == late.gate[0];
}

static enum mlk_status pause_and_let_in(struct mlk_session *s, unsigned ms)
{
    (void)s;
    (void)ms;
    if (++late.pauses == 3) {
        assert_int_equal(write(late.gate[1], "x", 1), 1);
        loopback_until(serve_waits, &late.thread);
    }
    return MLK_OK;
}

/* It may have read its statement and not counted it. */
static void a_thread_that_comes_to_rest_is_waited_for(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_session_ops ops;
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    ops = *p.session.session.ops;
    ops.pause_ms = pause_and_let_in;
    p.session.session.ops = &ops;
    late.pauses = 0;
    late.thread.fd = l.server;
    assert_int_equal(pipe(late.gate), 0);
    assert_int_equal(pthread_create(&late.thread.thread, NULL, serve_late, NULL), 0);
    loopback_until(is_late, NULL);
    p.client.thread = atomic_load(&late.thread.id);
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_QUIET);
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &late.thread);
    (void)close(late.gate[0]);
    (void)close(late.gate[1]);
}

/* Who asks may be killed meanwhile; then nobody is frozen. */
static void a_killed_caller_does_not_wait(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.session.killed_at_ms = 1; /* long ago */
    assert_int_equal(mlk_kernel_freeze(&p.session.session, &p.kernel, &p.client, &frozen), MLK_KILLED);
    assert_int_equal(frozen.state, MLK_FREEZE_NOT);
    say(&l, "on");
    expect(l.server, "on");
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

/* Neither a reset nor the end of the connection comes late: the session ends as it would have. */
static void a_client_that_ends_is_not_kept(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_WORKING);
    loopback_reset(&l);
    loopback_until_state(l.server, MLK_TCP_CLOSE);
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);

    l = loopback_open("127.0.0.1");
    prober_init(&p, l.host);
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_WORKING);
    assert_int_equal(close(l.client), 0);
    l.client = -1;
    loopback_until_state(l.server, MLK_TCP_CLOSE_WAIT);
    mlk_kernel_end(&p.kernel);
    loopback_close(&l);
}

/* Two releases at once: the second knows that it has nothing in its hand, and leaves the first its own. */
static void one_at_a_time(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_frozen frozen;
    struct prober first, second;

    (void)state;
    prober_init(&first, l.host);
    prober_init(&second, l.host);
    assert_int_equal(freeze(&first, &frozen), MLK_FREEZE_WORKING);
    assert_int_equal(freeze(&second, &frozen), MLK_FREEZE_NOT);
    assert_string_equal(frozen.why, "its socket has a filter already: another release may be at it");
    mlk_kernel_end(&second.kernel);
    say(&l, "x");
    assert_false(hears(l.server, 300));
    assert_int_equal(freeze(&first, &frozen), MLK_FREEZE_WORKING); /* anew, what was said is not lost */
    mlk_kernel_end(&first.kernel);
    expect(l.server, "x");
    loopback_close(&l);
}

/* As inside MariaDB: no port, and the session runs a statement. Of all that fit, those on which other threads
 * wait are not its own. */
static void a_busy_session_is_frozen_with_its_like(void **state)
{
    struct loopback busy = loopback_open("127.0.0.1"), idle = loopback_more(&busy, "127.0.0.1", 0),
                    other = loopback_more(&busy, "127.0.0.1", 0);
    struct mlk_frozen frozen;
    struct server_thread t;
    struct prober p;

    (void)state;
    (void)serve_begin(&t, idle.server);
    prober_init(&p, "127.0.0.1");
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_NOT); /* a thread that is not known may wait */
    assert_string_equal(frozen.why, "3 connections of the server could be its own");
    p.client.thread = gettid();
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_WORKING);
    say(&busy, "a");
    say(&other, "b");
    assert_false(hears(busy.server, 300));
    assert_false(hears(other.server, 0));
    assert_int_equal(p.kernel.frozen_count, 2);
    mlk_kernel_end(&p.kernel);
    expect(busy.server, "a");
    expect(other.server, "b");
    loopback_close(&other);
    serve_close(&idle, &t);
    loopback_close(&busy);
}

static void too_many_are_not_frozen_for_certain(void **state)
{
    enum { MANY = 17 };
    struct loopback all[MANY];
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    all[0] = loopback_open("127.0.0.1");
    for (size_t i = 1; i < MANY; i++)
        all[i] = loopback_more(&all[0], "127.0.0.1", 0);
    prober_init(&p, "127.0.0.1");
    p.client.thread = gettid();
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_NOT);
    assert_string_equal(frozen.why, "too many connections of its host are at work");
    mlk_kernel_end(&p.kernel);
    for (size_t i = MANY; i-- > 0;)
        loopback_close(&all[i]);
}

static void only_tcp_has_filters(void **state)
{
    struct loopback l = loopback_unix("miglock_kernel_freeze");
    struct mlk_frozen frozen;
    struct server_thread t;
    struct prober p;

    (void)state;
    prober_init(&p, l.host);
    p.client.thread = serve_begin(&t, l.server);
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_NOT);
    assert_string_equal(frozen.why, "it may come through a Unix socket");
    mlk_kernel_end(&p.kernel);
    serve_close(&l, &t);
}

static void a_client_that_is_not_found_is_not_frozen(void **state)
{
    struct mlk_frozen frozen;
    struct prober p;

    (void)state;
    prober_init(&p, "192.0.2.1:1");
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_NOT);
    assert_string_equal(frozen.why, "no connection of the server has its address");
    mlk_kernel_end(&p.kernel);
    prober_init(&p, "");
    assert_int_equal(freeze(&p, &frozen), MLK_FREEZE_NOT);
    assert_string_equal(frozen.why, "the server shows no address of it");
    mlk_kernel_end(&p.kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(what_it_says_arrives_afterwards),
        LOOPBACK_TEST(what_it_said_before_is_seen),
        LOOPBACK_TEST(a_thread_that_waits_is_quiet),
        LOOPBACK_TEST(a_thread_that_comes_to_rest_is_waited_for),
        LOOPBACK_TEST(a_killed_caller_does_not_wait),
        LOOPBACK_TEST(a_client_that_ends_is_not_kept),
        LOOPBACK_TEST(one_at_a_time),
        LOOPBACK_TEST(a_busy_session_is_frozen_with_its_like),
        LOOPBACK_TEST(too_many_are_not_frozen_for_certain),
        LOOPBACK_TEST(only_tcp_has_filters),
        LOOPBACK_TEST(a_client_that_is_not_found_is_not_frozen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
