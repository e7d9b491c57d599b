/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of miglock watch: its order, its filter, and a selection that stays on its lock. */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "watch_model.h"

/* One report of an array, with what the list is made of. */
static void add(cJSON *reports, const char *target, const char *verdict, int age, int waiters)
{
    cJSON *report = cJSON_CreateObject();

    cJSON_AddStringToObject(report, "target", target);
    cJSON_AddStringToObject(report, "verdict", verdict);
    cJSON_AddBoolToObject(report, "held", strcmp(verdict, "free") != 0);
    if (age >= 0)
        cJSON_AddNumberToObject(report, "held_seconds", age);
    cJSON_AddNumberToObject(report, "waiter_count", waiters);
    cJSON_AddItemToArray(reports, report);
}

static cJSON *five(void)
{
    cJSON *reports = cJSON_CreateArray();

    add(reports, "rails:shop", "idle", 300, 0);
    add(reports, "ghost:blog", "abandoned", -1, 0);
    add(reports, "named:busy", "active", 5, 7);
    add(reports, "knex:app", "free", -1, 0);
    add(reports, "named:dark", "unknown", 4000, 2);
    return reports;
}

/* The targets that are shown, in order, with a space after each. */
static const char *order(const struct mlk_watch_model *m, char *to, size_t size)
{
    const struct mlk_watch_row *row;
    size_t len = 0;

    to[0] = '\0';
    for (size_t i = 0; (row = mlk_watch_at(m, i)); i++)
        len += (size_t)snprintf(to + len, size - len, "%s ", row->target);
    return to;
}

#define SHOWN(model, wanted)                                                                                 \
    do {                                                                                                     \
        char shown[400];                                                                                     \
        assert_string_equal(order(model, shown, sizeof shown), wanted);                                      \
    } while (0)

static void sorts(void **state)
{
    struct mlk_watch_model m = {0};

    (void)state;
    assert_true(mlk_watch_set(&m, five()));
    SHOWN(&m, "ghost:blog named:dark rails:shop named:busy knex:app ");
    mlk_watch_sort(&m, MLK_WATCH_BY_AGE); /* unknown ages last, and of these what is held first */
    SHOWN(&m, "named:dark rails:shop named:busy ghost:blog knex:app ");
    mlk_watch_sort(&m, MLK_WATCH_BY_WAITERS);
    SHOWN(&m, "named:busy named:dark ghost:blog rails:shop knex:app ");
    mlk_watch_sort(&m, MLK_WATCH_BY_TARGET);
    SHOWN(&m, "ghost:blog knex:app named:busy named:dark rails:shop ");
    assert_int_equal(m.held_count, 4);
    mlk_watch_free(&m);
}

/* Tables that wait stand among the locks. */
static void tables(void **state)
{
    static const char documents[] =
        "[{\"target\":\"rails:shop\",\"verdict\":\"active\",\"held\":true,\"held_seconds\":5},"
        "{\"target\":\"table:shop/orders\",\"verdict\":\"idle\",\"root\":\"table:shop/orders\","
        "\"ddl\":[{\"phase\":\"waiting\",\"seconds\":74}],\"queue\":{\"count\":50,\"oldest_seconds\":70},"
        "\"blockers\":[{\"connection_id\":39,\"user\":\"root\"}]},"
        "{\"target\":\"table:shop/big\",\"verdict\":\"active\",\"root\":\"table:shop/big\","
        "\"ddl\":[{\"connection_id\":7,\"phase\":\"running\",\"seconds\":300}],\"queue\":{\"count\":0}},"
        "{\"target\":\"table:shop/lines\",\"verdict\":\"active\",\"root\":\"table:shop/big\","
        "\"blockers\":[{\"connection_id\":8}],\"queue\":{\"count\":1,\"oldest_seconds\":null}}]";
    struct mlk_watch_model m = {0};
    const struct mlk_watch_row *row;

    (void)state;
    assert_true(mlk_watch_set(&m, cJSON_Parse(documents)));
    SHOWN(&m, "table:shop/orders rails:shop table:shop/big table:shop/lines ");
    assert_int_equal(m.count, 4);
    assert_int_equal(m.table_count, 3);
    assert_int_equal(m.held_count, 1);
    row = mlk_watch_find(&m, "table:shop/orders");
    assert_true(row->table && row->may_be_held);
    assert_int_equal(row->waiters, 51); /* with the DDL */
    assert_int_equal(row->age, 74);
    assert_string_equal(row->held, "1m14s");
    assert_string_equal(row->holder, "39 root");
    row = mlk_watch_find(&m, "table:shop/big");
    assert_int_equal(row->waiters, 0);
    assert_int_equal(row->age, 300);
    assert_string_equal(row->holder, "7");
    row = mlk_watch_find(&m, "table:shop/lines");
    assert_string_equal(row->held, "?");
    assert_string_equal(row->holder, "see table:shop/big");
    assert_false(mlk_watch_find(&m, "rails:shop")->table);
    mlk_watch_sort(&m, MLK_WATCH_BY_WAITERS);
    SHOWN(&m, "table:shop/orders table:shop/lines rails:shop table:shop/big ");
    mlk_watch_free(&m);
}

