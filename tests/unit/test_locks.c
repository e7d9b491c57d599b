/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of all locks: found by columns and by name, and nothing that the account may not see. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

/* Schemas blog (Ghost), shop (Rails) and app (knex); nothing is held. */
static struct mlk_session *open_three(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\napp\nblog\nmysql\nshop\n");
    scene_lock_tables(s, ""
                         "app|knex_migrations_lock|index,is_locked\n"
                         "blog|migrations_lock|lock_key,locked,acquired_at,released_at\n");
    scene_table(s, "blog.migrations_lock", "lock_key|locked|acquired_at|released_at\nkm01|0|NULL|NULL\n");
    scene_table(s, "app.knex_migrations_lock", "index|is_locked\n1|0\n");
    scene_holder(s, "km_migration_blog", "NULL");
    return s;
}

static cJSON *list_of(struct mlk_session *s, const char *schema)
{
    char error[MLK_ERROR_MAX] = "";
    cJSON *list = NULL;

    if (mlk_locks(s, schema, &list, error, sizeof error))
        fail_msg("no list: %s", error);
    assert_true(cJSON_IsArray(list));
    return list;
}

static const cJSON *report_of(const cJSON *list, const char *target)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (strcmp(scene_text(item, "target"), target) == 0)
            return item;
    }
    return NULL;
}

