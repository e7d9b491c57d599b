/* SPDX-License-Identifier: GPL-2.0-only */
/* From the document of a table that waits to the state of a monitoring plugin. */
#include <string.h>

#include "check_options.h"
#include "unit.h"

/* 2026-11-21T08:00:00Z */
enum { NOW = 1795248000 };

/* A table: what is judged of it, among the documents of others. */
static void table_judged(const struct mlk_check_options *o, const char *document, const char *others,
                         enum mlk_state state, const char *reason)
{
    cJSON *d = cJSON_Parse(document), *all = cJSON_Parse(others);
    struct mlk_judged j;

    assert_non_null(d);
    assert_non_null(all);
    mlk_check_judge_table(o, d, all, &j);
    assert_true(j.table);
    assert_string_equal(mlk_buf_text(&j.reason), reason);
    if (j.state != state)
        fail_msg("%s is %s, wanted %s", document, mlk_state_text(j.state), mlk_state_text(state));
    mlk_buf_free(&j.reason);
    cJSON_Delete(d);
    cJSON_Delete(all);
}

#define TABLE(verdict, ddl, queue, more)                                                                     \
    "{\"target\":\"table:shop/orders\",\"object\":\"table\",\"root\":\"table:shop/"                          \
    "orders\",\"verdict\":\"" verdict "\",\"because\":[\"R\",\"x\"],\"ddl\":[" ddl "],\"queue\":{" queue     \
    "}" more "}"
#define DDL(phase, seconds)   "{\"phase\":\"" phase "\",\"begun\":false,\"seconds\":" seconds "}"
#define QUEUED(count, oldest) "\"count\":" count ",\"oldest_seconds\":" oldest
#define BLOCKED(seconds)      ",\"blockers\":[{\"seconds\":" seconds "}]"
#define USED(used, max)       ",\"connections\":{\"used\":" used ",\"max\":" max "}"
#define RELEASE               "; next: miglock release table:shop/orders"
#define STATUS                "; next: miglock status table:shop/orders"

