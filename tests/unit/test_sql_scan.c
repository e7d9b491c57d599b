/* SPDX-License-Identifier: GPL-2.0-only */
/* The scanner: where quotes, comments and statements end, so that nothing hides in one. */
#include <string.h>

#include "advise/sql_scan.h"
#include "miglock/buf.h"
#include "unit.h"

static const struct mlk_scan_mode plain = {false, false};
static char error[256];

/* The tokens, one after the other: w word, d number, n name, s string, m mark, ; h hidden, o odd; with "|"
 * between. */
static void scans(const char *sql, struct mlk_scan_mode mode, const char *wanted)
{
    static const char kinds[] = "wdnsm;ho";
    struct mlk_tokens tokens;
    struct mlk_buf b;

    mlk_buf_init(&b, 4096);
    assert_int_equal(mlk_sql_scan(sql, strlen(sql), mode, &tokens, error, sizeof error), MLK_OK);
    for (size_t i = 0; i < tokens.count; i++) {
        const struct mlk_token *t = &tokens.list[i];

        mlk_buf_fmt(&b, "%s%c:%.*s", i ? "|" : "", kinds[t->kind], (int)t->len, t->text);
    }
    assert_string_equal(mlk_buf_text(&b), wanted);
    mlk_buf_free(&b);
    mlk_tokens_free(&tokens);
}

static void refuses(const char *sql, size_t len, const char *why)
{
    struct mlk_tokens tokens;

    assert_int_equal(mlk_sql_scan(sql, len, plain, &tokens, error, sizeof error), MLK_USAGE);
    assert_string_equal(error, why);
    assert_null(tokens.list);
}

static void words_and_marks(void **state)
{
    (void)state;
    scans("", plain, "");
    scans(" \t\r\n\v\f", plain, "");
    scans("ALTER TABLE a.b ADD c$1 INT(10)", plain,
          "w:ALTER|w:TABLE|w:a|m:.|w:b|w:ADD|w:c$1|w:INT|m:(|d:10|m:)");
    scans("\xc3\xbc\xe2\x82\xac", plain, "w:\xc3\xbc\xe2\x82\xac");
}

/* Where a number ends another token begins, also without a blank; "a.1e1b" is a name all the same. */
static void numbers(void **state)
{
    (void)state;
    scans("1.5e3-x .5+1. 1e+5,1E5", plain, "d:1.5e3|m:-|w:x|d:.5|m:+|d:1.|d:1e+5|m:,|d:1E5");
    scans("1e1UNION=1.UNION .5UNION 1.5e+2UNION 1e-1UNION", plain,
          "d:1e1|w:UNION|m:=|d:1.|w:UNION|d:.5|w:UNION|d:1.5e+2|w:UNION|d:1e-1|w:UNION");
    scans("2fa 1e 1e+ 1ex 0x1f 0xffUNION", plain, "w:2fa|w:1e|w:1e|m:+|w:1ex|w:0x1f|w:0xffUNION");
    scans("a.1e1b.5c", plain, "w:a|m:.|w:1e1b|m:.|w:5c");
    scans("`a`.5c a .5c a. 5c", plain, "n:`a`|d:.5|w:c|w:a|d:.5|w:c|w:a|m:.|w:5c");
    scans("1.5e+x 1.e(", plain, "o:1.5|w:e|m:+|w:x|o:1.|w:e|m:(");
    scans("1e1$$", plain, "d:1e1|o:$$");
}

static void quotes(void **state)
{
    (void)state;
    scans("'a;b' \"c;d\" `e;f`", plain, "s:'a;b'|s:\"c;d\"|n:`e;f`");
    scans("'it''s'x", plain, "s:'it''s'|w:x");
    scans("'a\\';b'c", plain, "s:'a\\';b'|w:c");
    scans("'a\\\\'c", plain, "s:'a\\\\'|w:c");
    scans("\"a\\\";b\"", plain, "s:\"a\\\";b\"");
    /* a name has no escapes */
    scans("`a\\`;`b`", plain, "n:`a\\`|;:;|n:`b`");
    scans("`a``;b`", plain, "n:`a``;b`");
    /* comments in quotes, quotes in comments */
    scans("'/* -- #' a", plain, "s:'/* -- #'|w:a");
    scans("a /* ' ; */ b # ' ;\nc -- ` ;\nd", plain, "w:a|w:b|w:c|w:d");
}

static void quotes_by_mode(void **state)
{
    const struct mlk_scan_mode ansi = {true, false}, bare = {false, true}, both = {true, true};

    (void)state;
    scans("\"a\\\";b", ansi, "n:\"a\\\"|;:;|w:b");
    scans("\"a\"\";b\"", ansi, "n:\"a\"\";b\"");
    scans("'a\\';b", bare, "s:'a\\'|;:;|w:b");
    scans("\"a\\\";'b\\'", both, "n:\"a\\\"|;:;|s:'b\\'");
}

static void reads_the_mode(void **state)
{
    struct mlk_scan_mode mode = mlk_scan_mode("STRICT_ALL_TABLES,ANSI_QUOTES,NO_BACKSLASH_ESCAPES");

    (void)state;
    assert_true(mode.ansi_quotes && mode.no_backslash_escapes);
    mode = mlk_scan_mode("STRICT_ALL_TABLES,NOT_ANSI_QUOTES,ansi_quote");
    assert_false(mode.ansi_quotes || mode.no_backslash_escapes);
    mode = mlk_scan_mode(NULL);
    assert_false(mode.ansi_quotes);
}

