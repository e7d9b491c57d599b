/* SPDX-License-Identifier: GPL-2.0-only */
/* MSR's migration_locks, of which the row that expires last counts. */
#include "row_tables.h"

#define COLUMNS                                                                                              \
    {                                                                                                        \
        "id", "executor_id", "locked_at", "expires_at"                                                       \
    }
#define UUID "0f8fad5b-d9cb-469f-a165-70867728950e"
#define AT   "2026-11-21 08:00:00.123"
#define TO   "2026-11-21 08:10:00.123"
#define LATE "2026-11-21 09:10:00.000"

static const struct mlk_tool *msr(void)
{
    const struct mlk_tool *tool = mlk_tool_find("msr", 3);

    assert_non_null(tool);
    return tool;
}

static void findings(void **state)
{
    static const struct row_case cases[] = {
        {"free", {COLUMNS, 0, {{NULL}}}, .finding = MLK_ROW_FREE, .row = SIZE_MAX},
        {"taken",
         {COLUMNS, 1, {{"1", "app-7-4711-" UUID, AT, TO}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .expires = TO,
         .owner = "app-7-4711-" UUID,
         .host = "app-7",
         .pid = 4711,
         .held_rows = 1},
        {"the last one counts, whatever the order",
         {COLUMNS,
          3,
          {{"1", "a-1-" UUID, AT, TO}, {"2", "b-2-" UUID, AT, LATE}, {"3", "c-3-" UUID, AT, NULL}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .since = AT,
         .expires = LATE,
         .owner = "b-2-" UUID,
         .host = "b",
         .pid = 2,
         .held_rows = 3,
         .noted = true},
        {"also where it comes first",
         {COLUMNS, 2, {{"2", "b-2-" UUID, AT, LATE}, {"1", "a-1-" UUID, AT, TO}}},
         .finding = MLK_ROW_HELD,
         .row = 0,
         .since = AT,
         .expires = LATE,
         .owner = "b-2-" UUID,
         .host = "b",
         .pid = 2,
         .held_rows = 2,
         .noted = true},
        {"no expiry loses",
         {COLUMNS, 2, {{"1", "a-1-" UUID, AT, NULL}, {"2", "b-2-" UUID, AT, TO}}},
         .finding = MLK_ROW_HELD,
         .row = 1,
         .since = AT,
         .expires = TO,
         .owner = "b-2-" UUID,
         .host = "b",
         .pid = 2,
         .held_rows = 2,
         .noted = true},
        {"nothing but NULL",
         {COLUMNS, 1, {{"1", NULL, NULL, NULL}}},
         .finding = MLK_ROW_HELD,
         .held_rows = 1},
        {"capitals, no id, a column more",
         {{"EXPIRES_AT", "Locked_At", "EXECUTOR_ID", "note"}, 1, {{TO, AT, "h-1-" UUID, "x"}}},
         .finding = MLK_ROW_HELD,
         .since = AT,
         .expires = TO,
         .owner = "h-1-" UUID,
         .host = "h",
         .pid = 1,
         .held_rows = 1},
        {"ShedLock's table",
         {{"name", "lock_until", "locked_at", "locked_by"}, 1, {{"job", TO, AT, "h"}}},
         .finding = MLK_ROW_ODD},
        {"a column less", {{"executor_id", "locked_at"}, 1, {{"x", AT}}}, .finding = MLK_ROW_ODD},
    };

    (void)state;
    row_cases_hold(msr(), cases, UNIT_COUNT(cases));
}

static void owners(void **state)
{
    static const struct {
        const char *text, *host;
        int64_t pid;
    } cases[] = {
        {"web.example.org-1-" UUID, "web.example.org", 1},
        {"my-app-123-" UUID, "my-app", 123},
        {"h-9999999999-" UUID, "h", INT64_C(9999999999)},
        {"h-99999999999-" UUID, "", 0},
        {"h--" UUID, "", 0},
        {"-12-" UUID, "", 0},
        {"12-" UUID, "", 0},
        {"h-12" UUID, "", 0},
        {"h-12-0f8fad5bd9cb469fa16570867728950e", "", 0},
        {UUID, "", 0},
        {"h-12", "", 0},
        {"", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct row_table table = {COLUMNS, 1, {{"1", cases[i].text, AT, TO}}};
        struct mlk_rows *rows = row_table_rows(&table);
        struct mlk_row_state got;

        msr()->read(rows, &got);
        row_text_is(cases[i].text, got.owner_host, cases[i].host);
        if (got.owner_pid != cases[i].pid)
            fail_msg("%s: process %lld", cases[i].text, (long long)got.owner_pid);
        assert_int_equal(got.since.clock, MLK_CLOCK_COLUMN);
        assert_int_equal(got.since.column, 2);
        assert_int_equal(got.expires.clock, MLK_CLOCK_COLUMN);
        assert_int_equal(got.expires.column, 3);
        mlk_rows_free(rows);
    }
}

static void release_deletes_what_was_seen(void **state)
{
    static const struct row_table seen = {COLUMNS, 1, {{"1", "h-1-" UUID, AT, TO}}};
    static const struct row_table nothing = {COLUMNS, 1, {{"1", NULL, NULL, NULL}}};

    (void)state;
    assert_true(msr()->release_deletes);
    row_table_expect(msr(), msr()->release, "migration_locks", &seen,
                     "DELETE FROM `app`.`migration_locks` WHERE `executor_id` <=> 'h-1-" UUID
                     "' AND `locked_at` <=> '" AT "' AND `expires_at` <=> '" TO "'");
    row_table_expect(msr(), msr()->release, "t", &nothing,
                     "DELETE FROM `app`.`t` WHERE `executor_id` <=> NULL AND `locked_at` <=> NULL AND "
                     "`expires_at` <=> NULL");
}

static void damage_is_explained(void **state)
{
    static const struct row_table odd = {{"name", "lock_until"}, 0, {{NULL}}};

    (void)state;
    row_table_says(msr(), msr()->explain, "t", &odd, "not a lock table of MSR");
    assert_null(msr()->repair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings),
        cmocka_unit_test(owners),
        cmocka_unit_test(release_deletes_what_was_seen),
        cmocka_unit_test(damage_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
