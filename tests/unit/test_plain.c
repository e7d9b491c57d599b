/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of a log made comparable: what its way changed is undone, nothing else is touched, and it never grows.
 */
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "unit.h"

static void plain_is(const char *text, size_t len, const char *expected)
{
    /* in memory of exactly that size, so that a sanitizer sees a step outside */
    char *copy = malloc(len ? len : 1);
    struct mlk_buf out;

    assert_non_null(copy);
    memcpy(copy, text, len);
    mlk_buf_init(&out, len);
    assert_int_equal(mlk_plain(copy, len, &out), MLK_OK);
    assert_string_equal(mlk_buf_text(&out), expected);
    mlk_buf_free(&out);
    free(copy);
}

static void what_is_undone(void **state)
{
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"", ""},
        {"as it is", "as it is"},
        {"Two  blanks,\ta tab", "Two blanks, a tab"},
        {"  at the ends  ", " at the ends"},
        {"a \r\n\t b", "a\nb"},
        {"a\n\n\nb", "a\nb"},
        {"a\vb\fc", "a b c"},
        {"a\xc2\xa0\xe2\x80\xaf\xe3\x80\x80 b", "a b"},
        {"a\xe2\x80\xa8"
         "b",
         "a\nb"},
        {"get`s", "get's"},
        {"can\xe2\x80\x99t \xe2\x80\x98x\xe2\x80\x9b \xe2\x80\x9cy\xe2\x80\x9d \xc2\xaby\xc2\xbb",
         "can't 'x' \"y\" \"y\""},
        {"\x1b[31mred\x1b[0m \x1b[1;38;5;208mx\x1b[K", "red x"},
        {"\\u001b[31mred\\u001b[0m \\x1b[1mx\\033[0m \\e[32my", "red x y"},
        {"^[[31mred^[[0m #033[1mx [31mred[0;1m", "red x red"},
        {"\x1b]8;;https://x\x1b\\link\x1b]8;;\a!", "link!"},
        {"\x1b]0;no end", "]0;no end"},
        {"\x1b[", "["},
        {"\x1b[12345678901234567890123456789012345678m", "[12345678901234567890123456789012345678m"},
        {"\x1b", ""},
        {"[?25m [<m", "[?25m [<m"},
        {"[migrate] [m] [5 [;m", "[migrate] [m] [5"},
        {"\x1b[1 Migration", "[1 Migration"},
        {"C:\\Users\\me", "C:\\Users\\me"},
        {"one\\ntwo\\r\\n\\tthree \\\"four\\\"", "one\ntwo\nthree \"four\""},
        {"a\\", "a\\"},
        {"zero\xe2\x80\x8bwidth\xef\xbb\xbf soft\xc2\xadhyphen", "zerowidth softhyphen"},
        {"non\xe2\x80\x91"
         "break",
         "non-break"},
        {"\xc3\xa9\xf0\x9f\x94\x92\xff\xc2", "\xc3\xa9\xf0\x9f\x94\x92\xff\xc2"},
        {"\xe2\x80", "\xe2\x80"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        plain_is(cases[i].text, strlen(cases[i].text), cases[i].plain);
    plain_is("\xff\xfeL\0o\0c\0k\0", 10, "\xff\xfeLock"); /* UTF-16, as PowerShell writes a log */
}

/* Whatever the bytes: no longer, no NUL, no ESC, no two blanks; and plain text stays as it is. */
static void any_bytes(void **state)
{
    static const char some[] = "\x1b[]m;31 \n\r\t`\\nu001b^#033\xe2\x80\x99\xc2\xa0\a";
    char text[64];
    uint64_t seed = 1;

    (void)state;
    for (int n = 0; n < 20000; n++) {
        size_t len = (size_t)n % sizeof text;
        struct mlk_buf out;

        for (size_t i = 0; i < len; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            text[i] = n % 2 ? (char)(seed >> 56U) : some[(seed >> 40U) % sizeof some];
        }
        mlk_buf_init(&out, len);
        assert_int_equal(mlk_plain(text, len, &out), MLK_OK);
        assert_true(out.len == strlen(mlk_buf_text(&out)));
        assert_null(strchr(mlk_buf_text(&out), '\x1b'));
        assert_null(strstr(mlk_buf_text(&out), "  "));
        mlk_buf_free(&out);
    }
}

static void places(void **state)
{
    static const char words[] = "Lock:\nlocked LOCK, relock lock's";
    struct mlk_buf text;

    (void)state;
    mlk_buf_init(&text, 100);
    mlk_buf_str(&text, words);
    assert_true(mlk_plain_at(&text, 0, "lock", 4));
    assert_true(mlk_plain_at(&text, 0, "lock: locked", 12));
    assert_false(mlk_plain_at(&text, 6, "lock", 4));  /* goes on */
    assert_false(mlk_plain_at(&text, 21, "lock", 4)); /* has begun */
    assert_false(mlk_plain_at(&text, text.len - 3, "k's and", 7));
    assert_false(mlk_plain_at(&text, text.len, "l", 1));
    assert_false(mlk_plain_at(&text, 0, "", 0));
    assert_int_equal(mlk_plain_find(&text, 1, text.len, "lock"), 13);
    assert_int_equal(mlk_plain_find(&text, 14, text.len, "lock"), 26);
    assert_int_equal(mlk_plain_find(&text, 1, 16, "lock"), 16); /* not all of it within */
    assert_int_equal(mlk_plain_find(&text, 5, 5, "lock"), 5);
    mlk_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_undone),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
