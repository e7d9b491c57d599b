/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SQL text as the servers' own scanners cut it: words, quoted names, strings, marks. Comments are left out.
 * Source of the rules: MySQL manual, "Language Structure"; sql/sql_lex.cc of both servers. Statements that a
 * process list shows, perhaps cut short, are read by tables/ddl_text.h, which is less strict on purpose.
 */
#ifndef MLK_CORE_ADVISE_SQL_SCAN_H
#define MLK_CORE_ADVISE_SQL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/status.h"

enum mlk_token_kind {
    MLK_TOKEN_WORD,   /* a bare name or keyword */
    MLK_TOKEN_NUMBER, /* digits, perhaps with a point and an exponent; 0x1f and x'1f' are words */
    MLK_TOKEN_NAME,   /* a name in quotes */
    MLK_TOKEN_STRING, /* a string in quotes */
    MLK_TOKEN_MARK,   /* one character of punctuation */
    MLK_TOKEN_END,    /* a semicolon */
    MLK_TOKEN_HIDDEN, /* a comment that some servers run as SQL */
    MLK_TOKEN_ODD     /* what is quoted or a comment on some servers only, or a client's own command */
};

struct mlk_token {
    enum mlk_token_kind kind;
    const char *text; /* points into the scanned text, quotes included */
    size_t len;
    bool space; /* white space or a comment is before it */
    int depth;  /* parentheses around it; "(" and ")" themselves are outside */
};

/* What sql_mode says of quotes. */
struct mlk_scan_mode {
    bool ansi_quotes;          /* "a" is a name */
    bool no_backslash_escapes; /* a backslash in a string is a backslash */
};

struct mlk_tokens {
    struct mlk_token *list;
    size_t count, cap;
};

enum { MLK_SCAN_MAX = 1 << 20, MLK_TOKENS_MAX = 200000 };

/* Reads mode from a sql_mode as the server shows it. */
struct mlk_scan_mode mlk_scan_mode(const char *sql_mode);
/* Cuts len bytes of sql, which out points into afterwards; a byte order mark before them is passed over.
 * MLK_OK; MLK_USAGE with one line in error where a quote or a comment has no end, or where bytes are no UTF-8
 * or control characters; MLK_NO_MEMORY. */
enum mlk_status mlk_sql_scan(const char *sql, size_t len, struct mlk_scan_mode mode, struct mlk_tokens *out,
                             char *error, size_t error_size);
/* Accepts a zeroed struct. */
void mlk_tokens_free(struct mlk_tokens *tokens);

/* Whether it is that bare word, in any case; word is upper case. */
bool mlk_token_is(const struct mlk_token *token, const char *word);
/* Whether it is that mark. */
bool mlk_token_mark(const struct mlk_token *token, char mark);
/* The name that a bare word or a quoted name stands for, into size bytes. False where it is neither, empty,
 * or does not fit. */
bool mlk_token_name(const struct mlk_token *token, char *out, size_t size);

#endif
