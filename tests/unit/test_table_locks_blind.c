/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that wait, where the server or the account cannot see everything: what is guessed is said. */
#include <stdio.h>
#include <string.h>

#include "scene_tables.h"

static const char guessed[] = "is guessed from its statement";

/* MariaDB's plugin has the locks; the requests are read off the statements. */
static void locks_of_the_plugin(void **state)
{
    struct mlk_session *s = scene_cascade(MLK_MARIADB);
    cJSON *list;
    const cJSON *d;

    (void)state;
    scene_waits_plugin(s, "Table metadata lock|shop|orders|MDL_SHARED_WRITE|1|10\n"
                          "Table metadata lock|shop|orders|MDL_SHARED_UPGRADABLE|1|11\n"
                          "Schema metadata lock|shop||MDL_INTENTION_EXCLUSIVE|1|11\n"
                          "Table metadata lock|shop|items|MDL_SHARED_READ|1|10\n");
    list = scene_tables(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    d = scene_table_of(list, "table:shop/orders");
    scene_expect(d, "verdict", "idle");
    scene_expect(d, "source", "METADATA_LOCK_INFO");
    scene_expect(scene_first(d, "blockers"), "lock_type", "SHARED_WRITE");
    assert_true(cJSON_IsFalse(scene_member(scene_first(d, "blockers"), "guessed")));
    assert_true(scene_number(d, "blocker_count") == 1);
    assert_true(scene_number(scene_member(d, "queue"), "count") == 3);
    assert_true(scene_number(scene_member(d, "queue"), "behind_ddl") == 3);
    scene_expect(scene_first(d, "ddl"), "phase", "waiting");
    scene_expect_says(d, "blind_spots", guessed);
    cJSON_Delete(list);
    scene_close(s);
}

/* Nothing has the locks: whoever had a transaction open before the DDL waited is a suspect, no more. */
static void no_locks_at_all(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;
    const cJSON *d;

    if (s->flavour == MLK_MARIADB)
        scene_waits_plugin(s, NULL);
    else
        mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    scene_open_transactions(s, "10|4|RUNNING|320\n15|0|RUNNING|3\n12|0|RUNNING|400\n");
    list = scene_tables(s, NULL);
    d = scene_table_of(list, "table:shop/orders");
    scene_expect(d, "verdict", "unknown");
    scene_expect(d, "source", "process list");
    assert_true(scene_number(d, "blocker_count") == 1); /* 15 is too young, 12 waits itself */
    assert_true(scene_number(scene_first(d, "blockers"), "connection_id") == 10);
    assert_true(cJSON_IsTrue(scene_member(scene_first(d, "blockers"), "guessed")));
    scene_expect_says(d, "because", "connection 10 (shop@10.0.0.7:51234");
    scene_expect_says(d, "because", "could have a lock on shop.orders");
    assert_true(scene_number(scene_member(d, "queue"), "count") == 3);
    scene_expect_says(d, "blind_spots", guessed);
    if (s->flavour == MLK_MARIADB) {
        assert_true(cJSON_IsFalse(scene_member(scene_first(d, "ddl"), "begun"))); /* InnoDB shows that */
        assert_non_null(strstr(scene_text(d, "next"), "SELECT miglock_release('table:shop/orders', '"));
    } else {
        assert_true(cJSON_IsNull(scene_member(scene_first(d, "ddl"), "begun")));
        assert_null(scene_text(d, "next")); /* it may have begun its work */
    }
    cJSON_Delete(list);
    scene_close(s);
}

/* Who came while the DDL was at work cannot be in the way of its first step, but of its last. */
static void younger_suspects(void **state)
{
    static const char may[] = "waits for its last step does not show: then 1 session with a younger";
    static const struct {
        const char *ddl, *own; /* what it runs; its transaction, if any */
        int copies;            /* half-made tables of it; -1: the table is not InnoDB's */
        bool mariadb, mysql;   /* 15 is a suspect */
        bool mariadb_may, mysql_may;
    } cases[] = {
        {"ALTER TABLE orders FORCE", "", 0, false, false, false, true},
        {"ALTER TABLE orders FORCE", "", 1, true, false, false, true},
        {"ALTER TABLE orders FORCE", "", -1, false, false, true, true},
        {"ALTER TABLE orders FORCE", "11|0|RUNNING|59\n", 0, true, true, false, false},
        {"DROP TABLE orders", "11|0|RUNNING|59\n", 1, false, false, false, false},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_cascade(scene_flavour(state));
        bool mariadb = s->flavour == MLK_MARIADB;
        char rows[500];
        const cJSON *d;
        cJSON *list;

        if (mariadb)
            scene_waits_plugin(s, NULL);
        else
            mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
        (void)snprintf(rows, sizeof rows,
                       "10|shop|h:1|shop|Sleep|312||NULL\n15|shop|h:2|shop|Sleep|2||NULL\n"
                       "11|d|h:3|shop|Query|60|Waiting for table metadata lock|%s\n",
                       cases[i].ddl);
        scene_people(s, rows);
        (void)snprintf(rows, sizeof rows, "10|4|RUNNING|320\n15|0|RUNNING|3\n%s", cases[i].own);
        scene_open_transactions(s, rows);
        scene_begun(s, cases[i].copies > 0, cases[i].copies >= 0);
        list = scene_tables(s, NULL);
        d = scene_table_of(list, "table:shop/orders");
        assert_true(scene_number(d, "blocker_count") == 1 + (mariadb ? cases[i].mariadb : cases[i].mysql));
        assert_int_equal(scene_says(d, "blind_spots", may),
                         mariadb ? cases[i].mariadb_may : cases[i].mysql_may);
        cJSON_Delete(list);
        scene_close(s);
    }
}

/* An account that sees its own sessions only learns of these, and that there may be others. */
static void a_stranger(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;
    const cJSON *d;

    scene_people(
        s, "13|shop|app.example:4|shop|Query|50|Waiting for table metadata lock|INSERT INTO orders VALUES "
           "(9)\n");
    scene_stranger(s);
    if (s->flavour == MLK_MYSQL)
        mlk_fake_error(s, "FROM performance_schema.threads", 1142, "SELECT command denied");
    list = scene_tables(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 0); /* its statement alone does not tell the table */
    cJSON_Delete(list);

    scene_people(
        s, "11|shop|app.example:3|shop|Query|60|Waiting for table metadata lock|ALTER TABLE orders FORCE\n");
    list = scene_tables(s, NULL);
    d = scene_table_of(list, "table:shop/orders");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "without the PROCESS privilege");
    cJSON_Delete(list);
    scene_close(s);
}

