/* SPDX-License-Identifier: GPL-2.0-only */
/* Releasing a row: one compare-and-set in a transaction of its own, and never "released" without a COMMIT. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define GHOST_HEAD "lock_key|locked|acquired_at|released_at\n"
#define UPDATE     "UPDATE `blog`.`migrations_lock` SET locked = 0"

static void nothing_was_written(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "UPDATE"), 0);
    /* COMMIT is the name of a lock too, which those who look at DDL ask for */
    assert_int_equal(mlk_fake_sent(s, "COMMIT"), mlk_fake_sent(s, "'COMMIT', 'BACKUP"));
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
}

static void abandoned_is_released(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    struct mlk_access need;
    const char *sql;
    cJSON *d = scene_release(s, "ghost:blog", NULL, false);

    scene_expect(d, "outcome", "released");
    scene_expect(d, "target", "ghost:blog");
    scene_expect(d, "verdict", "abandoned");
    scene_expect(scene_member(d, "now"), "verdict", "free");
    assert_true(cJSON_GetArraySize(scene_member(d, "advice")) > 0);
    assert_int_equal(mlk_fake_answered(s, "START TRANSACTION"), 1);
    assert_int_equal(mlk_fake_answered(s, UPDATE), 1);
    assert_int_equal(mlk_fake_answered(s, "COMMIT"), 1);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    /* what was seen is in the WHERE, and the right is stated */
    assert_int_equal(mlk_fake_sent(s, UPDATE
                                   "...lock_key = 'km01'...locked = 1...acquired_at <=> '2026-11-21 08:00:00'"
                                   "...released_at <=> NULL"),
                     1);
    for (size_t i = 0; (sql = mlk_fake_sql(s, i, &need)); i++) {
        if (strstr(sql, "UPDATE")) {
            assert_int_equal(need.need, MLK_NEED_UPDATE);
            assert_string_equal(need.schema, "blog");
            assert_string_equal(need.table, "migrations_lock");
        }
    }
    cJSON_Delete(d);
    scene_close(s);
}

