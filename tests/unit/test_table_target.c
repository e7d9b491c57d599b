/* SPDX-License-Identifier: GPL-2.0-only */
/* The target table:SCHEMA/TABLE: which table it is, its report, and calls that cannot be. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

#define QUEUE                                                                                                \
    "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"                                                          \
    "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders WHERE id = 1\n"

static void a_table_that_nobody_waits_for(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d = scene_end(s, "table:shop/others",
                         &(struct mlk_release_options){.token = "aaaaaaaaaaaa", .force = true});

    scene_expect(d, "outcome", "free");
    scene_expect(d, "verdict", "free");
    scene_expect_says(d, "because", "so there is nothing to release");
    scene_expect_nobody_ended(s);
    assert_null(mlk_fake_log(s, 0));
    cJSON_Delete(d);

    d = scene_report(s, "table:shop/others");
    scene_expect(d, "tool", "table");
    scene_expect(d, "kind", "table");
    scene_expect(d, "target", "table:shop/others");
    assert_true(cJSON_IsFalse(scene_member(d, "held")));
    assert_true(cJSON_IsNull(scene_member(d, "held_seconds")));
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "ddl")), 0);
    assert_true(cJSON_IsNull(scene_member(d, "next")));
    cJSON_Delete(d);
    scene_close(s);
}

static void a_table_that_is_not_there(void **state)
{
    static const struct mlk_release_options force = {.token = "aaaaaaaaaaaa", .force = true};
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'typo'",
                  "1\n");
    scene_cannot_end(s, "table:shop/typo", &force, MLK_NOT_FOUND, "there is no table shop.typo, or this");
    mlk_fake_error(s, "FROM information_schema.TABLES WHERE TABLE_SCHEMA", 1142, "denied");
    d = scene_report(s, "table:shop/typo");
    scene_expect(d, "verdict", "free");
    scene_expect_says(d, "blind_spots", "whether there is a table shop.typo is not visible to this account");
    cJSON_Delete(d);
    mlk_fake_status(s, "FROM information_schema.TABLES WHERE TABLE_SCHEMA", MLK_KILLED, "interrupted");
    scene_cannot_end(s, "table:shop/typo", &force, MLK_KILLED, "interrupted");
    scene_close(s);
}

static void held_seconds_are_the_longest_wait(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d = scene_report(s, ORDERS);

    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    assert_int_equal((int)scene_number(d, "held_seconds"), 60);
    cJSON_Delete(d);
    scene_people(s, QUEUE "11|deploy|10.0.0.9:4|shop|Query|5|" WAITS "|ALTER TABLE orders FORCE\n");
    d = scene_report(s, ORDERS);
    assert_int_equal((int)scene_number(d, "held_seconds"), 59);
    cJSON_Delete(d);
    scene_close(s);
}

/* Names are compared and quoted as a whole; the statement's own text need not name the table. */
static void names_of_every_kind(void **state)
{
    static const char *const lines[][2] = {{"10", "SHARED_WRITE|1"},
                                           {"11", "SHARED_UPGRADABLE|1"},
                                           {"11", "EXCLUSIVE|0"},
                                           {"12", "SHARED_READ|0"}};
    static const struct {
        const char *schema, *table, *target, *literal;
    } cases[] = {
        {"shop", "or'd\"ers", "table:shop/or'd\"ers", "'or''d\"ers'"},
        {"a/b", "c/d", "table:`a/b`/`c/d`", "'c/d'"},
        {"sh`op", "``", "table:`sh``op`/``````", "'``'"},
        {"sch\xc3\xb6p", "\xe2\x82\xac", "table:sch\xc3\xb6p/\xe2\x82\xac", "'\xe2\x82\xac'"},
        {"a.b", "back\\slash", "table:a.b/back\\slash", "'back\\\\slash'"},
        {"a b", "%s%n", "table:a b/%s%n", "'%s%n'"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        char locks[800], asked[200];
        size_t used = 0;
        cJSON *d;

        for (size_t l = 0; l < UNIT_COUNT(lines); l++)
            used += (size_t)snprintf(locks + used, sizeof locks - used, "%s|TABLE|%s|%s|%s\n", lines[l][0],
                                     cases[i].schema, cases[i].table, lines[l][1]);
        assert_true(used < sizeof locks);
        scene_waits(s, locks);
        mlk_fake_rows(s, "SELECT DISTINCT OBJECT_TYPE...'PENDING'",
                      "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME\n");
        mlk_fake_when(s, ENDED);
        d = scene_report(s, cases[i].target);
        scene_expect(d, "target", cases[i].target);
        scene_expect(d, "schema", cases[i].schema);
        scene_expect(d, "table", cases[i].table);
        assert_true(cJSON_IsTrue(scene_member(d, "held")));
        assert_true(strncmp(scene_text(d, "next"), "SELECT miglock_release('table:", 30) == 0);
        cJSON_Delete(d);
        d = scene_end(s, cases[i].target, &(struct mlk_release_options){0});
        scene_expect(d, "outcome", "released");
        scene_expect(d, "target", cases[i].target);
        cJSON_Delete(d);

        /* afterwards nobody waits, and whether there is such a table is asked by name */
        d = scene_report(s, cases[i].target);
        scene_expect(d, "verdict", "free");
        (void)snprintf(asked, sizeof asked, "TABLE_NAME = %s", cases[i].literal);
        if (!mlk_fake_sent(s, asked))
            fail_msg("%s was not asked for as %s", cases[i].target, cases[i].literal);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* lower_case_table_names decides whether another case is another table. */
static void names_in_another_case(void **state)
{
    for (int fold = 0; fold < 2; fold++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        char row[300];
        cJSON *d;

        (void)snprintf(
            row, sizeof row,
            "@@version|read_only|performance_schema|now|names|max_threads|max_locks\n%s|0|1|" SCENE_NOW
            "|%d|-1|-1\n",
            s->flavour == MLK_MYSQL ? "9.7.4" : "10.11.19-MariaDB", fold);
        mlk_fake_rows(s, "SELECT @@version", row);
        d = scene_report(s, "table:Shop/ORDERS");
        assert_int_equal(cJSON_IsTrue(scene_member(d, "held")), fold);
        scene_expect(d, "target", fold ? ORDERS : "table:Shop/ORDERS");
        cJSON_Delete(d);
        d = scene_end(s, "table:Shop/ORDERS",
                      &(struct mlk_release_options){.token = fold ? NULL : "aaaaaaaaaaaa"});
        scene_expect(d, "outcome", fold ? "released" : "free");
        assert_int_equal(mlk_fake_sent(s, "KILL"), fold);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void calls_that_cannot_be(void **state)
{
    static const struct mlk_release_options none = {0}, odd = {.token = "0123456789AB"},
                                            blocker = {.token = "aaaaaaaaaaaa", .blocker = IDLE};
    static const char *const texts[] = {"table:orders", "table:", "table:shop/", "table:/orders",
                                        "table:a/b/c"};
    struct mlk_session *s = scene_ending(scene_flavour(state));
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d = NULL;

    scene_cannot_end(s, ORDERS, &none, MLK_USAGE, "a token is 12 hexadecimal digits");
    scene_cannot_end(s, ORDERS, &odd, MLK_USAGE, "a token is 12 hexadecimal digits");
    scene_cannot_end(s, "ghost:blog", &blocker, MLK_USAGE, "a blocker is of a table");
    scene_cannot_end(s, "rails:shop", &blocker, MLK_USAGE, "a blocker is of a table");
    assert_int_equal(mlk_fake_calls(s), 0);
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        error[0] = '\0';
        assert_int_equal(mlk_target_parse(texts[i], strlen(texts[i]), &target, error, sizeof error),
                         MLK_USAGE);
        assert_true(error[0] != '\0');
    }
    assert_int_equal(mlk_target_parse("table:orders", 12, &target, error, sizeof error), MLK_USAGE);
    assert_non_null(strstr(error, "of which table is not said; write table:SCHEMA/TABLE"));
    scene_target(ORDERS, &target);
    assert_int_equal(mlk_repair(s, &target, &blocker, &d, error, sizeof error), MLK_USAGE);
    assert_non_null(strstr(error, "a repair is of a tool's lock table"));
    assert_null(d);
    assert_int_equal(mlk_fake_calls(s), 0);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_table_that_nobody_waits_for),
        SCENE_BOTH(a_table_that_is_not_there),
        SCENE_BOTH(held_seconds_are_the_longest_wait),
        SCENE_BOTH(names_of_every_kind),
        SCENE_BOTH(names_in_another_case),
        SCENE_BOTH(calls_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
