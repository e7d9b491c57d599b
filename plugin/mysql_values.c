/* SPDX-License-Identifier: GPL-2.0-only */
#include "mysql_values.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "mysql_abi.h"

enum {
    DIGITS_PER_WORD = 9,
    FRACTION_MAX = 6,
    NOT_FIXED = 31, /* DECIMAL_NOT_SPECIFIED: a double without a fixed number of decimals */
    DIGITS_MAX = 200,
};

/* snprintf's result as a length that is never past the buffer. */
static size_t fit(int written, size_t size)
{
    if (written < 0)
        return 0;
    return (size_t)written < size ? (size_t)written : size - 1;
}

size_t mlk_mysql_integer_text(char *to, long long value, bool is_unsigned)
{
    int n = is_unsigned ? snprintf(to, MLK_MYSQL_VALUE_MAX, "%llu", (unsigned long long)value)
                        : snprintf(to, MLK_MYSQL_VALUE_MAX, "%lld", value);

    return fit(n, MLK_MYSQL_VALUE_MAX);
}

/* Digit number i (from the left, 0 is the first) of words that hold count digits; the first word is the short
 * one. */
static int integer_digit(const int32_t *words, int count, int i)
{
    static const int32_t tens[DIGITS_PER_WORD] = {1,      10,      100,      1000,     10000,
                                                  100000, 1000000, 10000000, 100000000};
    int from_right = count - 1 - i;
    int word = (count + DIGITS_PER_WORD - 1) / DIGITS_PER_WORD - 1 - from_right / DIGITS_PER_WORD;

    return words[word] / tens[from_right % DIGITS_PER_WORD] % 10;
}

size_t mlk_mysql_decimal_text(char *to, const void *value)
{
    const struct mysql_decimal *d = value;
    int integer_words;
    size_t n = 0;
    int i = 0;

    if (d->intg < 0 || d->frac < 0 || d->intg > DIGITS_MAX / 2 || d->frac > DIGITS_MAX / 2)
        return fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "0"), MLK_MYSQL_VALUE_MAX);
    integer_words = (d->intg + DIGITS_PER_WORD - 1) / DIGITS_PER_WORD;
    if (d->sign)
        to[n++] = '-';
    while (i < d->intg - 1 && integer_digit(d->buf, d->intg, i) == 0)
        i++;
    if (d->intg == 0)
        to[n++] = '0';
    for (; i < d->intg; i++)
        to[n++] = (char)('0' + integer_digit(d->buf, d->intg, i));
    if (d->frac > 0)
        to[n++] = '.';
    for (i = 0; i < d->frac; i++) /* every word of the fraction is a full one */
        to[n++] = (char)('0' + integer_digit(d->buf + integer_words + i / DIGITS_PER_WORD, DIGITS_PER_WORD,
                                             i % DIGITS_PER_WORD));
    to[n] = '\0';
    return n;
}

size_t mlk_mysql_double_text(char *to, double value, unsigned decimals)
{
    size_t n;
    int digits = DBL_DIG;

    if (decimals < NOT_FIXED)
        return fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "%.*f", (int)decimals, value), MLK_MYSQL_VALUE_MAX);
    /* A release compares a row with the values that were seen: the text must stand for this very value. */
    do
        n = fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "%.*g", digits, value), MLK_MYSQL_VALUE_MAX);
    while (digits++ < DBL_DECIMAL_DIG && strtod(to, NULL) != value);
    return n;
}

/* ".123" for a precision of 3; "" for 0. */
static void fraction(char *to, size_t size, unsigned long microseconds, unsigned precision)
{
    char digits[16];

    to[0] = '\0';
    if (precision == 0)
        return;
    (void)snprintf(digits, sizeof digits, "%06lu", microseconds % 1000000);
    (void)snprintf(to, size, ".%.*s", (int)(precision < FRACTION_MAX ? precision : FRACTION_MAX), digits);
}

size_t mlk_mysql_date_text(char *to, const void *value)
{
    const struct mysql_time *t = value;

    return fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "%04u-%02u-%02u", t->year, t->month, t->day),
               MLK_MYSQL_VALUE_MAX);
}

size_t mlk_mysql_time_text(char *to, const void *value, unsigned precision)
{
    const struct mysql_time *t = value;
    char part[16];

    fraction(part, sizeof part, t->second_part, precision);
    return fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "%s%02u:%02u:%02u%s", t->neg ? "-" : "",
                        t->day * 24 + t->hour, t->minute, t->second, part),
               MLK_MYSQL_VALUE_MAX);
}

size_t mlk_mysql_datetime_text(char *to, const void *value, unsigned precision)
{
    const struct mysql_time *t = value;
    char part[16];

    fraction(part, sizeof part, t->second_part, precision);
    return fit(snprintf(to, MLK_MYSQL_VALUE_MAX, "%04u-%02u-%02u %02u:%02u:%02u%s", t->year, t->month, t->day,
                        t->hour, t->minute, t->second, part),
               MLK_MYSQL_VALUE_MAX);
}
