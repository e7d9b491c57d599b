/* SPDX-License-Identifier: GPL-2.0-only */
/* Values that MySQL hands over in binary: the text is the value, to the last digit, and never longer than its
 * buffer. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mysql_abi.h"
#include "mysql_values.h"
#include "unit.h"

/* Of exactly the promised size, so that a sanitizer sees a step outside. */
static char *room(void)
{
    char *to = malloc(MLK_MYSQL_VALUE_MAX);

    assert_non_null(to);
    memset(to, '#', MLK_MYSQL_VALUE_MAX);
    return to;
}

static void is_text(const char *got, size_t length, const char *expected)
{
    assert_string_equal(got, expected);
    assert_int_equal(length, strlen(expected));
}

static void integers(void **state)
{
    static const struct {
        long long value;
        bool is_unsigned;
        const char *text;
    } cases[] = {
        {0, false, "0"},
        {0, true, "0"},
        {-1, false, "-1"},
        {-1, true, "18446744073709551615"},
        {LLONG_MAX, false, "9223372036854775807"},
        {LLONG_MAX, true, "9223372036854775807"},
        {LLONG_MIN, false, "-9223372036854775808"},
        {LLONG_MIN, true, "9223372036854775808"},
    };
    char *to = room();

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        is_text(to, mlk_mysql_integer_text(to, cases[i].value, cases[i].is_unsigned), cases[i].text);
    free(to);
}

enum { WORD = 9, SHAPE_MAX = 100 };

/* A decimal of these digits as the server stores it: the first word of the integer part is the short one, the
 * last of the fraction is filled up with zeros. words is as long as it has to be and no longer. */
static struct mysql_decimal decimal(const char *digits, int intg, int frac, bool negative)
{
    int integer_words = (intg + WORD - 1) / WORD, words = integer_words + (frac + WORD - 1) / WORD;
    struct mysql_decimal d = {.intg = intg, .frac = frac, .len = words, .sign = negative};

    d.buf = calloc(words ? (size_t)words : 1, sizeof *d.buf);
    assert_non_null(d.buf);
    for (int i = 0; i < intg; i++) {
        int word = integer_words - 1 - (intg - 1 - i) / WORD;

        d.buf[word] = d.buf[word] * 10 + (digits[i] - '0');
    }
    for (int i = 0; i < (words - integer_words) * WORD; i++) {
        int word = integer_words + i / WORD;

        d.buf[word] = d.buf[word] * 10 + (i < frac ? digits[intg + i] - '0' : 0);
    }
    return d;
}

static void is_decimal(const char *digits, int intg, int frac, bool negative)
{
    struct mysql_decimal d = decimal(digits, intg, frac, negative);
    char expected[2 * SHAPE_MAX + 8];
    char *to = room();
    int skip = 0;

    while (skip < intg - 1 && digits[skip] == '0')
        skip++;
    (void)snprintf(expected, sizeof expected, "%s%s%.*s%s%.*s", negative ? "-" : "", intg ? "" : "0",
                   intg - skip, digits + skip, frac ? "." : "", frac, digits + intg);
    is_text(to, mlk_mysql_decimal_text(to, &d), expected);
    free(to);
    free(d.buf);
}

static void decimals_of_all_shapes(void **state)
{
    char mixed[2 * SHAPE_MAX + 1], nines[2 * SHAPE_MAX + 1], zeros[2 * SHAPE_MAX + 1],
        small[2 * SHAPE_MAX + 1];

    (void)state;
    for (int i = 0; i < 2 * SHAPE_MAX; i++) {
        mixed[i] = (char)('0' + (i * 7 + 1) % 10);
        nines[i] = '9';
        zeros[i] = '0';
        small[i] = i % 11 == 10 ? '1' : '0'; /* leading zeros, and words that are zero in the middle */
    }
    mixed[2 * SHAPE_MAX] = nines[2 * SHAPE_MAX] = zeros[2 * SHAPE_MAX] = small[2 * SHAPE_MAX] = '\0';
    for (int intg = 0; intg <= SHAPE_MAX; intg++) {
        for (int frac = 0; frac <= SHAPE_MAX; frac += frac < 20 ? 1 : 16) {
            is_decimal(mixed, intg, frac, false);
            is_decimal(mixed, intg, frac, true);
            is_decimal(nines, intg, frac, true);
            is_decimal(zeros, intg, frac, false);
            is_decimal(small, intg, frac, false);
        }
    }
}

