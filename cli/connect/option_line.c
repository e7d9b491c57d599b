/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source of the syntax: MySQL manual, "Using Option Files"; where the manual is silent (a # inside a value, a
 * backslash outside quotes) mysys/my_default.cc of either server.
 */
#include "option_line.h"

#include <ctype.h>
#include <string.h>

static char *trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

/* A # starts a comment anywhere outside quotes; a backslash protects a quote only inside quotes. */
static void cut_comment(char *text)
{
    char quote = '\0';
    bool escaped = false;

    for (char *p = text; *p; p++) {
        if ((*p == '\'' || *p == '"') && !escaped)
            quote = !quote ? *p : *p == quote ? '\0' : quote;
        if (!quote && *p == '#') {
            *p = '\0';
            return;
        }
        escaped = quote && *p == '\\' && !escaped;
    }
}

static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case 's':
        return ' ';
    case '"':
    case '\'':
    case '\\':
        return c;
    default:
        return '\0';
    }
}

/* Takes the quotes off and the escapes out, in place. */
static char *plain(char *value)
{
    size_t len = strlen(value);
    char *to;

    if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
        value[len - 1] = '\0';
        value++;
    }
    to = value;
    for (const char *from = value; *from; from++) {
        if (*from == '\\' && unescaped(from[1]))
            *to++ = unescaped(*++from);
        else
            *to++ = *from;
    }
    *to = '\0';
    return value;
}

static struct mlk_option_line wrong(const char *why)
{
    return (struct mlk_option_line){.kind = MLK_LINE_WRONG, .name = why};
}

static struct mlk_option_line directive(char *text)
{
    static const struct {
        const char *word;
        enum mlk_line_kind kind;
    } words[] = {{"includedir", MLK_LINE_INCLUDEDIR}, {"include", MLK_LINE_INCLUDE}};

    text = trim(text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i].word);

        if (strncmp(text, words[i].word, len) != 0)
            continue;
        if (!text[len])
            return wrong("!include and !includedir need a path");
        if (isspace((unsigned char)text[len]))
            return (struct mlk_option_line){.kind = words[i].kind, .name = trim(text + len)};
    }
    return (struct mlk_option_line){.kind = MLK_LINE_NOTHING, .name = ""};
}

struct mlk_option_line mlk_option_line(char *text, bool comments)
{
    struct mlk_option_line line = {.kind = MLK_LINE_OPTION, .name = ""};
    char *end, *value;

    text = trim(text);
    if (*text == '\0' || *text == '#' || *text == ';') {
        line.kind = MLK_LINE_NOTHING;
        return line;
    }
    if (*text == '!')
        return directive(text + 1);
    if (*text == '[') {
        end = strchr(text, ']');
        if (!end)
            return wrong("the name of a group does not end with ]");
        while (end > text + 1 && isspace((unsigned char)end[-1]))
            end--;
        *end = '\0';
        line.kind = MLK_LINE_GROUP;
        line.name = text + 1;
        return line;
    }
    if (comments)
        cut_comment(text);
    value = strchr(text, '=');
    if (value) {
        *value++ = '\0';
        line.value = plain(trim(value));
    }
    line.name = trim(text);
    return line;
}
