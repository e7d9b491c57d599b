/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked of a server before a lock is judged: no more than needed, and nothing is taken for known that
 * is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "snapshot.h"

static const char lost_sessions[] = "performance_schema had no room for 3 sessions";
static const char lost_locks[] = "performance_schema lost 2 metadata locks";
static const char off[] = "the instrument wait/lock/metadata/sql/mdl is off";

/* A server that gives performance_schema that much room, and has lost some. */
static void with_room(struct mlk_session *s, const char *threads, const char *locks)
{
    char head[300];

    snprintf(head, sizeof head,
             "version|read_only|p_s|now|names|threads|locks\n%s|0|1|" SCENE_NOW "|0|%s|%s\n",
             s->flavour == MLK_MYSQL ? "9.7.4" : "10.11.19-MariaDB", threads, locks);
    mlk_fake_rows(s, "SELECT @@version", head);
    mlk_fake_rows(s, "global_status WHERE VARIABLE_NAME IN",
                  "VARIABLE_NAME|VARIABLE_VALUE|now\nUptime|100|" SCENE_NOW
                  "\nPerformance_schema_thread_instances_lost|3|" SCENE_NOW
                  "\nPerformance_schema_metadata_lock_lost|2|" SCENE_NOW "\n");
}

static void room_that_grows_is_never_short(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    with_room(s, "-1", "-1");
    d = scene_report(s, "rails:shop");
    assert_false(scene_says(d, "blind_spots", lost_sessions));
    assert_false(scene_says(d, "blind_spots", lost_locks));
    assert_int_equal(mlk_fake_sent(s, "global_status"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void what_was_lost_is_told(void **state)
{
    static const char *const rooms[][2] = {{"100", "-1"}, {"-1", "100"}, {"100", "200"}, {"0", "0"}};

    for (size_t i = 0; i < UNIT_COUNT(rooms); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        scene_rails(s);
        with_room(s, rooms[i][0], rooms[i][1]);
        d = scene_report(s, "rails:shop");
        scene_expect_says(d, "blind_spots", lost_sessions);
        scene_expect_says(d, "blind_spots", lost_locks);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* That the holder's lock is in the list proves that locks are recorded; else the instrument is asked. */
static void the_instrument(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    mlk_fake_rows(s, "FROM performance_schema.setup_instruments", "ENABLED\nNO\n");
    d = scene_report(s, "rails:shop");
    assert_false(scene_says(d, "blind_spots", off));
    assert_int_equal(mlk_fake_sent(s, "setup_instruments"), 0);
    cJSON_Delete(d);

    scene_named_locks(s, "1600|" SCENE_RAILS "|0\n"); /* somebody waits, and the holder is not there */
    d = scene_report(s, "rails:shop");
    scene_expect_says(d, "blind_spots", off);
    cJSON_Delete(d);

    scene_holder(s, SCENE_RAILS, "NULL"); /* nothing to be recorded */
    d = scene_report(s, "rails:shop");
    assert_false(scene_says(d, "blind_spots", off));
    cJSON_Delete(d);
    scene_close(s);
}

/* The instrument may have been switched off since the holder took the lock: whoever plainly waits counts. */
static void waiters_that_are_not_recorded(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1600|" SCENE_RAILS "|0\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "1600|shop|10.0.0.8:1|shop|Query|3|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n"
                    "1601|shop|10.0.0.9:1|shop|Query|3|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n"
                    "1602|shop|10.0.0.9:2|shop|Query|3|User lock|SELECT GET_LOCK('another', 60)\n");
    d = scene_report(s, "rails:shop");
    assert_int_equal((int)scene_number(d, "waiter_count"), 2);
    cJSON_Delete(d);
    scene_close(s);
}

/* performance_schema numbers threads in its own way, and some of them serve nobody. */
static void threads_are_not_connections(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1562|other|1\n");
    mlk_fake_rows(s, "performance_schema.metadata_locks...USER LEVEL LOCK",
                  "OWNER_THREAD_ID|OBJECT_NAME|GRANTED\n1602|other|1\n1562|strange|1\n1602|" SCENE_RAILS
                  "|1\nNULL|nobody's|1\n");
    d = scene_report(s, "rails:shop");
    scene_expect_says(d, "because", "its holder also has the named lock other:");
    assert_false(scene_says(d, "because", "strange"));
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "holder_locks")), 2);
    assert_int_equal(mlk_fake_sent(s, "OWNER_THREAD_ID = 1602"), 0); /* there are few sessions */
    cJSON_Delete(d);
    scene_close(s);
}

/* MySQL tells the variables, its start and the holder in one statement; all of it counts. */
static void what_is_told_together(void **state)
{
    static const char *const holders[] = {"1562", "NULL"};
    char row[300];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(holders); i++) {
        struct mlk_session *s = scene_open(MLK_MYSQL);
        cJSON *apart, *together;

        scene_rails(s);
        scene_holder(s, SCENE_RAILS, holders[i]);
        apart = scene_report(s, "rails:shop");
        assert_int_equal(mlk_fake_sent(s, "/* miglock */ SELECT IS_USED_LOCK"), 1);
        snprintf(row, sizeof row,
                 "v|r|p|now|names|threads|locks|VARIABLE_VALUE|holder\n9.7.4|0|1|" SCENE_NOW
                 "|0|-1|-1|%lld|%s\n",
                 strtoll(SCENE_NOW, NULL, 10) - strtoll(SCENE_STARTED, NULL, 10), holders[i]);
        mlk_fake_rows(s, "SELECT @@version...IS_USED_LOCK('" SCENE_RAILS "')...session_status", row);
        together = scene_report(s, "rails:shop");
        assert_int_equal(mlk_fake_sent(s, "/* miglock */ SELECT IS_USED_LOCK"), 1);
        assert_int_equal(mlk_fake_sent(s, "/* miglock */ SELECT VARIABLE_NAME"), 1);
        assert_true(cJSON_Compare(apart, together, true));
        cJSON_Delete(apart);
        cJSON_Delete(together);
        scene_close(s);
    }
}

