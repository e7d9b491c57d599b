/* SPDX-License-Identifier: GPL-2.0-only */
/* The client behind a lock: what is looked at, what is asked, and what a report makes of the answer. */
#include <stdio.h>
#include <string.h>

#include "peer.h"
#include "scene.h"

static const struct mlk_probe quiet = {
    .peer = MLK_PEER_UNKNOWN,
    .answer_ms = -1,
    .asked_ms = -1,
    .heard_ms = 312400,
    .pid = -1,
    .state = "ESTABLISHED",
    .why = "not asked",
};
static const struct mlk_probe alive = {
    .peer = MLK_PEER_ALIVE,
    .asked = true,
    .answer_ms = 4,
    .asked_ms = 4,
    .heard_ms = 312400,
    .pid = -1,
    .state = "ESTABLISHED",
};
static const struct mlk_probe gone = {
    .peer = MLK_PEER_GONE,
    .asked = true,
    .answer_ms = -1,
    .asked_ms = 3120,
    .heard_ms = 312400,
    .pid = -1,
    .state = "CLOSE",
    .why = "no answer to 3 questions in 3120 ms",
};
static const struct mlk_probe local = {
    .peer = MLK_PEER_LOCAL, .answer_ms = -1, .asked_ms = -1, .heard_ms = -1, .pid = 991};
static const struct mlk_probe hidden = {.peer = MLK_PEER_UNKNOWN,
                                        .answer_ms = -1,
                                        .asked_ms = -1,
                                        .heard_ms = -1,
                                        .pid = -1,
                                        .why = "two sockets have the port 51234"};

static struct mlk_session *open_held(void **state, const struct mlk_probe *look, const struct mlk_probe *ask)
{
    struct mlk_session *s = scene_open_held(state);

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, look, 0);
    if (ask)
        mlk_fake_probe(s, 0, MLK_PROBE_ASK, ask, ask->asked_ms > 0 ? (unsigned)ask->asked_ms : 0);
    return s;
}

static cJSON *report(struct mlk_session *s, bool ask)
{
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d = NULL;

    scene_target("rails:shop", &target);
    assert_int_equal(mlk_report(s, &target, ask, &d, error, sizeof error), MLK_OK);
    return d;
}

static void a_look_proves_nothing(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &gone);
    cJSON *d = report(s, false);

    scene_expect(d, "verdict", "idle");
    scene_expect(scene_member(d, "holder"), "peer", "unknown");
    scene_expect_says(d, "because", "last heard of 312 s ago");
    /* the next step is the one that harms nobody */
    scene_expect(d, "next", "SELECT miglock_status('rails:shop', 'probe')");
    assert_int_equal(mlk_fake_asked(s)->connection_id, 1562);
    assert_string_equal(mlk_fake_asked(s)->host, "10.0.0.7:51234");
    assert_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);
    scene_close(s);
}

/* Not even of a socket that is closed: it was not verified by asking. */
static void a_look_at_a_closed_socket_is_told_and_not_believed(void **state)
{
    struct mlk_session *s = open_held(state, &gone, NULL);
    cJSON *d = report(s, false);

    scene_expect(d, "verdict", "idle");
    scene_expect(scene_member(d, "holder"), "peer", "gone");
    cJSON_Delete(d);
    scene_close(s);
}

static void packets_without_an_answer_are_told(void **state)
{
    struct mlk_probe look = quiet;
    struct mlk_session *s;
    cJSON *d;

    look.unacked = 2;
    look.retransmits = 5;
    s = open_held(state, &look, NULL);
    d = report(s, false);
    scene_expect_says(d, "because", "2 packets on the way that it has not acknowledged (sent again 5 times)");
    cJSON_Delete(d);
    scene_close(s);
}

static void who_answers_is_idle(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &alive);
    cJSON *d = report(s, true);

    scene_expect(d, "verdict", "idle");
    scene_expect(scene_member(d, "holder"), "peer", "alive");
    scene_expect(scene_member(d, "holder"), "peer_because", "answered after 4 ms");
    scene_expect_says(d, "because", "its client answered after 4 ms");
    assert_non_null(strstr(scene_text(d, "next"), "miglock_release"));
    assert_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);
    scene_close(s);
}

