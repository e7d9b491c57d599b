/* SPDX-License-Identifier: GPL-2.0-only */
/* The times of a row in its report: what they can mean by whose clock, and that an expiry frees nothing. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define LIQUIBASE "app.DATABASECHANGELOGLOCK"
#define HEAD      "ID|LOCKED|LOCKGRANTED|LOCKEDBY\n"
#define GRANTED   "2026-11-21 08:00:00"
#define SOMEBODY  "21|app|10.0.0.9:1|app|Sleep|60||NULL\n"

static struct mlk_session *open_liquibase(void **state, const char *granted, const char *type)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char text[200];

    snprintf(text, sizeof text, HEAD "1|1|%s|NULL\n", granted);
    scene_table(s, LIQUIBASE, text);
    snprintf(text, sizeof text, "DATA_TYPE\n%s\n", type);
    mlk_fake_rows(s, "SELECT DATA_TYPE...'app'...'DATABASECHANGELOGLOCK'...'LOCKGRANTED'", text);
    return s;
}

/* What the server makes of that local time of its own, or of that UTC: seconds since 1970, or NULL. */
static void server_zone(struct mlk_session *s, const char *local, const char *utc, const char *seconds,
                        const char *zone)
{
    char match[200], row[100];

    snprintf(match, sizeof match, "CONVERT_TZ('%s', %s", local ? local : utc,
             local ? "@@GLOBAL.time_zone, '+00:00'" : "'+00:00', @@GLOBAL.time_zone");
    snprintf(row, sizeof row, "seconds|zone\n%s|%s\n", seconds, zone);
    mlk_fake_rows(s, match, row);
}

static void the_servers_zone_is_asked(void **state)
{
    struct mlk_session *s = open_liquibase(state, GRANTED, "datetime");
    cJSON *d;

    server_zone(s, GRANTED, NULL, "1795244400", "CET");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "since", "2026-11-21T07:00:00Z");
    scene_expect(d, "since_earliest", "2026-11-21T07:00:00Z");
    scene_expect(d, "since_latest", "2026-11-21T07:00:00Z");
    scene_expect(d, "since_text", GRANTED);
    assert_true(scene_number(d, "held_seconds") == 5 * 3600);
    scene_expect_says(d, "because", "CET; it may have used another one");
    scene_expect(d, "expires", NULL);
    scene_expect(d, "expires_text", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_zone_that_the_server_does_not_know(void **state)
{
    struct mlk_session *s = open_liquibase(state, GRANTED, "datetime");
    cJSON *d;

    server_zone(s, GRANTED, NULL, "NULL", "Mars/Olympus");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "since", NULL);
    scene_expect(d, "since_earliest", "2026-11-20T18:00:00Z");
    scene_expect(d, "since_latest", "2026-11-21T12:00:00Z");
    scene_expect_says(d, "because", "by a clock, whose time zone is not stored");
    cJSON_Delete(d);
    scene_close(s);
}

