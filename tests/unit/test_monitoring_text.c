/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that others chose break neither the line of a plugin nor the text of a scrape. */
#include <string.h>

#include "exposition.h"
#include "figures_tables.h"
#include "openmetrics.h"
#include "perfdata.h"
#include "text.h"
#include "unit.h"

static void item_is(const char *label, int64_t value, const char *expected)
{
    struct mlk_threshold warning = {0}, critical = {0};
    struct mlk_buf b;

    assert_int_equal(mlk_threshold_parse("10:20", &warning), MLK_OK);
    mlk_buf_init(&b, 1000);
    mlk_perfdata_item(&b, &(struct mlk_perfdata){.label = label,
                                                 .what = "held",
                                                 .unit = "s",
                                                 .value = value,
                                                 .warning = &warning,
                                                 .critical = &critical});
    assert_string_equal(mlk_buf_text(&b), expected);
    mlk_buf_free(&b);
}

static void items(void **state)
{
    (void)state;
    item_is("ghost:blog", 312, " 'ghost:blog held'=312s;10:20;;0");
    item_is("ghost:blog", -1, " 'ghost:blog held'=U;10:20;;0");
    item_is("a'b=c|d%e", 0, " 'a%27b%3Dc%7Cd%25e held'=0s;10:20;;0");
    item_is("a\nb\x1b[31m\x7f", 0, " 'a%0Ab%1B[31m%7F held'=0s;10:20;;0");
    item_is("caf\xc3\xa9 \xe2\x82\xac", 0, " 'caf\xc3\xa9 \xe2\x82\xac held'=0s;10:20;;0");
    item_is("\xc2\x9b"
            "2J\xe2\x80\xae",
            0, " '%C2%9B2J%E2%80%AE held'=0s;10:20;;0");
    item_is("a\xff\xc3", 0, " 'a%FF%C3 held'=0s;10:20;;0");
    item_is("", 0, " ' held'=0s;10:20;;0");
}

static void thresholds_may_be_missing(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 1000);
    mlk_perfdata_item(&b, &(struct mlk_perfdata){.label = "locks", .what = "held", .unit = "", .value = 2});
    assert_string_equal(mlk_buf_text(&b), " 'locks held'=2;;;0");
    mlk_buf_free(&b);
}

static void lines(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 1000);
    mlk_perfdata_text(&b, "a|b\nc\x1b[0m");
    mlk_perfdata_text(&b, NULL);
    assert_string_equal(mlk_buf_text(&b), "a\\x7cb\\nc\\x1b[0m");
    mlk_buf_free(&b);
}

static void label_is(const char *value, const char *expected)
{
    struct mlk_buf b;

    mlk_buf_init(&b, 1000);
    mlk_exposition_value(&b, value);
    assert_string_equal(mlk_buf_text(&b), expected);
    mlk_buf_free(&b);
}

static void labels(void **state)
{
    (void)state;
    label_is("ghost:blog", "ghost:blog");
    label_is("a\"b\\c", "a\\\"b\\\\c");
    label_is("a\nb", "a\\\\nb");
    label_is("a\x1b\xff", "a\\\\x1b\\\\xff");
    label_is("{}=,#", "{}=,#");
    label_is("caf\xc3\xa9", "caf\xc3\xa9");
    label_is(NULL, "");
}

static void scrape_has(const char *document, bool strict, const char *const *parts)
{
    cJSON *d = cJSON_Parse(document);
    struct mlk_buf b;

    assert_non_null(d);
    mlk_buf_init(&b, 100000);
    mlk_openmetrics(&b, d, strict);
    assert_int_equal(b.status, MLK_OK);
    for (; *parts; parts++)
        if (!strstr(mlk_buf_text(&b), *parts))
            fail_msg("this lacks '%s':\n%s", *parts, mlk_buf_text(&b));
    assert_string_equal(mlk_buf_text(&b) + b.len - strlen("\n# EOF\n"), "\n# EOF\n");
    mlk_buf_free(&b);
    cJSON_Delete(d);
}

