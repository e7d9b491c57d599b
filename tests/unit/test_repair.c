/* SPDX-License-Identifier: GPL-2.0-only */
/* Repairing a damaged lock table: one transaction that compares before it changes and looks after it has. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define HEAD   "index|is_locked\n"
#define LOCK   "app.knex_migrations_lock"
#define LOCKS  "DELETE FROM `app`.`knex_migrations_lock` WHERE CHAR_LENGTH(`index`) < 0"
#define READ   "SELECT * FROM `app`.`knex_migrations_lock` LIMIT 3 FOR UPDATE"
#define DELETE "DELETE FROM `app`.`knex_migrations_lock`"
#define INSERT "INSERT INTO `app`.`knex_migrations_lock` (is_locked) VALUES (0)"

static void nothing_stays(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "COMMIT"), 0);
    assert_int_equal(mlk_fake_answered(s, "ROLLBACK"), mlk_fake_answered(s, "START TRANSACTION"));
}

static void the_report_says_how(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d = scene_report(s, "knex:app");
    char next[100];

    scene_expect(d, "verdict", "unknown");
    scene_expect(d, "damage", "several_rows");
    assert_int_equal(strlen(scene_text(d, "token")), MLK_TOKEN_LEN);
    snprintf(next, sizeof next, "SELECT miglock_repair('knex:app', '%s')", scene_text(d, "token"));
    scene_expect(d, "next", next);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "repair")), 2);
    assert_string_equal(cJSON_GetArrayItem(scene_member(d, "repair"), 0)->valuestring, DELETE);
    assert_string_equal(cJSON_GetArrayItem(scene_member(d, "repair"), 1)->valuestring, INSERT);
    cJSON_Delete(d);
    scene_close(s);
}

static void next_goes_by_the_sessions(void **state)
{
    static const struct {
        const char *people, *next;
    } cases[] = {
        {"21|app|10.0.0.7:1|app|Sleep|60||NULL\n", "SELECT miglock_repair('knex:app', '%s', 'force')"},
        {"21|app|10.0.0.7:1|app|Query|60|x|ALTER TABLE posts ADD x INT\n",
         "SELECT miglock_status('knex:app')"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_damaged(state);
        char next[100];
        cJSON *d;

        scene_people(s, cases[i].people);
        d = scene_report(s, "knex:app");
        if (strstr(cases[i].next, "%s"))
            snprintf(next, sizeof next, "SELECT miglock_repair('knex:app', '%s', 'force')",
                     scene_text(d, "token"));
        else
            snprintf(next, sizeof next, "%s", cases[i].next);
        scene_expect(d, "next", next);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Every row and every column counts, the order of the rows does not. */
static void the_token_is_of_the_whole_table(void **state)
{
    static const char *const others[] = {
        HEAD "1|1\n2|1\n",      HEAD "1|0\n3|1\n",      HEAD "1|0\n2|NULL\n",
        HEAD "1|0\n2|1\n2|1\n", HEAD "1|0\n1|0\n2|1\n",
    };
    struct mlk_session *s = scene_open_damaged(state);
    char token[MLK_TOKEN_LEN + 1];
    cJSON *d = scene_report(s, "knex:app");

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_table(s, LOCK, HEAD "2|1\n1|0\n");
    d = scene_report(s, "knex:app");
    scene_expect(d, "token", token);
    cJSON_Delete(d);
    for (size_t i = 0; i < UNIT_COUNT(others); i++) {
        scene_table(s, LOCK, others[i]);
        d = scene_report(s, "knex:app");
        assert_string_not_equal(scene_text(d, "token"), token);
        cJSON_Delete(d);
    }
    scene_close(s);
}

