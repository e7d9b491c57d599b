/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/text.h"

#include <string.h>
#include <time.h>

/* Bytes of the well-formed character at text, 0 where there is none. Source: RFC 3629, section 4. */
static size_t utf8_char(const unsigned char *t, size_t len)
{
    size_t need;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;

    if (len == 0)
        return 0;
    if (t[0] < 0x80)
        return 1;
    if (t[0] >= 0xc2 && t[0] <= 0xdf)
        need = 2;
    else if (t[0] >= 0xe0 && t[0] <= 0xef)
        need = 3;
    else if (t[0] >= 0xf0 && t[0] <= 0xf4)
        need = 4;
    else
        return 0;
    if (t[0] == 0xe0)
        low = 0xa0;
    if (t[0] == 0xed)
        high = 0x9f;
    if (t[0] == 0xf0)
        low = 0x90;
    if (t[0] == 0xf4)
        high = 0x8f;
    if (len < need || t[1] < low || t[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++) {
        if (t[i] < 0x80 || t[i] > 0xbf)
            return 0;
    }
    return need;
}

bool mlk_utf8_valid(const char *text, size_t len)
{
    const unsigned char *t = (const unsigned char *)text;

    while (len) {
        size_t n = *t < 0x80 ? 1 : utf8_char(t, len); /* most of it is ASCII */

        if (n == 0 || *t == 0)
            return false;
        t += n;
        len -= n;
    }
    return true;
}

size_t mlk_utf8_length(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0u) != 0x80u;
    return count;
}

size_t mlk_utf8_step(const char *text)
{
    size_t n = 1;

    while (((unsigned char)text[n] & 0xc0u) == 0x80u)
        n++;
    return n;
}

bool mlk_same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

void mlk_copy(char *to, size_t size, const char *from)
{
    size_t len = from ? strlen(from) : 0;

    if (size == 0)
        return;
    if (len > size - 1) {
        len = size - 1;
        while (len && ((unsigned char)from[len] & 0xc0u) == 0x80u)
            len--;
    }
    if (len)
        memcpy(to, from, len);
    to[len] = '\0';
}

void mlk_printable(char *to, size_t size, const char *from, size_t len)
{
    size_t used = 0;

    while (len && size) {
        size_t n = utf8_char((const unsigned char *)from, len);
        /* those of C1 too: U+0080 to U+009F */
        bool control = n == 0 || (n == 1 && ((unsigned char)*from < 0x20 || *from == 0x7f)) ||
                       (n == 2 && (unsigned char)from[0] == 0xc2 && (unsigned char)from[1] < 0xa0);

        if (used + (n ? n : 1) > size - 1)
            break;
        if (control)
            to[used] = '?';
        else
            memcpy(to + used, from, n);
        used += control || !n ? 1 : n;
        from += n ? n : 1;
        len -= n ? n : 1;
    }
    if (size)
        to[used] = '\0';
}

static bool digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

static bool literal(const char **text, const char *any_of)
{
    if (!**text || !strchr(any_of, **text))
        return false;
    (*text)++;
    return true;
}

bool mlk_time_parse(const char *text, int64_t *seconds)
{
    struct tm tm = {0};
    struct tm back;
    time_t t;
    int year, month, day, hour, minute;

    if (!text || !digits(&text, 4, &year) || !literal(&text, "-") || !digits(&text, 2, &month) ||
        !literal(&text, "-") || !digits(&text, 2, &day) || !literal(&text, " T") ||
        !digits(&text, 2, &hour) || !literal(&text, ":") || !digits(&text, 2, &minute) ||
        !literal(&text, ":") || !digits(&text, 2, &tm.tm_sec))
        return false;
    if (literal(&text, ".")) {
        int ignored;

        while (digits(&text, 1, &ignored))
            ;
    }
    literal(&text, "Z");
    if (*text || year < 1970 || tm.tm_sec > 59)
        return false;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    tm.tm_hour = hour;
    tm.tm_min = minute;
    t = timegm(&tm);
    /* timegm turns February 30 into March; such a text is no time */
    if (!gmtime_r(&t, &back) || back.tm_mday != day || back.tm_mon != month - 1 || back.tm_hour != hour ||
        back.tm_min != minute)
        return false;
    *seconds = t;
    return true;
}

void mlk_time_format(int64_t seconds, char *to, size_t size)
{
    time_t t = (time_t)seconds;
    struct tm tm;

    if (!gmtime_r(&t, &tm) || strftime(to, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        mlk_copy(to, size, "");
}
