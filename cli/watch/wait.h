/* SPDX-License-Identifier: GPL-2.0-only */
/* What miglock wait knows while it waits, and how it says so. */
#ifndef MIGLOCK_CLI_WAIT_H
#define MIGLOCK_CLI_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "looker.h"
#include "miglock/miglock.h"
#include "progress.h"
#include "signals.h"

struct mlk_wait {
    struct mlk_cli *cli;
    struct mlk_looker looker;
    struct mlk_signals signals;
    struct mlk_progress progress;
    struct mlk_target target;
    int64_t began_ms, timeout_ms; /* timeout -1: none */
    int64_t interval_ms, pause_ms, next_ms;
    int64_t probed_ms;    /* last time; -1: never */
    bool probe, asking;   /* the answer that is due is that of a client */
    bool told;            /* that the connection is lost */
    bool lost;            /* it is */
    int64_t seen_ms;      /* when the last report came */
    struct mlk_look last; /* the last one with a report */
    char error[1200];     /* of the last one without */
};

/* Whether the last report says that the lock is free. */
bool mlk_wait_is_free(const struct mlk_wait *w);
/* Its verdict. */
const char *mlk_wait_verdict(const struct mlk_wait *w);
/* The line on a terminal. */
void mlk_wait_progress(struct mlk_wait *w);
/* The answer, once the lock is free. at_once: it was so at the first look. */
enum mlk_exit mlk_wait_say_free(const struct mlk_wait *w, bool at_once);
/* The answer where a table is not there any more. */
enum mlk_exit mlk_wait_say_gone(const struct mlk_wait *w);
/* The answer where it is not, or it cannot be told. */
enum mlk_exit mlk_wait_say_held(const struct mlk_wait *w);
/* The answer when the time is over: held, or nobody knows as the server does not answer. */
enum mlk_exit mlk_wait_say_over(const struct mlk_wait *w);

#endif
