/* SPDX-License-Identifier: GPL-2.0-only */
/* Targets: every good form means one lock and is written one way; every bad form is refused with one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "miglock/target.h"
#include "unit.h"

static void good_forms(void **state)
{
    static const struct {
        const char *text, *tool, *schema, *qualifier, *name, *table, *written;
    } cases[] = {
        {"rails:app", "rails", "app", "", "6939591962871035475", "", "rails:app"},
        {"ghost:blog", "ghost", "blog", "", "", "migrations_lock", "ghost:blog"},
        {"knex:app", "knex", "app", "", "", "knex_migrations_lock", "knex:app"},
        {"knex:app/migrations_lock", "knex", "app", "migrations_lock", "", "migrations_lock",
         "knex:app/migrations_lock"},
        {"knex:app/knex_migrations_lock", "knex", "app", "", "", "knex_migrations_lock", "knex:app"},
        {"knex:`a/b`/`c``d`", "knex", "a/b", "c`d", "", "c`d", "knex:`a/b`/`c``d`"},
        {"knex:`app`/`t`", "knex", "app", "t", "", "t", "knex:app/t"},
        {"rails:a:b", "rails", "a:b", "", NULL, "", "rails:a:b"},
        {"rails:a b", "rails", "a b", "", NULL, "", "rails:a b"},
        {"rails:caf\xc3\xa9", "rails", "caf\xc3\xa9", "", NULL, "", "rails:caf\xc3\xa9"},
        {"named:any thing: at/all`", "named", "", "", "any thing: at/all`", "", "named:any thing: at/all`"},
        {"named:named:x", "named", "", "", "named:x", "", "named:named:x"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_target t;
        char error[200] = "";

        if (mlk_target_parse(cases[i].text, strlen(cases[i].text), &t, error, sizeof error) != MLK_OK)
            fail_msg("%s: %s", cases[i].text, error);
        assert_non_null(t.tool);
        assert_string_equal(t.tool->id, cases[i].tool);
        assert_string_equal(t.schema, cases[i].schema);
        assert_string_equal(t.qualifier, cases[i].qualifier);
        if (cases[i].name)
            assert_string_equal(t.name, cases[i].name);
        assert_string_equal(t.table, cases[i].table);
        assert_string_equal(t.text, cases[i].written);
    }
}

/* The text of a target, parsed again, is the same target. */
static void the_text_is_a_target(void **state)
{
    static const char *const texts[] = {
        "rails:app", "knex:`a/b`/`c``d`", "knex:```", "knex:````", "rails:`/`", "named:x/`y`", "knex:a`b/c",
    };
    size_t parsed = 0;

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        struct mlk_target t, again;
        char error[200];

        if (mlk_target_parse(texts[i], strlen(texts[i]), &t, error, sizeof error) != MLK_OK)
            continue;
        parsed++;
        assert_int_equal(mlk_target_parse(t.text, strlen(t.text), &again, error, sizeof error), MLK_OK);
        assert_memory_equal(&again.schema, &t.schema, strlen(t.schema) + 1);
        assert_string_equal(again.qualifier, t.qualifier);
        assert_string_equal(again.name, t.name);
        assert_string_equal(again.table, t.table);
        assert_string_equal(again.text, t.text);
    }
    assert_int_equal(parsed, 6); /* all but the unclosed one */
}

static void refused(const char *text, size_t len, const char *says)
{
    struct mlk_target t;
    char error[200] = "";

    if (mlk_target_parse(text, len, &t, error, sizeof error) != MLK_USAGE)
        fail_msg("accepted: %.80s", text);
    if (!strstr(error, says))
        fail_msg("%.80s: \"%s\" does not say \"%s\"", text, error, says);
    assert_null(strpbrk(error, "\r\n"));
}

