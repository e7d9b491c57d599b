/* SPDX-License-Identifier: GPL-2.0-only */
/* From the report of a lock to the state of a monitoring plugin. */
#include <stdio.h>
#include <string.h>

#include "check_options.h"
#include "lock_age.h"
#include "unit.h"

/* 2026-11-21T08:00:00Z */
enum { NOW = 1795248000 };

static void judged(const struct mlk_check_options *o, const char *report, enum mlk_state state,
                   const char *reason)
{
    cJSON *r = cJSON_Parse(report);
    struct mlk_judged j;

    assert_non_null(r);
    mlk_check_judge(o, r, NOW, &j);
    assert_string_equal(mlk_buf_text(&j.reason), reason);
    if (j.state != state)
        fail_msg("%s is %s, wanted %s", report, mlk_state_text(j.state), mlk_state_text(state));
    mlk_buf_free(&j.reason);
    cJSON_Delete(r);
}

#define HOLDER(command, seconds)                                                                             \
    "\"holder\":{\"connection_id\":7,\"user\":\"shop\",\"host\":\"web:5\",\"command\":\"" command            \
    "\",\"seconds\":" seconds "}"
#define NAMED(verdict, holder) "{\"kind\":\"named\",\"held\":true,\"verdict\":\"" verdict "\"," holder "}"
#define ROW(verdict, more)     "{\"kind\":\"row\",\"held\":true,\"verdict\":\"" verdict "\"" more "}"

static void verdicts(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();

    (void)state;
    judged(&o, "{\"held\":false,\"verdict\":\"free\"}", MLK_STATE_OK, "free");
    judged(&o, NAMED("active", HOLDER("Query", "9")), MLK_STATE_OK, "active, held by 7 shop@web");
    judged(&o, ROW("abandoned", ""), MLK_STATE_CRITICAL, "abandoned, held");
    judged(&o, "{\"held\":null,\"verdict\":\"unknown\",\"because\":[\"no table\",\"x\"]}", MLK_STATE_UNKNOWN,
           "unknown: no table");
    judged(&o, "{\"held\":null,\"verdict\":\"unknown\",\"damage\":\"missing_row\"}", MLK_STATE_CRITICAL,
           "damaged (missing_row)");
    judged(&o, "{\"held\":true,\"verdict\":\"sleepy\"}", MLK_STATE_UNKNOWN, "sleepy, held");
    judged(&o, "{}", MLK_STATE_UNKNOWN, "unknown");
}

/* An idle moment is part of every migration. */
static void idle(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();

    (void)state;
    judged(&o, NAMED("idle", HOLDER("Sleep", "299")), MLK_STATE_OK,
           "idle for 4m59s, held for at least 4m59s by 7 shop@web");
    judged(&o, NAMED("idle", HOLDER("Sleep", "300")), MLK_STATE_WARNING,
           "idle for 5m0s, held for at least 5m0s by 7 shop@web");
    /* a sibling that has worked a moment ago */
    judged(&o, ROW("idle", ",\"siblings\":[{\"seconds\":4000},{\"seconds\":12},{\"seconds\":null}]"),
           MLK_STATE_OK, "idle for 12s, held");
    judged(&o, ROW("idle", ",\"siblings\":[{\"seconds\":null}]"), MLK_STATE_WARNING, "idle, held");
    o.idle_s = 0;
    judged(&o, NAMED("idle", HOLDER("Sleep", "0")), MLK_STATE_WARNING, "idle for 0s, held by 7 shop@web");
}

static void other_states(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();

    (void)state;
    o.on[MLK_FINDING_ACTIVE] = MLK_STATE_WARNING;
    o.on[MLK_FINDING_IDLE] = MLK_STATE_CRITICAL;
    judged(&o, ROW("active", ""), MLK_STATE_WARNING, "active, held");
    judged(&o, ROW("idle", ",\"siblings\":[{\"seconds\":10}]"), MLK_STATE_WARNING, "idle for 10s, held");
    judged(&o, ROW("idle", ",\"siblings\":[{\"seconds\":1000}]"), MLK_STATE_CRITICAL,
           "idle for 16m40s, held");
}

static void thresholds(void **state)
{
    struct mlk_check_options o = mlk_unit_check_options();
    static const char cannot[] = " (for how long is not known well enough to judge ";
    char reason[200];

    (void)state;
    mlk_threshold_parse("600", &o.warning);
    mlk_threshold_parse("3600", &o.critical);
    judged(&o, ROW("active", ",\"held_seconds\":600"), MLK_STATE_OK, "active, held for 10m0s");
    judged(&o, ROW("active", ",\"held_seconds\":601"), MLK_STATE_WARNING,
           "active, held for 10m1s (warning: 600 s)");
    judged(&o, ROW("active", ",\"held_seconds\":3601"), MLK_STATE_CRITICAL,
           "active, held for 1h0m (critical: 3600 s)");
    judged(&o, ROW("abandoned", ",\"held_seconds\":601"), MLK_STATE_CRITICAL,
           "abandoned, held for 10m1s (warning: 600 s)");
    /* a free lock is well, whatever the range */
    mlk_threshold_parse("10:", &o.warning);
    judged(&o, "{\"held\":false,\"verdict\":\"free\",\"held_seconds\":null}", MLK_STATE_OK, "free");
    mlk_threshold_parse("600", &o.warning);
    /* nobody knows */
    snprintf(reason, sizeof reason, "active, held by 7 shop@web%s-w and -c)", cannot);
    judged(&o, NAMED("active", HOLDER("Query", "99999")), MLK_STATE_UNKNOWN, reason);
    o.on[MLK_FINDING_NO_AGE] = MLK_STATE_OK;
    judged(&o, NAMED("active", HOLDER("Query", "99999")), MLK_STATE_OK, reason);
    /* whoever sleeps has taken no lock meanwhile */
    snprintf(reason, sizeof reason, "active, held for at least 11m40s by 7 shop@web (warning: 600 s)%s-c)",
             cannot);
    judged(&o, NAMED("active", HOLDER("Sleep", "700")), MLK_STATE_WARNING, reason);
    judged(&o, NAMED("active", HOLDER("Sleep", "3700")), MLK_STATE_CRITICAL,
           "active, held for at least 1h1m by 7 shop@web (critical: 3600 s)");
}