/* Where the session itself knows when the server started, the server is not asked; where it turns out not to,
 * it is. */
static void what_the_session_knows(void **state)
{
    static const char together[] =
        "v|r|p|now|names|threads|locks|NULL|holder\n9.7.4|0|1|" SCENE_NOW "|0|-1|-1|NULL|1562\n";
    static const enum mlk_flavour flavours[] = {MLK_MYSQL, MLK_MARIADB};
    const int64_t uptime = strtoll(SCENE_NOW, NULL, 10) - strtoll(SCENE_STARTED, NULL, 10);

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(flavours); i++) {
        struct mlk_session *s = scene_open(flavours[i]);
        cJSON *asked, *known, *unknown;
        size_t sent;

        scene_rails(s);
        scene_holder(s, SCENE_RAILS, "1562");
        asked = scene_report(s, "rails:shop");
        assert_int_equal(mlk_fake_sent(s, "/* miglock */ SELECT VARIABLE_NAME"), 1);
        sent = mlk_fake_sent(s, "VARIABLE_NAME = 'Uptime'");
        if (flavours[i] == MLK_MYSQL)
            mlk_fake_rows(s, "SELECT @@version...NULL, IS_USED_LOCK('" SCENE_RAILS "')", together);
        mlk_fake_started(s, uptime);
        known = scene_report(s, "rails:shop");
        assert_int_equal(mlk_fake_sent(s, "VARIABLE_NAME = 'Uptime'"), sent);
        assert_true(cJSON_Compare(asked, known, true));
        mlk_fake_started(s, -1);
        unknown = scene_report(s, "rails:shop");
        assert_int_equal(mlk_fake_sent(s, "/* miglock */ SELECT VARIABLE_NAME"), 2);
        assert_true(cJSON_Compare(asked, unknown, true));
        cJSON_Delete(asked);
        cJSON_Delete(known);
        cJSON_Delete(unknown);
        scene_close(s);
    }
}

/* Clients are asked about where they matter, and all of them where these are many. */
static void of_whom_more_is_known(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char people[2000] = "";
    size_t used = 0;

    scene_rails(s);
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "1563|shop|10.0.0.7:51235|shop|Sleep|1||NULL\n"
                    "1564|shop|10.0.0.8:51235|shop|Sleep|1||NULL\n"
                    "1565|blog|10.0.0.7:51235|shop|Query|1|User lock|SELECT GET_LOCK('x', 1)\n");
    cJSON_Delete(scene_report(s, "rails:shop"));
    assert_int_equal(mlk_fake_sent(s, "AND PROCESSLIST_ID IN (1562, 1563, 1565)"), 1);

    for (int i = 0; i < 9; i++)
        used += (size_t)snprintf(people + used, sizeof people - used,
                                 "%d|shop|10.0.0.7:%d|shop|Sleep|312||NULL\n", 1562 + i, 51234 + i);
    scene_people(s, people);
    cJSON_Delete(scene_report(s, "rails:shop"));
    assert_int_equal(mlk_fake_sent(s, "PROCESSLIST_ID IN"), 1);
    assert_int_equal(mlk_fake_sent(s, "performance_schema.session_connect_attrs"), 2);
    scene_close(s);
}