static void filters(void **state)
{
    struct mlk_watch_model m = {0};

    (void)state;
    mlk_watch_set(&m, five());
    mlk_watch_filter(&m, "NAMED:");
    SHOWN(&m, "named:dark named:busy ");
    mlk_watch_filter(&m, "aband"); /* the verdict too */
    SHOWN(&m, "ghost:blog ");
    mlk_watch_filter(&m, "nothing is like this");
    assert_null(mlk_watch_selected(&m));
    mlk_watch_move(&m, 1);
    mlk_watch_move(&m, -1);
    mlk_watch_scroll(&m, 10);
    assert_null(mlk_watch_selected(&m));
    mlk_watch_filter(&m, "");
    mlk_watch_only_held(&m, true);
    SHOWN(&m, "ghost:blog named:dark rails:shop named:busy ");
    mlk_watch_free(&m);
}

/* What a key is about must not be another lock because the list has moved under the cursor. */
static void selection_stays(void **state)
{
    struct mlk_watch_model m = {0};
    cJSON *reports = five();

    (void)state;
    mlk_watch_set(&m, reports);
    mlk_watch_move(&m, 2);
    assert_string_equal(mlk_watch_selected(&m)->target, "rails:shop");
    mlk_watch_sort(&m, MLK_WATCH_BY_TARGET);
    assert_string_equal(mlk_watch_selected(&m)->target, "rails:shop");
    mlk_watch_filter(&m, "shop");
    assert_string_equal(mlk_watch_selected(&m)->target, "rails:shop");
    mlk_watch_filter(&m, "");
    assert_string_equal(mlk_watch_selected(&m)->target, "rails:shop");

    reports = five();
    add(reports, "a:first", "abandoned", 1, 0);
    mlk_watch_set(&m, reports);
    assert_string_equal(mlk_watch_selected(&m)->target, "rails:shop");
    assert_int_equal(m.cursor, 5);

    reports = five();
    cJSON_DeleteItemFromArray(reports, 0); /* it is gone: the place stays */
    mlk_watch_set(&m, reports);
    assert_int_equal(m.cursor, 3);
    assert_null(mlk_watch_find(&m, "rails:shop"));
    assert_non_null(mlk_watch_find(&m, "named:busy"));

    mlk_watch_set(&m, cJSON_CreateArray());
    assert_null(mlk_watch_selected(&m));
    mlk_watch_free(&m);
}

static void moves(void **state)
{
    struct mlk_watch_model m = {0};
    cJSON *reports = cJSON_CreateArray();
    char target[32];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(target, sizeof target, "ghost:s%02d", i);
        add(reports, target, "idle", i, 0);
    }
    mlk_watch_set(&m, reports);
    mlk_watch_move(&m, -3);
    assert_int_equal(m.cursor, 0);
    mlk_watch_move(&m, 25);
    mlk_watch_scroll(&m, 10);
    assert_int_equal(m.cursor, 25);
    assert_int_equal(m.top, 16);
    mlk_watch_move(&m, 1000000);
    mlk_watch_scroll(&m, 10);
    assert_int_equal(m.cursor, 99);
    assert_int_equal(m.top, 90);
    mlk_watch_scroll(&m, 30); /* a larger screen has no empty rows */
    assert_int_equal(m.top, 70);
    mlk_watch_move(&m, -1000000);
    mlk_watch_scroll(&m, 10);
    assert_int_equal(m.top, 0);
    mlk_watch_scroll(&m, 0);
    mlk_watch_free(&m);
}

/* Documents of another version, or of nobody. */
static void odd_reports(void **state)
{
    struct mlk_watch_model m = {0};
    cJSON *reports = cJSON_Parse("[{}, {\"target\": 5, \"verdict\": \"asleep\", \"held\": null}, 7, "
                                 "{\"target\": \"a\\u001b[2J\", \"held\": true, \"since_text\": \"\\u001b\","
                                 " \"owner_text\": \"x\\u0007\"}]");

    (void)state;
    assert_true(mlk_watch_set(&m, reports));
    assert_int_equal(m.count, 4);
    for (size_t i = 0; i < m.count; i++) {
        assert_string_equal(mlk_watch_at(&m, i)->verdict, "unknown");
        assert_null(strpbrk(mlk_watch_at(&m, i)->target, "\033\a"));
        assert_null(strpbrk(mlk_watch_at(&m, i)->held, "\033\a"));
        assert_null(strpbrk(mlk_watch_at(&m, i)->holder, "\033\a"));
    }
    mlk_watch_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts), cmocka_unit_test(tables),          cmocka_unit_test(filters),
        cmocka_unit_test(moves), cmocka_unit_test(selection_stays), cmocka_unit_test(odd_reports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
