/* SPDX-License-Identifier: GPL-2.0-only */
/* The DDL under a flag row, and in the list of all locks. */
#include <string.h>

#include "scene_tables.h"

#define WAITS   "Waiting for table metadata lock"
#define ALTER   "ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE"
#define HOLDER  "9|deploy|10.0.0.9:3|shop|Sleep|61||NULL\n"
#define PENDING "performance_schema.metadata_locks...'PENDING'"

static void expect_count(const cJSON *document, const char *array, int count)
{
    assert_int_equal(cJSON_GetArraySize(scene_member(document, array)), count);
}

/* knex: the session in the row's schema could be its owner. */
static void under_a_row(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d;

    scene_table(s, "shop.knex_migrations_lock", "index|is_locked\n1|1\n");
    d = scene_report(s, "knex:shop");
    scene_expect(d, "verdict", "active");
    assert_int_equal(scene_number(scene_first(d, "ddl"), "connection_id"), 11);
    scene_expect_says(d, "because",
                      "ALTER TABLE of connection 11, 60 s old, waits for its turn: connection 10");
    scene_expect(d, "next", "SELECT miglock_status('table:shop/orders')");
    cJSON_Delete(d);
    /* a free one has no story */
    scene_table(s, "shop.knex_migrations_lock", "index|is_locked\n1|0\n");
    d = scene_report(s, "knex:shop");
    expect_count(d, "ddl", 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* One look at the tables is good for all locks. */
static void in_the_list_of_all(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    char error[MLK_ERROR_MAX] = "";
    const cJSON *one;
    cJSON *d = NULL;
    int told = 0;

    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\nshop\n");
    scene_lock_tables(s, "shop|knex_migrations_lock|index,is_locked\n");
    scene_table(s, "shop.knex_migrations_lock", "index|is_locked\n1|1\n");
    assert_int_equal(mlk_locks(s, NULL, &d, error, sizeof error), MLK_OK);
    assert_int_equal(cJSON_GetArraySize(d), 2);
    cJSON_ArrayForEach(one, d)
    {
        assert_int_equal(scene_number(scene_first(one, "ddl"), "connection_id"), 11);
        scene_expect(scene_first(scene_first(one, "ddl"), "blockers"), "last_statement",
                     "UPDATE orders SET note = 'x'");
        told++;
    }
    assert_int_equal(told, 2);
    assert_int_equal(mlk_fake_sent(s, PENDING), 1);
    assert_int_equal(mlk_fake_sent(s, "SHOW PROCESSLIST"), 1);
    assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.session_connect_attrs"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

/* Each lock has its own DDL, and all of it is looked at closely. */
static void two_migrations(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    char error[MLK_ERROR_MAX] = "";
    const cJSON *one, *blocker;
    cJSON *d = NULL;

    scene_people(s, HOLDER "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                           "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n"
                           "21|blog|10.0.0.3:4|blog|Query|30|" WAITS "|ALTER TABLE posts FORCE\n"
                           "22|root|localhost|blog|Sleep|99||NULL\n");
    scene_waits(s, "9|TABLE|shop|schema_migrations|SHARED_READ|1\n"
                   "10|TABLE|shop|orders|SHARED_WRITE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "22|TABLE|blog|posts|SHARED_READ|1\n21|TABLE|blog|posts|EXCLUSIVE|0\n");
    mlk_fake_rows(s, "FROM performance_schema.events_statements_current",
                  "THREAD_ID|SQL_TEXT|LEVEL\n50|UPDATE orders|0\n62|SELECT posts|0\n");
    mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\nblog\nshop\n");
    scene_lock_tables(s, "blog|knex_migrations_lock|index,is_locked\n");
    scene_table(s, "blog.knex_migrations_lock", "index|is_locked\n1|1\n");
    assert_int_equal(mlk_locks(s, NULL, &d, error, sizeof error), MLK_OK);
    assert_int_equal(cJSON_GetArraySize(d), 2);
    cJSON_ArrayForEach(one, d)
    {
        bool shop = strcmp(scene_text(one, "target"), "rails:shop") == 0;

        expect_count(one, "ddl", 1);
        scene_expect(scene_first(one, "ddl"), "target", shop ? "table:shop/orders" : "table:blog/posts");
        blocker = scene_first(scene_first(one, "ddl"), "blockers");
        assert_true(cJSON_IsFalse(scene_member(scene_first(one, "ddl"), "begun")));
        scene_expect(blocker, "last_statement", shop ? "UPDATE orders" : "SELECT posts");
    }
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(under_a_row),
        SCENE_BOTH(in_the_list_of_all),
        SCENE_BOTH(two_migrations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