static void waits(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();

    (void)state;
    table_judged(&o, TABLE("active", DDL("waiting", "60"), "\"count\":0", ""), "[]", MLK_STATE_OK,
                 "active: R; DDL waits for 1m0s" RELEASE);
    table_judged(
        &o, TABLE("active", DDL("waiting", "61"), QUEUED("10", "50"), ""), "[]", MLK_STATE_WARNING,
        "active: R; DDL waits for 1m1s (ddl-waiting: 60); 10 sessions wait, the oldest for 50s" RELEASE);
    table_judged(&o, TABLE("active", DDL("waiting", "1"), QUEUED("11", "1"), ""), "[]", MLK_STATE_CRITICAL,
                 "active: R; DDL waits for 1s; 11 sessions wait, the oldest for 1s (queue: 10)" RELEASE);
    table_judged(&o, TABLE("active", DDL("waiting", "1") "," DDL("waiting", "70"), QUEUED("1", "1"), ""),
                 "[]", MLK_STATE_WARNING,
                 "active: R; 2 DDL statements wait, the oldest for 1m10s (ddl-waiting: 60); "
                 "1 session waits for 1s" RELEASE);
    /* what may have worked is not simply ended */
    table_judged(&o,
                 TABLE("active", "{\"phase\":\"waiting\",\"begun\":null,\"seconds\":9}", "\"count\":0", ""),
                 "[]", MLK_STATE_OK, "active: R; DDL waits for 9s" STATUS);
    table_judged(&o,
                 TABLE("active", "{\"phase\":\"waiting\",\"begun\":true,\"seconds\":9}", "\"count\":0", ""),
                 "[]", MLK_STATE_OK, "active: R; DDL waits for 9s" STATUS);
    /* without DDL: LOCK TABLES; nothing to end */
    table_judged(&o, TABLE("active", "", QUEUED("2", "null"), ""), "[]", MLK_STATE_OK,
                 "active: R; 2 sessions wait" STATUS);
    /* work that goes on hurts nobody; what is at its last step has done it, and waits for as long as the
     * queue */
    table_judged(&o, TABLE("active", DDL("running", "9000"), "\"count\":0", ""), "[]", MLK_STATE_OK,
                 "active: R");
    table_judged(&o, TABLE("active", DDL("finishing", "9000"), QUEUED("2", "60"), ""), "[]", MLK_STATE_OK,
                 "active: R; DDL waits for 1m0s; 2 sessions wait, the oldest for 1m0s" STATUS);
    table_judged(
        &o, TABLE("active", DDL("finishing", "9000"), QUEUED("2", "61"), ""), "[]", MLK_STATE_WARNING,
        "active: R; DDL waits for 1m1s (ddl-waiting: 60); 2 sessions wait, the oldest for 1m1s" STATUS);
    /* the connections run out, as sessions wait */
    table_judged(&o, TABLE("active", DDL("waiting", "1"), QUEUED("1", "1"), USED("81", "100")), "[]",
                 MLK_STATE_CRITICAL,
                 "active: R; DDL waits for 1s; 1 session waits for 1s; 81 of 100 connections in use "
                 "(connections: 80)" RELEASE);
    table_judged(&o, TABLE("active", DDL("waiting", "1"), QUEUED("1", "1"), USED("80", "100")), "[]",
                 MLK_STATE_OK, "active: R; DDL waits for 1s; 1 session waits for 1s" RELEASE);
    table_judged(&o, TABLE("active", DDL("waiting", "1"), QUEUED("0", "null"), USED("99", "100")), "[]",
                 MLK_STATE_OK, "active: R; DDL waits for 1s" RELEASE);
    /* nothing waits */
    table_judged(&o,
                 "{\"target\":\"table:a/b\",\"object\":\"table\",\"verdict\":\"free\",\"because\":[\"R\"]}",
                 "[]", MLK_STATE_OK, "free");
    table_judged(
        &o, "{\"target\":\"table:a/b\",\"object\":\"table\",\"verdict\":\"unknown\",\"because\":[\"R\"]}",
        "[]", MLK_STATE_UNKNOWN, "unknown: R");
    /* no target of release, and one that a shell would cut */
    table_judged(
        &o, "{\"target\":\"server:\",\"object\":\"server\",\"verdict\":\"active\",\"queue\":{\"count\":1}}",
        "[]", MLK_STATE_OK, "active; 1 session waits; next: miglock tables");
    table_judged(
        &o,
        "{\"target\":\"table:a/b c\",\"object\":\"table\",\"node\":\"db1:3306\",\"verdict\":\"active\","
        "\"queue\":{\"count\":1}}",
        "[]", MLK_STATE_OK, "active; 1 session waits; next: miglock status 'table:a/b c' --host db1:3306");
}

static void roots(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();
    static const char root[] = "[{\"target\":\"table:shop/b\",\"blockers\":[{\"seconds\":4000}]},"
                               "{\"target\":\"table:shop/b\",\"node\":\"x\",\"blockers\":[{\"seconds\":1}]}]";

    (void)state;
    table_judged(&o, TABLE("idle", DDL("waiting", "1"), "\"count\":0", BLOCKED("299")), "[]", MLK_STATE_OK,
                 "idle for 4m59s: R; DDL waits for 1s" RELEASE);
    table_judged(&o, TABLE("idle", DDL("waiting", "1"), "\"count\":0", BLOCKED("300")), "[]",
                 MLK_STATE_WARNING, "idle for 5m0s: R; DDL waits for 1s" RELEASE);
    table_judged(&o, TABLE("abandoned", DDL("waiting", "1"), "\"count\":0", BLOCKED("3")), "[]",
                 MLK_STATE_CRITICAL, "abandoned: R; DDL waits for 1s" RELEASE);
    /* the wait is there, whoever is at its root */
    table_judged(&o, TABLE("unknown", DDL("waiting", "1"), "\"count\":0", BLOCKED("3000")), "[]",
                 MLK_STATE_OK, "unknown: R; DDL waits for 1s" RELEASE);
    table_judged(&o, TABLE("unknown", DDL("waiting", "99"), "\"count\":0", ""), "[]", MLK_STATE_WARNING,
                 "unknown: R; DDL waits for 1m39s (ddl-waiting: 60)" RELEASE);
    /* it is another table, of the same server */
    table_judged(
        &o,
        "{\"target\":\"table:shop/a\",\"object\":\"table\",\"root\":\"table:shop/b\",\"verdict\":\"idle\","
        "\"ddl\":[" DDL("waiting", "1") "],\"queue\":{\"count\":0}" BLOCKED("2") "}",
        root, MLK_STATE_WARNING, "idle for 1h6m; DDL waits for 1s; next: miglock release table:shop/a");
}

