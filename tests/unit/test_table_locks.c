/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that wait, on a server that shows everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene_tables.h"

static void expect_root(const cJSON *document, const char *part)
{
    const char *said = cJSON_GetStringValue(scene_first(document, "because"));

    if (!said || !strstr(said, part))
        fail_msg("\"%s\" lacks \"%s\"", said ? said : "NULL", part);
}

static void the_cascade(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list = scene_tables(s, NULL);
    const cJSON *d = scene_table_of(list, "table:shop/orders"), *ddl, *blocker, *queue;

    assert_int_equal(cJSON_GetArraySize(list), 1);
    scene_expect(d, "verdict", "idle");
    scene_expect(d, "object", "table");
    scene_expect(d, "schema", "shop");
    scene_expect(d, "table", "orders");
    scene_expect(d, "root", "table:shop/orders");
    scene_expect(d, "source", "metadata_locks");
    assert_non_null(strstr(scene_text(d, "next"), "SELECT miglock_release('table:shop/orders', '"));
    expect_root(
        d, "connection 10 (shop@10.0.0.7:51234, rake[991]) has a lock on shop.orders and has done nothing "
           "for 312 s, in a transaction open for 320 s that changed 4 rows");
    scene_expect_says(d, "because", "connection 10 last ran: UPDATE orders SET note = 'x'");
    scene_expect_says(d, "because",
                      "ALTER TABLE of connection 11, 60 s old, has not begun: it waits for its turn, and");
    scene_expect_says(d, "because", "3 sessions wait, the oldest for 59 s: 2 SELECT, 1 INSERT");

    ddl = scene_first(d, "ddl");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "ddl")), 1);
    assert_true(scene_number(ddl, "connection_id") == 11);
    scene_expect(ddl, "kind", "ALTER TABLE");
    scene_expect(ddl, "algorithm", "INPLACE");
    scene_expect(ddl, "lock", "NONE");
    scene_expect(ddl, "phase", "waiting");
    assert_true(cJSON_IsFalse(scene_member(ddl, "begun")));

    blocker = scene_first(d, "blockers");
    assert_true(scene_number(d, "blocker_count") == 1);
    assert_true(scene_number(blocker, "connection_id") == 10);
    assert_true(scene_number(blocker, "transaction_seconds") == 320);
    assert_true(scene_number(blocker, "uncommitted_changes") == 4);
    scene_expect(blocker, "last_statement", "UPDATE orders SET note = 'x'");
    scene_expect(blocker, "lock_type", "SHARED_WRITE");
    assert_true(cJSON_IsFalse(scene_member(blocker, "guessed")));

    queue = scene_member(d, "queue");
    assert_true(scene_number(queue, "count") == 3);
    assert_true(scene_number(queue, "behind_ddl") == 3);
    assert_true(scene_number(queue, "oldest_seconds") == 59);
    assert_true(scene_number(scene_member(queue, "kinds"), "SELECT") == 2);
    assert_true(scene_number(scene_first(queue, "first"), "connection_id") == 12);
    assert_true(scene_number(scene_member(d, "connections"), "used") == 150);
    assert_true(scene_number(scene_member(d, "connections"), "max") == 151);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "blind_spots")), 0);
    cJSON_Delete(list);
    scene_close(s);
}

static void only_one_schema(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list = scene_tables(s, "shop");

    assert_int_equal(cJSON_GetArraySize(list), 1);
    cJSON_Delete(list);
    list = scene_tables(s, "Shop");
    assert_int_equal(cJSON_GetArraySize(list), 0);
    cJSON_Delete(list);
    scene_close(s);
}

static char *token(struct mlk_session *s)
{
    cJSON *list = scene_tables(s, NULL);
    char *copy = strdup(scene_text(scene_table_of(list, "table:shop/orders"), "token"));

    assert_non_null(copy);
    cJSON_Delete(list);
    return copy;
}

/* Of the same DDL and the same blockers it is the same, however long they have waited; else it is another. */
static void the_token(void **state)
{
    enum mlk_flavour flavour = scene_flavour(state);
    struct mlk_session *s = scene_cascade(flavour);
    char *tokens[4];

    tokens[0] = token(s);
    scene_open_transactions(s, "10|9|RUNNING|900\n");
    tokens[1] = token(s);
    assert_string_equal(tokens[0], tokens[1]);
    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n15|TABLE|shop|orders|SHARED_READ|1\n"
                   "11|TABLE|shop|orders|EXCLUSIVE|0\n");
    tokens[2] = token(s);
    assert_string_not_equal(tokens[0], tokens[2]);
    scene_started(s, "1794398401");
    tokens[3] = token(s);
    assert_string_not_equal(tokens[2], tokens[3]);
    for (size_t i = 0; i < 4; i++)
        free(tokens[i]);
    scene_close(s);
}

