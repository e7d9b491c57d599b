/* SPDX-License-Identifier: GPL-2.0-only */
/* The DDL under a migration lock, in the lock's report. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"
#include "scene_tables.h"

#define WAITS   "Waiting for table metadata lock"
#define ALTER   "ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE"
#define HOLDER  "9|deploy|10.0.0.9:3|shop|Sleep|61||NULL\n"
#define PENDING "performance_schema.metadata_locks...'PENDING'"

static void expect_count(const cJSON *document, const char *array, int count)
{
    assert_int_equal(cJSON_GetArraySize(scene_member(document, array)), count);
}

static void a_sibling_waits(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d = scene_report(s, "rails:shop");
    const cJSON *ddl = scene_first(d, "ddl"), *blocker = scene_first(ddl, "blockers"),
                *queue = scene_member(ddl, "queue");

    scene_expect(d, "verdict", "active");
    expect_count(d, "ddl", 1);
    scene_expect(ddl, "target", "table:shop/orders");
    scene_expect(ddl, "root", "table:shop/orders");
    assert_int_equal(scene_number(ddl, "connection_id"), 11);
    scene_expect(ddl, "statement", ALTER);
    assert_int_equal(scene_number(ddl, "seconds"), 60);
    scene_expect(ddl, "kind", "ALTER TABLE");
    scene_expect(ddl, "algorithm", "INPLACE");
    scene_expect(ddl, "lock", "NONE");
    scene_expect(ddl, "phase", "waiting");
    scene_expect(ddl, "program", "rake");
    expect_count(ddl, "blockers", 1);
    assert_int_equal(scene_number(ddl, "blocker_count"), 1);
    assert_int_equal(scene_number(blocker, "connection_id"), 10);
    scene_expect(blocker, "program", "puma");
    scene_expect(blocker, "last_statement", "UPDATE orders SET note = 'x'");
    assert_int_equal(scene_number(blocker, "transaction_seconds"), 320);
    assert_int_equal(scene_number(queue, "count"), 3);
    assert_int_equal(scene_number(queue, "oldest_seconds"), 59);
    assert_int_equal(scene_number(scene_member(queue, "kinds"), "SELECT"), 2);
    scene_expect_says(d, "because", "its sibling connection 11 (deploy@10.0.0.9:4, rake[77])");
    scene_expect_says(
        d, "because",
        "ALTER TABLE of connection 11, 60 s old, waits for its turn: connection 10 "
        "(shop@10.0.0.7:51234, puma[991]) has a lock on shop.orders and has done nothing for 312 "
        "s, in a transaction open for 320 s that changed 4 rows; 3 sessions queue behind it, the "
        "oldest for 59 s");
    scene_expect(d, "next", "SELECT miglock_status('table:shop/orders')");
    expect_count(d, "blind_spots", 1); /* which is of the kernel */
    scene_expect_says(d, "blind_spots", "whether the client of connection 9");
    cJSON_Delete(d);
    /* what status reads anyway is not read again */
    assert_int_equal(mlk_fake_sent(s, "SHOW PROCESSLIST"), 1);
    assert_int_equal(mlk_fake_sent(s, "FROM information_schema.INNODB_TRX"), 2); /* since when comes apart */
    assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.threads"), 1);
    assert_int_equal(mlk_fake_sent(s, PENDING), 1);
    assert_int_equal(mlk_fake_sent(s, "Threads_connected"), 0);
    scene_close(s);
}

static void the_holder_itself(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "11");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "active");
    assert_int_equal(scene_number(scene_member(d, "holder"), "connection_id"), 11);
    assert_int_equal(scene_number(scene_first(d, "ddl"), "connection_id"), 11);
    assert_int_equal(scene_number(scene_first(scene_first(d, "ddl"), "blockers"), "connection_id"), 10);
    cJSON_Delete(d);
    scene_close(s);
}

