/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen of miglock watch: every row of every size is filled, and no column more. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "miglock/buf.h"
#include "text.h"
#include "unit.h"
#include "watch_paint.h"

enum { SCREEN_MAX = 1 << 20 };

struct screen {
    size_t rows, columns; /* as wanted */
    size_t count, selected;
    struct mlk_buf text; /* the rows, each with a newline */
};

static void put(void *to, size_t row, const struct mlk_watch_line *line)
{
    struct screen *s = to;

    assert_int_equal(row, s->count++);
    assert_int_equal(mlk_text_width(line->text), s->columns);
    assert_true(line->mark + line->mark_len <= s->columns);
    if (line->style == MLK_WATCH_HEAD)
        assert_null(strstr(line->text, "..."));
    s->selected += line->style == MLK_WATCH_SELECTED;
    mlk_buf_fmt(&s->text, "%s\n", line->text);
}

/* The caller frees what it gives. */
static char *paint(struct mlk_watch_view *v, size_t rows, size_t columns)
{
    struct screen s = {.rows = rows, .columns = columns};
    char *text;

    mlk_buf_init(&s.text, SCREEN_MAX);
    v->rows = rows;
    v->columns = columns;
    mlk_watch_paint(v, put, &s);
    assert_int_equal(s.count, rows);
    if (!v->text && rows >= MLK_WATCH_ROWS_MIN && columns >= MLK_WATCH_COLUMNS_MIN)
        assert_int_equal(s.selected, v->model->shown_count > 0);
    text = strdup(mlk_buf_text(&s.text));
    mlk_buf_free(&s.text);
    assert_non_null(text);
    return text;
}

static cJSON *reports(void)
{
    return cJSON_Parse(
        "[{\"target\":\"rails:shop\",\"verdict\":\"idle\",\"held\":true,\"held_seconds\":312,"
        "\"sibling_count\":2,\"waiter_count\":12,"
        "\"holder\":{\"connection_id\":1562,\"user\":\"shop\",\"host\":\"10.0.0.7:51234\",\"program\":"
        "\"rake\","
        "\"pid\":991}},"
        "{\"target\":\"ghost:a_schema_with_a_name_that_is_as_long_as_a_name_may_be_on_a_server\","
        "\"verdict\":\"abandoned\",\"held\":true,\"since_text\":\"2020-01-01 00:00:00\"},"
        "{\"target\":\"ghost:\xe3\x83\x96\xe3\x83\xad\xe3\x82\xb0\xe3\x83\x96\xe3\x83\xad\xe3\x82\xb0\","
        "\"verdict\":\"unknown\",\"held\":null,\"owner_text\":\"h\xc3\xb6st \\u202e\\u001b[31m\"}]");
}

static void every_size(void **state)
{
    struct mlk_watch_model m = {0};
    struct mlk_watch_text text = {0};
    cJSON *blind = cJSON_Parse("[\"something that is not seen, which takes a long line to say so\", \"x\"]");
    struct mlk_watch_view v = {.where = "MariaDB 10.11.19 (db.example.org, port 3306)",
                               .clock = "08:00:01",
                               .model = &m,
                               .message = "connection lost: \033 somewhere, trying again in 3 s",
                               .title = "as seen at 08:00:01",
                               .blind = blind};

    (void)state;
    mlk_watch_set(&m, reports());
    for (size_t rows = 1; rows < 30; rows += 3) {
        for (size_t columns = 1; columns < 200; columns += columns < 90 ? 1 : 17) {
            for (int kind = 0; kind < 6; kind++) {
                v.text = kind >= 3 ? &text : NULL;
                v.ascii = kind % 3 == 1;
                v.typing = kind % 3 == 2;
                mlk_watch_text_report(&text, mlk_watch_selected(&m)->report, true,
                                      columns < 20 ? 20 : columns);
                if (columns < 20)
                    mlk_watch_text_free(&text);
                free(paint(&v, rows, columns));
            }
        }
    }
    mlk_watch_text_free(&text);
    mlk_watch_free(&m);
    cJSON_Delete(blind);
}

#define HAS(screen, part)                                                                                    \
    do {                                                                                                     \
        if (!strstr(screen, part))                                                                           \
            fail_msg("no '%s' in:\n%s", part, screen);                                                       \
    } while (0)

