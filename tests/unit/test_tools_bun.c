/* SPDX-License-Identifier: GPL-2.0-only */
/* Bun's bun_migration_locks: a row is a lock. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "id", "table_name"                                                                                   \
    }

static const struct mlk_tool *bun(void)
{
    const struct mlk_tool *tool = mlk_tool_find("bun", 3);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 0, {{NULL}}}, .finding = MLK_ROW_FREE, .row = SIZE_MAX},
        {"taken", {COLUMNS, 1, {{"7", "bun_migrations"}}}, .finding = MLK_ROW_HELD, .held_rows = 1},
        {"under another name", {COLUMNS, 1, {{"7", "mine"}}}, .finding = MLK_ROW_HELD, .held_rows = 1},
        {"no name", {COLUMNS, 1, {{"7", NULL}}}, .finding = MLK_ROW_HELD, .held_rows = 1},
        {"the usual one counts",
         {COLUMNS, 3, {{"1", "a"}, {"2", "bun_migrations"}, {"3", "b"}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .held_rows = 3,
         .noted = true},
        {"else the first",
         {COLUMNS, 2, {{"1", "a"}, {"2", "b"}}},
         .finding = MLK_ROW_HELD,
         .held_rows = 2,
         .noted = true},
        {"capitals, other order",
         {{"TABLE_NAME", "ID"}, 1, {{"x", "1"}}},
         .finding = MLK_ROW_HELD,
         .held_rows = 1},
        {"somebody else's table",
         {{"id", "table_name", "locked_by"}, 1, {{"1", "x", "y"}}},
         .finding = MLK_ROW_ODD},
        {"a column less", {{"id"}, 1, {{"1"}}}, .finding = MLK_ROW_ODD},
        {"Kysely's table", {{"id", "is_locked"}, 1, {{"migration_lock", "0"}}}, .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(bun(), cases, UNIT_COUNT(cases));
    assert_int_equal(bun()->columns_max, 2);
}

static void release_deletes_what_was_seen(void **state)
{
    static const struct row_table seen = {COLUMNS, 2, {{"1", "a"}, {"12", "bun_migrations"}}};
    static const struct row_table odd = {COLUMNS, 1, {{NULL, "it's"}}};
    static const struct row_table rounded = {COLUMNS, 1, {{"1.5e10", NULL}}};

    (void)state;
    assert_true(bun()->release_deletes);
    row_table_expect(
        bun(), bun()->release, "bun_migration_locks", &seen,
        "DELETE FROM `app`.`bun_migration_locks` WHERE CAST(`id` AS CHAR) <=> '12' AND `table_name` <=> "
        "'bun_migrations'");
    row_table_expect(bun(), bun()->release, "t", &odd,
                     "DELETE FROM `app`.`t` WHERE CAST(`id` AS CHAR) <=> NULL AND `table_name` <=> 'it''s'");
    row_table_expect(bun(), bun()->release, "t", &rounded,
                     "DELETE FROM `app`.`t` WHERE CAST(`id` AS CHAR) <=> '1.5e10' AND `table_name` <=> NULL");
}

static void damage_is_explained(void **state)
{
    static const struct row_table odd = {{"name"}, 0, {{NULL}}};

    (void)state;
    row_table_says(bun(), bun()->explain, "t", &odd, "not a lock table of Bun");
    assert_null(bun()->repair);
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
