/* SPDX-License-Identifier: GPL-2.0-only */
/* What the caller's thread and the worker's know of each other while a call runs (call.h). */
#ifndef MIGLOCK_PROGRESS_H
#define MIGLOCK_PROGRESS_H

#include <stdatomic.h>

struct mlk_progress {
    atomic_bool cancelled;       /* the caller was killed */
    atomic_ullong connection_id; /* of the worker's session; 0: it has none, or none yet */
    atomic_llong
        statement_since; /* when its present statement began, milliseconds of CLOCK_MONOTONIC; 0: none runs */
};

#endif
