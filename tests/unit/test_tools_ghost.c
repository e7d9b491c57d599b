/* SPDX-License-Identifier: GPL-2.0-only */
/* Ghost's migrations_lock: read as knex-migrator reads it, released as it releases it. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "lock_key", "locked", "acquired_at", "released_at"                                                   \
    }
#define SINCE "2026-11-21 08:00:00"

static const struct mlk_tool *ghost(void)
{
    const struct mlk_tool *tool = mlk_tool_find("ghost", 5);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct {
        const char *what;
        struct row_table table;
        enum mlk_row_finding finding;
        size_t row;
        const char *since;
    } cases[] = {
        {"never taken", {COLUMNS, 1, {{"km01", "0", NULL, NULL}}}, MLK_ROW_FREE, 0, NULL},
        {"given back", {COLUMNS, 1, {{"km01", "0", SINCE, SINCE}}}, MLK_ROW_FREE, 0, NULL},
        {"taken", {COLUMNS, 1, {{"km01", "1", SINCE, NULL}}}, MLK_ROW_HELD, 0, SINCE},
        {"taken, no time", {COLUMNS, 1, {{"km01", "1", NULL, NULL}}}, MLK_ROW_HELD, 0, NULL},
        {"any other number is true", {COLUMNS, 1, {{"km01", "5", SINCE, NULL}}}, MLK_ROW_HELD, 0, SINCE},
        {"NULL is false", {COLUMNS, 1, {{"km01", NULL, NULL, NULL}}}, MLK_ROW_FREE, 0, NULL},
        {"BIT(1) of one", {COLUMNS, 1, {{"km01", "\x01", SINCE, NULL}}}, MLK_ROW_HELD, 0, SINCE},
        {"BIT(1) of zero", {COLUMNS, 1, {{"km01", "", NULL, NULL}}}, MLK_ROW_FREE, 0, NULL},
        {"no row", {COLUMNS, 0, {{NULL}}}, MLK_ROW_MISSING, 0, NULL},
        {"another key", {COLUMNS, 1, {{"km02", "1", SINCE, NULL}}}, MLK_ROW_MISSING, 0, NULL},
        {"a NULL key", {COLUMNS, 1, {{NULL, "1", SINCE, NULL}}}, MLK_ROW_MISSING, 0, NULL},
        {"its row among others",
         {COLUMNS, 2, {{"km02", "0", NULL, NULL}, {"km01", "1", SINCE, NULL}}},
         MLK_ROW_HELD,
         1,
         SINCE},
        {"twice",
         {COLUMNS, 2, {{"km01", "0", NULL, NULL}, {"km01", "1", SINCE, NULL}}},
         MLK_ROW_SEVERAL,
         0,
         NULL},
        {"text in the flag", {COLUMNS, 1, {{"km01", "yes", SINCE, NULL}}}, MLK_ROW_ODD, 0, NULL},
        {"knex's table", {{"index", "is_locked"}, 1, {{"1", "1"}}}, MLK_ROW_ODD, 0, NULL},
        {"a column less",
         {{"lock_key", "locked", "acquired_at"}, 1, {{"km01", "1", SINCE}}},
         MLK_ROW_ODD,
         0,
         NULL},
        {"marv's table", {{"empty_table"}, 0, {{NULL}}}, MLK_ROW_ODD, 0, NULL},
        {"columns in another order and case",
         {{"RELEASED_AT", "Acquired_At", "LOCKED", "lock_key"}, 1, {{NULL, SINCE, "1", "km01"}}},
         MLK_ROW_HELD,
         0,
         SINCE},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_rows *rows = row_table_rows(&cases[i].table);
        struct mlk_row_state got;

        memset(&got, 0xa5, sizeof got);
        ghost()->read(rows, &got);
        if (got.finding != cases[i].finding)
            fail_msg("%s: found %d, not %d", cases[i].what, (int)got.finding, (int)cases[i].finding);
        if (got.finding == MLK_ROW_FREE || got.finding == MLK_ROW_HELD)
            assert_int_equal(got.row, cases[i].row);
        if (cases[i].since) {
            assert_non_null(got.since.text);
            assert_string_equal(got.since.text, cases[i].since);
            assert_int_equal(got.since.clock, MLK_CLOCK_CLIENT_LOCAL);
        } else {
            assert_null(got.since.text);
        }
        mlk_rows_free(rows);
    }
}

static void release_is_a_compare_and_set(void **state)
{
    static const struct row_table seen = {COLUMNS, 1, {{"km01", "1", SINCE, "2026-11-20 07:00:00"}}};
    static const struct row_table first = {COLUMNS, 1, {{"km01", "1", NULL, NULL}}};
    static const struct row_table odd = {COLUMNS, 1, {{"km01", "7", "it's", "\\"}}};

    (void)state;
    row_table_expect(ghost(), ghost()->release, "migrations_lock", &seen,
                     "UPDATE `app`.`migrations_lock` SET locked = 0, released_at = UTC_TIMESTAMP() "
                     "WHERE lock_key = 'km01' AND locked = 1 AND acquired_at <=> '" SINCE "' "
                     "AND released_at <=> '2026-11-20 07:00:00'");
    row_table_expect(
        ghost(), ghost()->release, "migrations_lock", &first,
        "UPDATE `app`.`migrations_lock` SET locked = 0, released_at = UTC_TIMESTAMP() "
        "WHERE lock_key = 'km01' AND locked = 1 AND acquired_at <=> NULL AND released_at <=> NULL");
    row_table_expect(
        ghost(), ghost()->release, "a`b", &odd,
        "UPDATE `app`.`a``b` SET locked = 0, released_at = UTC_TIMESTAMP() "
        "WHERE lock_key = 'km01' AND locked = 7 AND acquired_at <=> 'it''s' AND released_at <=> '\\\\'");
}

static void damage_is_explained(void **state)
{
    static const struct row_table missing = {COLUMNS, 0, {{NULL}}};
    static const struct row_table twice = {COLUMNS, 2, {{"km01", "0"}, {"km01", "1"}}};
    static const struct row_table odd = {{"empty_table"}, 0, {{NULL}}};

    (void)state;
    row_table_says(ghost(), ghost()->explain, "migrations_lock", &missing, "no row with lock_key 'km01'");
    row_table_says(ghost(), ghost()->explain, "migrations_lock", &twice, "more than one row");
    row_table_says(ghost(), ghost()->explain, "migrations_lock", &odd, "not a lock table of knex-migrator");
}

static void a_missing_row_can_be_repaired(void **state)
{
    static const struct row_table missing = {COLUMNS, 0, {{NULL}}};
    static const struct row_table twice = {COLUMNS, 2, {{"km01", "0"}, {"km01", "1"}}};
    static const struct row_table odd = {{"empty_table"}, 0, {{NULL}}};

    (void)state;
    row_table_repairs(ghost(), &missing,
                      "INSERT INTO `app`.`t` (lock_key, locked, acquired_at, released_at) "
                      "VALUES ('km01', 0, NULL, NULL)");
    row_table_is_hopeless(ghost(), &twice);
    row_table_is_hopeless(ghost(), &odd);
}

static void companion_is(const char *schema, const char *expected)
{
    struct mlk_buf name;

    mlk_buf_init(&name, 400);
    assert_int_equal(ghost()->companion(schema, &name), MLK_OK);
    assert_string_equal(mlk_buf_text(&name), expected);
    mlk_buf_free(&name);
}

static void the_companion_is_cut_to_64_characters(void **state)
{
#define CHARACTERS_50 "1234567890123456789012345678901234567890123456789\xc3\xa9"

    (void)state;
    companion_is("blog", "km_migration_blog");
    companion_is(CHARACTERS_50 "x", "km_migration_" CHARACTERS_50 "x");
    companion_is(CHARACTERS_50 "xyz", "km_migration_" CHARACTERS_50 "x");
    companion_is(CHARACTERS_50 "\xc3\xa9\xc3\xa9", "km_migration_" CHARACTERS_50 "\xc3\xa9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(release_is_a_compare_and_set),
        cmocka_unit_test(damage_is_explained),
        cmocka_unit_test(a_missing_row_can_be_repaired),
        cmocka_unit_test(the_companion_is_cut_to_64_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
