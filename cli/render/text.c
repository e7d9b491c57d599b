/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

static const char dots[] = "...";

void mlk_text_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

/* The code point at p and how many bytes it takes; 0 where there is none (RFC 3629: no overlong form, no
 * surrogate). */
static size_t decode(const unsigned char *p, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = *p < 0x80                 ? 1
                 : *p >= 0xc2 && *p < 0xe0 ? 2
                 : *p >= 0xe0 && *p < 0xf0 ? 3
                 : *p >= 0xf0 && *p < 0xf5 ? 4
                                           : 0;
    uint32_t point = len == 1 ? *p : len == 2 ? *p & 0x1fU : len == 3 ? *p & 0x0fU : *p & 0x07U;

    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0U) != 0x80)
            return 0;
        point = point << 6 | (p[i] & 0x3fU);
    }
    if (len > 1 && (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)))
        return 0;
    *out = point;
    return len;
}

static bool deceives(uint32_t point)
{
    return point == 0x061c || (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

void mlk_text_clean(struct mlk_buf *b, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (p && *p) {
        uint32_t point = 0;
        size_t len = decode(p, &point);

        if (len == 0)
            mlk_buf_fmt(b, "\\x%02x", *p);
        else if (point == '\n')
            mlk_buf_str(b, "\\n");
        else if (point == '\t')
            mlk_buf_str(b, "\\t");
        else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
            mlk_buf_fmt(b, "\\x%02x", (unsigned)point);
        else if (deceives(point) || wcwidth((wchar_t)point) < 0)
            mlk_buf_fmt(b, "\\u{%x}", (unsigned)point);
        else
            mlk_buf_add(b, (const char *)p, len);
        p += len ? len : 1;
    }
}

/* Bytes of the longest start of text that takes at most width columns; *used gets its columns. */
static size_t fit(const char *text, size_t width, size_t *used)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t columns = 0;

    while (*p) {
        uint32_t point = 0;
        size_t len = decode(p, &point);
        int w = len ? wcwidth((wchar_t)point) : 1;

        if (w > 0 && columns + (size_t)w > width)
            break;
        columns += w > 0 ? (size_t)w : 0;
        p += len ? len : 1;
    }
    if (used)
        *used = columns;
    return (size_t)((const char *)p - text);
}

size_t mlk_text_width(const char *clean)
{
    size_t columns;

    fit(clean, SIZE_MAX, &columns);
    return columns;
}

void mlk_text_cut(struct mlk_buf *b, const char *clean, size_t width)
{
    size_t whole = mlk_text_width(clean), head, tail, skip;

    if (whole <= width) {
        mlk_buf_str(b, clean);
        return;
    }
    if (width <= sizeof dots) {
        mlk_buf_add(b, clean, fit(clean, width, NULL));
        return;
    }
    tail = (width - (sizeof dots - 1)) / 2;
    head = width - (sizeof dots - 1) - tail;
    mlk_buf_add(b, clean, fit(clean, head, NULL));
    mlk_buf_str(b, dots);
    /* a wide character on the edge makes the tail one column shorter, never longer */
    skip = fit(clean, whole - tail, &head);
    if (head < whole - tail && clean[skip]) {
        uint32_t point;
        size_t len = decode((const unsigned char *)clean + skip, &point);

        skip += len ? len : 1;
    }
    mlk_buf_str(b, clean + skip);
}

void mlk_text_pad(struct mlk_buf *b, const char *clean, size_t width)
{
    mlk_buf_str(b, clean);
    for (size_t w = mlk_text_width(clean); w < width; w++)
        mlk_buf_str(b, " ");
}

void mlk_text_wrap(struct mlk_buf *b, const char *clean, size_t indent, size_t width)
{
    size_t room = width > indent + 20 ? width - indent : 20;

    for (;;) {
        size_t len = fit(clean, room, NULL), cut = len;

        if (clean[len]) {
            while (cut > 0 && clean[cut] != ' ')
                cut--;
            if (cut == 0) /* one word longer than the line, to be copied whole: to its end */
                cut = strcspn(clean, " ");
        }
        mlk_buf_add(b, clean, cut);
        mlk_buf_str(b, "\n");
        clean += cut;
        while (*clean == ' ')
            clean++;
        if (!*clean)
            return;
        for (size_t i = 0; i < indent; i++)
            mlk_buf_str(b, " ");
    }
}