#define LONG "SELECT 'a statement that a process list does not show to its end'"

/* A statement that was cut is shown as far as performance_schema knows it, unless it is another one by now.
 */
static void statements_are_lengthened(void **state)
{
    static const char *const known[] = {LONG " AS told FROM somewhere", "SELECT 'another one'", "NULL"};
    static const char *const shown[] = {LONG " AS told FROM somewhere", LONG, LONG};

    for (size_t i = 0; i < UNIT_COUNT(known); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        char row[300];
        cJSON *d;

        scene_rails(s);
        scene_people(s, "1562|shop|10.0.0.7:51234|shop|Query|312|executing|" LONG "\n");
        snprintf(row, sizeof row, "THREAD_ID|PROCESSLIST_ID|THREAD_OS_ID|INFO\n1602|1562|9|%s\n", known[i]);
        mlk_fake_rows(s, "SELECT THREAD_ID, PROCESSLIST_ID", row);
        d = scene_report(s, "rails:shop");
        scene_expect(scene_member(d, "holder"), "statement", shown[i]);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Who may not read the threads can read a process list there, on MySQL. */
static void without_the_threads(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Query|312|executing|" LONG "\n");
    mlk_fake_error(s, "FROM performance_schema.threads", 1142, "SELECT command denied to user 'shop'");
    mlk_fake_rows(s, "FROM performance_schema.processlist", "ID|INFO\n1562|" LONG " AS told\n");
    d = scene_report(s, "rails:shop");
    scene_expect(scene_member(d, "holder"), "statement", s->flavour == MLK_MYSQL ? LONG " AS told" : LONG);
    assert_int_equal(mlk_fake_sent(s, "performance_schema.metadata_locks"), 0);
    if (s->flavour == MLK_MYSQL)
        scene_expect_says(d, "blind_spots",
                          "without SELECT on performance_schema.metadata_locks and threads, waiters");
    cJSON_Delete(d);
    scene_close(s);
}

/* MariaDB's table of processes alone shows the threads where performance_schema does not. */
static void the_list_of_mariadb(void **state)
{
    static const char table[] = "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO|TID\n"
                                "1562|shop|10.0.0.7|shop|Sleep|312||NULL|4242\n";
    static const char shown[] = "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO|Progress\n"
                                "1562|shop|10.0.0.7|shop|Sleep|312||NULL|0.000\n";

    for (int on = 0; on < 2; on++) {
        struct mlk_session *s = scene_open(MLK_MARIADB);
        struct mlk_snapshot snapshot;
        struct mlk_target target;

        (void)state;
        scene_rails(s);
        scene_server(s, "0", on ? "1" : "0");
        mlk_fake_rows(s, "FROM information_schema.PROCESSLIST", table);
        mlk_fake_rows(s, "SHOW PROCESSLIST", shown);
        scene_target("rails:shop", &target);
        assert_int_equal(mlk_snapshot_for(s, &target, &snapshot), MLK_OK);
        assert_int_equal(snapshot.people.count, 1);
        assert_int_equal(snapshot.people.list[0].thread, on ? 101562 : 4242);
        assert_int_equal(mlk_fake_sent(s, "SHOW PROCESSLIST"), on);
        mlk_snapshot_free(&snapshot);
        scene_close(s);
    }
}

/* Replication and InnoDB's own switch matter to rows alone. */
static void what_only_rows_need(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_rails(s);
    cJSON_Delete(scene_report(s, "rails:shop"));
    assert_int_equal(mlk_fake_sent(s, "innodb_read_only"), 0);
    assert_int_equal(mlk_fake_sent(s, s->flavour == MLK_MYSQL ? "SHOW REPLICA" : "SHOW ALL SLAVES"), 0);
    scene_ghost(s);
    cJSON_Delete(scene_report(s, "ghost:blog"));
    assert_true(mlk_fake_sent(s, "innodb_read_only") > 0);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(room_that_grows_is_never_short),
        SCENE_BOTH(what_was_lost_is_told),
        SCENE_BOTH(the_instrument),
        SCENE_BOTH(waiters_that_are_not_recorded),
        SCENE_BOTH(threads_are_not_connections),
        cmocka_unit_test(what_is_told_together),
        cmocka_unit_test(what_the_session_knows),
        SCENE_BOTH(of_whom_more_is_known),
        SCENE_BOTH(statements_are_lengthened),
        SCENE_BOTH(without_the_threads),
        cmocka_unit_test(the_list_of_mariadb),
        SCENE_BOTH(what_only_rows_need),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