/* As the server has them in memory, written out by hand. */
static void decimals_by_hand(void **state)
{
    int32_t long_one[] = {123, 456789012, 500000000}, fraction[] = {120000000}, zero[] = {0},
            tiny[] = {0, 0, 10};
    struct mysql_decimal d = {.intg = 12, .frac = 1, .len = 3, .sign = true, .buf = long_one};
    char *to = room();

    (void)state;
    is_text(to, mlk_mysql_decimal_text(to, &d), "-123456789012.5");
    d = (struct mysql_decimal){.intg = 0, .frac = 3, .len = 1, .buf = fraction};
    is_text(to, mlk_mysql_decimal_text(to, &d), "0.120");
    d = (struct mysql_decimal){.intg = 1, .frac = 0, .len = 1, .buf = zero};
    is_text(to, mlk_mysql_decimal_text(to, &d), "0");
    d = (struct mysql_decimal){.intg = 2, .frac = 17, .len = 3, .buf = tiny};
    is_text(to, mlk_mysql_decimal_text(to, &d), "0.00000000000000001");
    free(to);
}

static void damaged_decimals_are_not_read(void **state)
{
    static const struct mysql_decimal cases[] = {
        {.intg = -1, .frac = 2}, {.intg = 2, .frac = -1},       {.intg = SHAPE_MAX + 1},
        {.frac = SHAPE_MAX + 1}, {.intg = INT_MAX, .frac = 30}, {.intg = INT_MIN, .frac = INT_MIN},
    };
    char *to = room();

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        is_text(to, mlk_mysql_decimal_text(to, &cases[i]), "0");
    free(to);
}

enum { NOT_FIXED = 31 };

static void doubles_with_fixed_decimals(void **state)
{
    char *to = room();
    size_t length;

    (void)state;
    is_text(to, mlk_mysql_double_text(to, 1.5, 0), "2");
    is_text(to, mlk_mysql_double_text(to, 1.5, 1), "1.5");
    is_text(to, mlk_mysql_double_text(to, -0.25, 4), "-0.2500");
    is_text(to, mlk_mysql_double_text(to, 1e20, 2), "100000000000000000000.00");
    length = mlk_mysql_double_text(to, -DBL_MAX, NOT_FIXED - 1);
    assert_int_equal(length, 1 + 309 + 1 + 30);
    assert_int_equal(strlen(to), length);
    assert_true(strtod(to, NULL) == -DBL_MAX);
    free(to);
}

static void doubles_read_back_the_same(void **state)
{
    static const double cases[] = {
        0,    1,       -1,       0.1,     0.1 + 0.2,    1.0 / 3, 1e15, 1e16,     1e22,
        1e-7, DBL_MAX, -DBL_MAX, DBL_MIN, DBL_TRUE_MIN, M_PI,    0.1F, 16777217, 9007199254740993.0};
    uint64_t seed = 88172645463325252U; /* any will do, the same each time */
    char *to = room();

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        size_t length = mlk_mysql_double_text(to, cases[i], NOT_FIXED);

        assert_int_equal(strlen(to), length);
        if (strtod(to, NULL) != cases[i])
            fail_msg("%.17g became %s", cases[i], to);
    }
    for (int i = 0; i < 20000; i++) {
        double value;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        memcpy(&value, &seed, sizeof value);
        if (!isfinite(value))
            continue;
        (void)mlk_mysql_double_text(to, value, NOT_FIXED);
        if (strtod(to, NULL) != value)
            fail_msg("%.17g became %s", value, to);
    }
    is_text(to, mlk_mysql_double_text(to, 0.1, NOT_FIXED), "0.1");
    is_text(to, mlk_mysql_double_text(to, 312, NOT_FIXED), "312");
    free(to);
}

