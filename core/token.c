/* SPDX-License-Identifier: GPL-2.0-only */
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fnv.h"

/* FNV-1a of 64 bits, folded to 48 (draft-eastlake-fnv, section 3). Enough where nobody is out to forge. */
static void mix(struct mlk_token *t, const void *bytes, size_t len)
{
    const unsigned char *b = bytes;

    for (size_t i = 0; i < len; i++)
        t->state = mlk_fnv_add(t->state, b[i]);
}

void mlk_token_begin(struct mlk_token *t)
{
    t->state = MLK_FNV_BEGIN;
}

void mlk_token_add(struct mlk_token *t, const char *text, size_t len)
{
    char head[32];
    int n = text ? snprintf(head, sizeof head, "%zu:", len) : snprintf(head, sizeof head, "null:");

    mix(t, head, (size_t)n);
    if (text)
        mix(t, text, len);
}

void mlk_token_add_number(struct mlk_token *t, int64_t number)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%lld", (long long)number);

    mlk_token_add(t, text, (size_t)n);
}

void mlk_token_end(const struct mlk_token *t, char out[MLK_TOKEN_LEN + 1])
{
    uint64_t folded = (t->state >> 48u ^ t->state) & 0xffffffffffffu;

    snprintf(out, MLK_TOKEN_LEN + 1, "%012llx", (unsigned long long)folded);
}

static int by_size(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static uint64_t digest_of_row(const struct mlk_rows *rows, size_t row)
{
    struct mlk_token t;

    mlk_token_begin(&t);
    for (size_t c = 0; c < rows->columns; c++)
        mlk_token_add(&t, mlk_rows_text(rows, row, c), mlk_rows_length(rows, row, c));
    return t.state;
}

enum mlk_status mlk_token_of_table(const char *target, const struct mlk_rows *rows,
                                   char out[MLK_TOKEN_LEN + 1])
{
    uint64_t *digests = calloc(rows->count + 1, sizeof *digests);
    struct mlk_token t;

    if (!digests)
        return MLK_NO_MEMORY;
    for (size_t r = 0; r < rows->count; r++)
        digests[r] = digest_of_row(rows, r);
    qsort(digests, rows->count, sizeof *digests, by_size);
    mlk_token_begin(&t);
    mlk_token_add(&t, target, strlen(target));
    mlk_token_add_number(&t, (int64_t)rows->columns);
    for (size_t r = 0; r < rows->count; r++)
        mlk_token_add_number(&t, (int64_t)digests[r]);
    mlk_token_end(&t, out);
    free(digests);
    return MLK_OK;
}

bool mlk_token_valid(const char *text, size_t len)
{
    if (len != MLK_TOKEN_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!memchr("0123456789abcdef", text[i], 16))
            return false;
    }
    return true;
}
