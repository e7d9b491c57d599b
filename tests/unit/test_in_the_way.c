/* SPDX-License-Identifier: GPL-2.0-only */
/* What would be in the way of a schema change: who has locks on its table, also where nobody waits. */
#include <stdio.h>
#include <string.h>

#include "advise/in_the_way.h"
#include "scene_tables.h"

#define WAITS "Waiting for table metadata lock"

struct answer {
    cJSON *list, *blind_spots;
};

/* Nobody waits; connection 10 has a transaction open, 7 is whoever asks. */
static struct mlk_session *quiet(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_people(s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT 1\n"
                    "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    scene_open_transactions(s, "10|4|RUNNING|320\n");
    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n7|TABLE|shop|orders|SHARED_READ|1\n");
    mlk_fake_rows(s, "information_schema.REFERENTIAL_CONSTRAINTS", "COUNT|NAMES\n0|NULL\n");
    mlk_fake_rows(s, "information_schema.INNODB_SYS_FOREIGN", "COUNT|NAMES\n0|NULL\n");
    return s;
}

static struct answer look(struct mlk_session *s)
{
    static const struct mlk_table table = {.schema = "shop", .name = "orders"};
    struct answer a = {cJSON_CreateArray(), cJSON_CreateArray()};

    assert_int_equal(mlk_in_the_way(s, &table, a.list, a.blind_spots), MLK_OK);
    return a;
}

static void drop(struct answer *a)
{
    cJSON_Delete(a->list);
    cJSON_Delete(a->blind_spots);
}

static void expect(const struct answer *a, int at, const char *kind, double id, const char *part)
{
    const cJSON *one = cJSON_GetArrayItem(a->list, at);

    if (!one)
        fail_msg("there is no number %d: %s", at, part);
    scene_expect(one, "kind", kind);
    assert_true(scene_number(one, "connection_id") == id);
    if (!strstr(scene_text(one, "text"), part))
        fail_msg("\"%s\" lacks \"%s\"", scene_text(one, "text"), part);
}

static void expect_count(const struct answer *a, int count, int blind_spots)
{
    assert_int_equal(cJSON_GetArraySize(a->list), count);
    assert_int_equal(cJSON_GetArraySize(a->blind_spots), blind_spots);
}

static void a_transaction_that_keeps_nobody_waiting(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a = look(s);

    expect_count(&a, 1, 0);
    expect(
        &a, 0, "session", 10,
        "connection 10 (shop@10.0.0.7:51234) has a lock on shop.orders and has done nothing for 312 s, in a "
        "transaction open for 320 s that changed 4 rows; the change waits until that open transaction ends");
    assert_true(scene_number(cJSON_GetArrayItem(a.list, 0), "seconds") == 312);
    assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.metadata_locks WHERE (1...'shop'...'orders'"),
                     1);
    drop(&a);
    scene_close(s);
}

/* DDL that waits and its queue: each session once, who has a lock first. */
static void a_queue_that_is_there_already(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_people(s, "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "11|dba|10.0.0.9:4|shop|Query|60|" WAITS "|ALTER TABLE orders FORCE\n"
                    "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders\n");
    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n10|TABLE|shop|orders|SHARED_READ|1\n"
                   "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "12|TABLE|shop|orders|SHARED_READ|0\n12|TABLE|shop|items|SHARED_READ|1\n");
    a = look(s);
    expect_count(&a, 3, 0);
    expect(&a, 0, "session", 10, "has a lock on shop.orders");
    expect(&a, 1, "ddl", 11, "connection 11 (dba@10.0.0.9:4) waits for the table: ALTER TABLE orders FORCE");
    expect(&a, 2, "session", 12, "waits for the table: SELECT * FROM orders");
    drop(&a);
    scene_close(s);
}

static void ddl_at_work(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_people(s, "11|dba|10.0.0.9:4|shop|Query|60|altering table|ALTER TABLE orders FORCE\n"
                    "13|dba|10.0.0.9:5|shop|Sleep|5||NULL\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n13|TABLE|shop|orders|SHARED_NO_READ_WRITE|1\n");
    a = look(s);
    expect_count(&a, 2, 0);
    expect(&a, 0, "ddl", 11, "runs ALTER TABLE on the table, for 60 s: ALTER TABLE orders FORCE");
    expect(&a, 1, "ddl", 13, "has locked shop.orders (LOCK TABLES or FLUSH TABLES)");
    drop(&a);
    scene_close(s);
}

/* Everyday locks on the server are in nobody's way. */
static void a_backup(void **state)
{
    bool mysql = scene_flavour(state) == MLK_MYSQL;
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_waits(s, mysql ? "10|GLOBAL|NULL|NULL|INTENTION_EXCLUSIVE|1\n14|GLOBAL|NULL|NULL|SHARED|1\n"
                           "15|BACKUP LOCK|NULL|NULL|SHARED|1\n"
                         : "10|BACKUP|NULL|NULL|BACKUP_TRANS_DML|1\n14|BACKUP|NULL|NULL|BACKUP_FTWRL2|1\n"
                           "15|BACKUP|NULL|NULL|BACKUP_BLOCK_DDL|1\n");
    scene_people(s, "10|shop|10.0.0.7:51234|shop|Query|1|updating|UPDATE items SET a = 1\n"
                    "14|root|localhost|NULL|Sleep|5||NULL\n15|root|localhost|NULL|Sleep|6||NULL\n");
    a = look(s);
    expect_count(&a, 2, 0);
    for (int i = 0; i < 2; i++) {
        bool flush = scene_number(cJSON_GetArrayItem(a.list, i), "connection_id") == 14;

        expect(&a, i, "backup", flush ? 14 : 15, flush ? "FLUSH TABLES WITH READ LOCK" : "backup");
    }
    drop(&a);
    scene_close(s);
}

/* Of who is in no list only the lock is known. */
static void a_hidden_session(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_people(s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT 1\n");
    a = look(s);
    expect_count(&a, 1, 0);
    expect(&a, 0, "session", 10,
           "connection 10, which is not visible to this account, has a lock on shop.orders");
    drop(&a);
    scene_close(s);
}

static void more_than_are_listed(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    char rows[2000] = "";
    struct answer a;

    for (int i = 0; i < 25; i++)
        (void)snprintf(rows + strlen(rows), sizeof rows - strlen(rows),
                       "%d|TABLE|shop|orders|SHARED_READ|1\n", 100 + i);
    scene_waits(s, rows);
    a = look(s);
    expect_count(&a, 20, 1);
    assert_non_null(strstr(cJSON_GetArrayItem(a.blind_spots, 0)->valuestring, "5 more sessions"));
    drop(&a);
    scene_close(s);
}

static void replicas_and_keys(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_people(s, "20|repl|10.0.0.20:1|NULL|Binlog Dump GTID|900|x|NULL\n");
    scene_waits(s, "");
    mlk_fake_rows(s, "information_schema.REFERENTIAL_CONSTRAINTS", "COUNT|NAMES\n1|items\n");
    mlk_fake_rows(s, "information_schema.INNODB_SYS_FOREIGN", "COUNT|NAMES\n1|items\n");
    a = look(s);
    expect_count(&a, 2, 0);
    scene_expect(cJSON_GetArrayItem(a.list, 0), "kind", "foreign_keys");
    scene_expect(cJSON_GetArrayItem(a.list, 1), "kind", "replicas");
    scene_expect(cJSON_GetArrayItem(a.list, 1), "connection_id", NULL);
    drop(&a);
    scene_close(s);
}

/* MariaDB without any list of locks: what is open could be in the way. */
static void nobody_can_tell(void **state)
{
    struct mlk_session *s = quiet(MLK_MARIADB);
    struct answer a;

    (void)state;
    scene_waits_plugin(s, NULL);
    a = look(s);
    expect_count(&a, 1, 1);
    expect(&a, 0, "transactions", 10,
           "1 transaction is open, the oldest (connection 10) for 320 s; which tables they have used is not "
           "seen");
    drop(&a);
    scene_waits_plugin(s, "Table metadata lock|shop|orders|MDL_SHARED_WRITE|1|10\n"
                          "Backup lock|||MDL_BACKUP_TRANS_DML|1|10\n");
    a = look(s);
    expect_count(&a, 1, 1);
    expect(&a, 0, "session", 10, "has a lock on shop.orders");
    assert_int_equal(mlk_fake_sent(s, "METADATA_LOCK_INFO LIMIT 0"), 0); /* asked, though nobody waits */
    drop(&a);
    scene_close(s);
}

static void an_account_without_rights(void **state)
{
    struct mlk_session *s = quiet(scene_flavour(state));
    struct answer a;

    scene_stranger(s);
    a = look(s);
    assert_int_equal(cJSON_GetArraySize(a.list), 0);
    assert_non_null(strstr(cJSON_GetArrayItem(a.blind_spots, 0)->valuestring, "whether open transactions"));
    drop(&a);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_transaction_that_keeps_nobody_waiting),
        SCENE_BOTH(a_queue_that_is_there_already),
        SCENE_BOTH(ddl_at_work),
        SCENE_BOTH(a_backup),
        SCENE_BOTH(a_hidden_session),
        SCENE_BOTH(more_than_are_listed),
        SCENE_BOTH(replicas_and_keys),
        cmocka_unit_test(nobody_can_tell),
        SCENE_BOTH(an_account_without_rights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
