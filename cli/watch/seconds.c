/* SPDX-License-Identifier: GPL-2.0-only */
#include "seconds.h"

#include <string.h>
#include <time.h>

enum { DIGITS_MAX = 12 };

/* By hand, as strtod() takes "nan", hexadecimal numbers and another locale's comma. */
bool mlk_seconds_parse(const char *text, int64_t least, int64_t most, int64_t *ms)
{
    size_t whole = strspn(text, "0123456789"), part = 0;
    const char *point = text + whole;
    int64_t value = 0, unit = 100;

    if (*point == '.')
        part = strspn(point + 1, "0123456789");
    if (whole + part == 0 || whole > DIGITS_MAX || point[*point == '.' ? 1 + part : 0])
        return false;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (text[i] - '0');
    value *= 1000;
    for (size_t i = 0; i < part; i++, unit /= 10)
        value += (point[1 + i] - '0') * unit;
    if (value < least || value > most)
        return false;
    *ms = value;
    return true;
}

int64_t mlk_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
