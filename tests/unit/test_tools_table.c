/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool table as a whole: every tool says all that a person needs, and is found by its id or nearly. */
#include <string.h>

#include "miglock/target.h"
#include "unit.h"

enum { TEXT_MAX = 400 };

static void is_text(const struct mlk_tool *tool, const char *member, const char *text)
{
    if (!text || !text[0] || strlen(text) > TEXT_MAX || strpbrk(text, "\r\n\t"))
        fail_msg("%s: no %s, or one that is too long or has more than one line", tool->id, member);
    if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        fail_msg("%s: blanks around its %s: %s", tool->id, member, text);
}

static void is_sentence(const struct mlk_tool *tool, const char *member, const char *text)
{
    is_text(tool, member, text);
    if (text[strlen(text) - 1] != '.' || strstr(text, "  ") || strstr(text, ".."))
        fail_msg("%s: its %s is no sentence: %s", tool->id, member, text);
}

static void every_tool_says_all(void **state)
{
    const struct mlk_tool *tool;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        is_text(tool, "title", tool->title);
        is_sentence(tool, "how", tool->how);
        is_sentence(tool, "stuck", tool->stuck);
        is_text(tool, "source", tool->source);
        assert_non_null(tool->advice);
        is_sentence(tool, "advice", tool->advice[0]);
        for (const char *const *line = tool->advice; *line; line++)
            is_sentence(tool, "advice", *line);
        if (tool->on_mariadb)
            is_sentence(tool, "on_mariadb", tool->on_mariadb);
        if (tool->own_unlock)
            is_text(tool, "own_unlock", tool->own_unlock);
        if (tool->message)
            is_text(tool, "message", tool->message);
        else if (tool->kind == MLK_NAMED &&
                 !strstr(tool->how, "prints")) /* that it waits in silence must be said */
            fail_msg("%s: neither a message nor a word why there is none", tool->id);
        for (const struct mlk_phrase *p = tool->phrases; p && p->text; p++) {
            is_text(tool, "phrase", p->text);
            assert_true(strlen(p->text) >= 5);
            if (p->means)
                is_sentence(tool, "meaning of a phrase", p->means);
        }
    }
}

static void every_row_tool_is_complete(void **state)
{
    const struct mlk_tool *tool;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (tool->kind != MLK_ROW)
            continue;
        assert_non_null(tool->default_table);
        assert_non_null(tool->columns);
        assert_non_null(tool->columns[0]);
        assert_non_null(tool->read);
        assert_non_null(tool->release);
        assert_non_null(tool->explain);
        assert_null(tool->name);
        assert_null(tool->recognise);
    }
}

static bool contains(const char *const *list, const char *text)
{
    for (; *list; list++) {
        if (strcmp(*list, text) == 0)
            return true;
    }
    return false;
}

static void every_named_tool_is_complete(void **state)
{
    const struct mlk_tool *tool;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (tool->kind != MLK_NAMED)
            continue;
        assert_null(tool->default_table);
        assert_null(tool->columns);
        assert_null(tool->release);
        assert_int_equal(tool->takes_qualifier, tool->qualifier_is != NULL);
        if (!tool->takes_qualifier)
            assert_true(!tool->default_qualifier && !tool->usual_qualifiers && !tool->qualifier_columns);
        if (tool->usual_qualifiers && tool->default_qualifier)
            assert_true(contains(tool->usual_qualifiers, tool->default_qualifier));
        if (!tool->name)
            assert_string_equal(tool->id, "named");
    }
}

