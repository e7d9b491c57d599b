/* SPDX-License-Identifier: GPL-2.0-only */
/* Tools whose lock is a row that is there: how it is reported, and that a release deletes it. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define BUN  "app.bun_migration_locks"
#define HEAD "id|table_name\n"
#define DELETE                                                                                               \
    "DELETE FROM `app`.`bun_migration_locks` WHERE CAST(`id` AS CHAR) <=> '7' AND `table_name` <=> "         \
    "'bun_migrations'"
#define LARAVEL "app.cache_locks"

/* Bun's lock, which a DELETE (phase 1) and a COMMIT (phase 2) free. */
static struct mlk_session *open_bun(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_table(s, BUN, HEAD "7|bun_migrations\n");
    mlk_fake_rows(s, "READ TABLE " BUN, HEAD);
    mlk_fake_when(s, 2);
    mlk_fake_rows(s, "READ TABLE DIRTY " BUN, HEAD);
    mlk_fake_when(s, 2);
    mlk_fake_affected(s, DELETE, 1);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_when(s, 1);
    mlk_fake_then(s, 2);
    return s;
}

static void a_row_is_deleted(void **state)
{
    struct mlk_session *s = open_bun(state);
    struct mlk_access need;
    size_t deletes = 0;
    const char *sql;
    cJSON *d = scene_release(s, "bun:app", NULL, false);

    scene_expect(d, "outcome", "released");
    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "the row in app.bun_migration_locks was deleted");
    scene_expect(scene_member(d, "now"), "verdict", "free");
    scene_expect_says(scene_member(d, "now"), "because", "no row in app.bun_migration_locks says");
    assert_int_equal(mlk_fake_sent(s, "UPDATE"), 0);
    for (size_t i = 0; (sql = mlk_fake_sql(s, i, &need)); i++) {
        if (!strstr(sql, "DELETE"))
            continue;
        deletes++;
        assert_int_equal(need.need, MLK_NEED_DELETE);
        assert_string_equal(need.schema, "app");
        assert_string_equal(need.table, "bun_migration_locks");
    }
    assert_int_equal(deletes, 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void it_takes_the_right_to_delete(void **state)
{
    struct mlk_session *s = open_bun(state);
    cJSON *d;

    mlk_fake_deny(s, MLK_NEED_DELETE);
    d = scene_release(s, "bun:app", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "it takes DELETE on app.bun_migration_locks");
    assert_int_equal(mlk_fake_sent(s, "DELETE"), 0);
    cJSON_Delete(d);
    scene_close(s);

    s = open_bun(state);
    mlk_fake_deny(s, MLK_NEED_UPDATE); /* which does not matter */
    d = scene_release(s, "bun:app", NULL, false);
    scene_expect(d, "outcome", "released");
    cJSON_Delete(d);
    scene_close(s);
}

static void the_server_refuses(void **state)
{
    static const struct {
        unsigned number;
        const char *text, *outcome, *says;
    } cases[] = {
        {1142, "DELETE command denied to user 'shop'", "refused", "it takes DELETE on"},
        {1451, "Cannot delete or update a parent row", "failed", "the server refused the DELETE"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_bun(state);
        cJSON *d;

        mlk_fake_error(s, "DELETE", cases[i].number, cases[i].text);
        d = scene_release(s, "bun:app", NULL, false);
        scene_expect(d, "outcome", cases[i].outcome);
        scene_expect_says(d, "because", cases[i].says);
        assert_int_equal(mlk_fake_sent(s, "ROLLBACK"), 1);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void one_row_of_several(void **state)
{
    struct mlk_session *s = open_bun(state);
    cJSON *d;

    scene_table(s, BUN, HEAD "3|other\n7|bun_migrations\n");
    d = scene_report(s, "bun:app");
    scene_expect_says(d, "because", "2 rows say so");
    cJSON_Delete(d);
    mlk_fake_rows(s, "READ TABLE " BUN, HEAD "3|other\n");
    mlk_fake_when(s, 2);
    mlk_fake_rows(s, "READ TABLE DIRTY " BUN, HEAD "3|other\n");
    mlk_fake_when(s, 2);
    d = scene_release(s, "bun:app", NULL, false);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "another row still says");
    assert_false(scene_says(d, "because", "taken again"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Nobody can say how to mend a table that is not Bun's. */
static void a_table_that_nobody_can_repair(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, BUN, "name\nx\n");
    d = scene_report(s, "bun:app");
    scene_expect(d, "verdict", "unknown");
    scene_expect(d, "damage", "odd_columns");
    scene_expect(d, "next", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

/* The locks of the rest of the application come and go. */
static void other_rows_do_not_matter(void **state)
{
    static const char head[] = "key|owner|expiration\n";
    static const char lock[] = "p-framework/command-migrate|a|1795262460\n";
    char one[200], two[200];
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    snprintf(one, sizeof one, "%sx|b|1\n", head);
    snprintf(two, sizeof two, "%sy|c|2\nz|d|3\n", head);
    mlk_fake_rows(s, "READ TABLE " LARAVEL, one);
    mlk_fake_rows(s, "READ TABLE DIRTY " LARAVEL, two);
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "free");
    cJSON_Delete(d);
    snprintf(one, sizeof one, "%sx|b|1\n%s", head, lock);
    mlk_fake_rows(s, "READ TABLE " LARAVEL, one);
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "active"); /* somebody is deleting it */
    cJSON_Delete(d);
    snprintf(two, sizeof two, "%s%sz|d|3\n", head, lock);
    mlk_fake_rows(s, "READ TABLE DIRTY " LARAVEL, two);
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "abandoned");
    cJSON_Delete(d);
    snprintf(two, sizeof two, "%sp-framework/command-migrate|b|1795262460\n", head);
    mlk_fake_rows(s, "READ TABLE DIRTY " LARAVEL, two);
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "active"); /* somebody is taking it over */
    cJSON_Delete(d);
    scene_close(s);
}

/* A lock beyond the rows that were read would be called free. */
static void a_table_that_is_too_long(void **state)
{
    static const char *const names[] = {"key", "owner", "expiration"};
    static const char *const other[] = {"x", "y", "1"};
    static const char *const lock[] = {"p-framework/command-migrate", "a", "1795262460"};

    for (int held = 0; held < 2; held++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        for (int dirty = 0; dirty < 2; dirty++) {
            struct mlk_rows *rows = mlk_rows_new(3, names);

            if (held)
                assert_int_equal(mlk_rows_add(rows, lock, NULL), MLK_OK);
            for (int i = 0; i < 1100; i++)
                assert_int_equal(mlk_rows_add(rows, other, NULL), MLK_OK);
            mlk_fake_result(s, dirty ? "READ TABLE DIRTY " LARAVEL : "READ TABLE " LARAVEL, rows);
        }
        d = scene_report(s, "laravel:app");
        scene_expect(d, "verdict", held ? "abandoned" : "unknown");
        assert_int_equal(scene_says(d, "because", "only these were read"), !held);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Tables of others that have the columns too, and more of them. */
static void what_has_more_columns_is_not_listed(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char error[MLK_ERROR_MAX] = "";
    cJSON *list = NULL;

    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\napp\n");
    scene_lock_tables(s, "app|bun_migration_locks|id,table_name\n"
                         "app|shedlock|name,lock_until,locked_at,locked_by\n"
                         "app|table_locks|id,table_name,user_id\n"
                         "app|user_locks|user_id,is_locked,reason\n"
                         "app|x_lock|id,is_locked\n");
    scene_table(s, BUN, HEAD);
    assert_int_equal(mlk_locks(s, NULL, &list, error, sizeof error), MLK_OK);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    scene_expect(cJSON_GetArrayItem(list, 0), "target", "bun:app");
    cJSON_Delete(list);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_row_is_deleted),
        SCENE_BOTH(it_takes_the_right_to_delete),
        SCENE_BOTH(the_server_refuses),
        SCENE_BOTH(one_row_of_several),
        SCENE_BOTH(a_table_that_nobody_can_repair),
        SCENE_BOTH(other_rows_do_not_matter),
        SCENE_BOTH(a_table_that_is_too_long),
        SCENE_BOTH(what_has_more_columns_is_not_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
