/* SPDX-License-Identifier: GPL-2.0-only */
#include "sql_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "miglock/text.h"

struct scan {
    const char *sql;
    size_t len, at;
    struct mlk_scan_mode mode;
    struct mlk_tokens *out;
    bool space;
    bool bare;  /* the last token is a bare name: a point right behind it leads to another name */
    bool after; /* the last token is such a point: digits right behind it are a name */
    int depth;
    char *error;
    size_t error_size;
};

struct mlk_scan_mode mlk_scan_mode(const char *sql_mode)
{
    struct mlk_scan_mode mode = {false, false};

    for (const char *p = sql_mode ? sql_mode : ""; *p;) {
        size_t len = strcspn(p, ",");

        mode.ansi_quotes = mode.ansi_quotes || (len == 11 && strncasecmp(p, "ANSI_QUOTES", len) == 0);
        mode.no_backslash_escapes =
            mode.no_backslash_escapes || (len == 20 && strncasecmp(p, "NO_BACKSLASH_ESCAPES", len) == 0);
        p += len + (p[len] == ',');
    }
    return mode;
}

void mlk_tokens_free(struct mlk_tokens *tokens)
{
    free(tokens->list);
    *tokens = (struct mlk_tokens){0};
}

/* ---- characters ---- */

/* '\0' past the end. */
static char peek(const struct scan *s, size_t ahead)
{
    return s->at + ahead < s->len ? s->sql[s->at + ahead] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t line_of(const struct scan *s, size_t at)
{
    size_t line = 1;

    for (size_t i = 0; i < at; i++)
        line += s->sql[i] == '\n';
    return line;
}

static enum mlk_status unusable(struct scan *s, size_t at, const char *what)
{
    snprintf(s->error, s->error_size, "line %zu: %s", line_of(s, at), what);
    return MLK_USAGE;
}

/* ---- tokens ---- */

static enum mlk_status add(struct scan *s, enum mlk_token_kind kind, size_t from)
{
    struct mlk_tokens *out = s->out;

    if (out->count == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 64;
        struct mlk_token *list;

        if (out->count >= MLK_TOKENS_MAX)
            return unusable(s, from, "the text is too long to be read");
        list = realloc(out->list, cap * sizeof *list);
        if (!list) {
            snprintf(s->error, s->error_size, "%s", mlk_status_text(MLK_NO_MEMORY));
            return MLK_NO_MEMORY;
        }
        out->list = list;
        out->cap = cap;
    }
    out->list[out->count++] =
        (struct mlk_token){kind, s->sql + from, s->at - from, s->space, s->depth > 0 ? s->depth : 0};
    s->space = s->bare = s->after = false;
    return MLK_OK;
}

/* A doubled quote stands for itself; so does one after a backslash, in strings. */
static enum mlk_status quoted(struct scan *s, char quote, bool is_name)
{
    size_t from = s->at++;
    bool escapes = !is_name && !s->mode.no_backslash_escapes;

    for (; s->at < s->len; s->at++) {
        if (escapes && s->sql[s->at] == '\\') {
            s->at++;
        } else if (s->sql[s->at] == quote) {
            s->at++;
            if (peek(s, 0) != quote)
                return add(s, is_name ? MLK_TOKEN_NAME : MLK_TOKEN_STRING, from);
        }
    }
    return unusable(s, from, is_name ? "a quoted name has no end" : "a string has no end");
}

static enum mlk_status block_comment(struct scan *s)
{
    size_t from = s->at;
    char third = peek(s, 2);
    bool hidden = third == '!' || ((third == 'M' || third == 'm') && peek(s, 3) == '!');
    const char *end = memmem(s->sql + from + 2, s->len - from - 2, "*/", 2);

    if (!end)
        return unusable(s, from, "a comment has no end");
    s->at = (size_t)(end - s->sql) + 2;
    if (hidden)
        return add(s, MLK_TOKEN_HIDDEN, from);
    s->space = true;
    return MLK_OK;
}

static void line_comment(struct scan *s)
{
    while (s->at < s->len && s->sql[s->at] != '\n')
        s->at++;
    s->space = true;
}

static enum mlk_status mark(struct scan *s, char c)
{
    enum mlk_status status;
    bool odd;

    s->at++;
    if (c == ')' && s->depth > 0)
        s->depth--;
    if (c == ';')
        s->depth = 0;
    /* "--" without a blank is two signs here and a comment elsewhere, or once something is put behind it */
    odd = c == '\\' || (c == '-' && peek(s, 0) == '-');
    status = add(s, c == ';' ? MLK_TOKEN_END : odd ? MLK_TOKEN_ODD : MLK_TOKEN_MARK, s->at - 1);
    if (c == '(')
        s->depth++;
    s->after = c == '.';
    return status;
}

static enum mlk_status word(struct scan *s)
{
    enum mlk_status status;
    size_t from = s->at;

    while (s->at < s->len && is_word(s->sql[s->at]))
        s->at++;
    /* MySQL 9 reads $$ ... $$ and $tag$ ... $tag$ as strings */
    status = add(s, s->sql[from] == '$' ? MLK_TOKEN_ODD : MLK_TOKEN_WORD, from);
    s->bare = true;
    return status;
}

/* ---- numbers: what comes right behind one is a token of its own, as in 1e1UNION and 1.UNION ---- */

static size_t digits(const struct scan *s, size_t ahead)
{
    while (is_digit(peek(s, ahead)))
        ahead++;
    return ahead;
}

/* The end of an exponent that may begin ahead of here; ahead where there is none. */
static size_t exponent(const struct scan *s, size_t ahead)
{
    size_t sign = ahead + 1;

    if (peek(s, ahead) != 'e' && peek(s, ahead) != 'E')
        return ahead;
    if (peek(s, sign) == '+' || peek(s, sign) == '-')
        sign++;
    return is_digit(peek(s, sign)) ? digits(s, sign) : ahead;
}

/* From a digit, or from a point with one behind it. Digits that a letter follows are a name (2fa), except in
 * 1e5. */
static enum mlk_status number(struct scan *s)
{
    size_t from = s->at, whole = digits(s, 0), end = exponent(s, whole);
    bool point = peek(s, whole) == '.', odd = false;

    if (point) {
        size_t fraction = digits(s, whole + 1);

        end = exponent(s, fraction);
        /* the servers lose their way in "1.e" and "1.5e+" */
        odd = end == fraction && (peek(s, end) == 'e' || peek(s, end) == 'E');
    } else if (end == whole && is_word(peek(s, whole))) {
        return word(s);
    }
    s->at += end;
    return add(s, odd ? MLK_TOKEN_ODD : MLK_TOKEN_NUMBER, from);
}

/* The next token, or what lies between two. */
static enum mlk_status step(struct scan *s)
{
    char c = s->sql[s->at];

    if (is_space(c)) {
        s->at++;
        s->space = true;
        return MLK_OK;
    }
    if ((unsigned char)c < 0x20 || c == 0x7f)
        return unusable(s, s->at, "there is a control character outside quotes");
    if (c == '\'' || c == '`')
        return quoted(s, c, c == '`');
    if (c == '"')
        return quoted(s, c, s->mode.ansi_quotes);
    if (c == '/' && peek(s, 1) == '*')
        return block_comment(s);
    /* "--" begins a comment only before white space or at the end */
    if (c == '#' || (c == '-' && peek(s, 1) == '-' && (s->at + 2 >= s->len || is_space(peek(s, 2))))) {
        line_comment(s);
        return MLK_OK;
    }
    if (!(s->after && !s->space) &&
        (is_digit(c) || (c == '.' && is_digit(peek(s, 1)) && !(s->bare && !s->space))))
        return number(s);
    return is_word(c) ? word(s) : mark(s, c);
}

enum mlk_status mlk_sql_scan(const char *sql, size_t len, struct mlk_scan_mode mode, struct mlk_tokens *out,
                             char *error, size_t error_size)
{
    struct scan s = {
        .sql = sql, .len = len, .mode = mode, .out = out, .error = error, .error_size = error_size};
    enum mlk_status status = MLK_OK;

    *out = (struct mlk_tokens){0};
    if (len >= 3 && memcmp(sql, "\xef\xbb\xbf", 3) == 0) /* the byte order mark of some editors */
        s.at = 3;
    if (len > MLK_SCAN_MAX)
        status = unusable(&s, 0, "the text is longer than 1 MiB");
    else if (!mlk_utf8_valid(sql, len))
        status = unusable(&s, 0, "the text is not UTF-8");
    while (!status && s.at < len)
        status = step(&s);
    if (status)
        mlk_tokens_free(out);
    return status;
}

/* ---- questions ---- */

bool mlk_token_is(const struct mlk_token *token, const char *word)
{
    return token->kind == MLK_TOKEN_WORD && token->len == strlen(word) &&
           strncasecmp(token->text, word, token->len) == 0;
}

bool mlk_token_mark(const struct mlk_token *token, char mark)
{
    return token->kind == MLK_TOKEN_MARK && token->text[0] == mark;
}

bool mlk_token_name(const struct mlk_token *token, char *out, size_t size)
{
    bool name = token->kind == MLK_TOKEN_NAME;
    size_t used = 0;

    if (!name && token->kind != MLK_TOKEN_WORD)
        return false;
    for (size_t i = name ? 1 : 0; i < token->len - (name ? 1 : 0); i++) {
        if (used + 1 >= size)
            return false;
        out[used++] = token->text[i];
        if (name && token->text[i] == token->text[0])
            i++; /* a doubled quote */
    }
    out[used] = '\0';
    return used > 0;
}
