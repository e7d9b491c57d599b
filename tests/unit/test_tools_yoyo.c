/* SPDX-License-Identifier: GPL-2.0-only */
/* yoyo's yoyo_lock: the row locked = 1 is the lock. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "locked", "ctime", "pid"                                                                             \
    }
#define AT "2026-11-21 08:00:00"

static const struct mlk_tool *yoyo(void)
{
    const struct mlk_tool *tool = mlk_tool_find("yoyo", 4);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 0, {{NULL}}}, .finding = MLK_ROW_FREE, .row = SIZE_MAX},
        {"taken",
         {COLUMNS, 1, {{"1", AT, "4711"}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .owner = "4711",
         .pid = 4711},
        {"a bit",
         {COLUMNS, 1, {{"\x01", AT, "1"}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .owner = "1",
         .pid = 1},
        {"another number is in nobody's way",
         {COLUMNS, 1, {{"0", AT, "1"}}},
         .finding = MLK_ROW_FREE,
         .row = SIZE_MAX},
        {"its row among others",
         {COLUMNS, 2, {{"2", AT, "1"}, {"1", NULL, "2"}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .owner = "2",
         .pid = 2},
        {"no process", {COLUMNS, 1, {{"1", AT, NULL}}}, .finding = MLK_ROW_HELD, .since = AT},
        {"a process that cannot be",
         {COLUMNS, 1, {{"1", AT, "-5"}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .owner = "-5"},
        {"twice", {COLUMNS, 2, {{"1", AT, "1"}, {"1", AT, "2"}}}, .finding = MLK_ROW_SEVERAL},
        {"text in the flag", {COLUMNS, 1, {{"x", AT, "1"}}}, .finding = MLK_ROW_ODD},
        {"NULL in the flag", {COLUMNS, 1, {{NULL, AT, "1"}}}, .finding = MLK_ROW_ODD},
        {"capitals, other order",
         {{"PID", "CTIME", "LOCKED"}, 1, {{"3", AT, "1"}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .owner = "3",
         .pid = 3},
        {"a column less", {{"locked", "pid"}, 1, {{"1", "1"}}}, .finding = MLK_ROW_ODD},
        {"a column more",
         {{"locked", "ctime", "pid", "host"}, 1, {{"1", AT, "1", "x"}}},
         .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(yoyo(), cases, UNIT_COUNT(cases));
}

static void the_time_is_utc_by_the_clients_clock(void **state)
{
    static const struct row_table held = {COLUMNS, 1, {{"1", AT, "1"}}};
    struct mlk_rows *rows = row_table_rows(&held);
    struct mlk_row_state got;

    (void)state;
    yoyo()->read(rows, &got);
    assert_int_equal(got.since.clock, MLK_CLOCK_CLIENT_UTC);
    assert_int_equal(got.since.column, 1);
    mlk_rows_free(rows);
}

static void release_deletes_what_was_seen(void **state)
{
    static const struct row_table seen = {COLUMNS, 1, {{"1", AT, "4711"}}};
    static const struct row_table nothing = {COLUMNS, 1, {{"1", NULL, NULL}}};

    (void)state;
    assert_true(yoyo()->release_deletes);
    row_table_expect(yoyo(), yoyo()->release, "yoyo_lock", &seen,
                     "DELETE FROM `app`.`yoyo_lock` WHERE locked = 1 AND `ctime` <=> '" AT
                     "' AND CAST(`pid` AS CHAR) <=> '4711'");
    row_table_expect(yoyo(), yoyo()->release, "yoyo_lock", &nothing,
                     "DELETE FROM `app`.`yoyo_lock` WHERE locked = 1 AND `ctime` <=> NULL AND CAST(`pid` AS "
                     "CHAR) <=> NULL");
}

static void damage_is_explained(void **state)
{
    static const struct row_table odd = {{"locked"}, 0, {{NULL}}};
    static const struct row_table twice = {COLUMNS, 2, {{"1", AT, "1"}, {"1", AT, "2"}}};

    (void)state;
    row_table_says(yoyo(), yoyo()->explain, "t", &odd, "not a lock table of yoyo");
    row_table_says(yoyo(), yoyo()->explain, "t", &twice, "primary key is missing");
    assert_null(yoyo()->repair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(the_time_is_utc_by_the_clients_clock),
        cmocka_unit_test(release_deletes_what_was_seen),
        cmocka_unit_test(damage_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
