/* SPDX-License-Identifier: GPL-2.0-only */
/* Laravel's cache_locks: only the rows of `migrate --isolated` are of interest. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "key", "owner", "expiration"                                                                         \
    }
#define KEY "shop-cache-framework/command-migrate"

static const struct mlk_tool *laravel(void)
{
    const struct mlk_tool *tool = mlk_tool_find("laravel", 7);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 0, {{NULL}}}, .finding = MLK_ROW_FREE, .row = SIZE_MAX},
        {"locks of other things",
         {COLUMNS,
          3,
          {{"shop-cache-framework/schedule-1", "a", "1795262400"},
           {"shop-cache-framework/command-migrate:x", "a", "1795262400"},
           {NULL, "a", "1"}}},
         .finding = MLK_ROW_FREE,
         .row = SIZE_MAX},
        {"taken",
         {COLUMNS, 2, {{"other", "x", "1895262400"}, {KEY, "Tz6lQ0", "1795262400"}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .expires = "1795262400",
         .owner = "Tz6lQ0",
         .held_rows = 1},
        {"without a prefix",
         {COLUMNS, 1, {{"framework/command-migrate", "x", "1"}}},
         .finding = MLK_ROW_HELD,
         .expires = "1",
         .owner = "x",
         .held_rows = 1},
        {"on Windows",
         {COLUMNS, 1, {{"shop_cache_framework\\command-migrate", "x", "1"}}},
         .finding = MLK_ROW_HELD,
         .expires = "1",
         .owner = "x",
         .held_rows = 1},
        {"of several applications",
         {COLUMNS, 3, {{"a-" KEY, "x", "999"}, {"b-" KEY, "y", "1000"}, {"c-" KEY, "z", NULL}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .expires = "1000",
         .owner = "y",
         .held_rows = 3,
         .noted = true},
        {"odd values",
         {COLUMNS, 1, {{KEY, NULL, "soon"}}},
         .finding = MLK_ROW_HELD,
         .expires = "soon",
         .held_rows = 1},
        {"capitals, other order",
         {{"EXPIRATION", "OWNER", "KEY"}, 1, {{"5", "x", KEY}}},
         .finding = MLK_ROW_HELD,
         .expires = "5",
         .owner = "x",
         .held_rows = 1},
        {"a column less", {{"key", "expiration"}, 1, {{KEY, "1"}}}, .finding = MLK_ROW_ODD},
        {"a column more",
         {{"key", "owner", "expiration", "value"}, 1, {{KEY, "x", "1", "x"}}},
         .finding = MLK_ROW_ODD},
        {"ShedLock's table",
         {{"name", "lock_until", "locked_at", "locked_by"}, 1, {{KEY, "x", "x", "x"}}},
         .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(laravel(), cases, UNIT_COUNT(cases));
}

static void release_deletes_what_was_seen(void **state)
{
    static const struct row_table seen = {COLUMNS, 2, {{"other", "x", "9"}, {KEY, "Tz6lQ0", "1795262400"}}};
    static const struct row_table odd = {
        COLUMNS, 1, {{"it's \\ framework\\command-migrate", NULL, "1.79526e9"}}};

    (void)state;
    assert_true(laravel()->release_deletes);
    row_table_expect(laravel(), laravel()->release, "cache_locks", &seen,
                     "DELETE FROM `app`.`cache_locks` WHERE `key` <=> '" KEY
                     "' AND `owner` <=> 'Tz6lQ0' AND CAST(`expiration` AS CHAR) <=> '1795262400'");
    row_table_expect(laravel(), laravel()->release, "t", &odd,
                     "DELETE FROM `app`.`t` WHERE `key` <=> 'it''s \\\\ framework\\\\command-migrate' AND "
                     "`owner` <=> NULL "
                     "AND CAST(`expiration` AS CHAR) <=> '1.79526e9'");
}

static void damage_is_explained(void **state)
{
    static const struct row_table odd = {{"key"}, 0, {{NULL}}};

    (void)state;
    row_table_says(laravel(), laravel()->explain, "t", &odd, "not a lock table of Laravel");
    assert_null(laravel()->repair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(release_deletes_what_was_seen),
        cmocka_unit_test(damage_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