/* DDL of others, and other work of its own, cost nothing. */
static void nothing_is_read_without_it(void **state)
{
    static const char *const people[] = {
        HOLDER "11|deploy|10.0.0.8:4|shop|Query|60|" WAITS "|" ALTER "\n",
        HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|updating|UPDATE orders SET c = 1 /* ALTER TABLE */\n",
        HOLDER "11|deploy|10.0.0.9:4|shop|Sleep|60||NULL\n",
    };

    for (size_t i = 0; i < UNIT_COUNT(people); i++) {
        struct mlk_session *s = scene_migration(scene_flavour(state));
        cJSON *d;

        scene_people(s, people[i]);
        d = scene_report(s, "rails:shop");
        expect_count(d, "ddl", 0);
        assert_int_equal(mlk_fake_sent(s, PENDING), 0);
        assert_int_equal(mlk_fake_sent(s, "TIMESTAMPDIFF"), 0);
        assert_int_equal(mlk_fake_sent(s, "events_statements_current"), 0);
        assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.session_connect_attrs"), 1);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Nobody is in its way: who waits, waits for it. */
static void it_runs(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    const cJSON *ddl;
    cJSON *d;

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|altering table|" ALTER "\n"
                           "13|shop|10.0.0.7:4|shop|Query|50|" WAITS "|INSERT INTO orders VALUES (9)\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n13|TABLE|shop|orders|SHARED_WRITE|0\n");
    d = scene_report(s, "rails:shop");
    ddl = scene_first(d, "ddl");
    scene_expect(ddl, "phase", "running");
    scene_expect(ddl, "target", "table:shop/orders");
    expect_count(ddl, "blockers", 0);
    assert_int_equal(scene_number(scene_member(ddl, "queue"), "count"), 1);
    scene_expect_says(
        d, "because",
        "ALTER TABLE of connection 11 has been running for 60 s (altering table); 1 session waits "
        "for shop.orders, for 50 s");
    scene_expect(d, "next", "SELECT miglock_status('rails:shop')");
    cJSON_Delete(d);

    /* another one's lock keeps out others, not this DDL */
    scene_waits(s, "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n13|TABLE|shop|orders|SHARED_WRITE|0\n"
                   "17|TABLE|shop|orders|SHARED_READ_ONLY|1\n");
    d = scene_report(s, "rails:shop");
    scene_expect(scene_first(d, "ddl"), "phase", "running");
    expect_count(scene_first(d, "ddl"), "blockers", 0);
    cJSON_Delete(d);

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|altering table|" ALTER "\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n");
    d = scene_report(s, "rails:shop");
    scene_expect(scene_first(d, "ddl"), "phase", "running");
    assert_false(scene_says(d, "because", "ALTER TABLE of connection 11"));
    cJSON_Delete(d);
    scene_close(s);
}

/* What shows as DDL of the table's own is in the way of ours all the same. */
static void behind_other_ddl(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    const cJSON *ddl;
    cJSON *d;

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n"
                           "16|dba|10.0.0.5:4|shop|Query|90|altering table|ALTER TABLE orders FORCE\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_UPGRADABLE|0\n16|TABLE|shop|orders|SHARED_NO_WRITE|1\n");
    d = scene_report(s, "rails:shop");
    ddl = scene_first(d, "ddl");
    expect_count(d, "ddl", 1);
    assert_int_equal(scene_number(ddl, "connection_id"), 11);
    assert_int_equal(scene_number(ddl, "blocker_count"), 1);
    assert_int_equal(scene_number(scene_first(ddl, "blockers"), "connection_id"), 16);
    scene_expect_says(d, "because", "waits for its turn: connection 16 (dba@10.0.0.5:4)");
    cJSON_Delete(d);
    scene_close(s);
}