static void who_is_gone_has_left_the_lock(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &gone);
    cJSON *d;

    mlk_fake_on_ask(s, scene_session_ends, NULL);
    d = report(s, true);
    scene_expect(d, "verdict", "free");
    scene_expect_says(d, "because", "connection 1562 held it until its client was asked");
    scene_expect_says(d, "because", "no answer to 3 questions");
    assert_non_null(strstr(mlk_fake_log(s, 0), "connection 1562"));
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void the_next_holder_is_another_one(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &gone);
    cJSON *d;

    mlk_fake_on_ask(s, scene_next_one_takes_it, NULL);
    d = report(s, true);
    scene_expect(d, "verdict", "idle");
    assert_int_equal((int)scene_number(scene_member(d, "holder"), "connection_id"), 1600);
    /* what was learnt of the first is not said of the second */
    scene_expect(scene_member(d, "holder"), "peer", "unknown");
    cJSON_Delete(d);
    scene_close(s);
}

/* The kernel has no more to say but the server still waits for it. */
static void gone_and_still_there_is_abandoned(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &gone);
    int64_t before = s->ops->now_ms(s);
    cJSON *d = report(s, true);

    scene_expect(d, "verdict", "abandoned");
    scene_expect(scene_member(d, "holder"), "peer", "gone");
    scene_expect_says(d, "because", "its client is gone: no answer to 3 questions");
    assert_in_range(s->ops->now_ms(s) - before, 4000, 6000);
    cJSON_Delete(d);
    scene_close(s);
}

static void work_of_a_client_that_is_gone_goes_on(void **state)
{
    static const char *const transactions[] = {"", "1562|0|ROLLING BACK\n"};
    static const char *const people[] = {"1562|shop|10.0.0.7:51234|shop|Query|312|copy|ALTER TABLE t\n",
                                         "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"};

    for (size_t i = 0; i < UNIT_COUNT(people); i++) {
        struct mlk_session *s = open_held(state, &quiet, &gone);
        cJSON *d;

        scene_people(s, people[i]);
        scene_transactions(s, transactions[i]);
        d = report(s, true);
        scene_expect(d, "verdict", "active");
        scene_expect_says(d, "because", "its client is gone");
        scene_expect_says(d, "because", "when the work under way has ended");
        if (i)
            scene_expect_says(d, "because", "is rolling a transaction back");
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void a_local_client_has_a_process(void **state)
{
    struct mlk_session *s = open_held(state, &local, &local);
    cJSON *d;

    scene_people(s, "1562|shop|localhost|shop|Sleep|312||NULL\n");
    d = report(s, true);
    scene_expect(d, "verdict", "idle");
    scene_expect(scene_member(d, "holder"), "peer", "local");
    assert_int_equal((int)scene_number(scene_member(d, "holder"), "pid"), 991);
    scene_expect_says(d, "because", "process 991");
    assert_int_equal(mlk_fake_asked(s)->thread, 1562 + 100000); /* as performance_schema tells */
    cJSON_Delete(d);
    scene_close(s);
}

static void what_is_not_known_is_a_blind_spot(void **state)
{
    struct mlk_session *s = open_held(state, &hidden, &hidden);
    cJSON *d = report(s, true);

    scene_expect(d, "verdict", "idle");
    scene_expect_says(d, "blind_spots", "two sockets have the port 51234");
    cJSON_Delete(d);
    scene_close(s);

    s = scene_open_held(state); /* a client's connection reaches no kernel */
    d = report(s, true);
    scene_expect_says(d, "blind_spots", "only the server's own kernel knows");
    cJSON_Delete(d);
    scene_close(s);
}

static void nobody_asks_ones_own_client(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &gone);
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "7");
    scene_people(s, "7|shop|10.0.0.7:51234|shop|Query|0||SELECT 1\n");
    d = report(s, true);
    assert_int_equal(mlk_fake_asked(s)->connection_id, 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void all_locks_of_the_holder_are_told(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, NULL);
    cJSON *d;

    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1562|" SCENE_RAILS "|1\n1562|queue|1\n1563|other|1\n"
                         "1562|wanted|0\n");
    d = report(s, false);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "holder_locks")), 2);
    scene_expect_says(d, "holder_locks", "queue");
    scene_expect_says(d, "because", "also has the named lock queue: ending its session frees all of them");
    cJSON_Delete(d);
    scene_close(s);
}

