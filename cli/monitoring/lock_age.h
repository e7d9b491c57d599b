/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_CLI_LOCK_AGE_H
#define MIGLOCK_CLI_LOCK_AGE_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <time.h>

/* How long a lock has been held: somewhere between two numbers of seconds. */
struct mlk_age {
    int64_t least;
    int64_t most; /* -1: there is no upper bound */
};

/* From the report of a lock that is held. now: seconds since 1970 by this machine's clock. */
struct mlk_age mlk_lock_age(const cJSON *report, time_t now);

#endif
