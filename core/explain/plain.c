/* SPDX-License-Identifier: GPL-2.0-only */
#include "plain.h"

#include <string.h>

/* What a character sequence stands for. */
static const struct {
    const char *from;
    char to; /* 0: nothing at all */
} signs[] = {
    {"`", '\''},
    {"\\n", '\n'},
    {"\\r", '\n'},
    {"\\t", ' '},
    {"\\\"", '"'},
    {"\xc2\xa0", ' '},      /* U+00A0 no-break space */
    {"\xc2\xab", '"'},      /* U+00AB */
    {"\xc2\xad", 0},        /* U+00AD soft hyphen */
    {"\xc2\xb4", '\''},     /* U+00B4 acute accent */
    {"\xc2\xbb", '"'},      /* U+00BB */
    {"\xe2\x80\x8b", 0},    /* U+200B zero width space, and those after it */
    {"\xe2\x80\x8c", 0},    /* */
    {"\xe2\x80\x8d", 0},    /* */
    {"\xe2\x80\x8e", 0},    /* */
    {"\xe2\x80\x8f", 0},    /* */
    {"\xe2\x80\x90", '-'},  /* U+2010 hyphen */
    {"\xe2\x80\x91", '-'},  /* U+2011 no-break hyphen */
    {"\xe2\x80\x98", '\''}, /* U+2018 to U+201B single quotes */
    {"\xe2\x80\x99", '\''}, /* */
    {"\xe2\x80\x9a", '\''}, /* */
    {"\xe2\x80\x9b", '\''}, /* */
    {"\xe2\x80\x9c", '"'},  /* U+201C to U+201F double quotes */
    {"\xe2\x80\x9d", '"'},  /* */
    {"\xe2\x80\x9e", '"'},  /* */
    {"\xe2\x80\x9f", '"'},  /* */
    {"\xe2\x80\xa8", '\n'}, /* U+2028 line separator */
    {"\xe2\x80\xa9", '\n'}, /* U+2029 paragraph separator */
    {"\xe2\x80\xaf", ' '},  /* U+202F: Java writes it before AM and PM */
    {"\xe2\x80\xb2", '\''}, /* U+2032 prime */
    {"\xe2\x80\xb3", '"'},  /* U+2033 double prime */
    {"\xe2\x80\xb9", '\''}, /* U+2039 */
    {"\xe2\x80\xba", '\''}, /* U+203A */
    {"\xe2\x81\x9f", ' '},  /* U+205F */
    {"\xe3\x80\x80", ' '},  /* U+3000 */
    {"\xef\xbb\xbf", 0},    /* U+FEFF byte order mark */
};

/* ESC, as it is and as logs spell it; last: lost on the way. */
static const char *const escapes[] = {"\x1b", "\\u001b", "\\x1b", "\\033", "\\e", "^[", "#033", ""};

enum { CODE_MAX = 32 }; /* bytes of the parameters of one control sequence that are looked at */

static bool starts(const char *text, size_t len, const char *with)
{
    size_t n = strlen(with);

    return n <= len && memcmp(text, with, n) == 0;
}

/* Bytes of a control sequence "[31m" (ECMA-48, 5.4) without its ESC, 0 where there is none. only_colour: of
 * nothing but a colour, as without ESC it may be text. */
static size_t sequence(const char *text, size_t len, bool only_colour)
{
    size_t i = 1;

    if (len < 2 || text[0] != '[')
        return 0;
    while (i < len && i < CODE_MAX && text[i] >= 0x30 && text[i] <= 0x3f) {
        if (only_colour && !strchr("0123456789;", text[i]))
            return 0;
        i++;
    }
    if (i == len || text[i] < 0x40 || text[i] > 0x7e || (only_colour && (text[i] != 'm' || i == 1)))
        return 0;
    return i + 1;
}

/* Bytes of "]8;;http://..." up to BEL or ESC \ (a link or a title), without its ESC; 0 where it does not end
 * before the next control character. */
static size_t command(const char *text, size_t len)
{
    size_t i = 1;

    if (len < 2 || text[0] != ']')
        return 0;
    while (i < len && ((unsigned char)text[i] >= 0x20))
        i++;
    if (i < len && text[i] == '\a')
        return i + 1;
    return i + 1 < len && text[i] == '\x1b' && text[i + 1] == '\\' ? i + 2 : 0;
}

/* Bytes of what a terminal would not show; 0: none. */
static size_t unseen(const char *text, size_t len)
{
    if (!*text || !strchr("\x1b\\^#[", *text))
        return 0;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        size_t skip = strlen(escapes[i]), n;

        if (!starts(text, len, escapes[i]))
            continue;
        n = sequence(text + skip, len - skip, skip == 0);
        if (n == 0 && *text == '\x1b')
            n = command(text + skip, len - skip);
        if (n)
            return skip + n;
    }
    return *text == '\x1b';
}

/* Takes one character off *text. Returns its plain form, or 0 where nothing is left of it: as of NUL, which
 * is every other byte of UTF-16. */
static char take(const char **text, size_t *len)
{
    char c = **text;
    size_t n = unseen(*text, *len);

    if (n) {
        *text += n;
        *len -= n;
        return 0;
    }
    /* most text is ASCII, of which two characters only are in the list */
    for (size_t i = 0;
         ((unsigned char)c >= 0x80 || c == '`' || c == '\\') && i < sizeof signs / sizeof signs[0]; i++) {
        if (!starts(*text, *len, signs[i].from))
            continue;
        *text += strlen(signs[i].from);
        *len -= strlen(signs[i].from);
        return signs[i].to;
    }
    (*text)++;
    (*len)--;
    if (c == '\n' || c == '\r')
        return '\n';
    return c == '\t' || c == '\v' || c == '\f' ? ' ' : c;
}

enum mlk_status mlk_plain(const char *text, size_t len, struct mlk_buf *out)
{
    char blank = 0; /* what stands for the white space since the last character */

    while (len && !out->status) {
        char c = take(&text, &len);

        if (c == '\n' || (c == ' ' && !blank)) {
            blank = c;
        } else if (c && c != ' ') {
            if (blank)
                mlk_buf_add(out, &blank, 1);
            mlk_buf_add(out, &c, 1);
            blank = 0;
        }
    }
    return out->status;
}

char mlk_plain_fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '\n' ? ' ' : c;
}

static bool in_word(char c)
{
    c = mlk_plain_fold(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool mlk_plain_at(const struct mlk_buf *text, size_t at, const char *part, size_t part_len)
{
    if (part_len == 0 || part_len > text->len - at)
        return false;
    for (size_t i = 0; i < part_len; i++) {
        if (mlk_plain_fold(text->text[at + i]) != part[i])
            return false;
    }
    if (at > 0 && in_word(part[0]) && in_word(text->text[at - 1]))
        return false;
    return at + part_len == text->len || !in_word(part[part_len - 1]) || !in_word(text->text[at + part_len]);
}

size_t mlk_plain_find(const struct mlk_buf *text, size_t from, size_t to, const char *part)
{
    size_t len = strlen(part);

    for (; from < to && len <= to - from; from++) {
        if (mlk_plain_fold(text->text[from]) == *part && mlk_plain_at(text, from, part, len))
            return from;
    }
    return to;
}
