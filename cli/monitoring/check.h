/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock check: how locks, and tables that wait, become the states of a monitoring plugin. */
#ifndef MIGLOCK_CLI_CHECK_H
#define MIGLOCK_CLI_CHECK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "command.h"
#include "lock_age.h"
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
    X(NO_AGE, "no-age", UNKNOWN)                                                                             \
    X(DDL_WAITING, "ddl-waiting", WARNING)                                                                   \
    X(QUEUE, "queue", CRITICAL)                                                                              \
    X(CONNECTIONS, "connections", CRITICAL)

enum mlk_finding {
#define MLK_FINDING_ENUM(name, word, state) MLK_FINDING_##name,
    MLK_FINDING_LIST(MLK_FINDING_ENUM)
#undef MLK_FINDING_ENUM
        MLK_FINDINGS
};

struct mlk_check_options {
    struct mlk_threshold warning, critical; /* seconds that a lock is held, or a table waited for */
    struct mlk_threshold ddl_waiting;       /* seconds that DDL waits for a table */
    struct mlk_threshold queue;             /* sessions that wait for a table */
    struct mlk_threshold connections; /* per cent of the server's, while any session waits for a table */
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
    bool table;          /* it is the document of a table, not the report of a lock */
    enum mlk_state state;
    struct mlk_buf reason; /* "abandoned, held for 3d4h by 1562 shop@10.0.0.7"; free it */
};

enum { MLK_REASON_MAX = 8192 };

/* now: seconds since 1970 by this machine's clock. reason is for mlk_buf_free(). */
void mlk_check_judge(const struct mlk_check_options *options, const cJSON *report, time_t now,
                     struct mlk_judged *out);

/* The finding that a verdict is; a word that is none counts as unknown. */
enum mlk_finding mlk_check_finding(const char *verdict);
/* Judges -w and -c; only what is certainly outside of a range alerts, and where that cannot be told, that is
 * said. */
void mlk_check_judge_age(const struct mlk_check_options *o, struct mlk_age age, struct mlk_judged *j);

/* ---- check_judge_table.c ---- */

/* A table that waits. all: the documents of all tables, among which is what stands at the root of it.
 * reason is for mlk_buf_free(). */
void mlk_check_judge_table(const struct mlk_check_options *options, const cJSON *document, const cJSON *all,
                           struct mlk_judged *out);
/* Whether DDL or a session waits there, or DDL runs. */
bool mlk_check_table_busy(const cJSON *document);
/* Per cent of the server's connections that are in use, from {"used", "max"}; -1 where nobody knows. */
int64_t mlk_check_connections(const cJSON *connections);

/* ---- check_output.c ---- */

struct mlk_check_result {
    const struct mlk_check_options *options;
    const struct mlk_monitored *monitored;
    const struct mlk_judged *judged; /* locks first, then tables */
    size_t count;
    bool verbose; /* the reasons of all, and not of those alone that are not OK */
};

/* Appends "rails:shop", of several servers "rails:shop on db1:3306". */
void mlk_check_name(struct mlk_buf *b, const cJSON *report);
/* Whether a lock is held, or a table waited for or worked on. */
bool mlk_check_busy(const struct mlk_judged *judged);

/* The worst of all; OK where there is none. */
enum mlk_state mlk_check_state(const struct mlk_check_result *r);
/* Appends what a plugin prints: the line with the status and performance data, then the details. */
void mlk_check_text(struct mlk_buf *b, const struct mlk_check_result *r);
/* The same as a document that the caller owns; NULL where memory is out. */
cJSON *mlk_check_document(const struct mlk_check_result *r);
/* ---- check_perfdata.c ---- */

/* Monitoring systems cut the output after some kilobytes. */
enum { MLK_GRAPHED = 20 };

/* Appends " |" and the performance data, of so many locks and tables. */
void mlk_check_performance(struct mlk_buf *b, const struct mlk_check_result *r);

/* ---- check_output.c, of failures ---- */

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