static void age_is(const char *report, int64_t least, int64_t most)
{
    cJSON *r = cJSON_Parse(report);
    struct mlk_age age = mlk_lock_age(r, NOW);

    assert_non_null(r);
    assert_int_equal(age.least, least);
    assert_int_equal(age.most, most);
    cJSON_Delete(r);
}

static void ages(void **state)
{
    (void)state;
    age_is("{\"held_seconds\":5}", 5, 5);
    age_is("{\"held_seconds\":null}", 0, -1);
    age_is(ROW("abandoned", ",\"since_earliest\":\"2026-11-20T08:00:00Z\","
                            "\"since_latest\":\"2026-11-21T07:00:00Z\""),
           3600, 86400);
    /* clocks that differ */
    age_is(ROW("abandoned", ",\"since_earliest\":\"2026-11-21T08:00:05Z\","
                            "\"since_latest\":\"2026-11-21T08:00:09Z\""),
           0, 0);
    age_is(ROW("abandoned", ",\"since_earliest\":null,\"since_latest\":\"2026-11-21T07:00:00Z\""), 0, -1);
    age_is(NAMED("idle", HOLDER("Sleep", "44")), 44, -1);
    age_is(NAMED("active", HOLDER("Query", "44")), 0, -1);
    /* a row says nothing through a session that sleeps: another one may have set it */
    age_is(ROW("idle", "," HOLDER("Sleep", "44")), 0, -1);
    age_is(NAMED("unknown", HOLDER("Sleep", "null")), 0, -1);
}

static void worst(void **state)
{
    static const enum mlk_state order[] = {MLK_STATE_OK, MLK_STATE_UNKNOWN, MLK_STATE_WARNING,
                                           MLK_STATE_CRITICAL};

    (void)state;
    for (size_t a = 0; a < UNIT_COUNT(order); a++)
        for (size_t b = 0; b < UNIT_COUNT(order); b++)
            assert_int_equal(mlk_state_worst(order[a], order[b]), order[a > b ? a : b]);
}

/* A hundred locks: a line of bounded length that says what it lacks. */
static void many(void **state)
{
    enum { LOCKS = 100 };
    struct mlk_check_options o = mlk_unit_check_options();
    struct mlk_monitored m = {.blind_spots = cJSON_CreateArray(), .others = 3};
    struct mlk_judged locks[LOCKS];
    cJSON *reports = cJSON_CreateArray();
    struct mlk_check_result r = {.options = &o, .monitored = &m, .judged = locks, .count = LOCKS};
    char text[200];
    struct mlk_buf b;

    (void)state;
    for (int i = 0; i < LOCKS; i++) {
        snprintf(text, sizeof text, "{\"target\":\"ghost:s%d\",\"held\":true,\"verdict\":\"%s\"}", i,
                 i < 90 ? "active" : "abandoned");
        cJSON_AddItemToArray(reports, cJSON_Parse(text));
        mlk_check_judge(&o, cJSON_GetArrayItem(reports, i), NOW, &locks[i]);
    }
    mlk_buf_init(&b, 100000);
    mlk_check_text(&b, &r);
    assert_int_equal(mlk_check_state(&r), MLK_STATE_CRITICAL);
    assert_true(strstr(mlk_buf_text(&b),
                       "MIGLOCK CRITICAL - ghost:s90 abandoned, held; ghost:s91 abandoned, held; "
                       "ghost:s92 abandoned, held; and 7 more | 'locks held'=100;;;0 ") == mlk_buf_text(&b));
    assert_non_null(strstr(mlk_buf_text(&b), "'ghost:s19 held'=1"));
    assert_null(strstr(mlk_buf_text(&b), "'ghost:s20 held'"));
    assert_non_null(strstr(mlk_buf_text(&b), "the performance data lacks 80 locks or tables\n"));
    assert_non_null(strstr(mlk_buf_text(&b), "3 GET_LOCK names of no known migration tool"));
    assert_true(strcspn(mlk_buf_text(&b), "\n") < 4096);
    for (int i = 0; i < LOCKS; i++)
        mlk_buf_free(&locks[i].reason);
    mlk_buf_free(&b);
    cJSON_Delete(reports);
    cJSON_Delete(m.blind_spots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),   cmocka_unit_test(idle), cmocka_unit_test(other_states),
        cmocka_unit_test(thresholds), cmocka_unit_test(ages), cmocka_unit_test(worst),
        cmocka_unit_test(many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
