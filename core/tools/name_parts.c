/* SPDX-License-Identifier: GPL-2.0-only */
#include "name_parts.h"

#include <sha1.h>
#include <string.h>
#include <strings.h>

#include "miglock/target.h"
#include "miglock/text.h"

/* Takes one character off well-formed UTF-8. At the end it is 0 and nothing is taken. */
static uint32_t take_character(const char **text)
{
    const unsigned char *t = (const unsigned char *)*text;
    uint32_t c = t[0];
    size_t more = 0;

    if (c == 0)
        return 0;
    if (c >= 0xf0) {
        c &= 0x07u;
        more = 3;
    } else if (c >= 0xe0) {
        c &= 0x0fu;
        more = 2;
    } else if (c >= 0xc0) {
        c &= 0x1fu;
        more = 1;
    }
    for (size_t i = 1; i <= more; i++) {
        if ((t[i] & 0xc0u) != 0x80u) { /* not well-formed after all: never past the end */
            more = i - 1;
            break;
        }
        c = c << 6u | (t[i] & 0x3fu);
    }
    *text += 1 + more;
    return c;
}

size_t mlk_utf16_prefix(const char *text, size_t units)
{
    const char *rest = text;
    const char *end = text;
    uint32_t c;

    while ((c = take_character(&rest)) != 0) {
        size_t width = c > 0xffff ? 2 : 1;

        if (width > units)
            break;
        units -= width;
        end = rest;
    }
    return (size_t)(end - text);
}

bool mlk_byte_prefix(const char *text, size_t max, size_t *len)
{
    *len = strlen(text);
    if (*len <= max)
        return true;
    *len = max;
    return ((unsigned char)text[max] & 0xc0u) != 0x80u;
}

int32_t mlk_java_hash(const char *text)
{
    uint32_t hash = 0;
    uint32_t c;

    while ((c = take_character(&text)) != 0) {
        if (c > 0xffff) {
            hash = 31 * hash + (0xd800u + ((c - 0x10000u) >> 10u));
            c = 0xdc00u + ((c - 0x10000u) & 0x3ffu);
        }
        hash = 31 * hash + c;
    }
    /* modulo 2^32, which C leaves to the compiler only beyond INT32_MAX */
    return hash <= INT32_MAX ? (int32_t)hash : -(int32_t)(UINT32_MAX - hash) - 1;
}

void mlk_sha1(const char *text, size_t len, char hex[MLK_SHA1_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA1_DIGEST_LENGTH];
    SHA1_CTX ctx;

    SHA1Init(&ctx);
    SHA1Update(&ctx, (const unsigned char *)text, len);
    SHA1Final(digest, &ctx);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4u];
        hex[2 * i + 1] = digits[digest[i] & 0x0fu];
    }
    hex[MLK_SHA1_HEX] = '\0';
}

bool mlk_name_part(const char *text, size_t len, char *to)
{
    if (len == 0 || len > MLK_IDENT_MAX || !mlk_utf8_valid(text, len) || mlk_utf8_length(text, len) > 64)
        return false;
    memcpy(to, text, len);
    to[len] = '\0';
    return true;
}

bool mlk_name_between(const char *name, const char *prefix, const char *suffix, char *to)
{
    size_t len = strlen(name);
    size_t before = strlen(prefix);
    size_t after = strlen(suffix);

    if (len <= before + after || strncasecmp(name, prefix, before) != 0 ||
        strcasecmp(name + len - after, suffix) != 0)
        return false;
    return mlk_name_part(name + before, len - before - after, to);
}
