/* SPDX-License-Identifier: GPL-2.0-only */
/* knex's lock table: read as knex reads it, released as it releases it, under any name. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "index", "is_locked"                                                                                 \
    }

static const struct mlk_tool *knex(void)
{
    const struct mlk_tool *tool = mlk_tool_find("knex", 4);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct {
        const char *what;
        struct row_table table;
        enum mlk_row_finding finding;
    } cases[] = {
        {"free", {COLUMNS, 1, {{"1", "0"}}}, MLK_ROW_FREE},
        {"taken", {COLUMNS, 1, {{"1", "1"}}}, MLK_ROW_HELD},
        {"free, before 0.15", {{"is_locked"}, 1, {{"0"}}}, MLK_ROW_FREE},
        {"taken, before 0.15", {{"is_locked"}, 1, {{"1"}}}, MLK_ROW_HELD},
        {"in capitals", {{"INDEX", "IS_LOCKED"}, 1, {{"1", "1"}}}, MLK_ROW_HELD},
        {"a bit", {COLUMNS, 1, {{"1", "\x01"}}}, MLK_ROW_HELD},
        {"no row: knex adds it", {COLUMNS, 0, {{NULL}}}, MLK_ROW_FREE},
        {"several, all free", {COLUMNS, 2, {{"1", "0"}, {"2", "0"}}}, MLK_ROW_SEVERAL},
        {"several, one taken", {COLUMNS, 3, {{"1", "0"}, {"2", "1"}, {"3", "0"}}}, MLK_ROW_SEVERAL},
        {"NULL is neither 0 nor 1", {COLUMNS, 1, {{"1", NULL}}}, MLK_ROW_ODD},
        {"text in the flag", {COLUMNS, 1, {{"1", "no"}}}, MLK_ROW_ODD},
        {"Kysely's table", {{"id", "is_locked"}, 1, {{"migration_lock", "0"}}}, MLK_ROW_ODD},
        {"Ghost's table",
         {{"lock_key", "locked", "acquired_at", "released_at"}, 1, {{"km01", "1"}}},
         MLK_ROW_ODD},
        {"marv's table", {{"empty_table"}, 0, {{NULL}}}, MLK_ROW_ODD},
        {"a column more", {{"index", "is_locked", "x"}, 1, {{"1", "1", "1"}}}, MLK_ROW_ODD},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_rows *rows = row_table_rows(&cases[i].table);
        struct mlk_row_state got;

        memset(&got, 0xa5, sizeof got);
        knex()->read(rows, &got);
        if (got.finding != cases[i].finding)
            fail_msg("%s: found %d, not %d", cases[i].what, (int)got.finding, (int)cases[i].finding);
        assert_null(got.since.text);
        if (got.finding == MLK_ROW_FREE || got.finding == MLK_ROW_HELD)
            assert_int_equal(got.row, 0);
        mlk_rows_free(rows);
    }
}

static void release_is_a_compare_and_set(void **state)
{
    static const struct row_table seen = {COLUMNS, 1, {{"3", "1"}}};
    static const struct row_table old = {{"is_locked"}, 1, {{"1"}}};
    static const struct row_table other = {COLUMNS, 1, {{"1", "2"}}};

    (void)state;
    row_table_expect(
        knex(), knex()->release, "knex_migrations_lock", &seen,
        "UPDATE `app`.`knex_migrations_lock` SET is_locked = 0 WHERE is_locked = 1 AND `index` <=> '3'");
    row_table_expect(knex(), knex()->release, "o`dd", &old,
                     "UPDATE `app`.`o``dd` SET is_locked = 0 WHERE is_locked = 1");
    row_table_expect(knex(), knex()->release, "t", &other,
                     "UPDATE `app`.`t` SET is_locked = 0 WHERE is_locked = 2 AND `index` <=> '1'");
}

static void damage_is_explained(void **state)
{
    static const struct row_table several = {COLUMNS, 3, {{"1", "0"}, {"2", "1"}, {"3", "0"}}};
    static const struct row_table null_flag = {COLUMNS, 1, {{"1", NULL}}};
    static const struct row_table kysely = {{"id", "is_locked"}, 1, {{"migration_lock", "0"}}};
    static const struct row_table ghost = {{"lock_key", "locked"}, 1, {{"km01", "1"}}};

    (void)state;
    row_table_says(knex(), knex()->explain, "t", &several, "3 rows, 1 of them locked");
    row_table_says(knex(), knex()->explain, "t", &null_flag, "NULL");
    row_table_says(knex(), knex()->explain, "t", &kysely, "Kysely");
    row_table_says(knex(), knex()->explain, "t", &ghost, "not a lock table of knex");
}

static void what_migrate_unlock_cures_can_be_repaired(void **state)
{
    static const char cure[] = "DELETE FROM `app`.`t`; INSERT INTO `app`.`t` (is_locked) VALUES (0)";
    static const struct row_table several = {COLUMNS, 2, {{"1", "0"}, {"2", "0"}}};
    static const struct row_table null_flag = {COLUMNS, 1, {{"1", NULL}}};
    static const struct row_table kysely = {{"id", "is_locked"}, 1, {{"migration_lock", NULL}}};
    static const struct row_table text_flag = {COLUMNS, 1, {{"1", "no"}}};
    static const struct row_table ghost = {{"lock_key", "locked"}, 1, {{"km01", "1"}}};
    const struct row_table *const hopeless[] = {&kysely, &text_flag, &ghost};

    (void)state;
    row_table_repairs(knex(), &several, cure);
    row_table_repairs(knex(), &null_flag, cure);
    for (size_t i = 0; i < UNIT_COUNT(hopeless); i++)
        row_table_is_hopeless(knex(), hopeless[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(release_is_a_compare_and_set),
        cmocka_unit_test(damage_is_explained),
        cmocka_unit_test(what_migrate_unlock_cures_can_be_repaired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
