/* SPDX-License-Identifier: GPL-2.0-only */
/* Repairs that are refused, each before a transaction has begun, and what is no repair at all. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define HEAD "index|is_locked\n"
#define LOCK "app.knex_migrations_lock"

/* Refused for that reason; with force too, where force changes nothing. */
static void expect_refused(struct mlk_session *s, bool force, const char *says)
{
    cJSON *d = scene_repair(s, "knex:app", NULL, force);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", says);
    assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "statements")), 0);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    assert_non_null(strstr(mlk_fake_log(s, 0), "asked to repair 'knex:app'"));
    assert_non_null(strstr(mlk_fake_log(s, 0), ": refused"));
    cJSON_Delete(d);
}

static void expect_repaired_with_force(struct mlk_session *s)
{
    cJSON *d = scene_repair(s, "knex:app", NULL, true);

    scene_expect(d, "outcome", "repaired");
    /* the name of a lock too, which those who look at DDL ask for */
    assert_int_equal(mlk_fake_answered(s, "COMMIT") - mlk_fake_answered(s, "'COMMIT', 'BACKUP"), 1);
    cJSON_Delete(d);
}

static void who_is_connected_needs_force(void **state)
{
    static const struct {
        const char *people, *says;
    } cases[] = {
        {"21|app|10.0.0.7:1|app|Sleep|60||NULL\n", "being idle proves nothing"},
        {"21|app|10.0.0.7:1|app|Query|60|x|ALTER TABLE posts ADD x INT\n", "could be migrating; wait"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_damaged(state);

        scene_people(s, cases[i].people);
        expect_refused(s, false, cases[i].says);
        expect_repaired_with_force(s);
        scene_close(s);
    }
}

static void what_is_hidden_needs_force(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);

    scene_stranger(s);
    expect_refused(s, false, "what is hidden");
    expect_repaired_with_force(s);
    scene_close(s);
}

/* From the end of the first look on the fake is in phase 9. */
static struct mlk_session *open_changing(void **state, char token[MLK_TOKEN_LEN + 1])
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d = scene_report(s, "knex:app");

    memcpy(token, scene_text(d, "token"), MLK_TOKEN_LEN + 1);
    cJSON_Delete(d);
    mlk_fake_rows(s, "READ TABLE DIRTY " LOCK, HEAD "1|0\n2|1\n");
    mlk_fake_when(s, 0);
    mlk_fake_then(s, 9);
    return s;
}

