/* SPDX-License-Identifier: GPL-2.0-only */
/* Before a named lock is released: its client is asked, its statements are counted, and everything is written
 * down. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

static const struct mlk_probe quiet = {
    .answer_ms = -1, .asked_ms = -1, .heard_ms = 5000, .pid = -1, .state = "ESTABLISHED", .why = "not asked"};
static const struct mlk_probe alive = {.peer = MLK_PEER_ALIVE,
                                       .asked = true,
                                       .answer_ms = 4,
                                       .asked_ms = 4,
                                       .heard_ms = 5000,
                                       .pid = -1,
                                       .state = "ESTABLISHED"};
static const struct mlk_probe gone = {.peer = MLK_PEER_GONE,
                                      .asked = true,
                                      .answer_ms = -1,
                                      .asked_ms = 3120,
                                      .heard_ms = 5000,
                                      .pid = -1,
                                      .state = "CLOSE",
                                      .why = "no answer to 3 questions"};

static struct mlk_session *open_held(void **state, const struct mlk_probe *answer)
{
    struct mlk_session *s = scene_open_held(state);

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, &quiet, 0);
    mlk_fake_probe(s, 0, MLK_PROBE_ASK, answer, answer->asked_ms > 0 ? (unsigned)answer->asked_ms : 0);
    return s;
}

static void nobody_was_killed(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
}

/* Without force and without a KILL. */
static void asking_frees_the_lock_of_a_client_that_is_gone(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    cJSON *d;

    mlk_fake_on_ask(s, scene_session_ends, NULL);
    d = scene_release(s, "rails:shop", NULL, false);
    scene_expect(d, "outcome", "released");
    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "nobody had to be killed");
    scene_expect(scene_member(d, "now"), "verdict", "free");
    assert_true(cJSON_IsNull(scene_member(d, "statement")));
    assert_true(cJSON_GetArraySize(scene_member(d, "advice")) > 0);
    assert_true(scene_number(d, "seconds") >= 3);
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void the_next_holder_is_named_and_left_alone(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    cJSON *d;

    mlk_fake_on_ask(s, scene_next_one_takes_it, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "connection 1600");
    assert_int_equal((int)scene_number(scene_member(scene_member(d, "now"), "holder"), "connection_id"),
                     1600);
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

/* The server has not dropped the session by itself: then it is killed, without force. */
static void a_session_that_stays_is_killed(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    cJSON *d = scene_release(s, "rails:shop", NULL, false);

    scene_expect(d, "outcome", "released");
    scene_expect(d, "verdict", "abandoned");
    assert_int_equal(mlk_fake_sent(s, "KILL CONNECTION"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void who_answers_is_not_released_without_force(void **state)
{
    struct mlk_session *s = open_held(state, &alive);
    cJSON *d = scene_release(s, "rails:shop", NULL, false);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "answered after 4 ms");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);

    s = open_held(state, &alive);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    cJSON_Delete(d);
    scene_close(s);
}

static void work_goes_on_after_the_client(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    cJSON *d;

    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Query|312|copy|ALTER TABLE t\n");
    d = scene_release(s, "rails:shop", NULL, false);
    scene_expect(d, "outcome", "refused");
    scene_expect(d, "verdict", "active");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_wrong_token_asks_nobody(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    cJSON *d = scene_release(s, "rails:shop", "0123456789ab", true);

    scene_expect(d, "outcome", "changed");
    assert_true(scene_number(d, "seconds") < 1);
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void count_on(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_counter(s, "1001");
}

static void who_moves_is_not_killed(void **state)
{
    struct mlk_session *s = open_held(state, &alive);
    cJSON *d;

    mlk_fake_on_ask(s, count_on, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has run statements since it was looked at");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

/* Statements that follow each other closely show only after a while. */
static void there_is_time_to_move(void **state)
{
    struct mlk_session *s = open_held(state, &alive);
    cJSON *d;

    mlk_fake_on_pause(s, count_on, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void give_back(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_holder(s, SCENE_RAILS, "NULL");
}

static void who_gives_it_back_meanwhile_is_not_killed(void **state)
{
    struct mlk_session *s = open_held(state, &alive);
    cJSON *d;

    mlk_fake_on_pause(s, give_back, NULL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "changed");
    scene_expect_says(d, "because", "nobody was killed");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_counter_that_is_not_visible_is_told(void **state)
{
    struct mlk_session *s = open_held(state, &alive);
    cJSON *d;

    scene_counter(s, "NULL");
    mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "is not visible");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_thread_of_the_servers_own_is_never_killed(void **state)
{
    static const char *const people[] = {"1562|system user|||Query|5|Waiting for an event|NULL\n",
                                         "1562|event_scheduler|localhost||Daemon|5|Waiting|NULL\n"};

    for (size_t i = 0; i < UNIT_COUNT(people); i++) {
        struct mlk_session *s = open_held(state, &quiet);
        cJSON *d;

        scene_people(s, people[i]);
        d = scene_release(s, "rails:shop", NULL, true);
        scene_expect(d, "outcome", "refused");
        scene_expect_says(d, "because", "thread of the server's own");
        nobody_was_killed(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* A dry run changes nothing, and asking could end a session. */
static void a_dry_run_only_looks(void **state)
{
    struct mlk_session *s = open_held(state, &gone);
    const struct mlk_release_options options = {.dry_run = true, .force = true};
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d = NULL;

    mlk_fake_on_ask(s, scene_session_ends, NULL);
    scene_target("rails:shop", &target);
    assert_int_equal(mlk_release(s, &target, &options, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "would_release");
    scene_expect(scene_member(d, "now"), "verdict", "idle");
    assert_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);
    scene_close(s);
}

static void expect_logged(const struct mlk_session *s, size_t i, const char *const *parts)
{
    const char *line = mlk_fake_log(s, i);

    assert_non_null(line);
    for (; *parts; parts++) {
        if (!strstr(line, *parts))
            fail_msg("the line lacks \"%s\": %s", *parts, line);
    }
    assert_null(strchr(line, '\n'));
    assert_null(mlk_fake_log(s, i + 1));
}

static void each_release_and_refusal_is_written_down(void **state)
{
    static const char *const released[] = {
        "'shop'@'app.example' (connection 7) asked to release 'rails:shop' with force: released;",
        "verdict idle",
        "token ",
        "holder connection 1562",
        "10.0.0.7:51234",
        NULL};
    static const char *const refused[] = {"asked to release 'rails:shop': refused;", "verdict idle", NULL};
    static const char *const changed[] = {": changed;", "your token is 0123456789ab", NULL};
    static const char *const failed[] = {": failed;", NULL};
    struct mlk_session *s = open_held(state, &alive);

    cJSON_Delete(scene_release(s, "rails:shop", NULL, true));
    expect_logged(s, 0, released);
    cJSON_Delete(scene_release(s, "rails:shop", "0123456789ab", true)); /* free by now */
    assert_null(mlk_fake_log(s, 1));
    scene_close(s);

    s = open_held(state, &alive);
    cJSON_Delete(scene_release(s, "rails:shop", NULL, false));
    expect_logged(s, 0, refused);
    scene_close(s);

    s = open_held(state, &alive);
    cJSON_Delete(scene_release(s, "rails:shop", "0123456789ab", false));
    expect_logged(s, 0, changed);
    scene_close(s);

    s = open_held(state, &alive);
    mlk_fake_error(s, "KILL", 1064, "You have an error");
    cJSON_Delete(scene_release(s, "rails:shop", NULL, true));
    expect_logged(s, 0, failed);
    scene_close(s);
}

static void a_line_stays_one_line(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    static const char *const parts[] = {"release 'named:two lines'", NULL};

    snprintf(s->user, sizeof s->user, "a\nb\x1b[2J%%n%%s");
    scene_holder(s, "two lines", "1562");
    scene_people(s, "1562|x|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    cJSON_Delete(scene_release(s, "named:two lines", NULL, false));
    expect_logged(s, 0, parts);
    assert_null(strchr(mlk_fake_log(s, 0), '\x1b'));
    assert_non_null(strstr(mlk_fake_log(s, 0), "%n%s"));
    scene_close(s);
}

/* The KILL is done: whatever fails from there on, it is written down. */
static void a_call_that_ends_early_is_written_down(void **state)
{
    for (size_t n = 1; n < 80; n++) {
        struct mlk_session *s = open_held(state, &alive);
        struct mlk_release_options options = {.force = true};
        struct mlk_target target;
        char error[MLK_ERROR_MAX] = "", token[MLK_TOKEN_LEN + 1];
        cJSON *d = scene_report(s, "rails:shop");
        enum mlk_status status;

        snprintf(token, sizeof token, "%s", scene_text(d, "token"));
        cJSON_Delete(d);
        d = NULL;
        options.token = token;
        mlk_fake_fail_from(s, n, MLK_KILLED);
        scene_target("rails:shop", &target);
        status = mlk_release(s, &target, &options, &d, error, sizeof error);
        assert_true(status == MLK_OK ? d != NULL : d == NULL && error[0]);
        if (mlk_fake_answered(s, "KILL"))
            assert_non_null(mlk_fake_log(s, 0));
        cJSON_Delete(d);
        scene_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(asking_frees_the_lock_of_a_client_that_is_gone),
        SCENE_BOTH(the_next_holder_is_named_and_left_alone),
        SCENE_BOTH(a_session_that_stays_is_killed),
        SCENE_BOTH(who_answers_is_not_released_without_force),
        SCENE_BOTH(work_goes_on_after_the_client),
        SCENE_BOTH(a_wrong_token_asks_nobody),
        SCENE_BOTH(who_moves_is_not_killed),
        SCENE_BOTH(there_is_time_to_move),
        SCENE_BOTH(who_gives_it_back_meanwhile_is_not_killed),
        SCENE_BOTH(a_counter_that_is_not_visible_is_told),
        SCENE_BOTH(a_thread_of_the_servers_own_is_never_killed),
        SCENE_BOTH(a_dry_run_only_looks),
        SCENE_BOTH(each_release_and_refusal_is_written_down),
        SCENE_BOTH(a_line_stays_one_line),
        SCENE_BOTH(a_call_that_ends_early_is_written_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