static void table_thresholds(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();

    (void)state;
    mlk_threshold_parse("600", &o.warning);
    mlk_threshold_parse("3600", &o.critical);
    o.on[MLK_FINDING_DDL_WAITING] = MLK_STATE_OK;
    table_judged(&o, TABLE("active", DDL("waiting", "601"), "\"count\":0", ""), "[]", MLK_STATE_WARNING,
                 "active: R; DDL waits for 10m1s (ddl-waiting: 60) (warning: 600 s)" RELEASE);
    table_judged(&o, TABLE("active", "", QUEUED("1", "3601"), ""), "[]", MLK_STATE_CRITICAL,
                 "active: R; 1 session waits for 1h0m (critical: 3600 s)" STATUS);
    table_judged(
        &o, TABLE("active", "", QUEUED("1", "null"), ""), "[]", MLK_STATE_UNKNOWN,
        "active: R; 1 session waits (for how long is not known well enough to judge -w and -c)" STATUS);
    table_judged(&o, TABLE("active", DDL("running", "9000"), "\"count\":0", ""), "[]", MLK_STATE_OK,
                 "active: R");
}

/* Locks and tables on one line. */
static void both(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();
    struct mlk_monitored m = {.blind_spots = cJSON_CreateArray(),
                              .tabled = true,
                              .connections = cJSON_Parse("[{\"used\":9,\"max\":151}]")};
    cJSON *lock = cJSON_Parse("{\"target\":\"rails:shop\",\"held\":true,\"verdict\":\"active\"}");
    cJSON *table = cJSON_Parse(TABLE("active", DDL("waiting", "74"), QUEUED("50", "70"), ""));
    struct mlk_judged judged[2];
    struct mlk_check_result r = {.options = &o, .monitored = &m, .judged = judged, .count = 2};
    struct mlk_buf b;
    cJSON *d;

    (void)state;
    mlk_check_judge(&o, lock, NOW, &judged[0]);
    mlk_check_judge_table(&o, table, NULL, &judged[1]);
    mlk_buf_init(&b, 100000);
    mlk_check_text(&b, &r);
    b.text[strcspn(b.text, "\n")] = '\0';
    assert_string_equal(
        mlk_buf_text(&b),
        "MIGLOCK CRITICAL - table:shop/orders active: R; DDL waits for 1m14s (ddl-waiting: 60); 50 sessions "
        "wait, the oldest for 1m10s (queue: 10)" RELEASE
        " | 'locks held'=1;;;0 'tables waiting'=1;;;0 'connections used'=5%;;80;0 'rails:shop held'=1;;;0 "
        "'rails:shop waiters'=0;;;0 'rails:shop seconds'=U;;;0 'table:shop/orders queue'=50;;10;0 "
        "'table:shop/orders ddl waiting'=74s;60;;0 'table:shop/orders waiting'=74s;;;0");
    d = mlk_check_document(&r);
    assert_non_null(d);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(d, "locks")), 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(d, "tables")), 1);
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetObjectItem(
            cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(d, "tables"), 0), "report"),
            "target")),
        "table:shop/orders");
    cJSON_Delete(d);
    for (int i = 0; i < 2; i++)
        mlk_buf_free(&judged[i].reason);
    mlk_buf_free(&b);
    cJSON_Delete(lock);
    cJSON_Delete(table);
    cJSON_Delete(m.blind_spots);
    cJSON_Delete(m.connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits),
        cmocka_unit_test(roots),
        cmocka_unit_test(table_thresholds),
        cmocka_unit_test(both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
