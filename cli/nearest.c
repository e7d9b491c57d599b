/* SPDX-License-Identifier: GPL-2.0-only */
/* The word that somebody may have meant. */
#include <stdint.h>
#include <string.h>

#include "options.h"

/* Levenshtein's distance, where two letters that changed places count as one mistake; words are short. */
static size_t distance(const char *a, const char *b)
{
    enum { WORD = 40 };
    size_t rows[3][WORD + 1], *row = rows[0], *last = rows[1], *before = rows[2], len = strlen(b);

    if (len > WORD || strlen(a) > WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *spare = before;

        before = last;
        last = row;
        row = spare;
        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);

            row[j] = last[j] < row[j - 1] ? last[j] + 1 : row[j - 1] + 1;
            row[j] = change < row[j] ? change : row[j];
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return row[len];
}

const char *mlk_nearest(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t least = 3;

    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, words[i]);

        if (d < least && d < strlen(word)) {
            least = d;
            best = words[i];
        }
    }
    return best;
}
