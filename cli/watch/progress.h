/* SPDX-License-Identifier: GPL-2.0-only */
/* One line on a terminal that says what is waited for, written over and over. Elsewhere nothing. */
#ifndef MIGLOCK_CLI_PROGRESS_H
#define MIGLOCK_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* On stderr. Zeroed it says nothing. */
struct mlk_progress {
    bool on;
    size_t shown; /* columns of the line that stands there */
};

/* wanted: false keeps it silent. */
void mlk_progress_start(struct mlk_progress *p, bool wanted);
/* Shows text, cleaned and cut to the terminal's width. */
void mlk_progress_show(struct mlk_progress *p, const char *text);
/* Takes the line away, for other messages. */
void mlk_progress_clear(struct mlk_progress *p);
/* Leaves the line where it is and goes on below it. */
void mlk_progress_end(struct mlk_progress *p);

#endif