static void bad_forms(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "empty"},
        {"app", "not a target"},
        {":", "unknown tool"},
        {":app", "unknown tool"},
        {"rails:", "empty"},
        {"ghost:", "empty"},
        {"knex:app/", "empty"},
        {"knex:/t", "empty"},
        {"knex:``/t", "empty"},
        {"named:", "empty"},
        {"Rails:app", "did you mean rails? SELECT miglock_tools()"},
        {" rails:app", "did you mean rails? SELECT miglock_tools()"},
        {"flywya:app",
         "unknown tool 'flywya'; did you mean flyway? SELECT miglock_tools() (or `miglock tools`) lists"},
        {"django:app", "unknown tool 'django'; SELECT miglock_tools() (or `miglock tools`) lists them"},
        {"rails:app/x", "no qualifier"},
        {"ghost:app/x", "no qualifier"},
        {"knex:app/a/b", "only one '/'"},
        {"knex:`app", "backquotes"},
        {"knex:`app`x/t", "backquotes"},
        {"knex:app/`t", "'/'"},
        {"rails:app\n/x", "no qualifier"},
        {"rai\nls:app", "unknown tool"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        refused(cases[i].text, strlen(cases[i].text), cases[i].says);
}

static void bad_bytes(void **state)
{
    (void)state;
    refused("rails:a\0b", 9, "NUL");
    refused("rai\0ls:app", 10, "NUL");
    refused("named:\0", 7, "NUL");
    refused("\0", 1, "NUL");
    refused("rails:\xff", 7, "UTF-8");
    refused("rails:\xc3", 7, "UTF-8");              /* cut off */
    refused("rails:\xc0\xaf", 8, "UTF-8");          /* a slash in two bytes */
    refused("rails:\xe0\x80\xaf", 9, "UTF-8");      /* and in three */
    refused("rails:\xed\xa0\x80", 9, "UTF-8");      /* a surrogate */
    refused("rails:\xf4\x90\x80\x80", 10, "UTF-8"); /* past the last character */
    refused("named:\xe9t\xe9", 9, "UTF-8");         /* latin1 */
}

static char *repeat(const char *head, const char *unit, size_t times, size_t *len)
{
    size_t head_len = strlen(head);
    size_t unit_len = strlen(unit);
    char *text = malloc(head_len + times * unit_len + 1);

    assert_non_null(text);
    memcpy(text, head, head_len + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + head_len + i * unit_len, unit, unit_len + 1);
    *len = head_len + times * unit_len;
    return text;
}

static enum mlk_status parse_repeated(const char *head, const char *unit, size_t times, struct mlk_target *t)
{
    char error[200] = "";
    size_t len;
    char *text = repeat(head, unit, times, &len);
    enum mlk_status status = mlk_target_parse(text, len, t, error, sizeof error);

    assert_true(status == MLK_OK || error[0]);
    assert_true(strlen(error) < sizeof error - 1);
    free(text);
    return status;
}

