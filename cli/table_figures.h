/* SPDX-License-Identifier: GPL-2.0-only */
/* What is counted and measured of a table that waits; from its document (docs/table-locks.md). */
#ifndef MIGLOCK_CLI_TABLE_FIGURES_H
#define MIGLOCK_CLI_TABLE_FIGURES_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Seconds are -1 where there is nothing to measure, or nobody knows. */
struct mlk_table_figures {
    int64_t ddl_waiting;   /* how many */
    int64_t ddl_waiting_s; /* of the one that waits the longest */
    int64_t ddl_running;
    int64_t ddl_running_s;
    int64_t queue; /* sessions that wait, without the DDL */
    int64_t queue_oldest_s;
    int64_t blockers;
};

/* Whether a report is such a document, and not that of a lock. */
bool mlk_is_table(const cJSON *report);
void mlk_table_figures(const cJSON *document, struct mlk_table_figures *out);
/* The longest that DDL or a session has been waiting; -1 where none waits, or nobody knows. */
int64_t mlk_table_longest_wait(const struct mlk_table_figures *f);

#endif