/* The sessions are listed before the table is read. */
static void who_comes_in_between_is_seen(void **state)
{
    static const char person[] = "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO\n"
                                 "21|app|10.0.0.7:1|app|Sleep|0||NULL\n";
    char token[MLK_TOKEN_LEN + 1];
    struct mlk_session *s = open_changing(state, token);
    cJSON *d;

    mlk_fake_rows(s, "SHOW PROCESSLIST", person);
    mlk_fake_when(s, 9);
    mlk_fake_rows(s, "FROM information_schema.PROCESSLIST", person);
    mlk_fake_when(s, 9);
    d = scene_repair(s, "knex:app", token, false);
    scene_expect(d, "outcome", "refused");
    scene_expect(d, "verdict", "idle");
    assert_int_equal(scene_number(scene_member(d, "now"), "sibling_count"), 1);
    assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
    cJSON_Delete(d);
    scene_close(s);

    s = open_changing(state, token);
    mlk_fake_rows(s, "READ TABLE " LOCK, HEAD "1|1\n2|1\n");
    mlk_fake_when(s, 9);
    mlk_fake_rows(s, "READ TABLE DIRTY " LOCK, HEAD "1|1\n2|1\n");
    mlk_fake_when(s, 9);
    d = scene_repair(s, "knex:app", token, false);
    scene_expect(d, "outcome", "changed");
    assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void another_token_is_refused(void **state)
{
    for (int force = 0; force < 2; force++) {
        struct mlk_session *s = scene_open_damaged(state);
        cJSON *d = scene_repair(s, "knex:app", "0123456789ab", force != 0);

        scene_expect(d, "outcome", "changed");
        scene_expect_says(d, "because", "0123456789ab");
        assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void arguments_that_cannot_be_used(void **state)
{
    static const struct {
        const char *target, *token, *says;
    } cases[] = {
        {"knex:app", NULL, "token"},
        {"knex:app", "x", "token"},
        {"knex:app", "0123456789AB", "token"},
        {"rails:shop", "0123456789ab", "no table"},
        {"named:x", "0123456789ab", "no table"},
    };
    struct mlk_session *s = scene_open_damaged(state);

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct mlk_release_options options = {.token = cases[i].token, .force = true};
        struct mlk_target target;
        char error[MLK_ERROR_MAX] = "";
        cJSON *d = NULL;

        scene_target(cases[i].target, &target);
        assert_int_equal(mlk_repair(s, &target, &options, &d, error, sizeof error), MLK_USAGE);
        assert_null(d);
        assert_non_null(strstr(error, cases[i].says));
    }
    assert_int_equal(mlk_fake_calls(s), 0);
    scene_close(s);
}

static void what_is_in_order_is_left_alone(void **state)
{
    static const char *const tables[] = {HEAD "1|0\n", HEAD "1|1\n"};

    for (size_t i = 0; i < UNIT_COUNT(tables); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        scene_table(s, LOCK, tables[i]);
        d = scene_repair(s, "knex:app", "0123456789ab", true);
        scene_expect(d, "outcome", "nothing_to_repair");
        assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
        assert_null(mlk_fake_log(s, 0));
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Not even force: nobody knows what would be changed. */
static void what_nobody_knows_is_refused(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_table(s, LOCK, "index|is_locked|more\n1|0|x\n");
    expect_refused(s, true, "nobody can say");
    scene_close(s);
    s = scene_open(scene_flavour(state));
    mlk_fake_error(s, "READ TABLE", 1142, "SELECT command denied");
    expect_refused(s, true, "cannot be read");
    scene_close(s);
}

static void rights_are_looked_at_first(void **state)
{
    static const struct {
        enum mlk_need need;
        const char *says;
    } cases[] = {{MLK_NEED_DELETE, "it takes DELETE on " LOCK},
                 {MLK_NEED_INSERT, "it takes INSERT on " LOCK}};

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open_damaged(state);

        mlk_fake_deny(s, cases[i].need);
        expect_refused(s, true, cases[i].says);
        scene_close(s);
    }
}

static void a_server_that_takes_no_writes(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);

    scene_server(s, "1", "1");
    expect_refused(s, true, "read-only");
    scene_close(s);

    s = scene_open_damaged(state);
    scene_people(s, s->flavour == MLK_MARIADB ? "11|system user||NULL|Slave_SQL|9|Waiting|NULL\n"
                                              : "11|system user||NULL|Query|9|Waiting|NULL\n");
    expect_refused(s, true, "replica");
    scene_close(s);
}

static void an_engine_without_transactions(void **state)
{
    static const char *const answers[] = {"TRANSACTIONS\nNO\n", "TRANSACTIONS\n", "TRANSACTIONS\nNULL\n"};

    for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
        struct mlk_session *s = scene_open_damaged(state);

        mlk_fake_rows(s, "SELECT e.TRANSACTIONS", answers[i]);
        expect_refused(s, true, "no transactions");
        scene_close(s);
    }
}

/* A release of it is refused as before, and says what helps. */
static void a_release_points_to_the_repair(void **state)
{
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d = scene_release(s, "knex:app", NULL, true);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "miglock repair");
    assert_int_equal(mlk_fake_sent(s, "START TRANSACTION"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(who_is_connected_needs_force),   SCENE_BOTH(what_is_hidden_needs_force),
        SCENE_BOTH(who_comes_in_between_is_seen),   SCENE_BOTH(another_token_is_refused),
        SCENE_BOTH(arguments_that_cannot_be_used),  SCENE_BOTH(what_is_in_order_is_left_alone),
        SCENE_BOTH(what_nobody_knows_is_refused),   SCENE_BOTH(rights_are_looked_at_first),
        SCENE_BOTH(a_server_that_takes_no_writes),  SCENE_BOTH(an_engine_without_transactions),
        SCENE_BOTH(a_release_points_to_the_repair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