/* Its table is free; a lock on the whole server is not. */
static void behind_a_lock_on_the_server(void **state)
{
    bool mysql = scene_flavour(state) == MLK_MYSQL;
    struct mlk_session *s = scene_migration(scene_flavour(state));
    const cJSON *ddl;
    char people[400];
    cJSON *d;

    (void)snprintf(people, sizeof people,
                   HOLDER "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                          "11|deploy|10.0.0.9:4|shop|Query|60|Waiting for %s lock|" ALTER "\n",
                   mysql ? "global read" : "backup");
    scene_people(s, people);
    scene_waits(s, mysql ? "10|GLOBAL|NULL|NULL|SHARED|1\n11|GLOBAL|NULL|NULL|INTENTION_EXCLUSIVE|0\n"
                         : "10|BACKUP|NULL|NULL|BACKUP_FTWRL2|1\n11|BACKUP|NULL|NULL|BACKUP_DDL|0\n");
    d = scene_report(s, "rails:shop");
    ddl = scene_first(d, "ddl");
    scene_expect(ddl, "target", "table:shop/orders");
    scene_expect(ddl, "root", "server:");
    scene_expect(ddl, "phase", "waiting");
    assert_int_equal(scene_number(scene_first(ddl, "blockers"), "connection_id"), 10);
    scene_expect_says(d, "because", "has the global read lock (FLUSH TABLES WITH READ LOCK)");
    assert_false(scene_says(d, "because", "the root of it"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Whoever is in the way waits for another table: the root is told. */
static void the_root_is_elsewhere(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    const cJSON *ddl;
    cJSON *d;

    scene_people(s, HOLDER "10|shop|10.0.0.7:51234|shop|Query|99|" WAITS "|SELECT * FROM items\n"
                           "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n"
                           "17|dba|10.0.0.5:9|shop|Sleep|500||NULL\n");
    scene_waits(s, "10|TABLE|shop|orders|SHARED_READ|1\n10|TABLE|shop|items|SHARED_READ|0\n"
                   "17|TABLE|shop|items|SHARED_NO_READ_WRITE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n");
    d = scene_report(s, "rails:shop");
    ddl = scene_first(d, "ddl");
    scene_expect(ddl, "target", "table:shop/orders");
    scene_expect(ddl, "root", "table:shop/items");
    scene_expect_says(d, "because", "; the root of it is a lock on shop.items");
    cJSON_Delete(d);
    scene_close(s);
}

/* A migration whose statement runs outside of its own transaction: told as far as it is known that the two
 * sessions are one client's, also of the table by itself. */
static void behind_itself(void **state)
{
#define IDLE "10|deploy|10.0.0.9:5|shop|Sleep|60||NULL\n"
#define ONE  "10|_pid|77\n11|_pid|77\n"
#define OPEN "10|0|RUNNING|61\n"
    static const struct {
        const char *blocker, *attributes, *transactions, *says;
    } cases[] = {
        {IDLE, ONE, OPEN,
         "connection 10 is idle and of the same client as the ALTER TABLE of connection 11 (process 77): "
         "that client seems to wait for itself, until it ends that transaction or gives up"},
        {IDLE, "9|_pid|77\n", OPEN,
         "connection 10 is idle and comes from the same user and host as the ALTER TABLE of connection 11: "
         "if both are of one client, it waits for itself, until it ends that transaction or gives up"},
        {IDLE, "10|_pid|78\n11|_pid|77\n", OPEN, NULL},
        {IDLE, "11|_pid|77\n", OPEN, NULL},
        {IDLE, ONE, "", NULL},
        {"10|deploy|10.0.0.8:5|shop|Sleep|60||NULL\n", ONE, OPEN, NULL},
        {"10|shop|10.0.0.9:5|shop|Sleep|60||NULL\n", ONE, OPEN, NULL},
        {"10|deploy|10.0.0.9:5|shop|Query|60|updating|UPDATE orders SET note = 'x'\n", ONE, OPEN, NULL},
    };
#undef OPEN
#undef ONE
#undef IDLE
    static const char *const targets[] = {"rails:shop", "table:shop/orders"};

    for (size_t i = 0; i < 2 * UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_migration(scene_flavour(state));
        char people[1000];
        cJSON *d;

        snprintf(people, sizeof people, HOLDER "%s11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n",
                 cases[i / 2].blocker);
        scene_people(s, people);
        scene_waits(s, "10|TABLE|shop|orders|SHARED_READ|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n");
        scene_attributes(s, cases[i / 2].attributes);
        scene_open_transactions(s, cases[i / 2].transactions);
        d = scene_report(s, targets[i % 2]);
        if (cases[i / 2].says)
            scene_expect_says(d, "because", cases[i / 2].says);
        else
            scene_expect_silent(d, "because", "for itself");
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void in_no_list(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    const cJSON *ddl;
    cJSON *d;

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|creating|CREATE DATABASE archive\n");
    scene_waits(s, "");
    d = scene_report(s, "rails:shop");
    ddl = scene_first(d, "ddl");
    scene_expect(ddl, "target", NULL);
    scene_expect(ddl, "root", NULL);
    scene_expect(ddl, "phase", "running");
    scene_expect(ddl, "kind", "CREATE DATABASE");
    expect_count(ddl, "blockers", 0);
    assert_int_equal(scene_number(scene_member(ddl, "queue"), "count"), 0);
    assert_true(cJSON_IsNull(scene_member(scene_member(ddl, "queue"), "oldest_seconds")));
    cJSON_Delete(d);
    scene_close(s);
}

/* It has done its work, and waits at the end of it. */
static void its_last_step(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d;

    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|60\n");
    d = scene_report(s, "rails:shop");
    scene_expect(scene_first(d, "ddl"), "phase", "finishing");
    scene_expect_says(d, "because",
                      "ALTER TABLE of connection 11, 60 s old, waits for its last step: connection 10");
    scene_expect(d, "next", "SELECT miglock_status('table:shop/orders')");
    cJSON_Delete(d);
    d = scene_release(s, "rails:shop", NULL, false);
    scene_expect_says(d, "because", "which loses the work that it has done");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_refused_release_says_what_helps(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d = scene_release(s, "rails:shop", NULL, false);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "work is going on under this lock");
    scene_expect_says(d, "because", "waits behind connection 10: it goes on when that one ends");
    scene_expect_says(d, "because",
                      "to give up the DDL instead and let go whoever queues behind it, release "
                      "table:shop/orders");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    cJSON_Delete(d);

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|altering table|" ALTER "\n");
    scene_waits(s, "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n");
    d = scene_release(s, "rails:shop", NULL, false);
    scene_expect(d, "outcome", "refused");
    assert_false(scene_says(d, "because", "to give up the DDL"));
    cJSON_Delete(d);
    scene_close(s);
}

/* It waits for the second table that it names; more sessions wait for the first. */
static void of_two_tables(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d;

    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|DROP TABLE items, orders\n"
                           "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    scene_waits(s, "11|TABLE|shop|items|EXCLUSIVE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "10|TABLE|shop|orders|SHARED_READ|1\n12|TABLE|shop|items|SHARED_READ|0\n"
                   "13|TABLE|shop|items|SHARED_READ|0\n");
    d = scene_report(s, "rails:shop");
    scene_expect(scene_first(d, "ddl"), "target", "table:shop/orders");
    assert_int_equal(scene_number(scene_first(scene_first(d, "ddl"), "blockers"), "connection_id"), 10);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_sibling_waits),
        SCENE_BOTH(the_holder_itself),
        SCENE_BOTH(nothing_is_read_without_it),
        SCENE_BOTH(it_runs),
        SCENE_BOTH(behind_other_ddl),
        SCENE_BOTH(behind_a_lock_on_the_server),
        SCENE_BOTH(the_root_is_elsewhere),
        SCENE_BOTH(behind_itself),
        SCENE_BOTH(in_no_list),
        SCENE_BOTH(its_last_step),
        SCENE_BOTH(a_refused_release_says_what_helps),
        SCENE_BOTH(of_two_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
