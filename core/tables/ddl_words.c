/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a statement, by the lexical rules of both servers (manuals, "Lexical Structure",
 * "Comments"). */
#include <ctype.h>
#include <string.h>

#include "ddl_text.h"
#include "miglock/text.h"

void mlk_words_begin(struct mlk_words *w, const char *sql)
{
    w->at = sql ? sql : "";
    w->type = MLK_WORD_END;
    w->text[0] = '\0';
}

/* Past a versioned comment's head: the slash and star, M, the exclamation mark and the version. */
static const char *versioned(const char *p)
{
    const char *inside = p[2] == 'M' ? p + 3 : p + 2;

    if (*inside != '!')
        return NULL;
    for (inside++; isdigit((unsigned char)*inside);)
        inside++;
    return inside;
}

/* Past white space and comments. The star and slash that end a versioned comment are passed over too. */
static const char *skip(const char *p)
{
    for (;;) {
        const char *end;

        if (isspace((unsigned char)*p)) {
            p++;
        } else if (p[0] == '#' ||
                   (p[0] == '-' && p[1] == '-' && (p[2] == '\0' || (unsigned char)p[2] <= ' '))) {
            p += strcspn(p, "\n");
        } else if (p[0] == '*' && p[1] == '/') {
            p += 2;
        } else if (p[0] == '/' && p[1] == '*') {
            end = versioned(p);
            if (!end) {
                end = strstr(p + 2, "*/");
                end = end ? end + 2 : p + strlen(p);
            }
            p = end;
        } else {
            return p;
        }
    }
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Keeps what fits, whole characters. */
static void keep(struct mlk_words *w, size_t *used, const char *from, size_t len)
{
    if (*used + len < sizeof w->text) {
        memcpy(w->text + *used, from, len);
        *used += len;
        w->text[*used] = '\0';
    }
}

/* A quote is doubled to stand for itself; in strings a backslash does that too (unless
 * NO_BACKSLASH_ESCAPES). */
static void quoted(struct mlk_words *w, char quote)
{
    const char *p = w->at + 1;
    size_t used = 0;

    while (*p && (*p != quote || p[1] == quote)) {
        if (*p == quote || (*p == '\\' && quote != '`' && p[1]))
            p++;
        keep(w, &used, p, 1);
        p++;
    }
    w->at = *p ? p + 1 : p;
}

bool mlk_words_next(struct mlk_words *w)
{
    const char *p = w->at = skip(w->at);
    size_t used = 0, len = 0;

    w->text[0] = '\0';
    if (!*p) {
        w->type = MLK_WORD_END;
        return false;
    }
    if (*p == '`' || *p == '"' || *p == '\'') {
        w->type = *p == '\'' ? MLK_WORD_STRING : MLK_WORD_QUOTED;
        quoted(w, *p);
        return true;
    }
    while (in_word(p[len]))
        len++;
    w->type = len ? MLK_WORD_PLAIN : MLK_WORD_MARK;
    len = len ? len : 1;
    keep(w, &used, p, len < sizeof w->text ? len : sizeof w->text - 1);
    w->at = p + len;
    return true;
}
