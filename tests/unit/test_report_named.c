/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of a named lock, from a scripted server. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

static void free_lock(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "NULL");
    d = scene_report(s, "rails:shop");
    assert_int_equal(scene_number(d, "schema_version"), 1);
    scene_expect(d, "target", "rails:shop");
    scene_expect(d, "tool", "rails");
    scene_expect(d, "kind", "named");
    scene_expect(d, "schema", "shop");
    scene_expect(d, "name", SCENE_RAILS);
    scene_expect(d, "table", NULL);
    scene_expect(d, "verdict", "free");
    assert_true(cJSON_IsFalse(scene_member(d, "held")));
    assert_true(cJSON_IsNull(scene_member(d, "holder")));
    scene_expect(d, "token", NULL);
    scene_expect(d, "next", NULL);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "because")), 1);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "blind_spots")), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void idle_holder(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    const cJSON *holder;
    char next[100];
    cJSON *d;

    scene_rails(s);
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "idle");
    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    holder = scene_member(d, "holder");
    assert_int_equal(scene_number(holder, "connection_id"), 1562);
    scene_expect(holder, "user", "shop");
    scene_expect(holder, "host", "10.0.0.7:51234");
    scene_expect(holder, "program", "rake");
    assert_int_equal(scene_number(holder, "pid"), 991);
    scene_expect(holder, "command", "Sleep");
    assert_int_equal(scene_number(holder, "seconds"), 312);
    scene_expect(holder, "statement", NULL);
    scene_expect_says(d, "because", "1562");
    scene_expect_says(d, "because", "idle for 312 s");
    scene_expect_says(d, "because", "no other session of the same client");
    assert_int_equal(strlen(scene_text(d, "token")), MLK_TOKEN_LEN);
    snprintf(next, sizeof next, "SELECT miglock_release('rails:shop', '%s', 'force')",
             scene_text(d, "token"));
    scene_expect(d, "next", next);
    /* nobody can know since when */
    assert_true(cJSON_IsNull(scene_member(d, "since")));
    assert_true(cJSON_IsNull(scene_member(d, "held_seconds")));
    cJSON_Delete(d);
    scene_close(s);
}

