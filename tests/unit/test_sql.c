/* SPDX-License-Identifier: GPL-2.0-only */
/* Quoting: nothing in a value can end the literal or the identifier that it stands in. */
#include <string.h>

#include "miglock/sql.h"
#include "unit.h"

static void check_string(const char *text, size_t len, const char *expected)
{
    struct mlk_buf b;

    mlk_buf_init(&b, 1000);
    assert_int_equal(mlk_sql_string(&b, text, len), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), expected);
    assert_int_equal(b.len, strlen(expected));
    mlk_buf_free(&b);
}

static void quotes_strings(void **state)
{
    (void)state;
    check_string(NULL, 0, "NULL");
    check_string("", 0, "''");
    check_string("plain", 5, "'plain'");
    check_string("it's", 4, "'it''s'");
    check_string("'", 1, "''''");
    check_string("''", 2, "''''''");
    check_string("\\", 1, "'\\\\'");
    check_string("\\'", 2, "'\\\\'''");
    check_string("a\0b", 3, "'a\\0b'");
    check_string("a\nb\rc\x1a", 6, "'a\\nb\\rc\\Z'");
    check_string("\"`%_;-- #", 9, "'\"`%_;-- #'");
    check_string("abcdef", 3, "'abc'");
}

static void leaves_utf8_alone(void **state)
{
    (void)state;
    check_string("\xf0\x9f\x94\x92\xc3\xa9", 6, "'\xf0\x9f\x94\x92\xc3\xa9'");
}

/* Reads the literal back as the server does and compares. */
static void every_byte_comes_back(void **state)
{
    char all[256];
    char back[256];
    size_t n = 0;
    struct mlk_buf b;

    (void)state;
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(unsigned char)i;
    mlk_buf_init(&b, 1000);
    assert_int_equal(mlk_sql_string(&b, all, sizeof all), MLK_OK);
    assert_int_equal(b.text[0], '\'');
    assert_int_equal(b.text[b.len - 1], '\'');
    for (size_t i = 1; i < b.len - 1; i++) {
        char c = b.text[i];

        if (c == '\'') {
            i++;
            assert_true(i < b.len - 1);
            assert_int_equal(b.text[i], '\'');
        } else if (c == '\\') {
            i++;
            assert_true(i < b.len - 1);
            c = b.text[i];
            c = c == '0' ? '\0' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'Z' ? '\x1a' : c;
        }
        assert_true(n < sizeof back);
        back[n++] = c;
    }
    assert_int_equal(n, sizeof all);
    assert_memory_equal(back, all, sizeof all);
    mlk_buf_free(&b);
}

static void check_ident(const char *text, const char *expected)
{
    struct mlk_buf b;

    mlk_buf_init(&b, 1000);
    assert_int_equal(mlk_sql_ident(&b, text), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), expected);
    mlk_buf_free(&b);
}

static void quotes_identifiers(void **state)
{
    (void)state;
    check_ident("blog", "`blog`");
    check_ident("", "``");
    check_ident("a`b", "`a``b`");
    check_ident("`", "````");
    check_ident("``", "``````");
    check_ident("a.b", "`a.b`");
    check_ident("a'b\\c\"", "`a'b\\c\"`");
    check_ident("\xc3\xa9", "`\xc3\xa9`");
}

static void quotes_tables(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 100);
    assert_int_equal(mlk_sql_table(&b, "a`.b", "c`d"), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), "`a``.b`.`c``d`");
    mlk_buf_free(&b);
}

static void too_long_is_said(void **state)
{
    struct mlk_buf b;

    (void)state;
    for (size_t max = 0; max < 8; max++) {
        mlk_buf_init(&b, max);
        assert_int_equal(mlk_sql_string(&b, "a'b'c", 5), MLK_TOO_LONG);
        assert_int_equal(b.status, MLK_TOO_LONG);
        mlk_buf_free(&b);
        mlk_buf_init(&b, max < 6 ? max : 6);
        assert_int_equal(mlk_sql_ident(&b, "a`b`c"), MLK_TOO_LONG);
        mlk_buf_free(&b);
        mlk_buf_init(&b, max < 6 ? max : 6);
        assert_int_equal(mlk_sql_table(&b, "a", "bc"), MLK_TOO_LONG);
        mlk_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_strings),        cmocka_unit_test(leaves_utf8_alone),
        cmocka_unit_test(every_byte_comes_back), cmocka_unit_test(quotes_identifiers),
        cmocka_unit_test(quotes_tables),         cmocka_unit_test(too_long_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
