/* SPDX-License-Identifier: GPL-2.0-only */
/* Releases of a table in which a call to the server fails: whichever, and however. Never "released" without a
 * KILL that was answered, nobody is left in the dark about one, and nobody stays frozen. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

static const enum mlk_status statuses[] = {
    MLK_USAGE, MLK_DENIED, MLK_NOT_FOUND, MLK_BUSY,        MLK_READ_ONLY, MLK_SQL,
    MLK_GONE,  MLK_KILLED, MLK_TOO_LONG,  MLK_UNSUPPORTED, MLK_NO_MEMORY,
};

static const struct mlk_probe alive = {
    .peer = MLK_PEER_ALIVE, .asked = true, .answer_ms = 4, .asked_ms = 4, .heard_ms = 1, .pid = -1};

static struct mlk_session *open_plain(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_ending(flavour);

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, &alive, 0);
    mlk_fake_probe(s, 0, MLK_PROBE_ASK, &alive, 4);
    return s;
}

/* KILL is denied, and the server has procedures. */
static struct mlk_session *open_managed(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_ending(flavour);

    mlk_fake_error(s, "KILL", 1095, "You are not owner");
    mlk_fake_rows(s, "FROM information_schema.ROUTINES", "ROUTINE_NAME\nrds_kill\naz_kill_query\n");
    mlk_fake_affected(s, "CALL mysql.", 0);
    mlk_fake_then(s, ENDED);
    mlk_fake_calls_procedures(s);
    return s;
}

static const struct scene {
    struct mlk_session *(*open)(enum mlk_flavour flavour);
    uint64_t blocker;
    const char *kill;
} scenes[] = {
    {open_plain, 0, "KILL QUERY"},
    {open_plain, IDLE, "KILL CONNECTION 10"},
    {open_managed, 0, "CALL mysql.az_kill_query(11)"},
    {open_managed, IDLE, "CALL mysql.rds_kill(10)"},
};

static void every_call_may_fail(void **state)
{
    enum mlk_flavour flavour = scene_flavour(state);
    struct mlk_session *s = scene_ending(flavour);
    struct mlk_target target;
    char token[MLK_TOKEN_LEN + 1];
    cJSON *d = scene_report(s, ORDERS);

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_close(s);
    scene_target(ORDERS, &target);
    for (size_t k = 0; k < UNIT_COUNT(statuses) * UNIT_COUNT(scenes) * 2; k++) {
        const struct scene *scene = &scenes[k / 2 % UNIT_COUNT(scenes)];
        enum mlk_status failure = statuses[k / 2 / UNIT_COUNT(scenes)];
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            const struct mlk_release_options options = {
                .token = token, .force = true, .blocker = scene->blocker};
            char error[MLK_ERROR_MAX] = "";
            enum mlk_status status;

            s = scene->open(flavour);
            if (k % 2)
                mlk_fake_fail_from(s, n, failure);
            else
                mlk_fake_fail(s, n, failure);
            d = NULL;
            status = mlk_release(s, &target, &options, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 500);
            assert_true((status == MLK_OK) == (d != NULL));
            if (status && !error[0])
                fail_msg("call %zu failed with \"%s\" and the error says nothing", n,
                         mlk_status_text(failure));
            if (d && !scene_text(d, "outcome"))
                fail_msg("no outcome, call %zu failed with \"%s\"", n, mlk_status_text(failure));
            if (d && strcmp(scene_text(d, "outcome"), "released") == 0)
                assert_int_equal(mlk_fake_answered(s, scene->kill), 1);
            if (!d && mlk_fake_answered(s, scene->kill) && failure != MLK_NO_MEMORY)
                fail_msg("somebody was ended, but call %zu failed with \"%s\" and nobody is told: %s", n,
                         mlk_status_text(failure), error);
            assert_true(mlk_fake_sent(s, scene->kill) <= 1);
            assert_int_equal(mlk_fake_is_frozen(s), 0);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

/* What a managed database has for it, where the account may not KILL. */
static void the_servers_procedures_end_it(void **state)
{
    static const struct {
        const char *found, *call;
        uint64_t blocker;
    } cases[] = {
        {"rds_kill\nrds_kill_query\n", "CALL mysql.rds_kill_query(11)", 0},
        {"AZ_KILL_QUERY\n", "CALL mysql.az_kill_query(11)", 0},
        {"rds_kill\nrds_kill_query\n", "CALL mysql.rds_kill(10)", IDLE},
        {"az_kill\naz_kill_query\n", "CALL mysql.az_kill(10)", IDLE},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_managed(scene_flavour(state));
        struct mlk_access need = {.need = MLK_NEED_NOTHING};
        char rows[100];
        const char *sql;
        cJSON *d;

        (void)snprintf(rows, sizeof rows, "ROUTINE_NAME\n%s", cases[i].found);
        mlk_fake_rows(s, "FROM information_schema.ROUTINES", rows);
        d = scene_end(s, ORDERS, &(struct mlk_release_options){.force = true, .blocker = cases[i].blocker});
        scene_expect(d, "outcome", "released");
        scene_expect(d, "statement", cases[i].call);
        scene_expect_says(d, "because", "so the server's own procedure mysql.");
        for (size_t n = 0; (sql = mlk_fake_sql(s, n, &need)) && !strstr(sql, "CALL"); n++)
            ;
        assert_int_equal(need.need, MLK_NEED_KILL);
        assert_int_equal(need.connection_id, cases[i].blocker ? IDLE : ALTER);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void without_a_procedure_the_refusal_is_the_kills(void **state)
{
    struct mlk_session *s = open_managed(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "FROM information_schema.ROUTINES", "ROUTINE_NAME\nother\n");
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "refused: You are not owner; ending what connection 11 does");
    assert_int_equal(mlk_fake_sent(s, "CALL"), 0);
    cJSON_Delete(d);

    mlk_fake_error(s, "FROM information_schema.ROUTINES", 1142, "denied");
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "refused: You are not owner; ending what connection 11 does");
    cJSON_Delete(d);

    /* a procedure that may not be called either */
    mlk_fake_rows(s, "FROM information_schema.ROUTINES", "ROUTINE_NAME\nrds_kill_query\n");
    mlk_fake_error(s, "CALL mysql.", 1370, "execute command denied");
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "refused: execute command denied");
    cJSON_Delete(d);
    scene_close(s);
}

/* Looking for the procedure takes time. */
static void who_goes_on_meanwhile_is_not_ended(void **state)
{
    struct mlk_session *s = open_managed(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "FROM information_schema.ROUTINES", "ROUTINE_NAME\nrds_kill_query\n");
    mlk_fake_then(s, 5);
    mlk_fake_rows(s, s->flavour == MLK_MYSQL ? "performance_schema.status_by_thread" : "SELECT QUERY_ID FROM",
                  "counter\n1001\n");
    mlk_fake_when(s, 5);
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "changed");
    assert_int_equal(mlk_fake_sent(s, "CALL"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(every_call_may_fail),
        SCENE_BOTH(the_servers_procedures_end_it),
        SCENE_BOTH(without_a_procedure_the_refusal_is_the_kills),
        SCENE_BOTH(who_goes_on_meanwhile_is_not_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