static void running_holder(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_people(s,
                 "1562|shop|10.0.0.7:51234|shop|Query|40|copy to tmp table|ALTER TABLE orders ADD x INT\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "active");
    scene_expect_says(d, "because", "ALTER TABLE orders");
    scene_expect(d, "next", "SELECT miglock_status('rails:shop')");
    cJSON_Delete(d);
    scene_close(s);
}

/* Rails 6.0.3 to 7.0: the holder sleeps while the migration runs on another connection of the process. */
static void working_sibling(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    const cJSON *siblings;
    cJSON *d;

    scene_rails(s);
    scene_attributes(s, "1562|_pid|991\n1563|_pid|991\n1564|_pid|992\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "1563|shop|10.0.0.7:51235|shop|Query|300|altering table|ALTER TABLE orders ADD x INT\n"
                    "1564|shop|10.0.0.7:51236|shop|Query|1|executing|SELECT 1 FROM another_process\n"
                    "1565|shop|10.0.0.8:51234|shop|Query|1|executing|SELECT 1 FROM another_host\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "active");
    siblings = scene_member(d, "siblings");
    assert_int_equal(cJSON_GetArraySize(siblings), 1);
    assert_int_equal(scene_number(cJSON_GetArrayItem(siblings, 0), "connection_id"), 1563);
    scene_expect_says(d, "because", "1563");
    assert_false(scene_says(d, "because", "another_"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Sqitch's scripts run in a mysql client, which is another process. */
static void working_child_client(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_holder(s, "sqitch working on shop", "1562");
    scene_attributes(s, "1562|_pid|991\n1563|_pid|992\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop_registry|Sleep|312||NULL\n"
                    "1563|shop|10.0.0.7:51235|shop|Query|300|altering table|ALTER TABLE orders ADD x INT\n"
                    "1565|shop|10.0.0.8:51234|shop|Query|1|executing|SELECT 1 FROM another_host\n");
    d = scene_report(s, "sqitch:shop");
    scene_expect(d, "verdict", "active");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "siblings")), 1);
    scene_expect_says(d, "because", "possibly its sibling, connection 1563");
    assert_false(scene_says(d, "because", "another_"));
    assert_false(scene_says(d, "blind_spots", "process ids are not known"));
    cJSON_Delete(d);
    scene_close(s);
}

static void sibling_with_open_changes(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_people(
        s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n1563|shop|10.0.0.7:51235|shop|Sleep|3||NULL\n");
    scene_transactions(s, "1563|17|RUNNING\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "active");
    scene_expect_says(d, "because", "changed 17 rows");
    cJSON_Delete(d);
    scene_close(s);
}

static void idle_siblings(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_people(
        s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n1563|shop|10.0.0.7:51235|shop|Sleep|3||NULL\n"
           "1564|shop|10.0.0.7:51236|NULL|Sleep|3||NULL\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "idle");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "siblings")), 2);
    scene_expect_says(d, "because", "2 other sessions");
    scene_expect_says(d, "blind_spots", "process ids are not known");
    cJSON_Delete(d);
    scene_close(s);
}

static void waiters(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    const cJSON *list;
    cJSON *d;

    scene_rails(s);
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1700|" SCENE_RAILS "|0\n1701|another|0\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "1700|shop|10.0.0.9:1|shop|Query|5|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n"
                    "1701|shop|10.0.0.9:2|shop|Query|5|User lock|SELECT GET_LOCK('another', 60)\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "idle"); /* waiting for a lock is no work */
    list = scene_member(d, "waiters");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_int_equal(scene_number(cJSON_GetArrayItem(list, 0), "connection_id"), 1700);
    scene_expect_says(d, "because", "1 session waits");
    cJSON_Delete(d);
    scene_close(s);
}

/* Without any list of locks a waiter is known by its statement. */
static void waiters_without_a_list(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_server(s, "0", "0");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "1700|shop|10.0.0.9:1|shop|Query|5|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n");
    d = scene_report(s, "rails:shop");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "waiters")), 1);
    scene_expect_says(d, "blind_spots", "performance_schema is off");
    scene_expect(scene_member(d, "holder"), "program", NULL);
    assert_true(cJSON_IsNull(scene_member(scene_member(d, "holder"), "pid")));
    cJSON_Delete(d);
    scene_close(s);
}

/* A stranger sees that it is held, not by whom. */
static void without_process(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_stranger(s);
    scene_people(s, "7|shop|app.example:1|NULL|Query|0||NULL\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "unknown");
    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    assert_int_equal(scene_number(scene_member(d, "holder"), "connection_id"), 1562);
    scene_expect(scene_member(d, "holder"), "user", NULL);
    scene_expect_says(d, "because", "hidden");
    scene_expect_says(d, "blind_spots", "PROCESS");
    assert_non_null(scene_text(d, "token"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Its own user's holder it sees, but not what is open. */
static void without_process_but_own(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_rails(s);
    scene_stranger(s);
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "unknown");
    scene_expect(scene_member(d, "holder"), "user", "shop");
    cJSON_Delete(d);
    scene_close(s);
}

static void held_by_the_caller(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_holder(s, SCENE_RAILS, "7");
    d = scene_report(s, "rails:shop");
    scene_expect_says(d, "because", "your own connection");
    scene_expect(d, "next", "SELECT RELEASE_LOCK('" SCENE_RAILS "')");
    cJSON_Delete(d);
    scene_close(s);
}

static void any_name(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_holder(s, "it''s mine", "1562");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    d = scene_report(s, "named:it's mine");
    scene_expect(d, "target", "named:it's mine");
    scene_expect(d, "schema", NULL);
    scene_expect(d, "name", "it's mine");
    scene_expect(d, "verdict", "idle");
    assert_non_null(strstr(scene_text(d, "next"), "'named:it''s mine'"));
    cJSON_Delete(d);
    scene_close(s);
}

/* Galera of some versions refuses GET_LOCK and its like: a finding, not "free". */
static void a_server_that_refuses(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    mlk_fake_error(s, "IS_USED_LOCK", 1235, "This version does not yet support 'IS_USED_LOCK in cluster'");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "unknown");
    assert_true(cJSON_IsNull(scene_member(d, "held")));
    scene_expect_says(d, "because", "does not yet support");
    scene_expect(d, "token", NULL);
    scene_expect(d, "next", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

static void the_token_is_of_this_generation(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char first[MLK_TOKEN_LEN + 1];
    cJSON *d;

    scene_rails(s);
    d = scene_report(s, "rails:shop");
    memcpy(first, scene_text(d, "token"), sizeof first);
    cJSON_Delete(d);
    /* what the holder does is no part of it */
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Query|4|x|ALTER TABLE t\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "token", first);
    cJSON_Delete(d);
    /* another connection is */
    scene_holder(s, SCENE_RAILS, "1563");
    d = scene_report(s, "rails:shop");
    assert_string_not_equal(scene_text(d, "token"), first);
    cJSON_Delete(d);
    /* and so is the same number after a restart of the server */
    scene_holder(s, SCENE_RAILS, "1562");
    scene_started(s, SCENE_NOW);
    d = scene_report(s, "rails:shop");
    assert_string_not_equal(scene_text(d, "token"), first);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_name_too_long_for_mysql(void **state)
{
    struct mlk_session *s = scene_open(MLK_MYSQL);
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *d = NULL;

    (void)state;
    scene_target("named:1234567890123456789012345678901234567890123456789012345678901234+", &target);
    assert_int_equal(mlk_report(s, &target, false, &d, error, sizeof error), MLK_USAGE);
    assert_null(d);
    assert_non_null(strstr(error, "64"));
    scene_close(s);
}

static void a_lost_connection_is_an_error(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *d = NULL;

    mlk_fake_error(s, "SELECT IS_USED_LOCK", 2013, "Lost connection to server during query");
    scene_target("rails:shop", &target);
    assert_int_equal(mlk_report(s, &target, false, &d, error, sizeof error), MLK_GONE);
    assert_null(d);
    assert_non_null(strstr(error, "Lost connection"));
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(free_lock),
        SCENE_BOTH(idle_holder),
        SCENE_BOTH(running_holder),
        SCENE_BOTH(working_sibling),
        SCENE_BOTH(working_child_client),
        SCENE_BOTH(sibling_with_open_changes),
        SCENE_BOTH(idle_siblings),
        SCENE_BOTH(waiters),
        SCENE_BOTH(waiters_without_a_list),
        SCENE_BOTH(without_process),
        SCENE_BOTH(without_process_but_own),
        SCENE_BOTH(held_by_the_caller),
        SCENE_BOTH(any_name),
        SCENE_BOTH(a_server_that_refuses),
        SCENE_BOTH(the_token_is_of_this_generation),
        SCENE_BOTH(a_lost_connection_is_an_error),
        cmocka_unit_test(a_name_too_long_for_mysql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