/* What a person types; "named" last, as it takes whatever the others do not. */
static void ids_are_unique(void **state)
{
    const struct mlk_tool *tool;
    size_t count = 0;

    (void)state;
    for (; (tool = mlk_tool_at(count)); count++) {
        assert_non_null(tool->id);
        assert_int_equal(strspn(tool->id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(tool->id));
        assert_true(strlen(tool->id) > 0 && strlen(tool->id) < 32);
        assert_ptr_equal(mlk_tool_find(tool->id, strlen(tool->id)), tool);
        assert_ptr_equal(mlk_tool_nearest(tool->id, strlen(tool->id)), tool);
    }
    assert_true(count > 25);
    assert_string_equal(mlk_tool_at(0)->id, "rails");
    assert_string_equal(mlk_tool_at(count - 1)->id, "named");
    assert_null(mlk_tool_at(SIZE_MAX));
    assert_null(mlk_tool_find("rails", 4));
    assert_null(mlk_tool_find("rails\0", 6));
    assert_null(mlk_tool_find("", 0));
}

static void titles_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; mlk_tool_at(i); i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(mlk_tool_at(i)->title, mlk_tool_at(j)->title);
    }
}

static void typing_errors(void **state)
{
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        {"rail", "rails"},
        {"rials", "rails"},
        {"RAILS", "rails"},
        {"Flyway", "flyway"},
        {"flywya", "flyway"},
        {"flywaay", "flyway"},
        {"golangmigrate", "golang-migrate"},
        {"gh_ost", "gh-ost"},
        {"liquibase-session-lock", "liquibase-sessionlock"},
        {"flyXYZ", NULL},
        {"django", NULL},
        {"x", NULL},
        {"xy", NULL},
        {"", NULL},
        {"rails rails rails rails rails rails rails", NULL},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct mlk_tool *tool = mlk_tool_nearest(cases[i].typed, strlen(cases[i].typed));

        if (!cases[i].meant ? tool != NULL : !tool || strcmp(tool->id, cases[i].meant) != 0)
            fail_msg("%s: %s", cases[i].typed, tool ? tool->id : "nothing");
    }
}

/* Every length of text, and bytes that are no text. */
static void any_bytes_can_be_asked_for(void **state)
{
    char text[80];

    (void)state;
    for (size_t len = 0; len < sizeof text; len++) {
        memset(text, (int)(0xffu - len), len);
        assert_null(mlk_tool_nearest(text, len));
        memset(text, '\0', len);
        assert_null(mlk_tool_nearest(text, len));
    }
}

/* What is written after the colon: a schema, a qualifier, both or nothing, by scope. */
static void every_named_tool_makes_a_target(void **state)
{
    const struct mlk_tool *tool;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        bool server = tool->scope == MLK_PER_SERVER;
        bool must = tool->takes_qualifier && !tool->default_qualifier;
        struct mlk_target t, again;
        char error[300] = "";
        char text[100];
        struct mlk_buf b;

        if (tool->kind != MLK_NAMED || !tool->name)
            continue;
        mlk_buf_fixed(&b, text, sizeof text);
        mlk_buf_fmt(&b, "%s:%s%s%s", tool->id, server ? "" : "app", must && !server ? "/" : "",
                    must ? "42" : "");
        if (mlk_target_parse(text, strlen(text), &t, error, sizeof error))
            fail_msg("%s: %s", text, error);
        assert_string_equal(t.text, text);
        assert_true(t.name[0] != '\0');
        assert_string_equal(t.schema, server ? "" : "app");
        assert_int_equal(mlk_target_parse(t.text, strlen(t.text), &again, error, sizeof error), MLK_OK);
        assert_string_equal(again.name, t.name);
        if (must) {
            *strpbrk(text, server ? "4" : "/") = '\0';
            assert_int_equal(mlk_target_parse(text, strlen(text), &t, error, sizeof error), MLK_USAGE);
            assert_non_null(strstr(error, tool->qualifier_is));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tool_says_all),
        cmocka_unit_test(every_row_tool_is_complete),
        cmocka_unit_test(every_named_tool_is_complete),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(titles_are_unique),
        cmocka_unit_test(typing_errors),
        cmocka_unit_test(any_bytes_can_be_asked_for),
        cmocka_unit_test(every_named_tool_makes_a_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