/* A session of another zone than the server's wrote it. */
static void a_time_to_come_is_of_another_zone(void **state)
{
    struct mlk_session *s = open_liquibase(state, "2026-11-21 14:00:00", "datetime");
    cJSON *d;

    server_zone(s, "2026-11-21 14:00:00", NULL, "1795269600", "UTC");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "since", NULL);
    scene_expect(d, "since_earliest", "2026-11-21T00:00:00Z");
    scene_expect(d, "since_latest", "2026-11-21T12:00:00Z");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_timestamp_is_exact(void **state)
{
    struct mlk_session *s = open_liquibase(state, GRANTED, "timestamp");
    cJSON *d = scene_report(s, "liquibase:app");

    scene_expect(d, "since", "2026-11-21T08:00:00Z");
    assert_false(scene_says(d, "because", "another one"));
    assert_int_equal(mlk_fake_sent(s, "CONVERT_TZ"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* Nobody connected now can have taken a lock that is older than the server's start, which is proof of
 * abandonment. So it must hold whatever zone the tool's session was in. */
static void a_proof_trusts_no_zone(void **state)
{
    static const struct {
        const char *granted, *seconds, *verdict;
    } cases[] = {
        {"2026-11-10 23:59:59", "1794355199", "abandoned"},
        {"2026-11-11 00:00:01", "1794355201", "idle"}, /* before the start as well, if the zone is UTC */
        {"2026-11-11 11:00:00", "1794394800", "idle"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = open_liquibase(state, cases[i].granted, "datetime");
        cJSON *d;

        server_zone(s, cases[i].granted, NULL, cases[i].seconds, "UTC");
        scene_people(s, SOMEBODY);
        d = scene_report(s, "liquibase:app");
        scene_expect(d, "verdict", cases[i].verdict);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void what_is_denied_is_unknown(void **state)
{
    struct mlk_session *s = open_liquibase(state, GRANTED, "timestamp");
    cJSON *d;

    mlk_fake_error(s, "SELECT DATA_TYPE", 1142, "SELECT command denied");
    mlk_fake_error(s, "CONVERT_TZ", 1142, "SELECT command denied");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "since", NULL);
    scene_expect(d, "since_earliest", "2026-11-20T18:00:00Z");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_lost_connection_ends_the_report(void **state)
{
    static const char *const questions[] = {"SELECT DATA_TYPE", "CONVERT_TZ"};

    for (size_t i = 0; i < UNIT_COUNT(questions); i++) {
        struct mlk_session *s = open_liquibase(state, GRANTED, "datetime");
        char error[MLK_ERROR_MAX] = "";
        struct mlk_target target;
        cJSON *d = NULL;

        scene_target("liquibase:app", &target);
        mlk_fake_error(s, questions[i], 2013, "Lost connection to server during query");
        assert_int_equal(mlk_report(s, &target, false, &d, error, sizeof error), MLK_GONE);
        assert_null(d);
        scene_close(s);
    }
}

/* yoyo writes UTC into a TIMESTAMP column, and the server takes it for local time. */
static void utc_that_was_taken_for_local_time(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "app.yoyo_lock", "locked|ctime|pid\n1|2026-11-21 07:00:00|4711\n");
    mlk_fake_rows(s, "SELECT DATA_TYPE...'ctime'", "DATA_TYPE\ntimestamp\n");
    server_zone(s, NULL, "2026-11-21 07:00:00", "1795248000", "CET");
    d = scene_report(s, "yoyo:app");
    scene_expect(d, "since", "2026-11-21T08:00:00Z");
    scene_expect(d, "owner_text", "4711");
    scene_expect_says(d, "because", "process 4711 of a host that the row does not name");
    cJSON_Delete(d);
    server_zone(s, NULL, "2026-11-21 07:00:00", "NULL", "CET");
    d = scene_report(s, "yoyo:app");
    scene_expect(d, "since", NULL);
    scene_expect(d, "since_earliest", "2026-11-20T19:00:00Z");
    scene_expect(d, "since_latest", "2026-11-21T12:00:00Z");
    cJSON_Delete(d);
    mlk_fake_rows(s, "SELECT DATA_TYPE...'ctime'", "DATA_TYPE\ndatetime\n");
    d = scene_report(s, "yoyo:app");
    scene_expect(d, "since", "2026-11-21T07:00:00Z");
    cJSON_Delete(d);
    scene_close(s);
}

static struct mlk_session *open_laravel(void **state, const char *expiration)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char text[200];

    snprintf(text, sizeof text, "key|owner|expiration\nx-framework/command-migrate|Tz6lQ0|%s\n", expiration);
    scene_table(s, "app.cache_locks", text);
    return s;
}

static void an_expired_row_stays_held(void **state)
{
    struct mlk_session *s = open_laravel(state, "1795262100");
    cJSON *d = scene_report(s, "laravel:app");

    scene_expect(d, "verdict", "abandoned");
    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    scene_expect(d, "since", NULL);
    scene_expect(d, "expires", "2026-11-21T11:55:00Z");
    scene_expect(d, "expires_earliest", "2026-11-21T11:55:00Z");
    scene_expect(d, "expires_latest", "2026-11-21T11:55:00Z");
    scene_expect(d, "expires_text", "1795262100");
    scene_expect(d, "owner_text", "Tz6lQ0");
    scene_expect_says(d, "because",
                      "it expired at 2026-11-21T11:55:00Z; it stays held until someone acquires it");
    cJSON_Delete(d);
    /* whoever is there could be it: an expiry is no proof */
    scene_people(s, SOMEBODY);
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "idle");
    scene_expect_says(d, "because", "it stays held until someone acquires it");
    cJSON_Delete(d);
    scene_people(s, "21|app|10.0.0.9:1|app|Query|60|x|ALTER TABLE t ADD x INT\n");
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "active");
    cJSON_Delete(d);
    scene_stranger(s);
    scene_people(s, "");
    d = scene_report(s, "laravel:app");
    scene_expect(d, "verdict", "unknown");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_row_that_has_not_expired(void **state)
{
    struct mlk_session *s = open_laravel(state, "1795262460");
    cJSON *d = scene_report(s, "laravel:app");

    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "it expires at 2026-11-21T12:01:00Z, in 60 s");
    assert_false(scene_says(d, "because", "it expired"));
    cJSON_Delete(d);
    scene_close(s);
}

static void an_expiry_that_says_nothing(void **state)
{
    static const char *const texts[] = {
        "NULL", "", "soon", "-5", "1.5", "253402300800", "99999999999999999999"};

    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        struct mlk_session *s = open_laravel(state, texts[i]);
        cJSON *d = scene_report(s, "laravel:app");

        scene_expect(d, "verdict", "abandoned");
        scene_expect(d, "expires", NULL);
        scene_expect(d, "expires_earliest", NULL);
        scene_expect(d, "expires_latest", NULL);
        assert_false(scene_says(d, "because", "expire"));
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* A DATETIME of a zone that nobody knows: only what is over everywhere is over. */
static void an_expiry_without_a_zone(void **state)
{
    static const struct {
        const char *until, *type, *exact, *says;
    } cases[] = {
        {"2026-11-20 23:59:59", "datetime", NULL, "it expired at 2026-11-20 23:59:59, in whatever time zone"},
        {"2026-11-21 00:00:01", "datetime", NULL, "it expires or expired at 2026-11-21 00:00:01"},
        {"2026-11-22 02:00:00", "datetime", NULL, "it expires or expired at 2026-11-22 02:00:00"},
        {"2026-11-22 02:00:01", "datetime", NULL, "it expires at 2026-11-22 02:00:01, in a time zone"},
        {"2026-11-21 11:59:59.5", "timestamp", "2026-11-21T11:59:59Z", "it expired at 2026-11-21T11:59:59Z;"},
        {"2026-11-21 12:00:01", "timestamp", "2026-11-21T12:00:01Z",
         "it expires at 2026-11-21T12:00:01Z, in 1 s"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        char text[200];
        cJSON *d;

        snprintf(text, sizeof text, "executor_id|locked_at|expires_at\nx|NULL|%s\n", cases[i].until);
        scene_table(s, "app.migration_locks", text);
        snprintf(text, sizeof text, "DATA_TYPE\n%s\n", cases[i].type);
        mlk_fake_rows(s, "SELECT DATA_TYPE...'expires_at'", text);
        d = scene_report(s, "msr:app");
        scene_expect(d, "expires", cases[i].exact);
        scene_expect(d, "expires_text", cases[i].until);
        scene_expect_says(d, "because", cases[i].says);
        assert_non_null(scene_text(d, "expires_earliest"));
        cJSON_Delete(d);
        scene_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(the_servers_zone_is_asked),
        SCENE_BOTH(a_zone_that_the_server_does_not_know),
        SCENE_BOTH(a_time_to_come_is_of_another_zone),
        SCENE_BOTH(a_timestamp_is_exact),
        SCENE_BOTH(a_proof_trusts_no_zone),
        SCENE_BOTH(what_is_denied_is_unknown),
        SCENE_BOTH(a_lost_connection_ends_the_report),
        SCENE_BOTH(utc_that_was_taken_for_local_time),
        SCENE_BOTH(an_expired_row_stays_held),
        SCENE_BOTH(a_row_that_has_not_expired),
        SCENE_BOTH(an_expiry_that_says_nothing),
        SCENE_BOTH(an_expiry_without_a_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