static void the_client_is_gone(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    const struct mlk_probe gone = {.peer = MLK_PEER_GONE, .answer_ms = -1, .why = "the connection is closed"};
    cJSON *list;
    const cJSON *d;

    mlk_fake_probe(s, 10, MLK_PROBE_LOOK, &gone, 0);
    list = scene_tables(s, NULL);
    d = scene_table_of(list, "table:shop/orders");
    scene_expect(d, "verdict", "abandoned");
    scene_expect(scene_first(d, "blockers"), "peer", "gone");
    scene_expect_says(d, "because", "the client of connection 10 is gone: the connection is closed");
    cJSON_Delete(list);
    scene_close(s);
}

static void a_blocker_at_work(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    scene_people(
        s, "10|shop|10.0.0.7:51234|shop|Query|99|Sending data|SELECT * FROM orders\n"
           "11|deploy|10.0.0.9:4|shop|Query|60|Waiting for table metadata lock|ALTER TABLE orders FORCE\n");
    list = scene_tables(s, NULL);
    scene_expect(cJSON_GetArrayItem(list, 0), "verdict", "active");
    expect_root(cJSON_GetArrayItem(list, 0), "has been running for 99 s: SELECT * FROM orders");
    cJSON_Delete(list);
    scene_close(s);
}

/* The one that has been at it the longest stands at the root, and an asker's own transaction is idle. */
static void the_oldest_is_the_root(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    scene_people(
        s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT miglock_table_locks()\n"
           "10|shop|10.0.0.7:1|shop|Query|99|Sending data|SELECT * FROM orders\n"
           "11|deploy|10.0.0.9:4|shop|Query|60|Waiting for table metadata lock|ALTER TABLE orders FORCE\n");
    scene_open_transactions(s, "10|0|RUNNING|99\n7|1|RUNNING|400\n");
    scene_waits(s, "10|TABLE|shop|orders|SHARED_READ|1\n7|TABLE|shop|orders|SHARED_WRITE|1\n"
                   "11|TABLE|shop|orders|EXCLUSIVE|0\n");
    list = scene_tables(s, NULL);
    scene_expect(cJSON_GetArrayItem(list, 0), "verdict", "idle");
    expect_root(cJSON_GetArrayItem(list, 0), "connection 7");
    expect_root(cJSON_GetArrayItem(list, 0), "that is your own connection");
    assert_true(scene_number(cJSON_GetArrayItem(list, 0), "blocker_count") == 2);
    cJSON_Delete(list);
    scene_close(s);
}

static void ddl_that_runs(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;
    const cJSON *d;

    mlk_fake_rows(
        s, s->flavour == MLK_MYSQL ? "SHOW PROCESSLIST" : "PROCESSLIST",
        "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO|Progress\n"
        "11|deploy|h:1|shop|Query|60|copy to tmp table|ALTER TABLE orders FORCE|37.5\n"
        "13|shop|h:2|shop|Query|50|Waiting for table metadata lock|INSERT INTO orders VALUES (9)|0.0\n");
    mlk_fake_rows(s, "FROM performance_schema.events_stages_current", "THREAD_ID|DONE|ALL\n51|375|1000\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n13|TABLE|shop|orders|SHARED_WRITE|0\n");
    list = scene_tables(s, NULL);
    d = cJSON_GetArrayItem(list, 0);
    scene_expect(d, "verdict", "active");
    scene_expect(scene_first(d, "ddl"), "phase", "running");
    scene_expect(scene_first(d, "ddl"), "stage", "copy to tmp table");
    assert_true(scene_number(scene_first(d, "ddl"), "percent") == 37.5);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "blockers")), 0);
    assert_null(scene_text(d, "next"));
    expect_root(d, "ALTER TABLE of connection 11 has been running for 60 s (copy to tmp table, 38 %)");
    cJSON_Delete(list);

    scene_waits(s, ""); /* nobody waits: it is shown all the same */
    list = scene_tables(s, NULL);
    scene_expect(cJSON_GetArrayItem(list, 0), "target", "table:shop/orders");
    cJSON_Delete(list);
    scene_close(s);
}

