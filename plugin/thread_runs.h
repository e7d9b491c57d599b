/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a thread of this process has run since it was looked at. The kernel counts in
 * /proc/self/task/TID/schedstat how long a thread has run and waited to run, and how often
 * (Documentation/scheduler/sched-stats.rst); none of the three changes while it sleeps.
 */
#ifndef MIGLOCK_THREAD_RUNS_H
#define MIGLOCK_THREAD_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlk_thread_runs {
    int fd; /* -1: nothing is watched */
    char text[96];
    size_t size;
};

/* thread: as in struct mlk_client. False where the kernel does not show it; else mlk_thread_runs_end is due.
 */
bool mlk_thread_runs_begin(struct mlk_thread_runs *runs, int64_t thread);
/* False also where the thread has ended. One system call. */
bool mlk_thread_runs_none(const struct mlk_thread_runs *runs);
/* Does nothing where nothing is watched. */
void mlk_thread_runs_end(struct mlk_thread_runs *runs);

#endif
