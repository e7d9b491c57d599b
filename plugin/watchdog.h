/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ends a worker's statement that goes on for too long. MySQL limits the time of a SELECT and of a lock wait,
 * but not of an UPDATE whose table has a slow trigger. So another session of the same account, on a thread of
 * its own, runs KILL QUERY. MariaDB limits every statement, and its inner sessions have no connection id, so
 * there is nothing to do there.
 */
#ifndef MIGLOCK_WATCHDOG_H
#define MIGLOCK_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "progress.h"

struct mlk_watchdog {
    const struct mlk_caller *caller;
    const struct mlk_progress *progress;
    bool running; /* the thread was started and not joined */
    pthread_t thread;
    atomic_bool ended;       /* the thread has nothing more to do */
    uint64_t victim;         /* whose statement it ends */
    struct mlk_progress own; /* of its own session */
    long long victim_since;  /* which statement */
    long long started;       /* when, milliseconds of CLOCK_MONOTONIC */
};

/* Both must outlive it. */
void mlk_watchdog_init(struct mlk_watchdog *w, const struct mlk_caller *caller,
                       const struct mlk_progress *progress);
/* Called now and then by the thread that waits. Never waits itself. */
void mlk_watchdog_look(struct mlk_watchdog *w);
/* Waits for its thread. The worker must have ended. */
void mlk_watchdog_end(struct mlk_watchdog *w);

#endif
