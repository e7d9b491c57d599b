/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs say of a lock: the messages and phrases of the tool table, and those that every program can
 * bring up. */
#ifndef MLK_CORE_SAYINGS_H
#define MLK_CORE_SAYINGS_H

#include <stddef.h>

#include "miglock/buf.h"
#include "miglock/tool.h"

/* What is said where no migration lock is taken, by no tool of the table. */
struct mlk_known {
    const char *title;
    const char *const *texts; /* NULL-terminated; any of them */
    const char *then;         /* has to follow in the same line; NULL: nothing */
    const char *means;
    const char *const *advice; /* NULL-terminated */
};

/* index counts from 0; NULL past the end. */
const struct mlk_known *mlk_known_at(size_t index);

struct mlk_saying {
    const struct mlk_tool *tool; /* NULL: known is set */
    const struct mlk_known *known;
    const char *means; /* NULL: the lock is taken */
    size_t at, len;    /* where it stands in the text */
    /* private */
    size_t part, part_len, then, then_len; /* in plain form, in the buffer parts */
    int next;                              /* with the same first byte; -1: none */
};

struct mlk_sayings {
    struct mlk_saying *list; /* those found; the private ones of the search behind them are of no use */
    size_t count;
};

/*
 * All that stands in text (mlk_plain), each at its first place, in the order of the tool table, then of the
 * known ones. What lies within something longer does not count. The caller frees list. MLK_OK or
 * MLK_NO_MEMORY. Takes time linear in the text.
 */
enum mlk_status mlk_sayings_find(const struct mlk_buf *text, struct mlk_sayings *out);

#endif