/* Locks of sessions that are in no list, of none, and of a type that is not known. */
static void holders_that_are_hidden(void **state)
{
    static const struct {
        const char *lock, *says;
    } cases[] = {
        {"77|TABLE|shop|orders|SHARED_WRITE|1\n",
         "connection 77, which is not visible to this account, has a lock"},
        {"0|TABLE|shop|orders|SHARED_WRITE|1\n", "something without a connection has a lock on shop.orders"},
        {"10|TABLE|shop|orders|SHARED_BRAND_NEW|1\n",
         "connection 10 (shop@10.0.0.7:51234, rake[991]) has a lock"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_cascade(scene_flavour(state));
        char rows[200];
        cJSON *list;

        (void)snprintf(rows, sizeof rows, "%s11|TABLE|shop|orders|EXCLUSIVE|0\n", cases[i].lock);
        scene_waits(s, rows);
        list = scene_tables(s, NULL);
        scene_expect_says(cJSON_GetArrayItem(list, 0), "because", cases[i].says);
        scene_expect(cJSON_GetArrayItem(list, 0), "verdict", i < 2 ? "unknown" : "idle");
        if (i == 2)
            scene_expect_says(cJSON_GetArrayItem(list, 0), "blind_spots", "locks of type SHARED_BRAND_NEW");
        cJSON_Delete(list);
        scene_close(s);
    }
}

/* The blocker has just gone. */
static void nobody_in_the_way(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    scene_waits(s, "12|TABLE|shop|orders|SHARED_READ|0\n");
    scene_people(s, "12|shop|h:1|shop|Query|1|Waiting for table metadata lock|SELECT * FROM orders\n");
    list = scene_tables(s, NULL);
    scene_expect(cJSON_GetArrayItem(list, 0), "verdict", "unknown");
    scene_expect_says(cJSON_GetArrayItem(list, 0), "because",
                      "nobody that this account can see keeps them waiting");
    cJSON_Delete(list);
    scene_close(s);
}

static void events_that_are_off(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    mlk_fake_rows(s, "FROM performance_schema.setup_consumers",
                  "NAME|ENABLED\nevents_statements_current|NO\nevents_stages_current|NO\n");
    list = scene_tables(s, NULL);
    scene_expect_says(cJSON_GetArrayItem(list, 0), "blind_spots",
                      "consumer events_statements_current is off");
    assert_null(scene_text(scene_first(cJSON_GetArrayItem(list, 0), "blockers"), "last_statement"));
    assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.events_statements_current"), 0);
    cJSON_Delete(list);
    scene_people(s, "11|deploy|h:1|shop|Query|60|altering table|ALTER TABLE orders FORCE\n");
    scene_waits(s, "");
    list = scene_tables(s, NULL);
    assert_int_equal(scene_says(cJSON_GetArrayItem(list, 0), "blind_spots", "events_stages_current is off"),
                     s->flavour == MLK_MYSQL);
    cJSON_Delete(list);
    scene_close(s);
}

/* Which of two tables a statement is about, and one that tells nothing. */
static void statements_that_name_tables(void **state)
{
    static const char w[] = "Waiting for table metadata lock";
    struct mlk_session *s = scene_cascade(MLK_MARIADB);
    char people[2000];
    cJSON *list;

    (void)state;
    (void)snprintf(people, sizeof people,
                   "11|d|h:1|shop|Query|60|%s|ALTER TABLE orders FORCE\n"
                   "12|d|h:1|blog|Query|60|%s|ALTER TABLE posts FORCE\n"
                   "21|d|h:1|shop|Query|9|%s|SELECT 'posts' FROM `orders`\n"
                   "22|d|h:1|shop|Query|9|%s|UPDATE blog.posts SET orders = 1\n"
                   "23|d|h:1|other|Query|9|%s|DELETE FROM orders\n"
                   "24|d|h:1|blog|Query|9|%s|INSERT INTO shop . orders SELECT 1\n"
                   "25|d|h:1|NULL|Query|9|%s|NULL\n",
                   w, w, w, w, w, w, w);
    scene_people(s, people);
    scene_waits_plugin(s, "Table metadata lock|shop|orders|MDL_SHARED_WRITE|1|10\n");
    list = scene_tables(s, NULL);
    assert_true(scene_number(scene_member(scene_table_of(list, "table:shop/orders"), "queue"), "count") == 2);
    assert_true(scene_number(scene_member(scene_table_of(list, "table:blog/posts"), "queue"), "count") == 1);
    scene_expect_says(cJSON_GetArrayItem(list, 0), "blind_spots",
                      "2 sessions wait for a metadata lock on a table");
    cJSON_Delete(list);
    scene_close(s);
}

/* CREATE TABLE ... SELECT is DDL, but not of the table that it reads. */
static void what_only_reads_queues(void **state)
{
    static const char w[] = "Waiting for table metadata lock";
    struct mlk_session *s = scene_cascade(MLK_MARIADB);
    char people[1000];

    (void)state;
    (void)snprintf(
        people, sizeof people,
        "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n11|d|h:1|shop|Query|60|%s|ALTER TABLE orders FORCE\n"
        "13|d|h:1|shop|Query|50|%s|CREATE TABLE copy AS SELECT * FROM orders\n",
        w, w);
    scene_people(s, people);
    for (int recorded = 0; recorded < 2; recorded++) {
        const cJSON *d;
        cJSON *list;

        if (recorded)
            scene_server(s, "0", "1");
        else
            scene_waits_plugin(s, NULL);
        if (recorded)
            scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n"
                           "11|TABLE|shop|orders|EXCLUSIVE|0\n13|TABLE|shop|orders|SHARED_READ|0\n");
        list = scene_tables(s, NULL);
        d = scene_table_of(list, "table:shop/orders");
        scene_expect(d, "source", recorded ? "metadata_locks" : "process list");
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "ddl")), 1);
        assert_true(scene_number(scene_first(d, "ddl"), "connection_id") == 11);
        assert_true(scene_number(scene_member(d, "queue"), "count") == 1);
        cJSON_Delete(list);
    }
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_of_the_plugin),
        SCENE_BOTH(no_locks_at_all),
        SCENE_BOTH(younger_suspects),
        SCENE_BOTH(a_stranger),
        SCENE_BOTH(holders_that_are_hidden),
        SCENE_BOTH(nobody_in_the_way),
        SCENE_BOTH(events_that_are_off),
        cmocka_unit_test(statements_that_name_tables),
        cmocka_unit_test(what_only_reads_queues),
    };

    return cmocka_run_group_tests_name("table_locks_blind", tests, NULL, NULL);
}