static void lengths(void **state)
{
    struct mlk_target t;

    (void)state;
    /* 64 characters, whatever they weigh */
    assert_int_equal(parse_repeated("rails:", "x", 64, &t), MLK_OK);
    assert_int_equal(strlen(t.schema), 64);
    assert_int_equal(parse_repeated("rails:", "x", 65, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("rails:", "\xf0\x9f\x94\x92", 64, &t), MLK_OK);
    assert_int_equal(strlen(t.schema), MLK_IDENT_MAX);
    assert_int_equal(parse_repeated("rails:", "\xf0\x9f\x94\x92", 65, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("knex:app/", "x", 64, &t), MLK_OK);
    assert_int_equal(parse_repeated("knex:app/", "x", 65, &t), MLK_USAGE);
    /* two of them enclose 31 that are doubled; an odd one is not closed */
    assert_int_equal(parse_repeated("knex:app/", "`", 64, &t), MLK_OK);
    assert_int_equal(strlen(t.table), 31);
    assert_int_equal(parse_repeated("knex:app/", "`", 65, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("named:", "x", MLK_NAME_MAX, &t), MLK_OK);
    assert_int_equal(strlen(t.name), MLK_NAME_MAX);
    assert_int_equal(parse_repeated("named:", "x", MLK_NAME_MAX + 1, &t), MLK_USAGE);
    /* at and around the limit of the whole, and far past it */
    assert_int_equal(parse_repeated("", "x", MLK_TARGET_MAX, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("", "x", MLK_TARGET_MAX + 1, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("knex:", "`", MLK_TARGET_MAX - 5, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("knex:", "`", MLK_TARGET_MAX - 6, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("knex:app/", "`", MLK_TARGET_MAX - 9, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("knex:app/", "`", MLK_TARGET_MAX - 10, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("rails:", "x", 65536, &t), MLK_USAGE);
    assert_int_equal(parse_repeated("rails:", "x", 1u << 20u, &t), MLK_USAGE);
}

/* 64 backquotes double, twice: the longest text that there is. */
static void the_longest_text_fits(void **state)
{
    char quotes[64];
    char error[200];
    struct mlk_target t;

    (void)state;
    memset(quotes, '`', sizeof quotes);
    assert_int_equal(mlk_target_make("knex", 4, quotes, 64, quotes, 64, &t, error, sizeof error), MLK_OK);
    assert_int_equal(strlen(t.text), 5 + 130 + 1 + 130);
}

/* Many texts of few characters, those that mean something: whatever is accepted means the same when it is
 * read again. */
static void anything_goes_in(void **state)
{
    static const char alphabet[] = {'r', ':', '/', '`', 'a', '\0', '\xc3', '\xa9', '\xff', '\n', '\\'};
    static const char *const heads[] = {"", "rails:", "ghost:", "knex:", "knex:`", "named:"};
    uint32_t random = 1;
    size_t accepted = 0;

    (void)state;
    for (size_t i = 0; i < 200000; i++) {
        char *text = malloc(64);
        size_t len = strlen(heads[i % UNIT_COUNT(heads)]);
        struct mlk_target t, again;
        char error[200] = "";

        assert_non_null(text);
        memcpy(text, heads[i % UNIT_COUNT(heads)], len);
        for (size_t n = (size_t)(random >> 16u) % 9; n > 0; n--) {
            random = random * 1103515245u + 12345u;
            text[len++] = alphabet[(random >> 16u) % sizeof alphabet];
        }
        random = random * 1103515245u + 12345u;
        text = realloc(text, len ? len : 1); /* so that a sanitizer sees a step past the end */
        assert_non_null(text);
        if (mlk_target_parse(text, len, &t, error, sizeof error) == MLK_OK) {
            accepted++;
            assert_int_equal(mlk_target_parse(t.text, strlen(t.text), &again, error, sizeof error), MLK_OK);
            assert_ptr_equal(again.tool, t.tool);
            assert_string_equal(again.schema, t.schema);
            assert_string_equal(again.name, t.name);
            assert_string_equal(again.table, t.table);
            assert_string_equal(again.text, t.text);
        } else {
            assert_true(error[0] != '\0' && !strpbrk(error, "\r\n"));
        }
        free(text);
    }
    assert_true(accepted > 1000);
}

static void from_parts(void **state)
{
    struct mlk_target t;
    char error[200];

    (void)state;
    assert_int_equal(mlk_target_make("railsX", 5, "appX", 3, NULL, 0, &t, error, sizeof error), MLK_OK);
    assert_string_equal(t.text, "rails:app");
    assert_int_equal(mlk_target_make("knex", 4, "app", 3, "t", 1, &t, error, sizeof error), MLK_OK);
    assert_string_equal(t.table, "t");
    assert_int_equal(mlk_target_make("rails", 5, "app", 3, "t", 1, &t, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_target_make("nope", 4, "app", 3, NULL, 0, &t, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_target_make("rails", 5, "", 0, NULL, 0, &t, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_target_make("rails", 5, "a\0b", 3, NULL, 0, &t, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_target_make("knex", 4, "app", 3, "", 0, &t, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_target_make("named", 5, "x", 1, "y", 1, &t, error, sizeof error), MLK_USAGE);
}

static void a_short_error_buffer_is_not_passed(void **state)
{
    struct mlk_target t;
    char error[8] = "1234567";

    (void)state;
    assert_int_equal(mlk_target_parse("nothing", 7, &t, error, 4), MLK_USAGE);
    assert_int_equal(strlen(error), 3);
    assert_string_equal(error + 4, "567");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_forms),
        cmocka_unit_test(the_text_is_a_target),
        cmocka_unit_test(bad_forms),
        cmocka_unit_test(bad_bytes),
        cmocka_unit_test(lengths),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(anything_goes_in),
        cmocka_unit_test(from_parts),
        cmocka_unit_test(a_short_error_buffer_is_not_passed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
