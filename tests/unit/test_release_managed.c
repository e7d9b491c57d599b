/* SPDX-License-Identifier: GPL-2.0-only */
/* Releasing a named lock in a managed database, where the account may not KILL and the server has a procedure
 * for it; and through a proxy, where nobody is killed. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define KILL     "KILL CONNECTION"
#define ROUTINES "FROM information_schema.ROUTINES"
#define CALL_RDS "CALL mysql.rds_kill(IF(IS_USED_LOCK('" SCENE_RAILS "') = 1562, 1562, 0))"

/* The Rails lock of 1562; KILL is denied, and the session may call what the server has. */
static struct mlk_session *open_managed(void **state, const char *procedures)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char table[100];

    snprintf(table, sizeof table, "ROUTINE_NAME\n%s", procedures);
    scene_rails(s);
    scene_holder(s, SCENE_RAILS, "NULL");
    mlk_fake_when(s, 1);
    mlk_fake_error(s, KILL, 1095, "You are not owner of thread 1562");
    mlk_fake_rows(s, ROUTINES, table);
    mlk_fake_affected(s, "CALL mysql.", 0);
    mlk_fake_then(s, 1);
    mlk_fake_calls_procedures(s);
    return s;
}

static cJSON *force(struct mlk_session *s)
{
    return scene_release(s, "rails:shop", NULL, true);
}

static void nothing_was_called(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "CALL"), 0);
}