static void lacks(const char *document, const char *part)
{
    cJSON *d = cJSON_Parse(document);
    struct mlk_buf b;

    mlk_buf_init(&b, 100000);
    mlk_openmetrics(&b, d, false);
    if (strstr(mlk_buf_text(&b), part))
        fail_msg("this has '%s':\n%s", part, mlk_buf_text(&b));
    mlk_buf_free(&b);
    cJSON_Delete(d);
}

#define LOCK                                                                                                 \
    "{\"target\":\"rails:a\\\"b\",\"tool\":\"rails\",\"schema\":\"a\\\"b\",\"kind\":\"named\","              \
    "\"held\":true,\"held_seconds\":null,\"held_at_least_seconds\":3,\"waiters\":2,\"damaged\":false,"       \
    "\"verdict\":\"idle\",\"blind_spots\":1}"
#define LABELS "{target=\"rails:a\\\"b\",tool=\"rails\",schema=\"a\\\"b\",kind=\"named\""

static void scrapes(void **state)
{
    static const char document[] =
        "{\"version\":\"0.1.0\",\"server\":\"MySQL\",\"server_version\":\"9.7.0\",\"success\":true,"
        "\"seconds\":0.25,\"locks\":[" LOCK "],\"locks_found\":7,\"locks_left_out\":6}";
    static const char *const parts[] = {
        "\nmiglock_lock_held" LABELS "} 1\n",
        "\nmiglock_lock_held_at_least_seconds" LABELS "} 3\n",
        "\nmiglock_lock_waiters" LABELS "} 2\n",
        "\nmiglock_lock_verdict" LABELS ",miglock_lock_verdict=\"idle\"} 1\n",
        "\nmiglock_lock_verdict" LABELS ",miglock_lock_verdict=\"free\"} 0\n",
        "\nmiglock_lock_verdict" LABELS ",miglock_lock_verdict=\"unknown\"} 0\n",
        "\nmiglock_scrape_success 1\n",
        "\nmiglock_scrape_duration_seconds 0.250000\n",
        "\nmiglock_locks 7\n",
        "\nmiglock_locks_left_out 6\n",
        "# UNIT miglock_lock_held_seconds seconds\n",
        "miglock_info{version=\"0.1.0\",server=\"MySQL\",server_version=\"9.7.0\"} 1\n",
        NULL,
    };
    static const char *const strict[] = {"# TYPE miglock info\n", "# TYPE miglock_lock_verdict stateset\n",
                                         NULL};

    (void)state;
    scrape_has(document, false, parts);
    scrape_has(document, true, parts);
    scrape_has(document, true, strict);
    lacks(document, " info\n");
    lacks(document, "stateset");
    lacks(document, "miglock_lock_held_seconds{"); /* what nobody knows has no sample */
}

#define TABLE                                                                                                \
    "{\"target\":\"table:shop/"                                                                              \
    "o\",\"object\":\"table\",\"schema\":\"shop\",\"table\":\"o\",\"server_lock\":\"\","                     \
    "\"verdict\":\"idle\",\"ddl_waiting_seconds\":74,\"ddl_running_seconds\":null,\"queue\":50,"             \
    "\"queue_oldest_seconds\":70,\"blockers\":1}"
#define TABLE_LABELS "{target=\"table:shop/o\",object=\"table\",schema=\"shop\",table=\"o\",server_lock=\"\""