static void as_a_person_sees_it(void **state)
{
    struct mlk_watch_model m = {0};
    struct mlk_watch_view v = {
        .where = "MySQL 9.7.4 (local)", .clock = "08:00:01", .model = &m, .message = ""};
    char *text;

    (void)state;
    mlk_watch_set(&m, reports());
    text = paint(&v, 10, 80);
    HAS(text, "miglock watch  MySQL 9.7.4 (local)");
    HAS(text, "3 locks, 3 held  08:00:01\n");
    HAS(text, "  TARGET                VERDICT    HELD        SIBL  WAIT  HOLDER");
    HAS(text, "> ghost:a_s...a_server  abandoned  2020-01-01     0     0  -");
    HAS(text, "idle       5m12s          2    12  1562 shop...rake[991]");
    HAS(text, "q quit  Enter details");
    assert_null(strpbrk(text, "\033\a"));
    free(text);

    mlk_watch_filter(&m, "rails");
    text = paint(&v, 10, 80);
    HAS(text, "by verdict, with 'rails'");
    HAS(text, "1 of 3 shown");
    HAS(text, "1562 shop@10.0.0.7 rake[991]");
    free(text);

    mlk_watch_filter(&m, "no such thing");
    text = paint(&v, 10, 80);
    HAS(text, "no lock is like that");
    free(text);
    mlk_watch_filter(&m, "");

    v.ascii = true;
    text = paint(&v, 10, 80);
    for (const char *p = text; *p; p++)
        assert_true((*p >= ' ' && *p < 0x7f) || *p == '\n');
    HAS(text, "  ghost:????????????    unknown ");
    HAS(text, "  h?st ");
    free(text);

    text = paint(&v, 5, 30);
    HAS(text, "needs 40x8");
    free(text);
    mlk_watch_free(&m);
}

/* Thousands of locks cost as much as those that are seen. */
static void many(void **state)
{
    struct mlk_watch_model m = {0};
    struct mlk_watch_view v = {.where = "", .clock = "", .model = &m, .message = ""};
    cJSON *all = cJSON_CreateArray(), *report;
    char target[64];
    char *text;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        report = cJSON_CreateObject();
        snprintf(target, sizeof target, "ghost:s%05d", i);
        cJSON_AddStringToObject(report, "target", target);
        cJSON_AddStringToObject(report, "verdict", "free");
        cJSON_AddFalseToObject(report, "held");
        cJSON_AddItemToArray(all, report);
    }
    assert_true(mlk_watch_set(&m, all));
    for (int i = 0; i < 200; i++) {
        mlk_watch_move(&m, 100);
        free(paint(&v, 24, 80));
    }
    text = paint(&v, 24, 80);
    HAS(text, "20000 locks, 0 held");
    HAS(text, "> ghost:s19999");
    free(text);
    mlk_watch_free(&m);
}

/* A text scrolls, keeps its place, and breaks what is longer than a line. */
static void texts(void **state)
{
    struct mlk_watch_text t = {0};
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, SCREEN_MAX);
    for (int i = 0; i < 50; i++)
        mlk_buf_fmt(&b, "line %d\n", i);
    mlk_watch_text_set(&t, mlk_buf_text(&b), 20);
    assert_int_equal(t.count, 50);
    mlk_watch_text_scroll(&t, 7, 10);
    assert_int_equal(t.top, 7);
    mlk_watch_text_set(&t, mlk_buf_text(&b), 30);
    assert_int_equal(t.top, 7);
    mlk_watch_text_scroll(&t, 1000, 10);
    assert_int_equal(t.top, 40);
    mlk_watch_text_scroll(&t, 1000, 10);
    assert_int_equal(t.top, 40);
    mlk_watch_text_scroll(&t, -1000, 10);
    assert_int_equal(t.top, 0);
    mlk_watch_text_set(&t, "\xe3\x83\x96\xe3\x83\xad\xe3\x82\xb0\n\nx", 5);
    assert_int_equal(t.count, 4);
    assert_string_equal(t.lines[0], "\xe3\x83\x96\xe3\x83\xad");
    assert_string_equal(t.lines[1], "\xe3\x82\xb0");
    assert_string_equal(t.lines[2], "");
    mlk_watch_text_set(&t, "", 5);
    assert_int_equal(t.count, 0);
    mlk_buf_free(&b);
    mlk_watch_text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size),
        cmocka_unit_test(as_a_person_sees_it),
        cmocka_unit_test(many),
        cmocka_unit_test(texts),
    };

    mlk_text_locale();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