static void the_servers_procedure_ends_it(void **state)
{
    static const struct {
        const char *found, *call;
    } cases[] = {
        {"rds_kill\n", CALL_RDS},
        {"az_kill\n", "CALL mysql.az_kill(IF(IS_USED_LOCK('" SCENE_RAILS "') = 1562, 1562, 0))"},
        {"RDS_KILL\n", CALL_RDS},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_managed(state, cases[i].found);
        struct mlk_access need = {.need = MLK_NEED_NOTHING};
        const char *sql;
        cJSON *d = force(s);

        scene_expect(d, "outcome", "released");
        scene_expect(d, "statement", cases[i].call);
        scene_expect_says(d, "because", "may not KILL connection 1562 (You are not owner of thread 1562)");
        scene_expect_says(d, "because", "lies more time than with KILL");
        scene_expect_says(d, "because", "connection 1562 was given to mysql.");
        assert_false(scene_says(d, "because", "was killed"));
        assert_true(cJSON_GetArraySize(scene_member(d, "advice")) > 0);
        assert_int_equal(mlk_fake_sent(s, "CALL"), 1);
        for (size_t n = 0; (sql = mlk_fake_sql(s, n, &need)); n++) {
            if (strstr(sql, "CALL"))
                break;
        }
        assert_int_equal(need.need, MLK_NEED_KILL);
        assert_int_equal(need.connection_id, 1562);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void who_may_kill_does_not_call(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    cJSON *d;

    mlk_fake_affected(s, KILL, 0);
    mlk_fake_then(s, 1);
    d = force(s);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "was killed");
    nothing_was_called(s);
    assert_int_equal(mlk_fake_sent(s, "ROUTINES"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* A session that may do everything would run other people's code with its own rights. */
static void only_a_session_that_may_call(void **state)
{
    struct mlk_session *s = scene_open_held(state);
    cJSON *d;

    mlk_fake_error(s, KILL, 1095, "You are not owner of thread 1562");
    mlk_fake_rows(s, ROUTINES, "ROUTINE_NAME\nrds_kill\n");
    d = force(s);
    scene_expect(d, "outcome", "refused");
    nothing_was_called(s);
    assert_int_equal(mlk_fake_sent(s, "ROUTINES"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void without_one_the_refusal_is_the_kills(void **state)
{
    struct mlk_session *s = open_managed(state, "");
    cJSON *d = force(s);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "You are not owner of thread 1562");
    assert_false(scene_says(d, "because", "rds_kill"));
    nothing_was_called(s);
    cJSON_Delete(d);
    scene_close(s);

    s = open_managed(state, "");
    mlk_fake_error(s, ROUTINES, 1142, "SELECT command denied");
    d = force(s);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "You are not owner of thread 1562");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_procedure_that_may_not_be_called(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    cJSON *d;

    mlk_fake_error(s, "CALL mysql.", 1370, "execute command denied to user 'shop'");
    d = force(s);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "EXECUTE on mysql.rds_kill");
    cJSON_Delete(d);
    scene_close(s);
}

/* Between the KILL and the CALL the holder is looked at again. */
static void given_back_while_the_procedure_was_looked_for(void **state)
{
    struct mlk_session *s = open_managed(state, "");
    cJSON *d;

    mlk_fake_rows(s, ROUTINES, "ROUTINE_NAME\nrds_kill\n");
    mlk_fake_then(s, 1);
    d = force(s);
    scene_expect(d, "outcome", "changed");
    scene_expect_says(d, "because", "nobody was killed");
    nothing_was_called(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void at_work_while_the_procedure_was_looked_for(void **state)
{
    struct mlk_session *s = open_managed(state, "");
    cJSON *d;

    mlk_fake_rows(s, s->flavour == MLK_MYSQL ? "performance_schema.status_by_thread" : "SELECT QUERY_ID FROM",
                  "counter\n1001");
    mlk_fake_when(s, 1);
    mlk_fake_rows(s, ROUTINES, "ROUTINE_NAME\nrds_kill\n");
    mlk_fake_then(s, 1);
    scene_holder(s, SCENE_RAILS, "1562");
    d = force(s);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "has run statements since it was looked at");
    nothing_was_called(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void given_back_in_the_last_moment(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    cJSON *d;

    mlk_fake_error(s, "CALL mysql.", 1094, "Unknown thread id: 0");
    mlk_fake_then(s, 1);
    d = force(s);
    scene_expect(d, "outcome", "changed");
    cJSON_Delete(d);
    scene_close(s);
}

/* A procedure has errors of its own; none of them means that the lock was given back. */
static void the_procedure_fails(void **state)
{
    static const struct {
        unsigned number;
        const char *text;
    } cases[] = {
        {1054, "Unknown column 'ERROR: CANNOT KILL A SESSION OF THE PROVIDER' in 'field list'"},
        {1146, "Table 'mysql.x' doesn't exist"},
        {1644, "this session may not be killed"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_managed(state, "rds_kill\n");
        cJSON *d;

        mlk_fake_error(s, "CALL mysql.", cases[i].number, cases[i].text);
        d = force(s);
        scene_expect(d, "outcome", "failed");
        scene_expect_says(d, "because", cases[i].text);
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void a_procedure_that_does_nothing_is_no_release(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    cJSON *d;

    mlk_fake_affected(s, "CALL mysql.", 0);
    d = force(s);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "still holds the lock");
    assert_int_equal(mlk_fake_sent(s, "CALL"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

/* Whatever call fails, and in whatever way: an answer or a status, and at most one CALL. */
static void any_call_may_fail(void **state)
{
    for (size_t n = 1;; n++) {
        struct mlk_session *s = open_managed(state, "rds_kill\n");
        cJSON *report = scene_report(s, "rails:shop"), *d = NULL;
        struct mlk_release_options options = {.token = scene_text(report, "token"), .force = true};
        struct mlk_target target;
        char error[MLK_ERROR_MAX] = "";
        size_t before = mlk_fake_calls(s);
        enum mlk_status status;

        scene_target("rails:shop", &target);
        mlk_fake_fail(s, n, MLK_GONE);
        status = mlk_release(s, &target, &options, &d, error, sizeof error);
        assert_true(d || (status && error[0]));
        assert_true(mlk_fake_sent(s, "CALL") <= 1);
        cJSON_Delete(d);
        cJSON_Delete(report);
        before = mlk_fake_calls(s) - before;
        s->ops->close(s);
        if (before < n)
            return;
    }
}

static void through_a_proxy_nobody_is_killed(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    struct mlk_release_options dry = {.force = true, .dry_run = true};
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d;

    s->proxied = true;
    d = force(s);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "goes through a proxy");
    scene_expect_says(d, "because", "connect to the server itself");
    scene_expect_says(scene_member(d, "now"), "blind_spots", "goes through a proxy");
    assert_false(scene_says(d, "because", "ADMIN"));
    cJSON_Delete(d);
    scene_target("rails:shop", &target);
    assert_int_equal(mlk_release(s, &target, &dry, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "refused");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    nothing_was_called(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void through_a_proxy_a_row_is_released(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    s->proxied = true;
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "released");
    scene_expect_says(scene_member(d, "now"), "blind_spots", "goes through a proxy");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_dry_run_asks_for_no_procedure(void **state)
{
    struct mlk_session *s = open_managed(state, "rds_kill\n");
    struct mlk_release_options dry = {.force = true, .dry_run = true};
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d;

    scene_target("rails:shop", &target);
    assert_int_equal(mlk_release(s, &target, &dry, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "would_release");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    nothing_was_called(s);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(the_servers_procedure_ends_it),
        SCENE_BOTH(who_may_kill_does_not_call),
        SCENE_BOTH(only_a_session_that_may_call),
        SCENE_BOTH(without_one_the_refusal_is_the_kills),
        SCENE_BOTH(a_procedure_that_may_not_be_called),
        SCENE_BOTH(given_back_while_the_procedure_was_looked_for),
        SCENE_BOTH(at_work_while_the_procedure_was_looked_for),
        SCENE_BOTH(given_back_in_the_last_moment),
        SCENE_BOTH(the_procedure_fails),
        SCENE_BOTH(a_procedure_that_does_nothing_is_no_release),
        SCENE_BOTH(any_call_may_fail),
        SCENE_BOTH(through_a_proxy_nobody_is_killed),
        SCENE_BOTH(through_a_proxy_a_row_is_released),
        SCENE_BOTH(a_dry_run_asks_for_no_procedure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
