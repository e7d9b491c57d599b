/* SPDX-License-Identifier: GPL-2.0-only */
#include "row_ledger.h"

#include <stdlib.h>
#include <time.h>

static const char format[] = "%Y-%m-%d %H:%M:%S";

bool ledger_open(struct ledger *l)
{
    l->base = time(NULL);
    atomic_init(&l->next, 0);
    l->pages = calloc(LEDGER_GENERATIONS, sizeof *l->pages);
    return l->pages;
}

void ledger_close(struct ledger *l)
{
    free(l->pages);
    l->pages = NULL;
}

/* DATETIME has whole seconds, so each generation is one second later. */
void ledger_text(const struct ledger *l, unsigned generation, char out[GENERATION_TEXT_MAX])
{
    time_t t = (time_t)(l->base + generation);
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(out, GENERATION_TEXT_MAX, format, &tm);
}

long ledger_generation(const struct ledger *l, const char *text)
{
    struct tm tm = {0};
    int64_t generation;

    if (!strptime(text, format, &tm))
        return -1;
    generation = (int64_t)timegm(&tm) - l->base;
    return generation >= 0 && generation < LEDGER_GENERATIONS ? (long)generation : -1;
}

void ledger_sum(const struct ledger *l, long *lost, long *wrong, long *false_words)
{
    for (size_t i = 0; i < LEDGER_GENERATIONS; i++) {
        const struct ledger_page *page = &l->pages[i];
        unsigned claims = atomic_load(&page->claimed);

        if (atomic_load(&page->lost)) {
            ++*lost;
            *wrong += claims == 0;
            *false_words += claims > 1 ? claims - 1 : 0;
        } else {
            *false_words += claims;
        }
    }
}
