/* SPDX-License-Identifier: GPL-2.0-only */
/* Text and time helpers: what reaches a message is one line of UTF-8, what is no time is not read as one. */
#include <stdlib.h>
#include <string.h>

#include "miglock/text.h"
#include "unit.h"

static void utf8(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        bool valid;
    } cases[] = {
        {"", 0, true},
        {"plain", 5, true},
        {"\x7f", 1, true},
        {"\xc2\x80", 2, true},
        {"\xdf\xbf", 2, true},
        {"\xe0\xa0\x80", 3, true},
        {"\xed\x9f\xbf", 3, true},
        {"\xee\x80\x80", 3, true},
        {"\xef\xbf\xbf", 3, true},
        {"\xf0\x90\x80\x80", 4, true},
        {"\xf4\x8f\xbf\xbf", 4, true},
        {"a\0b", 3, false},
        {"\x80", 1, false},
        {"\xbf", 1, false},
        {"\xc0\x80", 2, false},
        {"\xc1\xbf", 2, false},
        {"\xc2", 1, false},
        {"\xc2\x41", 2, false},
        {"\xe0\x9f\xbf", 3, false},
        {"\xe2\x82", 2, false},
        {"\xe2\x82\x41", 3, false},
        {"\xed\xa0\x80", 3, false},
        {"\xf0\x8f\xbf\xbf", 4, false},
        {"\xf0\x9f\x94", 3, false},
        {"\xf4\x90\x80\x80", 4, false},
        {"\xf5\x80\x80\x80", 4, false},
        {"\xff", 1, false},
        {"ok\xe2\x82\xac\xff", 6, false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        /* in memory of exactly that size, so that a sanitizer sees a step outside */
        char *copy = malloc(cases[i].len ? cases[i].len : 1);

        assert_non_null(copy);
        memcpy(copy, cases[i].text, cases[i].len);
        if (mlk_utf8_valid(copy, cases[i].len) != cases[i].valid)
            fail_msg("case %zu is read wrong", i);
        free(copy);
    }
}

static void characters(void **state)
{
    (void)state;
    assert_int_equal(mlk_utf8_length("", 0), 0);
    assert_int_equal(mlk_utf8_length("abc", 3), 3);
    assert_int_equal(mlk_utf8_length("\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92", 9), 3);
}

static void copies(void **state)
{
    char to[6];

    (void)state;
    mlk_copy(to, sizeof to, "abc");
    assert_string_equal(to, "abc");
    mlk_copy(to, sizeof to, "abcdefgh");
    assert_string_equal(to, "abcde");
    mlk_copy(to, sizeof to, "abcd\xc3\xa9");
    assert_string_equal(to, "abcd");
    mlk_copy(to, sizeof to, "ab\xf0\x9f\x94\x92");
    assert_string_equal(to, "ab");
    mlk_copy(to, sizeof to, NULL);
    assert_string_equal(to, "");
    mlk_copy(to, 1, "abc");
    assert_string_equal(to, "");
    to[0] = 'x';
    mlk_copy(to, 0, "abc");
    assert_int_equal(to[0], 'x');
}

static void printable_is(const char *from, size_t len, size_t size, const char *expected)
{
    char to[32];

    memset(to, 'x', sizeof to);
    mlk_printable(to, size, from, len);
    assert_string_equal(to, expected);
    assert_int_equal(to[size], 'x');
}

static void printable(void **state)
{
    (void)state;
    printable_is("abc", 3, 20, "abc");
    printable_is("a\nb\tc\x1b[0m\x7f", 10, 20, "a?b?c?[0m?");
    printable_is("a\0b", 3, 20, "a?b");
    printable_is("\xc3\xa9\xff\xc3", 4, 20, "\xc3\xa9??");
    printable_is("abcdef", 6, 4, "abc");
    printable_is("ab\xc3\xa9", 4, 4, "ab");
    printable_is("ab\xc3\xa9", 4, 5, "ab\xc3\xa9");
    printable_is("abc", 3, 1, "");
    printable_is("", 0, 1, "");
}

static void times(void **state)
{
    static const struct {
        const char *text;
        bool valid;
        int64_t seconds;
    } cases[] = {
        {"1970-01-01 00:00:00", true, 0},
        {"2026-11-21 08:00:00", true, 1795248000},
        {"2026-11-21T08:00:00Z", true, 1795248000},
        {"2026-11-21 08:00:00.123456", true, 1795248000},
        {"2024-02-29 23:59:59", true, 1709251199},
        {"2000-02-29 00:00:00", true, 951782400},
        {"9999-12-31 23:59:59", true, 253402300799},
        {"2023-02-29 00:00:00", false, 0},
        {"2026-13-01 00:00:00", false, 0},
        {"2026-00-01 00:00:00", false, 0},
        {"2026-01-00 00:00:00", false, 0},
        {"2026-01-32 00:00:00", false, 0},
        {"2026-01-01 24:00:00", false, 0},
        {"2026-01-01 00:60:00", false, 0},
        {"2026-01-01 00:00:60", false, 0},
        {"0000-00-00 00:00:00", false, 0},
        {"1969-12-31 23:59:59", false, 0},
        {"2026-11-21", false, 0},
        {"2026-11-21 08:00", false, 0},
        {"2026-11-21 08:00:00 x", false, 0},
        {"2026-11-21 08:00:00+02:00", false, 0},
        {"26-11-21 08:00:00", false, 0},
        {" 2026-11-21 08:00:00", false, 0},
        {"2026/11/21 08:00:00", false, 0},
        {"", false, 0},
        {NULL, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t seconds = 0;

        if (mlk_time_parse(cases[i].text, &seconds) != cases[i].valid)
            fail_msg("\"%s\" is read wrong", cases[i].text);
        if (cases[i].valid && seconds != cases[i].seconds)
            fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)seconds);
    }
}

static void times_are_written(void **state)
{
    char to[32];

    (void)state;
    mlk_time_format(0, to, sizeof to);
    assert_string_equal(to, "1970-01-01T00:00:00Z");
    mlk_time_format(1795248000, to, 21);
    assert_string_equal(to, "2026-11-21T08:00:00Z");
    mlk_time_format(1795248000, to, 5);
    assert_string_equal(to, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8),      cmocka_unit_test(characters), cmocka_unit_test(copies),
        cmocka_unit_test(printable), cmocka_unit_test(times),      cmocka_unit_test(times_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
