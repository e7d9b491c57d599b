/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The token: a short digest of exactly the lock generation that was shown. It guards against accidents (the
 * lock changed hands between looking and releasing), not against forgery: whoever may release a lock may also
 * read its token.
 */
#ifndef MLK_CORE_TOKEN_H
#define MLK_CORE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/miglock.h"

struct mlk_token {
    uint64_t state;
};

void mlk_token_begin(struct mlk_token *t);
/* Adds one field; its length is part of the digest, and NULL differs from "". */
void mlk_token_add(struct mlk_token *t, const char *text, size_t len);
void mlk_token_add_number(struct mlk_token *t, int64_t number);
/* The token of a whole table: the target's text, then every column of every row. In which order a server
 * gives rows without an ORDER BY is its own affair, so the order does not count. MLK_NO_MEMORY. */
enum mlk_status mlk_token_of_table(const char *target, const struct mlk_rows *rows,
                                   char out[MLK_TOKEN_LEN + 1]);
/* Writes MLK_TOKEN_LEN hexadecimal digits and a NUL. */
void mlk_token_end(const struct mlk_token *t, char out[MLK_TOKEN_LEN + 1]);
/* Whether text has the form of a token. */
bool mlk_token_valid(const char *text, size_t len);

#endif