static void a_free_lock_is_left_alone(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|0|NULL|NULL\n");
    d = scene_release(s, "ghost:blog", "0123456789ab", true);
    scene_expect(d, "outcome", "free");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void another_token_is_refused(void **state)
{
    for (int force = 0; force < 2; force++) {
        struct mlk_session *s = scene_open_stuck(state);
        cJSON *d = scene_release(s, "ghost:blog", "0123456789ab", force != 0);

        scene_expect(d, "outcome", "changed");
        scene_expect_says(d, "because", "0123456789ab");
        nothing_was_written(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void what_is_no_token_is_an_error(void **state)
{
    static const char *const tokens[] = {
        NULL, "", "x", "0123456789a", "0123456789abc", "0123456789AB", "0123456789a'"};
    struct mlk_session *s = scene_open_stuck(state);
    struct mlk_target target;

    scene_target("ghost:blog", &target);
    for (size_t i = 0; i < UNIT_COUNT(tokens); i++) {
        const struct mlk_release_options options = {.token = tokens[i], .force = true};
        char error[MLK_ERROR_MAX] = "";
        cJSON *d = NULL;

        assert_int_equal(mlk_release(s, &target, &options, &d, error, sizeof error), MLK_USAGE);
        assert_null(d);
        assert_non_null(strstr(error, "token"));
    }
    nothing_was_written(s);
    scene_close(s);
}

static void who_is_connected_needs_force(void **state)
{
    static const struct {
        const char *people, *verdict;
    } cases[] = {
        {"21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n", "idle"},
        {"21|ghost|10.0.0.7:1|blog|Query|60|x|ALTER TABLE posts ADD x INT\n", "active"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_stuck(state);
        cJSON *d;

        scene_people(s, cases[i].people);
        d = scene_release(s, "ghost:blog", NULL, false);
        scene_expect(d, "outcome", "refused");
        scene_expect(d, "verdict", cases[i].verdict);
        scene_expect_says(d, "because", "force");
        nothing_was_written(s);
        cJSON_Delete(d);
        d = scene_release(s, "ghost:blog", NULL, true);
        scene_expect(d, "outcome", "released");
        assert_int_equal(mlk_fake_sent(s, "KILL"), 0); /* a row has no holder to kill */
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void what_is_hidden_needs_force(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    scene_stranger(s);
    d = scene_release(s, "ghost:blog", NULL, false);
    scene_expect(d, "outcome", "refused");
    scene_expect(d, "verdict", "unknown");
    nothing_was_written(s);
    cJSON_Delete(d);
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "released");
    cJSON_Delete(d);
    scene_close(s);
}

/* Not even force: nobody knows what would be changed. */
static void damage_and_ignorance_are_refused(void **state)
{
    static const char *const tables[] = {GHOST_HEAD, "empty_table\n",
                                         GHOST_HEAD "km01|1|NULL|NULL\nkm01|1|NULL|NULL\n"};
    struct mlk_session *s;
    cJSON *d;

    for (size_t i = 0; i < UNIT_COUNT(tables); i++) {
        s = scene_open(scene_flavour(state));
        scene_ghost(s);
        scene_table(s, "blog.migrations_lock", tables[i]);
        d = scene_release(s, "ghost:blog", "0123456789ab", true);
        scene_expect(d, "outcome", "refused");
        nothing_was_written(s);
        cJSON_Delete(d);
        scene_close(s);
    }
    s = scene_open(scene_flavour(state));
    mlk_fake_error(s, "READ TABLE", 1142, "SELECT command denied");
    d = scene_release(s, "ghost:blog", "0123456789ab", true);
    scene_expect(d, "outcome", "refused");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void an_open_transaction_is_left_alone(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "READ TABLE app.knex_migrations_lock", "index|is_locked\n1|0\n");
    mlk_fake_rows(s, "READ TABLE DIRTY app.knex_migrations_lock", "index|is_locked\n1|1\n");
    d = scene_release(s, "knex:app", "0123456789ab", true);
    scene_expect(d, "outcome", "refused");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_lost_race_is_rolled_back(void **state)
{
    static const uint64_t counts[] = {0, 2};

    for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
        struct mlk_session *s = scene_open_stuck(state);
        cJSON *d;

        mlk_fake_affected(s, UPDATE, counts[i]);
        d = scene_release(s, "ghost:blog", NULL, false);
        scene_expect(d, "outcome", "changed");
        assert_int_equal(mlk_fake_sent(s, "COMMIT"), 0);
        assert_int_equal(mlk_fake_answered(s, "ROLLBACK"), 1);
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void the_server_refuses_the_update(void **state)
{
    static const struct {
        unsigned number;
        const char *text, *outcome, *says;
    } cases[] = {
        {1205, "Lock wait timeout exceeded", "failed", "locked by another transaction"},
        {1142, "UPDATE command denied to user 'shop'", "refused", "UPDATE"},
        {1290, "running with the --read-only option", "refused", "read-only"},
        {1836, "Running in read-only mode", "refused", "read-only"},
        {1644, "a trigger says no", "failed", "a trigger says no"},
        {1146, "Table doesn't exist", NULL, "doesn't exist"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_stuck(state);
        cJSON *d;

        mlk_fake_error(s, UPDATE, cases[i].number, cases[i].text);
        d = scene_release(s, "ghost:blog", NULL, false);
        if (cases[i].outcome)
            scene_expect(d, "outcome", cases[i].outcome);
        assert_string_not_equal(scene_text(d, "outcome"), "released");
        scene_expect_says(d, "because", cases[i].says);
        assert_int_equal(mlk_fake_sent(s, "COMMIT"), 0);
        assert_int_equal(mlk_fake_sent(s, "ROLLBACK"), 1);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void no_right_is_seen_before_anything_is_sent(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    mlk_fake_deny(s, MLK_NEED_UPDATE);
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "UPDATE on blog.migrations_lock");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_server_that_takes_no_writes(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    scene_server(s, "1", "1");
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "read-only");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);

    s = scene_open_stuck(state);
    scene_people(s, s->flavour == MLK_MARIADB ? "11|system user||NULL|Slave_SQL|9|Waiting|NULL\n"
                                              : "11|system user||NULL|Query|9|Waiting|NULL\n");
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "replica");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_commit_that_is_not_confirmed(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    mlk_fake_error(s, "COMMIT", 2013, "Lost connection to server during query");
    d = scene_release(s, "ghost:blog", NULL, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "look again");
    cJSON_Delete(d);
    scene_close(s);
}

static void taken_again_at_once(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d;

    mlk_fake_rows(s, "READ TABLE blog.migrations_lock",
                  GHOST_HEAD "km01|1|2026-11-21 12:00:01|2026-11-21 12:00:00\n");
    mlk_fake_when(s, 2);
    mlk_fake_rows(s, "READ TABLE DIRTY blog.migrations_lock",
                  GHOST_HEAD "km01|1|2026-11-21 12:00:01|2026-11-21 12:00:00\n");
    mlk_fake_when(s, 2);
    d = scene_release(s, "ghost:blog", NULL, false);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "taken again");
    assert_true(cJSON_IsTrue(scene_member(scene_member(d, "now"), "held")));
    cJSON_Delete(d);
    scene_close(s);
}

static void a_dry_run_changes_nothing(void **state)
{
    struct mlk_session *s = scene_open_stuck(state);
    const struct mlk_release_options options = {.dry_run = true};
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *d = NULL;

    scene_target("ghost:blog", &target);
    assert_int_equal(mlk_release(s, &target, &options, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "would_release");
    assert_non_null(strstr(scene_text(d, "statement"), UPDATE));
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n");
    assert_int_equal(mlk_release(s, &target, &options, &d, error, sizeof error), MLK_OK);
    scene_expect(d, "outcome", "refused");
    nothing_was_written(s);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(abandoned_is_released),
        SCENE_BOTH(a_free_lock_is_left_alone),
        SCENE_BOTH(another_token_is_refused),
        SCENE_BOTH(what_is_no_token_is_an_error),
        SCENE_BOTH(who_is_connected_needs_force),
        SCENE_BOTH(what_is_hidden_needs_force),
        SCENE_BOTH(damage_and_ignorance_are_refused),
        SCENE_BOTH(an_open_transaction_is_left_alone),
        SCENE_BOTH(a_lost_race_is_rolled_back),
        SCENE_BOTH(the_server_refuses_the_update),
        SCENE_BOTH(no_right_is_seen_before_anything_is_sent),
        SCENE_BOTH(a_server_that_takes_no_writes),
        SCENE_BOTH(a_commit_that_is_not_confirmed),
        SCENE_BOTH(taken_again_at_once),
        SCENE_BOTH(a_dry_run_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
