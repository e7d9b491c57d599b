/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report of a row lock does not claim: where something is hidden, refused or lost, nothing is proven.
 */
#include <stdio.h>
#include <string.h>

#include "scene.h"

static void without_process(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_stranger(s);
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "PROCESS");
    scene_expect_says(d, "because", "visible to this account");
    assert_non_null(strstr(scene_text(d, "next"), "'force'"));
    cJSON_Delete(d);
    scene_close(s);
}

static void in_a_cluster(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    if (s->flavour == MLK_MARIADB)
        mlk_fake_rows(s, "@@GLOBAL.wsrep_on", "on|provider\n1|/usr/lib/galera/libgalera_smm.so\n");
    else
        mlk_fake_rows(s, "@@GLOBAL.group_replication_group_name",
                      "name\naaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "other nodes");
    cJSON_Delete(d);
    scene_close(s);
}

static void on_a_replica(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, s->flavour == MLK_MARIADB ? "11|system user||NULL|Slave_IO|9|Waiting|NULL\n"
                                              : "11|system user||NULL|Connect|9|Waiting|NULL\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "replica");
    cJSON_Delete(d);
    scene_close(s);
}

static void what_cannot_be_read(void **state)
{
    static const struct {
        unsigned number;
        const char *text, *says;
    } cases[] = {
        {1146, "Table 'blog.migrations_lock' doesn't exist", "there is no table"},
        {1049, "Unknown database 'blog'", "there is no table"},
        {1142, "SELECT command denied to user 'shop'", "SELECT on that table"},
        {1205, "Lock wait timeout exceeded", "locked by another session"},
        {1347, "'blog.migrations_lock' is not of type 'BASE TABLE'", "not of type"},
        {1064, "You have an error", "You have an error"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        mlk_fake_error(s, "READ TABLE", cases[i].number, cases[i].text);
        d = scene_report(s, "ghost:blog");
        scene_expect(d, "verdict", "unknown");
        scene_expect_says(d, "because", cases[i].says);
        assert_true(cJSON_IsNull(scene_member(d, "held")));
        scene_expect(d, "token", NULL);
        scene_expect(d, "next", NULL);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* The right is asked of the adapter: one that checks by itself refuses. */
static void no_right_to_read(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_deny(s, MLK_NEED_SELECT);
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    assert_null(strstr(scene_text(d, "server"), "km01"));
    scene_expect(d, "since_text", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

/* The companion is part of the proof: where nobody could ask for it, nothing is proven. */
static void no_proof_without_the_companion(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_error(s, "IS_USED_LOCK", 1105, "Unknown error");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    cJSON_Delete(d);
    scene_close(s);
}

/* A connection that is lost, or a call that is killed, at any point: an error, or an answer that claims
 * nothing. */
static void no_proof_from_a_broken_look(void **state)
{
    static const enum mlk_status statuses[] = {MLK_GONE, MLK_KILLED};
    struct mlk_target target;

    scene_target("ghost:blog", &target);
    for (size_t k = 0; k < UNIT_COUNT(statuses); k++) {
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            struct mlk_session *s = scene_open(scene_flavour(state));
            char error[MLK_ERROR_MAX] = "";
            cJSON *d = NULL;
            enum mlk_status status;

            scene_ghost(s);
            mlk_fake_fail_from(s, n, statuses[k]);
            status = mlk_report(s, &target, false, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(status == MLK_OK ? d != NULL : d == NULL && error[0]);
            if (failed && d && strcmp(scene_text(d, "verdict"), "unknown") != 0)
                fail_msg("%s after call %zu of the look failed with \"%s\"", scene_text(d, "verdict"), n,
                         mlk_status_text(statuses[k]));
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

static void no_proof_without_the_process_list_of_all(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    /* the server gives what it likes without an error: an account without PROCESS sees its own only */
    scene_ghost(s);
    mlk_fake_error(s, "INNODB_TRX", 1227,
                   "Access denied; you need (at least one of) the PROCESS privilege(s)");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "PROCESS");
    cJSON_Delete(d);
    scene_close(s);
}

/* The sessions are listed first, the row is read later: who came in between is found nevertheless. */
static void who_comes_during_the_look(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_rows(
        s, "READ TABLE blog.migrations_lock",
        "lock_key|locked|acquired_at|released_at\nkm01|1|2026-11-21 08:00:00|2026-11-01 00:00:00\n");
    mlk_fake_then(s, 1);
    scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|0||NULL\n");
    mlk_fake_when(s, 1);
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "idle");
    assert_int_equal((int)scene_number(d, "sibling_count"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

/* Another lock the second time: its owner can be anybody who came after the sessions were listed. */
static void no_proof_while_the_lock_changes_hands(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_rows(
        s, "READ TABLE blog.migrations_lock",
        "lock_key|locked|acquired_at|released_at\nkm01|1|2026-11-21 07:00:00|2026-11-01 00:00:00\n");
    mlk_fake_times(s, 1);
    mlk_fake_rows(
        s, "READ TABLE DIRTY blog.migrations_lock",
        "lock_key|locked|acquired_at|released_at\nkm01|1|2026-11-21 07:00:00|2026-11-01 00:00:00\n");
    mlk_fake_times(s, 1);
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "because", "changed hands");
    cJSON_Delete(d);
    scene_close(s);
}

static void on_a_replica_that_has_stopped(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_rows(s, s->flavour == MLK_MYSQL ? "SHOW REPLICA STATUS" : "SHOW ALL SLAVES STATUS",
                  "Source_Host|Channel_Name\ndb1|\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "replica");
    cJSON_Delete(d);
    d = scene_release(s, "ghost:blog", NULL, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "a replica");
    cJSON_Delete(d);
    mlk_fake_error(s, s->flavour == MLK_MYSQL ? "SHOW REPLICA STATUS" : "SHOW ALL SLAVES STATUS", 1227,
                   "Access denied");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "abandoned");
    cJSON_Delete(d);
    scene_close(s);
}

/* With lower_case_table_names a schema has one name and is known by many. */
static void a_session_of_the_schema_in_other_letters(void **state)
{
    static const struct {
        const char *target, *schema, *folding, *sensitive;
    } cases[] = {
        {"ghost:SHOP", "shop", "idle", "idle"},
        {"ghost:Stra\xc3\x9f\x45", "stra\xc3\x9f\x65", "idle", "idle"},
        {"ghost:BL\xc3\x96G", "bl\xc3\xb6g", "idle", "abandoned"},
        {"ghost:\xe2\x84\xaa", "k", "idle", "abandoned"}, /* the sign of Kelvin */
        {"ghost:shop", "shops", "abandoned", "abandoned"},
        {"ghost:shops", "shop", "abandoned", "abandoned"},
        {"ghost:bl\xc3\xb6g", "bl\xc3\xb6", "abandoned", "abandoned"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        char people[200];
        cJSON *d;

        scene_table(s, "", "lock_key|locked|acquired_at|released_at\nkm01|1|NULL|NULL\n");
        mlk_fake_rows(s, "IS_USED_LOCK", "holder\nNULL\n");
        snprintf(people, sizeof people, "21|app|10.0.0.7:1|%s|Sleep|60||NULL\n", cases[i].schema);
        scene_people(s, people);
        d = scene_report(s, cases[i].target);
        scene_expect(d, "verdict", cases[i].sensitive);
        cJSON_Delete(d);
        mlk_fake_rows(s, "SELECT @@version",
                      "version|read_only|performance_schema|now|names\n9.9.9|0|1|" SCENE_NOW "|1\n");
        d = scene_report(s, cases[i].target);
        scene_expect(d, "verdict", cases[i].folding);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void no_free_lock_without_a_look_at_what_is_uncommitted(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "app.knex_migrations_lock", "index|is_locked\n1|0\n");
    mlk_fake_error(s, "READ TABLE DIRTY app.knex_migrations_lock", 1205, "Lock wait timeout exceeded");
    d = scene_report(s, "knex:app");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "blind_spots", "uncommitted");
    cJSON_Delete(d);
    scene_close(s);
}

/* Only the list of transactions tells that the list of sessions is whole. */
static void no_proof_without_the_transactions(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    mlk_fake_error(s, "INNODB_TRX", 1109, "Unknown table 'INNODB_TRX' in information_schema");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "unknown");
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(without_process),
        SCENE_BOTH(in_a_cluster),
        SCENE_BOTH(on_a_replica),
        SCENE_BOTH(what_cannot_be_read),
        SCENE_BOTH(no_right_to_read),
        SCENE_BOTH(no_proof_without_the_companion),
        SCENE_BOTH(no_proof_from_a_broken_look),
        SCENE_BOTH(no_proof_without_the_process_list_of_all),
        SCENE_BOTH(who_comes_during_the_look),
        SCENE_BOTH(no_proof_while_the_lock_changes_hands),
        SCENE_BOTH(on_a_replica_that_has_stopped),
        SCENE_BOTH(a_session_of_the_schema_in_other_letters),
        SCENE_BOTH(no_free_lock_without_a_look_at_what_is_uncommitted),
        SCENE_BOTH(no_proof_without_the_transactions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