/* MariaDB goes on showing the type that a lock had first. */
static void a_type_that_is_out_of_date(void **state)
{
    struct mlk_session *s = scene_cascade(MLK_MARIADB);
    cJSON *list;

    (void)state;
    scene_people(s,
                 "11|deploy|h:1|shop|Query|60|copy to tmp table|CALL migrate()\n"
                 "13|shop|h:2|shop|Query|50|Waiting for table metadata lock|INSERT INTO orders VALUES (9)\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n13|TABLE|shop|orders|SHARED_WRITE|0\n");
    list = scene_tables(s, NULL);
    scene_expect(cJSON_GetArrayItem(list, 0), "verdict", "active");
    expect_root(cJSON_GetArrayItem(list, 0), "CALL migrate()");
    cJSON_Delete(list);
    scene_close(s);
}

/* What is cut off of a statement is asked for. */
static void a_long_statement(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    char people[2000], rows[2000], columns[500];
    cJSON *list;

    memset(columns, 'x', sizeof columns - 1);
    columns[sizeof columns - 1] = '\0';
    (void)snprintf(people, sizeof people,
                   "11|deploy|h:1|shop|Query|60|Waiting for table metadata lock|ALTER TABLE orders ADD %s\n",
                   columns);
    (void)snprintf(rows, sizeof rows,
                   "ID|INFO\n11|ALTER TABLE orders ADD %s INT, ALGORITHM=COPY, LOCK=SHARED\n", columns);
    scene_people(s, people);
    mlk_fake_rows(s, "LEFT(INFO, 16000)...WHERE ID IN (11)", rows);
    list = scene_tables(s, NULL);
    scene_expect(scene_first(cJSON_GetArrayItem(list, 0), "ddl"), "algorithm", "COPY");
    scene_expect(scene_first(cJSON_GetArrayItem(list, 0), "ddl"), "lock", "SHARED");
    cJSON_Delete(list);
    mlk_fake_error(s, "LEFT(INFO, 16000)", 3854, "Cannot convert string");
    list = scene_tables(s, NULL);
    assert_null(scene_text(scene_first(cJSON_GetArrayItem(list, 0), "ddl"), "algorithm"));
    cJSON_Delete(list);
    scene_close(s);
}

static void a_read_lock_on_the_server(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    bool mysql = s->flavour == MLK_MYSQL;
    cJSON *list;

    scene_people(s, "10|backup|h:1|NULL|Sleep|30||NULL\n"
                    "11|deploy|h:2|shop|Query|20|Waiting|ALTER TABLE orders FORCE\n"
                    "12|shop|h:3|shop|Query|10|Waiting|INSERT INTO orders VALUES (1)\n");
    scene_waits(
        s, mysql ? "10|GLOBAL|NULL|NULL|SHARED|1\n10|COMMIT|NULL|NULL|SHARED|1\n"
                   "11|GLOBAL|NULL|NULL|INTENTION_EXCLUSIVE|0\n12|GLOBAL|NULL|NULL|INTENTION_EXCLUSIVE|0\n"
                 : "10|BACKUP|NULL|NULL|BACKUP_FTWRL1|1\n11|BACKUP|NULL|NULL|BACKUP_DDL|0\n"
                   "12|TABLE|shop|orders|SHARED_WRITE|1\n12|BACKUP|NULL|NULL|BACKUP_TRANS_DML|0\n");
    list = scene_tables(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    scene_expect(scene_table_of(list, "server:"), "verdict", "idle");
    scene_expect(scene_table_of(list, "server:"), "server_lock", mysql ? "GLOBAL" : "BACKUP");
    expect_root(scene_table_of(list, "server:"), "has the global read lock (FLUSH TABLES WITH READ LOCK)");
    scene_expect(scene_table_of(list, "table:shop/orders"), "verdict", "idle");
    scene_expect(scene_table_of(list, "table:shop/orders"), "root", "server:");
    expect_root(scene_table_of(list, "table:shop/orders"), "has the global read lock");
    scene_expect_says(scene_table_of(list, "table:shop/orders"), "because",
                      "it is a lock on the whole server that keeps shop.orders waiting");
    cJSON_Delete(list);
    list = scene_tables(s, "other"); /* it concerns every schema */
    assert_int_equal(cJSON_GetArraySize(list), 1);
    cJSON_Delete(list);
    scene_close(s);
}

/* items waits for a session that waits for orders: the root is there. A ring comes to an end. */
static void from_table_to_table(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "12|TABLE|shop|items|SHARED_WRITE|1\n12|TABLE|shop|orders|SHARED_READ|0\n"
                   "13|TABLE|shop|items|EXCLUSIVE|0\n");
    list = scene_tables(s, NULL);
    scene_expect(scene_table_of(list, "table:shop/items"), "root", "table:shop/orders");
    scene_expect(scene_table_of(list, "table:shop/items"), "verdict", "idle");
    expect_root(scene_table_of(list, "table:shop/items"), "connection 10");
    cJSON_Delete(list);
    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n10|TABLE|shop|items|SHARED_WRITE|0\n"
                   "12|TABLE|shop|items|EXCLUSIVE|1\n12|TABLE|shop|orders|EXCLUSIVE|0\n");
    list = scene_tables(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    cJSON_Delete(list);
    scene_close(s);
}

