/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock check: how locks become the states of a monitoring plugin. */
#ifndef MIGLOCK_CLI_CHECK_H
#define MIGLOCK_CLI_CHECK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "command.h"
#include "monitored.h"
#include "threshold.h"

/* ---- check_options.c ---- */

/* What --on can name, with the state it has unless told otherwise: the verdicts first. */
#define MLK_FINDING_LIST(X)                                                                                  \
    X(FREE, "free", OK)                                                                                      \
    X(ACTIVE, "active", OK)                                                                                  \
    X(IDLE, "idle", WARNING)                                                                                 \
    X(ABANDONED, "abandoned", CRITICAL)                                                                      \
    X(UNKNOWN, "unknown", UNKNOWN)                                                                           \
    X(DAMAGED, "damaged", CRITICAL)                                                                          \
    X(NO_AGE, "no-age", UNKNOWN)

enum mlk_finding {
#define MLK_FINDING_ENUM(name, word, state) MLK_FINDING_##name,
    MLK_FINDING_LIST(MLK_FINDING_ENUM)
#undef MLK_FINDING_ENUM
        MLK_FINDINGS
};

struct mlk_check_options {
    struct mlk_threshold warning, critical; /* seconds that a lock is held */
    enum mlk_state on[MLK_FINDINGS];
    unsigned idle_s;    /* an idle lock counts as active until it has been idle for so long */
    unsigned timeout_s; /* for all of the work */
    bool named;         /* judge GET_LOCK() names of no known tool too */
};

extern const struct mlk_option mlk_check_option_table[];
/* MLK_EXIT_DONE, or a mistake that has been reported. */
enum mlk_exit mlk_check_options_read(const struct mlk_cli *cli, struct mlk_check_options *out);

/* ---- check_state.c ---- */

/* "OK", "WARNING", "CRITICAL" or "UNKNOWN". */
const char *mlk_state_text(enum mlk_state state);
/* The one that counts of two: CRITICAL before WARNING before UNKNOWN before OK. */
enum mlk_state mlk_state_worst(enum mlk_state a, enum mlk_state b);

/* ---- check_judge.c ---- */

struct mlk_judged {
    const cJSON *report; /* the caller's */
    enum mlk_state state;
    struct mlk_buf reason; /* "abandoned, held for 3d4h by 1562 shop@10.0.0.7"; free it */
};

/* now: seconds since 1970 by this machine's clock. reason is for mlk_buf_free(). */
void mlk_check_judge(const struct mlk_check_options *options, const cJSON *report, time_t now,
                     struct mlk_judged *out);

/* ---- check_output.c ---- */

struct mlk_check_result {
    const struct mlk_check_options *options;
    const struct mlk_monitored *monitored;
    const struct mlk_judged *locks;
    size_t count;
    bool verbose; /* the reasons of all locks, and not of those alone that are not OK */
};

/* The worst of all; OK where there is none. */
enum mlk_state mlk_check_state(const struct mlk_check_result *r);
/* Appends what a plugin prints: the line with the status and performance data, then the details. */
void mlk_check_text(struct mlk_buf *b, const struct mlk_check_result *r);
/* The same as a document that the caller owns; NULL where memory is out. */
cJSON *mlk_check_document(const struct mlk_check_result *r);
/* All that is printed for a failure: the line, or a document that the caller owns (NULL where memory is out).
 */
void mlk_check_failure_text(struct mlk_buf *b, const char *message);
cJSON *mlk_check_failure_document(const char *code, const char *message);

/* ---- check_timeout.c ---- */

/* What is printed when time is up. It must stay where it is until mlk_check_timer_stop(). */
struct mlk_check_timer {
    struct mlk_buf text;
    timer_t timer;
    bool running;
};

/* From here on the program ends with UNKNOWN and that text on stdout after so many seconds, whatever it is
 * doing. False where there is no timer to be had. */
bool mlk_check_timer_start(struct mlk_check_timer *t, bool json, unsigned seconds);
/* Works on a zeroed struct, and twice. */
void mlk_check_timer_stop(struct mlk_check_timer *t);

#endif
