/* SPDX-License-Identifier: GPL-2.0-only */
/* morph's db_lock: a row is a lock, also when it has expired. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "Id", "ExpireAt"                                                                                     \
    }

static const struct mlk_tool *morph(void)
{
    const struct mlk_tool *tool = mlk_tool_find("morph", 5);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 0, {{NULL}}}, .finding = MLK_ROW_FREE, .row = SIZE_MAX},
        {"taken",
         {COLUMNS, 1, {{"mm-lock-key", "1795262415"}}},
         .finding = MLK_ROW_HELD,
         .expires = "1795262415",
         .held_rows = 1},
        {"expired is still held",
         {COLUMNS, 1, {{"k", "0"}}},
         .finding = MLK_ROW_HELD,
         .expires = "0",
         .held_rows = 1},
        {"the last one counts",
         {COLUMNS, 3, {{"a", "999"}, {"b", "1000"}, {"c", "998"}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .expires = "1000",
         .held_rows = 3,
         .noted = true},
        {"capitals, other order",
         {{"EXPIREAT", "ID"}, 1, {{"5", "k"}}},
         .finding = MLK_ROW_HELD,
         .expires = "5",
         .held_rows = 1},
        {"no number", {COLUMNS, 1, {{"k", "soon"}}}, .finding = MLK_ROW_ODD},
        {"no time", {COLUMNS, 2, {{"a", "5"}, {"k", NULL}}}, .finding = MLK_ROW_ODD},
        {"not a whole number", {COLUMNS, 1, {{"k", "1.5"}}}, .finding = MLK_ROW_ODD},
        {"a column more", {{"Id", "ExpireAt", "x"}, 0, {{NULL}}}, .finding = MLK_ROW_ODD},
        {"a column less", {{"Id"}, 1, {{"k"}}}, .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(morph(), cases, UNIT_COUNT(cases));
    assert_int_equal(morph()->columns_max, 2);
}

static void the_expiry_is_a_number_of_seconds(void **state)
{
    static const struct row_table held = {COLUMNS, 1, {{"k", "5"}}};
    struct mlk_rows *rows = row_table_rows(&held);
    struct mlk_row_state got;

    (void)state;
    morph()->read(rows, &got);
    assert_int_equal(got.expires.clock, MLK_CLOCK_UNIX_S);
    mlk_rows_free(rows);
}

static void release_deletes_what_was_seen(void **state)
{
    static const struct row_table seen = {COLUMNS, 2, {{"it's", "1795262415"}, {"b", "7"}}};

    (void)state;
    assert_true(morph()->release_deletes);
    row_table_expect(
        morph(), morph()->release, "db_lock", &seen,
        "DELETE FROM `app`.`db_lock` WHERE `Id` <=> 'it''s' AND CAST(`ExpireAt` AS CHAR) <=> '1795262415'");
}

static void damage_is_explained(void **state)
{
    static const struct row_table odd = {COLUMNS, 1, {{"k", "soon"}}};

    (void)state;
    row_table_says(morph(), morph()->explain, "t", &odd, "not a lock table of morph");
    assert_null(morph()->repair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(the_expiry_is_a_number_of_seconds),
        cmocka_unit_test(release_deletes_what_was_seen),
        cmocka_unit_test(damage_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