static void tables(void **state)
{
    static const char document[] =
        "{\"success\":true,\"locks\":[],\"tables\":[" TABLE "],\"tables_found\":3,\"tables_left_out\":2,"
        "\"connections\":[{\"used\":9,\"max\":151},{\"node\":\"db2:3306\",\"used\":null,\"max\":500}]}";
    static const char *const parts[] = {
        "\nmiglock_tables 3\n",
        "\nmiglock_tables_left_out 2\n",
        "# UNIT miglock_table_ddl_waiting_seconds seconds\n",
        "\nmiglock_table_ddl_waiting_seconds" TABLE_LABELS "} 74\n",
        "# TYPE miglock_table_ddl_running_seconds gauge\n",
        "\nmiglock_table_queue" TABLE_LABELS "} 50\n",
        "\nmiglock_table_queue_oldest_seconds" TABLE_LABELS "} 70\n",
        "\nmiglock_table_blockers" TABLE_LABELS "} 1\n",
        "\nmiglock_table_verdict" TABLE_LABELS ",miglock_table_verdict=\"idle\"} 1\n",
        "\nmiglock_table_verdict" TABLE_LABELS ",miglock_table_verdict=\"active\"} 0\n",
        "\nmiglock_connections_used 9\n",
        "\nmiglock_connections_max 151\n",
        "\nmiglock_connections_max{node=\"db2:3306\"} 500\n",
        NULL,
    };
    static const char *const strict[] = {"# TYPE miglock_table_verdict stateset\n", NULL};

    (void)state;
    scrape_has(document, false, parts);
    scrape_has(document, true, strict);
    lacks(document, "stateset");
    lacks(document, "miglock_table_ddl_running_seconds{");
    lacks(document, "miglock_connections_used{");
    lacks("{\"success\":true,\"locks\":[]}", "miglock_table");
}

/* What monitoring makes of the documents of tables. */
static void table_figures(void **state)
{
    struct mlk_monitored m = {
        .tabled = true,
        .connections = cJSON_Parse("[{\"used\":1,\"max\":2}]"),
        .tables = cJSON_Parse(
            "[{\"target\":\"table:a/b\",\"object\":\"table\",\"schema\":\"a\",\"table\":\"b\","
            "\"server_lock\":null,\"verdict\":\"idle\",\"node\":\"db1:3306\","
            "\"ddl\":[{\"phase\":\"waiting\",\"seconds\":5},{\"phase\":\"waiting\",\"seconds\":7},"
            "{\"phase\":\"running\",\"seconds\":90}],\"blockers\":[{}],\"blocker_count\":30,"
            "\"queue\":{\"count\":4,\"oldest_seconds\":6}},"
            "{\"target\":\"server:\",\"object\":\"server\",\"server_lock\":\"GLOBAL\","
            "\"queue\":{\"count\":0,\"oldest_seconds\":null}},{}]")};
    cJSON *d = cJSON_CreateObject();
    char *text;

    (void)state;
    assert_true(mlk_table_figures_add(d, &m, 2));
    text = cJSON_PrintUnformatted(d);
    assert_string_equal(
        text,
        "{\"connections\":[{\"used\":1,\"max\":2}],\"tables\":["
        "{\"target\":\"table:a/"
        "b\",\"object\":\"table\",\"schema\":\"a\",\"table\":\"b\",\"server_lock\":\"\","
        "\"verdict\":\"idle\",\"node\":\"db1:3306\",\"ddl_waiting_seconds\":7,\"ddl_running_seconds\":90,"
        "\"queue\":4,\"queue_oldest_seconds\":6,\"blockers\":30},"
        "{\"target\":\"server:\",\"object\":\"server\",\"schema\":\"\",\"table\":\"\",\"server_lock\":"
        "\"GLOBAL\","
        "\"verdict\":\"\",\"ddl_waiting_seconds\":null,\"ddl_running_seconds\":null,\"queue\":0,"
        "\"queue_oldest_seconds\":null,\"blockers\":0}],\"tables_found\":3,\"tables_left_out\":1}");
    cJSON_free(text);
    cJSON_Delete(d);
    cJSON_Delete(m.tables);
    cJSON_Delete(m.connections);
}

static void failures(void **state)
{
    static const char document[] = "{\"version\":\"0.1.0\",\"server\":\"\",\"success\":false,\"seconds\":1}";
    static const char *const parts[] = {"\nmiglock_scrape_success 0\n",
                                        "\nmiglock_scrape_duration_seconds 1\n", NULL};

    (void)state;
    scrape_has(document, false, parts);
    lacks(document, "miglock_lock");
}

static int with_locale(void **state)
{
    (void)state;
    mlk_text_locale();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items),         cmocka_unit_test(thresholds_may_be_missing),
        cmocka_unit_test(lines),         cmocka_unit_test(labels),
        cmocka_unit_test(scrapes),       cmocka_unit_test(tables),
        cmocka_unit_test(table_figures), cmocka_unit_test(failures),
    };

    return cmocka_run_group_tests(tests, with_locale, NULL);
}