static cJSON *probe(struct mlk_session *s, uint64_t id, enum mlk_status wanted, char *error, size_t size)
{
    cJSON *d = NULL;

    error[0] = '\0';
    assert_int_equal(mlk_probe_connection(s, id, &d, error, size), wanted);
    return d;
}

static void a_document_of_its_own(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &alive);
    char error[MLK_ERROR_MAX];
    cJSON *d = probe(s, 1562, MLK_OK, error, sizeof error);

    scene_expect(d, "peer", "alive");
    scene_expect(d, "user", "shop");
    assert_int_equal((int)scene_number(d, "connection_id"), 1562);
    assert_int_equal((int)scene_number(d, "answer_ms"), 4);
    assert_int_equal((int)scene_number(d, "heard_ms"), 312400);
    scene_expect(scene_member(d, "tcp"), "state", "ESTABLISHED");
    assert_true(cJSON_IsTrue(scene_member(d, "asked")));
    scene_expect_says(d, "because", "behind a proxy or NAT");
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state, &quiet, &local);
    d = probe(s, 1562, MLK_OK, error, sizeof error);
    assert_true(cJSON_IsNull(scene_member(d, "tcp")));
    assert_true(cJSON_IsNull(scene_member(d, "answer_ms")));
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state, &quiet, &gone);
    d = probe(s, 1562, MLK_OK, error, sizeof error);
    scene_expect(d, "peer", "gone");
    assert_non_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);
    scene_close(s);
}

static void a_connection_that_is_not_there(void **state)
{
    struct mlk_session *s = open_held(state, &quiet, &alive);
    char error[MLK_ERROR_MAX];

    assert_null(probe(s, 99, MLK_NOT_FOUND, error, sizeof error));
    assert_non_null(strstr(error, "no connection 99 on this server"));
    scene_close(s);

    s = open_held(state, &quiet, &alive);
    scene_stranger(s);
    scene_people(s, "7|shop|app.example:1|NULL|Query|0||SELECT 1\n");
    assert_null(probe(s, 1562, MLK_NOT_FOUND, error, sizeof error));
    assert_non_null(strstr(error, "PROCESS"));
    assert_int_equal(mlk_fake_asked(s)->connection_id, 0);
    scene_close(s);
}

/* Each step fails once: an error, or an answer; nothing is left behind. */
static void every_step_may_fail(void **state)
{
    static const enum mlk_status failures[] = {MLK_GONE, MLK_KILLED, MLK_NO_MEMORY};

    for (size_t f = 0; f < UNIT_COUNT(failures); f++) {
        for (size_t n = 1; n < 60; n++) {
            struct mlk_session *s = open_held(state, &quiet, &gone);
            struct mlk_target target;
            char error[MLK_ERROR_MAX] = "";
            cJSON *d = NULL;
            enum mlk_status status;

            mlk_fake_fail_from(s, n, failures[f]);
            scene_target("rails:shop", &target);
            status = mlk_report(s, &target, true, &d, error, sizeof error);
            assert_true(status == MLK_OK ? d != NULL : d == NULL && error[0]);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_look_proves_nothing),
        SCENE_BOTH(a_look_at_a_closed_socket_is_told_and_not_believed),
        SCENE_BOTH(packets_without_an_answer_are_told),
        SCENE_BOTH(who_answers_is_idle),
        SCENE_BOTH(who_is_gone_has_left_the_lock),
        SCENE_BOTH(the_next_holder_is_another_one),
        SCENE_BOTH(gone_and_still_there_is_abandoned),
        SCENE_BOTH(work_of_a_client_that_is_gone_goes_on),
        SCENE_BOTH(a_local_client_has_a_process),
        SCENE_BOTH(what_is_not_known_is_a_blind_spot),
        SCENE_BOTH(nobody_asks_ones_own_client),
        SCENE_BOTH(all_locks_of_the_holder_are_told),
        SCENE_BOTH(a_document_of_its_own),
        SCENE_BOTH(a_connection_that_is_not_there),
        SCENE_BOTH(every_step_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