static void a_damaged_table_is_repaired(void **state)
{
    static const struct {
        const char *sql;
        enum mlk_need need;
    } steps[] = {{LOCKS, MLK_NEED_DELETE},
                 {READ, MLK_NEED_DELETE},
                 {DELETE, MLK_NEED_DELETE},
                 {INSERT, MLK_NEED_INSERT}};
    struct mlk_session *s = scene_open_damaged(state);
    struct mlk_access need;
    const char *sql;
    size_t step = 0;
    cJSON *d = scene_repair(s, "knex:app", NULL, false);

    scene_expect(d, "outcome", "repaired");
    scene_expect(d, "target", "knex:app");
    scene_expect(d, "verdict", "abandoned");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "statements")), 2);
    scene_expect(scene_member(d, "now"), "verdict", "free");
    scene_expect(scene_member(d, "now"), "damage", NULL);
    assert_true(cJSON_GetArraySize(scene_member(d, "advice")) > 0);
    assert_int_equal(mlk_fake_answered(s, "START TRANSACTION"), 1);
    assert_int_equal(mlk_fake_answered(s, "COMMIT"), 1);
    assert_int_equal(mlk_fake_sent(s, "ROLLBACK"), 0);
    for (size_t i = 0; (sql = mlk_fake_sql(s, i, &need)); i++) {
        if (step == UNIT_COUNT(steps) || !strstr(sql, steps[step].sql))
            continue;
        assert_int_equal(need.need, steps[step].need);
        assert_string_equal(need.schema, "app");
        assert_string_equal(need.table, "knex_migrations_lock");
        step++;
    }
    assert_int_equal(step, UNIT_COUNT(steps)); /* in this order */
    assert_non_null(strstr(mlk_fake_log(s, 0), "asked to repair 'knex:app': repaired; verdict abandoned"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Only rows are added, so the account need not be able to change or delete any. */
static void a_row_that_is_missing_is_added(void **state)
{
    static const char ghost[] = "lock_key|locked|acquired_at|released_at\n";
    struct mlk_session *s = scene_open(scene_flavour(state));
    struct mlk_access need;
    const char *sql;
    cJSON *d;

    scene_ghost(s);
    scene_table(s, "blog.migrations_lock", ghost);
    mlk_fake_rows(s,
                  scene_flavour(state) == MLK_MYSQL ? "SELECT * FROM...LIMIT 1 FOR SHARE"
                                                    : "SELECT * FROM...LIMIT 1 LOCK IN SHARE MODE",
                  ghost);
    mlk_fake_affected(s, "INSERT INTO `blog`.`migrations_lock`", 1);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s,
                      "INSERT INTO `blog`.`migrations_lock` (`lock_key`) SELECT `lock_key` FROM "
                      "`blog`.`migrations_lock` WHERE CHAR_LENGTH(`lock_key`) < 0",
                      0);
    mlk_fake_rows(s, "READ TABLE blog.migrations_lock",
                  "lock_key|locked|acquired_at|released_at\nkm01|0|NULL|NULL\n");
    mlk_fake_when(s, 1);
    mlk_fake_deny(s, MLK_NEED_UPDATE);
    mlk_fake_deny(s, MLK_NEED_DELETE);
    d = scene_repair(s, "ghost:blog", NULL, false);
    scene_expect(d, "outcome", "repaired");
    for (size_t i = 0; (sql = mlk_fake_sql(s, i, &need)); i++) {
        if (strstr(sql, "INSERT"))
            assert_int_equal(need.need, MLK_NEED_INSERT);
    }
    cJSON_Delete(d);
    scene_close(s);
}

static void what_changed_before_the_lock_is_left_alone(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d;

    mlk_fake_rows(s, READ, HEAD "1|1\n2|1\n");
    d = scene_repair(s, "knex:app", NULL, true);
    scene_expect(d, "outcome", "changed");
    assert_int_equal(mlk_fake_sent(s, DELETE), 1); /* the locks */
    nothing_stays(s);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "statements")), 0);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* A trigger, say. */
static void what_does_not_come_out_right_is_rolled_back(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d;

    mlk_fake_rows(s, "READ TABLE " LOCK, HEAD "3|0\n4|0\n");
    mlk_fake_when(s, 2);
    d = scene_repair(s, "knex:app", NULL, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "not have left");
    nothing_stays(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void the_server_refuses_a_statement(void **state)
{
    static const struct {
        const char *statement;
        unsigned number;
        const char *text, *outcome, *says;
    } cases[] = {
        {LOCKS, 1205, "Lock wait timeout exceeded", "failed", "locked by another transaction"},
        {LOCKS, 1142, "DELETE command denied to user 'shop'", "refused", "it takes DELETE on app."},
        {DELETE, 1213, "Deadlock found", "failed", "locked by another transaction"},
        {DELETE, 1142, "DELETE command denied to user 'shop'", "refused", "it takes DELETE on app."},
        {DELETE, 1290, "running with the --read-only option", "refused", "read-only"},
        {INSERT, 1142, "INSERT command denied to user 'shop'", "refused", "it takes INSERT on app."},
        {INSERT, 1644, "a trigger says no", "failed", "the INSERT, nothing was changed: a trigger says no"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_damaged(state);
        cJSON *d;

        mlk_fake_error(s, cases[i].statement, cases[i].number, cases[i].text);
        if (strcmp(cases[i].statement, DELETE) == 0)
            mlk_fake_affected(s, LOCKS, 0);
        d = scene_repair(s, "knex:app", NULL, false);
        scene_expect(d, "outcome", cases[i].outcome);
        scene_expect_says(d, "because", cases[i].says);
        nothing_stays(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void a_commit_that_is_not_confirmed(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d;

    mlk_fake_error(s, "COMMIT", 2013, "Lost connection to server during query");
    d = scene_repair(s, "knex:app", NULL, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "the table is either as it was or repaired");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_dry_run_changes_nothing(void **state)
{
    const struct mlk_release_options options = {.dry_run = true};
    struct mlk_session *s = scene_open_damaged(state);
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *d = NULL;

    scene_target("knex:app", &target);
    assert_int_equal(mlk_repair(s, &target, &options, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "would_repair");
    assert_true(cJSON_IsTrue(scene_member(d, "dry_run")));
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "statements")), 2);
    assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
    assert_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(the_report_says_how),
        SCENE_BOTH(next_goes_by_the_sessions),
        SCENE_BOTH(the_token_is_of_the_whole_table),
        SCENE_BOTH(a_damaged_table_is_repaired),
        SCENE_BOTH(a_row_that_is_missing_is_added),
        SCENE_BOTH(what_changed_before_the_lock_is_left_alone),
        SCENE_BOTH(what_does_not_come_out_right_is_rolled_back),
        SCENE_BOTH(the_server_refuses_a_statement),
        SCENE_BOTH(a_commit_that_is_not_confirmed),
        SCENE_BOTH(a_dry_run_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
