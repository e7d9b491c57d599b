/* SPDX-License-Identifier: GPL-2.0-only */
/* What a statement says of itself: its kind, the table that it is about, and for DDL how it is to be done.
 * Reads words; it is no parser, and a statement that was cut short is fine. Pure. Not built on
 * advise/sql_scan.h, which refuses what is cut short or not UTF-8, as its pieces are sent to a server; this
 * one only labels what a server shows, of thousands of sessions, and takes no memory. */
#ifndef MLK_CORE_DDL_TEXT_H
#define MLK_CORE_DDL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/target.h"

enum { MLK_DDL_KIND_MAX = 32, MLK_DDL_WORD_MAX = 12 };

enum mlk_word_type {
    MLK_WORD_END,
    MLK_WORD_PLAIN,  /* a keyword, a name or a number, without quotes */
    MLK_WORD_QUOTED, /* a name in ` or ", which is a string unless ANSI_QUOTES is set */
    MLK_WORD_STRING, /* '...' */
    MLK_WORD_MARK,   /* any other single character */
};

/* Walks over the words of a statement, without comments; what is in a versioned comment counts. text is the
 * word as it is meant, cut at MLK_IDENT_MAX bytes. */
struct mlk_words {
    const char *at;
    enum mlk_word_type type;
    char text[MLK_IDENT_MAX + 1];
};
void mlk_words_begin(struct mlk_words *w, const char *sql);
/* False at the end. */
bool mlk_words_next(struct mlk_words *w);

struct mlk_ddl_text {
    char kind[MLK_DDL_KIND_MAX]; /* "ALTER TABLE", "SELECT"; "" where the text has no words */
    bool ddl;                    /* it changes or locks a table, or something that contains it */
    char schema[MLK_IDENT_MAX + 1], table[MLK_IDENT_MAX + 1]; /* the first table it is about; "" unsaid */
    char algorithm[MLK_DDL_WORD_MAX], lock[MLK_DDL_WORD_MAX]; /* as stated, upper case; "" unsaid */
};
/* sql may be NULL. */
void mlk_ddl_text_read(const char *sql, struct mlk_ddl_text *out);

#endif
