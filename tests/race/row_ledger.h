/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened to each generation of one row lock, as its owner and as the releasers say. */
#ifndef MIGLOCK_TESTS_RACE_ROW_LEDGER_H
#define MIGLOCK_TESTS_RACE_ROW_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEDGER_GENERATIONS = 1 << 16, GENERATION_TEXT_MAX = 24 };

struct ledger_page {
    atomic_uchar given_back; /* by its owner */
    atomic_uchar lost;       /* its owner found it gone */
    atomic_uchar claimed;    /* releases that say they released it */
};

struct ledger {
    int64_t base;              /* acquired_at of generation 0, seconds since 1970 */
    atomic_uint next;          /* the next generation */
    struct ledger_page *pages; /* LEDGER_GENERATIONS */
};

/* False: no memory. */
bool ledger_open(struct ledger *l);
void ledger_close(struct ledger *l);

/* acquired_at of a generation, unlike that of any other. */
void ledger_text(const struct ledger *l, unsigned generation, char out[GENERATION_TEXT_MAX]);
/* The generation of an acquired_at; -1 where there is none such. */
long ledger_generation(const struct ledger *l, const char *text);

/* Released in the wrong generation: gone, and no release says that it meant it. And the reverse. */
void ledger_sum(const struct ledger *l, long *lost, long *wrong, long *false_words);

#endif