static void nobody_waits(void **state)
{
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    cJSON *list;

    scene_people(s, "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n12|shop|h:1|shop|Query|1|x|SELECT 1\n");
    scene_waits(s, "");
    list = scene_tables(s, NULL);
    assert_int_equal(cJSON_GetArraySize(list), 0);
    assert_int_equal(mlk_fake_sent(s, "events_"), 0);
    assert_int_equal(mlk_fake_sent(s, "session_connect_attrs"), 0);
    assert_int_equal(mlk_fake_sent(s, "information_schema.TABLES"), 0);
    cJSON_Delete(list);
    scene_close(s);
}

/* However many there are, a document stays small, and counts all. */
static void thousands_wait(void **state)
{
    enum { MANY = 3000, ROOM = 1 << 20 };
    struct mlk_session *s = scene_cascade(scene_flavour(state));
    const char *head = "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME|LOCK_TYPE|GRANTED|OWNER_THREAD_ID\n";
    char *locks = calloc(1, ROOM), *threads = calloc(1, ROOM), *text;
    size_t l = 0, t = 0;
    cJSON *list;

    assert_true(locks && threads);
    l += (size_t)snprintf(locks, ROOM, "%s", head);
    t += (size_t)snprintf(threads, ROOM, "THREAD_ID|PROCESSLIST_ID|THREAD_OS_ID|INFO\n");
    for (unsigned id = 100; id < 100 + 2 * MANY; id++) {
        l += (size_t)snprintf(locks + l, ROOM - l, "TABLE|shop|orders|%s|%u\n",
                              id % 2 ? "SHARED_READ|1" : "EXCLUSIVE|0", id);
        t += (size_t)snprintf(threads + t, ROOM - t, "%u|%u|1|NULL\n", id, id);
    }
    mlk_fake_rows(s, "SELECT OBJECT_TYPE...performance_schema.metadata_locks WHERE (1", locks);
    mlk_fake_rows(s, "SELECT THREAD_ID, PROCESSLIST_ID", threads);
    list = scene_tables(s, NULL);
    assert_true(scene_number(cJSON_GetArrayItem(list, 0), "blocker_count") == MANY);
    text = mlk_json_print(list);
    assert_non_null(text);
    assert_in_range(strlen(text), 1000, 60000);
    cJSON_free(text);
    cJSON_Delete(list);
    free(locks);
    free(threads);
    scene_close(s);
}

static void every_call_may_fail(void **state)
{
    static const enum mlk_status statuses[] = {MLK_DENIED, MLK_SQL, MLK_GONE, MLK_KILLED, MLK_NO_MEMORY};

    for (size_t k = 0; k < UNIT_COUNT(statuses) * 2; k++) {
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            struct mlk_session *s = scene_cascade(scene_flavour(state));
            char error[MLK_ERROR_MAX] = "";
            cJSON *list = NULL;
            enum mlk_status status;

            if (s->flavour == MLK_MARIADB)
                mlk_fake_error(s, "FROM information_schema.METADATA_LOCK_INFO", 1109, "Unknown table");
            if (k % 2)
                mlk_fake_fail_from(s, n, statuses[k / 2]);
            else
                mlk_fake_fail(s, n, statuses[k / 2]);
            status = mlk_table_locks(s, NULL, &list, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 100);
            assert_true((status == MLK_OK) == (list != NULL));
            assert_true(status == MLK_OK || error[0]);
            if (failed && k % 2 && statuses[k / 2] == MLK_GONE && list)
                fail_msg("a list, though the connection was lost at call %zu", n);
            cJSON_Delete(list);
            scene_close(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(the_cascade),         SCENE_BOTH(only_one_schema),
        SCENE_BOTH(the_token),           SCENE_BOTH(the_client_is_gone),
        SCENE_BOTH(a_blocker_at_work),   SCENE_BOTH(the_oldest_is_the_root),
        SCENE_BOTH(ddl_that_runs),       cmocka_unit_test(a_type_that_is_out_of_date),
        SCENE_BOTH(a_long_statement),    SCENE_BOTH(a_read_lock_on_the_server),
        SCENE_BOTH(from_table_to_table), SCENE_BOTH(nobody_waits),
        SCENE_BOTH(thousands_wait),      SCENE_BOTH(every_call_may_fail),
    };

    return cmocka_run_group_tests_name("table_locks", tests, NULL, NULL);
}