static void dates(void **state)
{
    struct mysql_time t = {.year = 2026, .month = 11, .day = 21, .hour = 9, .minute = 8, .second = 7};
    char *to = room();

    (void)state;
    is_text(to, mlk_mysql_date_text(to, &t), "2026-11-21");
    t.year = 1;
    t.month = t.day = 2;
    is_text(to, mlk_mysql_date_text(to, &t), "0001-02-02");
    t = (struct mysql_time){0};
    is_text(to, mlk_mysql_date_text(to, &t), "0000-00-00");
    is_text(to, mlk_mysql_datetime_text(to, &t, 0), "0000-00-00 00:00:00");
    is_text(to, mlk_mysql_time_text(to, &t, 0), "00:00:00");
    free(to);
}

static void precision(void **state)
{
    static const char *const parts[] = {"",       ".0",      ".01",     ".012",   ".0123",
                                        ".01234", ".012345", ".012345", ".012345"};
    struct mysql_time t = {.year = 2026, .month = 11, .day = 21, .hour = 9, .second_part = 12345};
    char *to = room();
    char expected[64];

    (void)state;
    for (unsigned i = 0; i < UNIT_COUNT(parts); i++) {
        (void)snprintf(expected, sizeof expected, "2026-11-21 09:00:00%s", parts[i]);
        is_text(to, mlk_mysql_datetime_text(to, &t, i), expected);
        t.day = 0;
        (void)snprintf(expected, sizeof expected, "09:00:00%s", parts[i]);
        is_text(to, mlk_mysql_time_text(to, &t, i), expected);
        t.day = 21;
    }
    t.second_part = 999999;
    is_text(to, mlk_mysql_datetime_text(to, &t, 3), "2026-11-21 09:00:00.999"); /* cut, as the server does */
    is_text(to, mlk_mysql_datetime_text(to, &t, UINT_MAX), "2026-11-21 09:00:00.999999");
    free(to);
}

static void times(void **state)
{
    struct mysql_time t = {.hour = 838, .minute = 59, .second = 59, .neg = true};
    char *to = room();

    (void)state;
    is_text(to, mlk_mysql_time_text(to, &t, 0), "-838:59:59");
    is_text(to, mlk_mysql_time_text(to, &t, 2), "-838:59:59.00");
    t.neg = false;
    is_text(to, mlk_mysql_time_text(to, &t, 0), "838:59:59");
    t = (struct mysql_time){.second = 1, .second_part = 5, .neg = true};
    is_text(to, mlk_mysql_time_text(to, &t, 6), "-00:00:01.000005");
    t = (struct mysql_time){.day = 2, .hour = 3, .neg = true}; /* days are hours too */
    is_text(to, mlk_mysql_time_text(to, &t, 0), "-51:00:00");
    free(to);
}

/* Memory that is no time at all still fits. */
static void damaged_times_fit(void **state)
{
    struct mysql_time t;
    char *to = room();
    size_t length;

    (void)state;
    memset(&t, 0xff, sizeof t);
    t.neg = true;
    length = mlk_mysql_date_text(to, &t);
    assert_int_equal(length, strlen(to));
    length = mlk_mysql_time_text(to, &t, UINT_MAX);
    assert_int_equal(length, strlen(to));
    length = mlk_mysql_datetime_text(to, &t, UINT_MAX);
    assert_int_equal(length, strlen(to));
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(decimals_of_all_shapes),
        cmocka_unit_test(decimals_by_hand),
        cmocka_unit_test(damaged_decimals_are_not_read),
        cmocka_unit_test(doubles_with_fixed_decimals),
        cmocka_unit_test(doubles_read_back_the_same),
        cmocka_unit_test(dates),
        cmocka_unit_test(precision),
        cmocka_unit_test(times),
        cmocka_unit_test(damaged_times_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