static void comments(void **state)
{
    (void)state;
    scans("a--b - -c", plain, "w:a|o:-|m:-|w:b|m:-|m:-|w:c");
    scans("a--", plain, "w:a");
    scans("a--\tb", plain, "w:a");
    scans("a/**/b", plain, "w:a|w:b");
    scans("a/* x */ /* /* */ b", plain, "w:a|w:b");
    scans("a /*+ hint */ b", plain, "w:a|w:b");
    scans("a /*!50000 ; DROP TABLE t */ b", plain, "w:a|h:/*!50000 ; DROP TABLE t */|w:b");
    scans("a /*! x */", plain, "w:a|h:/*! x */");
    scans("a /*M!100100 x */", plain, "w:a|h:/*M!100100 x */");
}

static void odd_ones(void **state)
{
    (void)state;
    scans("a \\G", plain, "w:a|o:\\|w:G");
    scans("a $$b' c'$$", plain, "w:a|o:$$b|s:' c'|o:$$");
}

static void statements(void **state)
{
    (void)state;
    scans(";;a;b", plain, ";:;|;:;|w:a|;:;|w:b");
}

static void depths(void **state)
{
    struct mlk_tokens tokens;
    const char *sql = ") a (b (c) d) e ( ; f";
    static const int wanted[] = {0, 0, 0, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0};

    (void)state;
    assert_int_equal(mlk_sql_scan(sql, strlen(sql), plain, &tokens, error, sizeof error), MLK_OK);
    assert_int_equal(tokens.count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < tokens.count; i++)
        assert_int_equal(tokens.list[i].depth, wanted[i]);
    mlk_tokens_free(&tokens);
}

static void no_end(void **state)
{
    (void)state;
    refuses("a\n'b", 4, "line 2: a string has no end");
    refuses("'a\\'", 4, "line 1: a string has no end");
    refuses("'a\\", 3, "line 1: a string has no end");
    refuses("'a''", 4, "line 1: a string has no end");
    refuses("`a", 2, "line 1: a quoted name has no end");
    refuses("/*", 2, "line 1: a comment has no end");
    refuses("/*/", 3, "line 1: a comment has no end");
    refuses("/*! a", 5, "line 1: a comment has no end");
    refuses("a\x01", 2, "line 1: there is a control character outside quotes");
    refuses("a\0b", 3, "line 1: the text is not UTF-8");
    refuses("a\xff", 2, "line 1: the text is not UTF-8");
}

static void names(void **state)
{
    const char *sql = "a `b``c` 'd' `` . `\xc3\xa4.'\"`";
    struct mlk_tokens tokens;
    char out[8];

    (void)state;
    assert_int_equal(mlk_sql_scan(sql, strlen(sql), plain, &tokens, error, sizeof error), MLK_OK);
    assert_true(mlk_token_name(&tokens.list[0], out, sizeof out));
    assert_string_equal(out, "a");
    assert_true(mlk_token_name(&tokens.list[1], out, sizeof out));
    assert_string_equal(out, "b`c");
    assert_false(mlk_token_name(&tokens.list[1], out, 3));
    assert_false(mlk_token_name(&tokens.list[2], out, sizeof out));
    assert_false(mlk_token_name(&tokens.list[3], out, sizeof out));
    assert_false(mlk_token_name(&tokens.list[4], out, sizeof out));
    assert_true(mlk_token_name(&tokens.list[5], out, sizeof out));
    assert_string_equal(out, "\xc3\xa4.'\"");
    assert_true(mlk_token_is(&tokens.list[0], "A"));
    assert_false(mlk_token_is(&tokens.list[1], "B`C"));
    mlk_tokens_free(&tokens);
}

/* Any text comes to an end, and what is cut lies within it, in order. */
static void any_text(void **state)
{
    static const char pieces[] = "'\"`\\;/*!-# \nab.(),$1";
    unsigned seed = 1;
    char sql[48];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        const struct mlk_scan_mode mode = {round & 1, round & 2};
        struct mlk_tokens tokens;
        size_t len = (size_t)(round % (int)sizeof sql);
        const char *at = sql;

        for (size_t i = 0; i < len; i++) {
            seed = seed * 1103515245u + 12345u;
            sql[i] = pieces[(seed >> 16) % (sizeof pieces - 1)];
        }
        if (mlk_sql_scan(sql, len, mode, &tokens, error, sizeof error) != MLK_OK)
            continue;
        for (size_t i = 0; i < tokens.count; i++) {
            assert_true(tokens.list[i].text >= at && tokens.list[i].len > 0);
            at = tokens.list[i].text + tokens.list[i].len;
        }
        assert_true(at <= sql + len);
        mlk_tokens_free(&tokens);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_marks), cmocka_unit_test(numbers),        cmocka_unit_test(quotes),
        cmocka_unit_test(quotes_by_mode),  cmocka_unit_test(reads_the_mode), cmocka_unit_test(comments),
        cmocka_unit_test(odd_ones),        cmocka_unit_test(statements),     cmocka_unit_test(depths),
        cmocka_unit_test(no_end),          cmocka_unit_test(names),          cmocka_unit_test(any_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
