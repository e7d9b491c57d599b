/* SPDX-License-Identifier: GPL-2.0-only */
/* Releasing a named lock: one KILL, of its holder, while it is its holder; then wait until the lock is free.
 */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define KILL "KILL CONNECTION"

static void nobody_was_killed(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    assert_int_equal(mlk_fake_sent(s, "UPDATE"), 0);
}

static void force_releases_an_idle_one(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    struct mlk_access need = {.need = MLK_NEED_NOTHING};
    const char *sql;
    cJSON *d = scene_release(s, "rails:shop", NULL, true);

    scene_expect(d, "outcome", "released");
    scene_expect(d, "verdict", "idle");
    scene_expect(scene_member(d, "now"), "verdict", "free");
    assert_true(cJSON_GetArraySize(scene_member(d, "advice")) > 0);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    /* the KILL looks at the lock once more, and hits nobody but its holder */
    assert_int_equal(mlk_fake_sent(s, "KILL CONNECTION...IS_USED_LOCK('" SCENE_RAILS "')...1562"), 1);
    for (size_t i = 0; (sql = mlk_fake_sql(s, i, &need)); i++) {
        if (strstr(sql, "KILL"))
            break;
    }
    assert_int_equal(need.need, MLK_NEED_KILL);
    assert_int_equal(need.connection_id, 1562);
    cJSON_Delete(d);
    scene_close(s);
}

static void without_force_only_a_refusal(void **state)
{
    static const struct {
        const char *people, *verdict;
    } cases[] = {
        {"1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n", "idle"},
        {"1562|shop|10.0.0.7:51234|shop|Query|312|x|ALTER TABLE t\n", "active"},
        {"7|shop|app.example:1|NULL|Query|0||NULL\n", "unknown"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_held(state);
        cJSON *d;

        scene_people(s, cases[i].people);
        d = scene_release(s, "rails:shop", NULL, false);
        scene_expect(d, "outcome", "refused");
        scene_expect(d, "verdict", cases[i].verdict);
        scene_expect_says(d, "because", "force");
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
        nobody_was_killed(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void a_free_lock_is_left_alone(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "NULL");
    d = scene_release(s, "rails:shop", "0123456789ab", true);
    scene_expect(d, "outcome", "free");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void another_holder_is_not_hit(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *report = scene_report(s, "rails:shop");
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "1600");
    scene_people(s, "1600|shop|10.0.0.7:51300|shop|Sleep|1||NULL\n");
    d = scene_release(s, "rails:shop", scene_text(report, "token"), true);
    scene_expect(d, "outcome", "changed");
    nobody_was_killed(s);
    cJSON_Delete(d);
    cJSON_Delete(report);
    scene_close(s);
}

/* Connection ids begin again when the server starts. */
static void the_same_number_after_a_restart_is_not_hit(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *report = scene_report(s, "rails:shop");
    cJSON *d;

    scene_started(s, "1794398401");
    d = scene_release(s, "rails:shop", scene_text(report, "token"), true);
    scene_expect(d, "outcome", "changed");
    nobody_was_killed(s);
    cJSON_Delete(d);
    cJSON_Delete(report);
    scene_close(s);
}

/* An account without PROCESS shows a token, and one with it releases. */
static void a_token_does_not_depend_on_rights(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *all = scene_report(s, "rails:shop");
    cJSON *own;

    scene_people(s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT 1\n");
    own = scene_report(s, "rails:shop");
    assert_string_equal(scene_text(all, "token"), scene_text(own, "token"));
    cJSON_Delete(all);
    cJSON_Delete(own);
    scene_close(s);
}

static void given_back_in_the_last_moment(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    mlk_fake_error(s, KILL, 1094, "Unknown thread id: 0");
    mlk_fake_then(s, 1);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "changed");
    scene_expect_says(d, "because", "nobody was killed");
    cJSON_Delete(d);
    scene_close(s);
}

static void no_right_to_kill(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    mlk_fake_error(s, KILL, 1095, "You are not owner of thread 1562");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", s->flavour == MLK_MYSQL ? "CONNECTION_ADMIN" : "CONNECTION ADMIN");
    cJSON_Delete(d);
    scene_close(s);

    s = scene_open_held(state);
    mlk_fake_deny(s, MLK_NEED_KILL);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void ones_own_lock_is_not_killed(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "7");
    scene_people(s, "7|shop|app.example:1|NULL|Query|0||SELECT 1\n");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "RELEASE_LOCK");
    nobody_was_killed(s);
    cJSON_Delete(d);
    scene_close(s);
}

/* It rolls back for a while before it lets go. */
static void it_waits_until_the_lock_is_free(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    mlk_fake_affected(s, KILL, 0);
    mlk_fake_then(s, 1);
    scene_holder(s, SCENE_RAILS, "NULL");
    mlk_fake_when(s, 1);
    scene_holder(s, SCENE_RAILS, "1562");
    mlk_fake_when(s, 1);
    mlk_fake_times(s, 5);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    assert_true(scene_number(d, "seconds") > 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void it_does_not_wait_for_ever(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    int64_t before = s->ops->now_ms(s);
    cJSON *d;

    scene_rails(s);
    mlk_fake_affected(s, KILL, 0);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "still holds");
    assert_true(s->ops->now_ms(s) - before < 20000);
    assert_true(s->ops->now_ms(s) - before > 1000);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void somebody_takes_it_at_once(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "1700");
    mlk_fake_when(s, 1);
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "1700");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_read_only_server_can_kill(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    scene_server(s, "1", "1");
    d = scene_release(s, "rails:shop", NULL, true);
    scene_expect(d, "outcome", "released");
    cJSON_Delete(d);
    scene_close(s);
}

static void the_name_is_quoted(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_holder(s, "it''s \\\\ mine", "1562");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    mlk_fake_affected(s, KILL, 0);
    mlk_fake_then(s, 1);
    scene_holder(s, "it''s \\\\ mine", "NULL");
    mlk_fake_when(s, 1);
    d = scene_release(s, "named:it's \\ mine", NULL, true);
    scene_expect(d, "outcome", "released");
    assert_int_equal(mlk_fake_sent(s, "KILL...'it''s \\\\ mine'"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(force_releases_an_idle_one),
        SCENE_BOTH(without_force_only_a_refusal),
        SCENE_BOTH(a_free_lock_is_left_alone),
        SCENE_BOTH(another_holder_is_not_hit),
        SCENE_BOTH(the_same_number_after_a_restart_is_not_hit),
        SCENE_BOTH(a_token_does_not_depend_on_rights),
        SCENE_BOTH(given_back_in_the_last_moment),
        SCENE_BOTH(no_right_to_kill),
        SCENE_BOTH(ones_own_lock_is_not_killed),
        SCENE_BOTH(it_waits_until_the_lock_is_free),
        SCENE_BOTH(it_does_not_wait_for_ever),
        SCENE_BOTH(somebody_takes_it_at_once),
        SCENE_BOTH(a_read_only_server_can_kill),
        SCENE_BOTH(the_name_is_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
