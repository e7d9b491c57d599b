/* SPDX-License-Identifier: GPL-2.0-only */
/* Liquibase's DATABASECHANGELOGLOCK: read as StandardLockService reads it, released as it releases it. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "ID", "LOCKED", "LOCKGRANTED", "LOCKEDBY"                                                            \
    }
#define SINCE "2026-11-21 08:00:00"
#define BY    "app-7f9c (10.0.0.7)"

static const struct mlk_tool *liquibase(void)
{
    const struct mlk_tool *tool = mlk_tool_find("liquibase", 9);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 1, {{"1", "0", NULL, NULL}}}, .finding = MLK_ROW_FREE, .row = 0},
        {"taken",
         {COLUMNS, 1, {{"1", "1", SINCE, BY}}},
         .finding = MLK_ROW_HELD,
         .since = SINCE,
         .owner = BY,
         .host = "10.0.0.7"},
        {"BIT(1) of one",
         {COLUMNS, 1, {{"1", "\x01", SINCE, BY}}},
         .finding = MLK_ROW_HELD,
         .since = SINCE,
         .owner = BY,
         .host = "10.0.0.7"},
        {"BIT(1) of zero", {COLUMNS, 1, {{"1", "", NULL, NULL}}}, .finding = MLK_ROW_FREE},
        {"taken by nobody", {COLUMNS, 1, {{"1", "1", NULL, NULL}}}, .finding = MLK_ROW_HELD},
        {"lower case, other order, a column more",
         {{"locked", "lockedby", "id", "lockgranted", "lockprolonged"}, 1, {{"1", BY, "1", SINCE, NULL}}},
         .finding = MLK_ROW_HELD,
         .since = SINCE,
         .owner = BY,
         .host = "10.0.0.7"},
        {"a description",
         {COLUMNS, 1, {{"1", "1", SINCE, "app#blue (green) (fe80:0:0:0:42:acff:fe11:2%eth0)"}}},
         .finding = MLK_ROW_HELD,
         .since = SINCE,
         .owner = "app#blue (green) (fe80:0:0:0:42:acff:fe11:2%eth0)",
         .host = "fe80:0:0:0:42:acff:fe11:2%eth0"},
        {"no address",
         {COLUMNS, 1, {{"1", "1", SINCE, "localhost"}}},
         .finding = MLK_ROW_HELD,
         .since = SINCE,
         .owner = "localhost"},
        {"an address that does not end",
         {COLUMNS, 1, {{"1", "1", NULL, "a (b"}}},
         .finding = MLK_ROW_HELD,
         .owner = "a (b"},
        {"an empty address",
         {COLUMNS, 1, {{"1", "1", NULL, "a ()"}}},
         .finding = MLK_ROW_HELD,
         .owner = "a ()"},
        {"nothing but an address",
         {COLUMNS, 1, {{"1", "1", NULL, "(a)"}}},
         .finding = MLK_ROW_HELD,
         .owner = "(a)"},
        {"an empty owner", {COLUMNS, 1, {{"1", "1", NULL, ""}}}, .finding = MLK_ROW_HELD, .owner = ""},
        {"its row among others",
         {COLUMNS, 2, {{"2", "1", SINCE, BY}, {"1", "0", NULL, NULL}}},
         .finding = MLK_ROW_FREE,
         .row = 1},
        {"no row: the next run adds it",
         {COLUMNS, 0, {{NULL}}},
         .finding = MLK_ROW_FREE,
         .row = SIZE_MAX,
         .noted = true},
        {"no row of its own", {COLUMNS, 1, {{"2", "0", NULL, NULL}}}, .finding = MLK_ROW_MISSING},
        {"twice", {COLUMNS, 2, {{"1", "0", NULL, NULL}, {"1", "1", SINCE, BY}}}, .finding = MLK_ROW_SEVERAL},
        {"NULL is neither", {COLUMNS, 1, {{"1", NULL, NULL, NULL}}}, .finding = MLK_ROW_ODD},
        {"text in the flag", {COLUMNS, 1, {{"1", "true", NULL, NULL}}}, .finding = MLK_ROW_ODD},
        {"a column less", {{"ID", "LOCKED", "LOCKEDBY"}, 1, {{"1", "1", BY}}}, .finding = MLK_ROW_ODD},
        {"Keycloak, flag clear",
         {COLUMNS, 3, {{"1", "0", NULL, NULL}, {"1000", "0", NULL, NULL}, {"1001", "0", NULL, NULL}}},
         .finding = MLK_ROW_FREE,
         .noted = true},
        {"Keycloak without row 1",
         {COLUMNS, 1, {{"1000", "0", NULL, NULL}}},
         .finding = MLK_ROW_FREE,
         .row = SIZE_MAX,
         .noted = true},
        {"Keycloak, flag set",
         {COLUMNS, 2, {{"1", "1", SINCE, BY}, {"1000", "0", NULL, NULL}}},
         .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(liquibase(), cases, UNIT_COUNT(cases));
}

static void the_time_is_the_servers(void **state)
{
    static const struct row_table held = {COLUMNS, 1, {{"1", "1", SINCE, BY}}};
    struct mlk_rows *rows = row_table_rows(&held);
    struct mlk_row_state got;

    (void)state;
    liquibase()->read(rows, &got);
    assert_int_equal(got.since.clock, MLK_CLOCK_SERVER);
    assert_int_equal(got.since.column, 2);
    mlk_rows_free(rows);
}

static void an_owner_that_is_too_long_is_left_alone(void **state)
{
    char by[MLK_OWNER_MAX + 20] = "a (";
    struct row_table held = {COLUMNS, 1, {{"1", "1", SINCE, by}}};

    (void)state;
    for (size_t len = MLK_OWNER_MAX - 2; len <= MLK_OWNER_MAX + 1; len++) {
        struct mlk_rows *rows;
        struct mlk_row_state got;

        memset(by + 3, 'x', len);
        by[3 + len] = ')';
        by[3 + len + 1] = '\0';
        rows = row_table_rows(&held);
        liquibase()->read(rows, &got);
        assert_int_equal(strlen(got.owner_host), len < MLK_OWNER_MAX ? len : 0);
        mlk_rows_free(rows);
    }
}

static void release_is_a_compare_and_set(void **state)
{
    static const struct row_table seen = {COLUMNS, 1, {{"1", "1", SINCE, BY}}};
    static const struct row_table bit = {COLUMNS, 1, {{"1", "\x01", NULL, NULL}}};
    static const struct row_table odd = {
        {"id", "locked", "lockgranted", "lockedby"}, 1, {{"1", "-3", SINCE, "it's \\"}}};

    (void)state;
    assert_false(liquibase()->release_deletes);
    row_table_expect(
        liquibase(), liquibase()->release, "DATABASECHANGELOGLOCK", &seen,
        "UPDATE `app`.`DATABASECHANGELOGLOCK` SET LOCKED = 0, LOCKGRANTED = NULL, LOCKEDBY = NULL "
        "WHERE ID = 1 AND LOCKED = 1 AND `LOCKGRANTED` <=> '" SINCE "' AND `LOCKEDBY` <=> '" BY "'");
    row_table_expect(liquibase(), liquibase()->release, "t", &bit,
                     "UPDATE `app`.`t` SET LOCKED = 0, LOCKGRANTED = NULL, LOCKEDBY = NULL "
                     "WHERE ID = 1 AND LOCKED = 1 AND `LOCKGRANTED` <=> NULL AND `LOCKEDBY` <=> NULL");
    row_table_expect(liquibase(), liquibase()->release, "o`dd", &odd,
                     "UPDATE `app`.`o``dd` SET LOCKED = 0, LOCKGRANTED = NULL, LOCKEDBY = NULL "
                     "WHERE ID = 1 AND LOCKED = -3 AND `LOCKGRANTED` <=> '" SINCE
                     "' AND `LOCKEDBY` <=> 'it''s \\\\'");
}

static const struct row_table missing = {COLUMNS, 1, {{"2", "0", NULL, NULL}}};
static const struct row_table several = {COLUMNS, 2, {{"1", "0", NULL, NULL}, {"1", "0", NULL, NULL}}};
static const struct row_table null_flag = {COLUMNS, 1, {{"1", NULL, NULL, NULL}}};
static const struct row_table text_flag = {COLUMNS, 1, {{"1", "x", NULL, NULL}}};
static const struct row_table keycloak = {COLUMNS, 2, {{"1000", "0", NULL, NULL}, {"1", "1", NULL, NULL}}};
static const struct row_table other = {{"is_locked"}, 0, {{NULL}}};

static void damage_is_explained(void **state)
{
    (void)state;
    row_table_says(liquibase(), liquibase()->explain, "t", &missing, "none with ID = 1");
    row_table_says(liquibase(), liquibase()->explain, "t", &several, "more than one row with ID = 1");
    row_table_says(liquibase(), liquibase()->explain, "t", &null_flag, "LOCKED is NULL");
    row_table_says(liquibase(), liquibase()->explain, "t", &text_flag, "not a lock table of Liquibase");
    row_table_says(liquibase(), liquibase()->explain, "t", &other, "not a lock table of Liquibase");
    row_table_says(liquibase(), liquibase()->explain, "t", &keycloak, "clearing it would do nothing");
}

static void damage_is_repaired(void **state)
{
    (void)state;
    row_table_repairs(liquibase(), &missing, "INSERT INTO `app`.`t` (ID, LOCKED) VALUES (1, 0)");
    row_table_repairs(liquibase(), &several,
                      "DELETE FROM `app`.`t`; INSERT INTO `app`.`t` (ID, LOCKED) VALUES (1, 0)");
    row_table_repairs(liquibase(), &null_flag,
                      "UPDATE `app`.`t` SET LOCKED = 0 WHERE ID = 1 AND LOCKED IS NULL");
    row_table_is_hopeless(liquibase(), &text_flag);
    row_table_is_hopeless(liquibase(), &keycloak);
    row_table_is_hopeless(liquibase(), &other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(the_time_is_the_servers),
        cmocka_unit_test(an_owner_that_is_too_long_is_left_alone),
        cmocka_unit_test(release_is_a_compare_and_set),
        cmocka_unit_test(damage_is_explained),
        cmocka_unit_test(damage_is_repaired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
