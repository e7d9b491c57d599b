/* SPDX-License-Identifier: GPL-2.0-only */
/* While a named lock is released its holder's client cannot speak: what that finds, and that it ends. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

enum { HOLDER = 1562 };

static const struct mlk_probe alive = {.peer = MLK_PEER_ALIVE,
                                       .asked = true,
                                       .answer_ms = 4,
                                       .asked_ms = 4,
                                       .heard_ms = 5000,
                                       .pid = -1,
                                       .state = "ESTABLISHED"};

static struct mlk_session *open_held(void **state)
{
    struct mlk_session *s = scene_open_held(state);

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, &alive, 0);
    mlk_fake_probe(s, 0, MLK_PROBE_ASK, &alive, 4);
    return s;
}

static void expect_silent(const cJSON *document, const char *array, const char *part)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, scene_member(document, array)) if (strstr(item->valuestring, part))
        fail_msg("%s says \"%s\"", array, item->valuestring);
}

/* The last look at lock and statements, and the KILL: nothing the client says comes between them. */
static void the_holder_is_frozen_from_the_last_look_to_the_kill(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d = scene_release(s, "rails:shop", NULL, true);

    scene_expect(d, "outcome", "released");
    assert_int_equal(mlk_fake_sent_frozen(s, "SELECT IS_USED_LOCK", HOLDER), 1);
    assert_int_equal(
        mlk_fake_sent_frozen(s, s->flavour == MLK_MYSQL ? "status_by_thread" : "QUERY_ID", HOLDER), 1);
    assert_int_equal(mlk_fake_sent_frozen(s, "KILL CONNECTION", HOLDER), 1);
    assert_int_equal(mlk_fake_sent(s, "KILL CONNECTION"), 1);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* release_named.c waits for the lock after the KILL: the client may speak by then. */
static void it_is_thawed_before_the_lock_is_waited_for(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d = scene_release(s, "rails:shop", NULL, true);

    assert_true(mlk_fake_sent(s, "SELECT IS_USED_LOCK") >
                mlk_fake_sent_frozen(s, "SELECT IS_USED_LOCK", HOLDER) + 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void whose_client_has_spoken_is_not_killed(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d;

    mlk_fake_freeze(s, MLK_FREEZE_SPOKE, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has just been told something by its client");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void give_back(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_holder(s, SCENE_RAILS, "NULL");
}

static void count_on(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_counter(s, "1001");
}

/* What it was told before takes effect while it is frozen. */
static void who_moved_before_it_was_frozen_is_not_killed(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d;

    mlk_fake_on_freeze(s, give_back, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "changed");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state);
    mlk_fake_on_freeze(s, count_on, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has run statements since it was looked at");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_client_that_cannot_be_frozen_is_told(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d;

    mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "could not be kept from speaking meanwhile (it may come through a Unix");
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state);
    d = scene_release(s, "rails:shop", NULL, true);
    expect_silent(d, "because", "kept from speaking");
    cJSON_Delete(d);
    scene_close(s);
}

enum { RESTED_MS = 1000, HALF_WAY_MS = 500 };

static void sleep_since(struct mlk_session *s, const char *seconds)
{
    char people[100];

    (void)snprintf(people, sizeof people, "1562|shop|localhost|shop|Sleep|%s||NULL\n", seconds);
    scene_people(s, people);
}

static void end_when_killed(struct mlk_session *s, void *arg)
{
    if (mlk_fake_sent(s, "KILL CONNECTION"))
        scene_session_ends(s, arg);
}

/* From the count of its statements to the KILL. A holder of whose rest nobody knows is watched for a second.
 */
static void who_cannot_be_frozen_must_have_rested(void **state)
{
    static const struct {
        const char *seconds;
        bool waits;
    } cases[] = {{"NULL", true}, {"0", true}, {"1", true}, {"2", false}, {"312", false}};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_held(state);
        int64_t begin = s->ops->now_ms(s), took;
        cJSON *d;

        sleep_since(s, cases[i].seconds);
        mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
        mlk_fake_on_pause(s, end_when_killed, NULL);
        d = scene_release(s, "rails:shop", NULL, true);
        scene_expect(d, "outcome", "released");
        took = s->ops->now_ms(s) - begin;
        if (cases[i].waits != (took >= RESTED_MS))
            fail_msg("at rest since %s s, it took %d ms", cases[i].seconds, (int)took);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void speak_half_way(struct mlk_session *s, void *arg)
{
    const int64_t *begin = arg;

    if (s->ops->now_ms(s) - *begin >= HALF_WAY_MS)
        scene_counter(s, "1001");
}

static void who_speaks_in_that_time_is_not_killed(void **state)
{
    struct mlk_session *s = open_held(state);
    int64_t begin = s->ops->now_ms(s);
    cJSON *d;

    sleep_since(s, "0");
    mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
    mlk_fake_on_pause(s, speak_half_way, &begin);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has run statements since it was looked at");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* ---- a holder on a Unix socket that waits for its client ---- */

/* held: how many of the two privileges the account has. */
static struct mlk_session *open_line(void **state, const char *held, bool works,
                                     void (*hook)(struct mlk_session *s, void *arg))
{
    struct mlk_session *s = open_held(state);
    char rows[32];

    (void)snprintf(rows, sizeof rows, "count\n%s\n", held);
    mlk_fake_rows(s, "USER_PRIVILEGES", rows);
    sleep_since(s, "312");
    mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
    mlk_fake_line(s, works, hook, NULL);
    return s;
}

/* Its connection is shut down, after the last look at the lock, and no statement ends it. */
static void a_local_holder_is_hung_up_on(void **state)
{
    struct mlk_session *s = open_line(state, "2", true, scene_session_ends);
    cJSON *d = scene_release(s, "rails:shop", NULL, true);

    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "the server's end of its connection was shut down");
    scene_expect_says(d, "because", "could not be kept from speaking meanwhile");
    assert_int_equal(mlk_fake_hung_up(s), 1);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void one_that_has_been_told_something_is_not(void **state)
{
    struct mlk_session *s = open_line(state, "2", false, NULL);
    cJSON *d = scene_release(s, "rails:shop", NULL, true);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has just been told something by its client");
    assert_int_equal(mlk_fake_hung_up(s), 1);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* The server decides by its KILL where the account may not end everybody; so it is, too, with a session that
 * runs a statement, and with one whose statements cannot be counted. */
static void else_the_kill_ends_it(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct mlk_session *s = open_line(state, i ? "2" : "1", true, NULL);
        bool hangs_up = !i && s->flavour == MLK_MARIADB;
        cJSON *d;

        if (i == 2)
            scene_counter(s, "NULL");
        if (i == 1)
            scene_people(s, "1562|shop|localhost|shop|Query|312|executing|SELECT SLEEP(600)\n");
        mlk_fake_on_pause(s, end_when_killed, NULL);
        if (hangs_up)
            mlk_fake_line(s, true, scene_session_ends, NULL);
        d = scene_release(s, "rails:shop", NULL, true);
        scene_expect(d, "outcome", "released");
        assert_int_equal(mlk_fake_hung_up(s), hangs_up);
        assert_int_equal(mlk_fake_sent(s, "KILL CONNECTION"), !hangs_up);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* A quiet and frozen holder that has the lock will have it: nothing is uncertain without the count. */
static void without_a_counter_being_frozen_is_enough(void **state)
{
    struct mlk_session *s = open_held(state);
    cJSON *d;

    scene_counter(s, "NULL");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    expect_silent(d, "because", "is not visible");
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state);
    scene_counter(s, "NULL");
    mlk_fake_freeze(s, MLK_FREEZE_WORKING, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "is not visible");
    cJSON_Delete(d);
    scene_close(s);
}

/* Whatever fails on the way, nobody is left frozen. */
static void nobody_stays_frozen(void **state)
{
    static const enum mlk_status failures[] = {MLK_KILLED, MLK_GONE, MLK_DENIED, MLK_NO_MEMORY};
    struct mlk_release_options options = {.force = true};
    char error[MLK_ERROR_MAX], token[MLK_TOKEN_LEN + 1];
    struct mlk_session *s = open_held(state);
    cJSON *d = scene_report(s, "rails:shop");
    struct mlk_target target;
    size_t seen_frozen = 0;

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_close(s);
    options.token = token;
    scene_target("rails:shop", &target);
    for (size_t k = 0; k < UNIT_COUNT(failures); k++) {
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            s = open_held(state);
            mlk_fake_fail(s, n, failures[k]);
            d = NULL;
            (void)mlk_release(s, &target, &options, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 200);
            assert_int_equal(mlk_fake_is_frozen(s), 0);
            seen_frozen += mlk_fake_sent_frozen(s, "IS_USED_LOCK", HOLDER);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
    assert_true(seen_frozen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(the_holder_is_frozen_from_the_last_look_to_the_kill),
        SCENE_BOTH(it_is_thawed_before_the_lock_is_waited_for),
        SCENE_BOTH(whose_client_has_spoken_is_not_killed),
        SCENE_BOTH(who_moved_before_it_was_frozen_is_not_killed),
        SCENE_BOTH(a_client_that_cannot_be_frozen_is_told),
        SCENE_BOTH(who_cannot_be_frozen_must_have_rested),
        SCENE_BOTH(who_speaks_in_that_time_is_not_killed),
        SCENE_BOTH(a_local_holder_is_hung_up_on),
        SCENE_BOTH(one_that_has_been_told_something_is_not),
        SCENE_BOTH(else_the_kill_ends_it),
        SCENE_BOTH(without_a_counter_being_frozen_is_enough),
        SCENE_BOTH(nobody_stays_frozen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