static void tables_are_found_by_their_columns(void **state)
{
    struct mlk_session *s = open_three(state);
    cJSON *list;

    scene_table(s, "blog.migrations_lock",
                "lock_key|locked|acquired_at|released_at\nkm01|1|2026-11-21 08:00:00|NULL\n");
    list = list_of(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    assert_non_null(report_of(list, "ghost:blog"));
    scene_expect(report_of(list, "ghost:blog"), "verdict", "abandoned");
    assert_non_null(report_of(list, "knex:app"));
    scene_expect(report_of(list, "knex:app"), "verdict", "free");
    cJSON_Delete(list);
    scene_close(s);
}

static void a_table_under_another_name(void **state)
{
    struct mlk_session *s = open_three(state);
    cJSON *list;

    scene_lock_tables(s, ""
                         "app|migrations_lock|index,is_locked\n"
                         "app|old_lock|is_locked\n"
                         "app|not_a_lock|lock_key,is_lockedness\n");
    scene_table(s, "app.migrations_lock", "index|is_locked\n1|1\n");
    scene_table(s, "app.old_lock", "is_locked\n1\n");
    list = list_of(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    assert_non_null(report_of(list, "knex:app/migrations_lock"));
    assert_non_null(report_of(list, "knex:app/old_lock"));
    cJSON_Delete(list);
    scene_close(s);
}

static void named_locks_are_recognised(void **state)
{
    struct mlk_session *s = open_three(state);
    cJSON *list;

    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1700|" SCENE_RAILS "|0\n1563|app job|1\n");
    scene_holder(s, SCENE_RAILS, "1562");
    scene_holder(s, "app job", "1563");
    scene_people(s,
                 "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                 "1563|job|10.0.0.8:1|shop|Sleep|9||NULL\n"
                 "1700|shop|10.0.0.7:51299|shop|Query|5|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n");
    list = list_of(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 4); /* once, though two sessions are in the list for it */
    assert_non_null(report_of(list, "rails:shop"));
    assert_int_equal(cJSON_GetArraySize(scene_member(report_of(list, "rails:shop"), "waiters")), 1);
    assert_non_null(report_of(list, "named:app job"));
    cJSON_Delete(list);
    scene_close(s);
}

/* Where in the statement that asks for many names this one stands; that statement is in *sql. */
static size_t place_of(struct mlk_session *s, const char *name, const char **sql)
{
    static const char call[] = "IS_USED_LOCK('";
    size_t place = 0;

    for (size_t i = 0; (*sql = mlk_fake_sql(s, i, NULL)); i++) {
        const char *end = strstr(*sql, name);

        if (!end || !strstr(*sql, call))
            continue;
        for (const char *at = *sql; (at = strstr(at, call)) && at + strlen(call) < end; at++)
            place++;
        return place;
    }
    fail_msg("nobody asked for %s", name);
    return 0;
}

/* Without a list of names each name that a tool would use is asked for, many at a time. */
static void named_locks_are_computed(void **state)
{
    struct mlk_session *s = open_three(state);
    char table[4000] = "", row[4000] = "";
    const char *sql;
    size_t place;
    cJSON *list;

    scene_rails(s);
    mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    mlk_fake_rows(s, "SELECT IS_USED_LOCK('", "holder\nNULL\n");
    cJSON_Delete(list_of(s, NULL));
    place = place_of(s, SCENE_RAILS, &sql);
    for (size_t i = 0; i <= place; i++) {
        snprintf(table + strlen(table), sizeof table - strlen(table), "%s%zu", i ? "|" : "", i);
        snprintf(row + strlen(row), sizeof row - strlen(row), "%s%s", i ? "|" : "",
                 i < place ? "NULL" : "1562");
    }
    snprintf(table + strlen(table), sizeof table - strlen(table), "\n%s", row);
    mlk_fake_rows(s, sql, table);
    scene_holder(s, SCENE_RAILS, "1562");
    list = list_of(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_non_null(report_of(list, "rails:shop"));
    cJSON_Delete(list);
    scene_close(s);
}

/* More than one statement is needed, and none asks for a name that the server does not take. */
static void many_names_take_several_statements(void **state)
{
    struct mlk_session *s = open_three(state);
    char schemas[8000] = "SCHEMA_NAME\n";
    size_t asked = 0;

    mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    mlk_fake_rows(s, "SELECT IS_USED_LOCK('", "holder\nNULL\n");
    for (int i = 0; i < 100; i++)
        snprintf(schemas + strlen(schemas), sizeof schemas - strlen(schemas), "tenant_%d\n", i);
    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", schemas);
    cJSON_Delete(list_of(s, NULL));
    asked = mlk_fake_sent(s, "SELECT IS_USED_LOCK('");
    assert_true(asked >= 5 && asked <= 12);
    assert_true(mlk_fake_sent(s, "IS_USED_LOCK('prisma_migrate')") == 1);
    scene_close(s);
}

/* A name that two targets share is reported once, with both. */
static void a_shared_name(void **state)
{
    struct mlk_session *s = open_three(state);
    static const char shared[] = "2404118920411885740";
    const cJSON *report;
    cJSON *list;

    /* both have the CRC 1170763292 (found by trying names) */
    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\ntenant_29685295\ntenant_32060020\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    scene_holder(s, shared, "1562");
    scene_named_locks(s, "1562|2404118920411885740|1\n");
    list = list_of(s, NULL);
    report = report_of(list, "rails:tenant_29685295");
    assert_non_null(report);
    assert_null(report_of(list, "rails:tenant_32060020"));
    scene_expect_says(report, "candidates", "rails:tenant_32060020");
    assert_int_equal(cJSON_GetArraySize(scene_member(report, "candidates")), 2);
    scene_expect_says(report, "because", "also that of rails:tenant_32060020");
    cJSON_Delete(list);
    scene_close(s);
}

/* One for the whole server blocks every schema, and is named with each. */
static void a_lock_of_the_whole_server(void **state)
{
    static const char *const schemas[] = {NULL, "shop"};

    for (size_t i = 0; i < UNIT_COUNT(schemas); i++) {
        struct mlk_session *s = open_three(state);
        const cJSON *report;
        cJSON *list;

        mlk_fake_rows(s, "FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'shop'",
                      "SCHEMA_NAME\nshop\n");
        scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
        scene_holder(s, "prisma_migrate", "1562");
        scene_named_locks(s, "1562|prisma_migrate|1\n1562|app job|1\n");
        scene_holder(s, "app job", "1562");
        list = list_of(s, schemas[i]);
        report = report_of(list, "prisma:");
        assert_non_null(report);
        assert_true(cJSON_IsTrue(scene_member(report, "server_wide")));
        scene_expect_says(report, "because", "blocks the migrations of every database");
        assert_true((report_of(list, "named:app job") != NULL) == !schemas[i]);
        if (!schemas[i])
            assert_true(cJSON_IsFalse(scene_member(report_of(list, "named:app job"), "server_wide")));
        cJSON_Delete(list);
        scene_close(s);
    }
}

static void one_schema_only(void **state)
{
    struct mlk_session *s = open_three(state);
    cJSON *list;

    mlk_fake_rows(s, "FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'shop'", "SCHEMA_NAME\nshop\n");
    scene_lock_tables(s, "");
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1563|app job|1\n");
    scene_holder(s, SCENE_RAILS, "1562");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    list = list_of(s, "shop");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_non_null(report_of(list, "rails:shop"));
    cJSON_Delete(list);
    scene_close(s);
}

static void the_schema_is_quoted(void **state)
{
    struct mlk_session *s = open_three(state);
    cJSON *list;

    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\n");
    scene_lock_tables(s, "");
    list = list_of(s, "it's` \\");
    assert_int_equal(cJSON_GetArraySize(list), 0);
    assert_int_equal(mlk_fake_sent(s, "it's"), 0);
    assert_true(mlk_fake_sent(s, "'it''s` \\\\'") >= 2);
    cJSON_Delete(list);
    scene_close(s);
}

/* An adapter that checks rights by itself: of what may not be seen not even the name appears. */
static void what_may_not_be_seen_does_not_appear(void **state)
{
    static const enum mlk_need needs[] = {MLK_NEED_SCHEMA, MLK_NEED_SELECT};

    for (size_t i = 0; i < UNIT_COUNT(needs); i++) {
        struct mlk_session *s = open_three(state);
        char *text;
        cJSON *list;

        mlk_fake_rows(s, "SELECT IS_USED_LOCK('", "holder\nNULL\n");
        mlk_fake_deny(s, needs[i]);
        list = list_of(s, NULL);
        text = cJSON_PrintUnformatted(list);
        assert_non_null(text);
        assert_null(strstr(text, "migrations_lock"));
        assert_null(strstr(text, "km01"));
        assert_int_equal(mlk_fake_sent(s, "READ TABLE"), 0);
        cJSON_free(text);
        cJSON_Delete(list);
        scene_close(s);
    }
}

static void every_call_may_fail(void **state)
{
    static const enum mlk_status statuses[] = {MLK_DENIED, MLK_BUSY,   MLK_SQL,
                                               MLK_GONE,   MLK_KILLED, MLK_NO_MEMORY};

    for (size_t k = 0; k < UNIT_COUNT(statuses) * 2; k++) {
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            struct mlk_session *s = open_three(state);
            char error[MLK_ERROR_MAX] = "";
            cJSON *list = NULL;
            enum mlk_status status;

            scene_named_locks(s, "1562|" SCENE_RAILS "|1\n");
            mlk_fake_rows(s, "SELECT IS_USED_LOCK('", "holder\nNULL\n");
            scene_holder(s, SCENE_RAILS, "1562");
            if (k % 2)
                mlk_fake_fail_from(s, n, statuses[k / 2]);
            else
                mlk_fake_fail(s, n, statuses[k / 2]);
            status = mlk_locks(s, NULL, &list, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 500);
            assert_true((status == MLK_OK) == (list != NULL));
            assert_true(status == MLK_OK || error[0]);
            /* a connection that is lost gives no list: it would look complete */
            if (failed && k % 2 && statuses[k / 2] == MLK_GONE && list)
                fail_msg("a list, though the connection was lost at call %zu", n);
            cJSON_Delete(list);
            scene_close(s);
        }
    }
}

/* What a document is printed as: other people's bytes must not make it unreadable. */
static void documents_are_utf8(void **state)
{
    cJSON *d = cJSON_CreateObject();
    char *text;

    (void)state;
    cJSON_AddStringToObject(d, "s", "a\xff\xc3 \xc3\xa9\n\x01");
    text = mlk_json_print(d);
    assert_non_null(text);
    assert_string_equal(text, "{\"s\":\"a?? \xc3\xa9\\n\\u0001\"}");
    cJSON_free(text);
    cJSON_Delete(d);
    assert_null(mlk_json_print(NULL));
}

static void the_tools_are_listed(void **state)
{
    cJSON *list = NULL;
    int count = 0;

    (void)state;
    while (mlk_tool_at((size_t)count))
        count++;
    assert_int_equal(mlk_tools(&list), MLK_OK);
    assert_int_equal(cJSON_GetArraySize(list), count);
    scene_expect(cJSON_GetArrayItem(list, 0), "tool", "rails");
    scene_expect(cJSON_GetArrayItem(list, 0), "kind", "named");
    scene_expect(cJSON_GetArrayItem(list, 0), "default_table", NULL);
    scene_expect(cJSON_GetArrayItem(list, 1), "default_table", "migrations_lock");
    cJSON_Delete(list);
    assert_string_equal(mlk_version(), MIGLOCK_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(tables_are_found_by_their_columns),
        SCENE_BOTH(a_table_under_another_name),
        SCENE_BOTH(named_locks_are_recognised),
        SCENE_BOTH(named_locks_are_computed),
        SCENE_BOTH(many_names_take_several_statements),
        SCENE_BOTH(a_shared_name),
        SCENE_BOTH(a_lock_of_the_whole_server),
        SCENE_BOTH(one_schema_only),
        SCENE_BOTH(the_schema_is_quoted),
        SCENE_BOTH(what_may_not_be_seen_does_not_appear),
        SCENE_BOTH(every_call_may_fail),
        cmocka_unit_test(documents_are_utf8),
        cmocka_unit_test(the_tools_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
