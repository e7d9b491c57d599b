/* SPDX-License-Identifier: GPL-2.0-only */
/* Which locks a monitoring command speaks of. */
#ifndef MIGLOCK_CLI_MONITORED_H
#define MIGLOCK_CLI_MONITORED_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "lookup.h"

struct mlk_monitored {
    cJSON *locks;       /* an array of reports, each target once */
    cJSON *blind_spots; /* an array of texts, each once: of all locks, or of the server where there is none */
    cJSON *nodes;       /* of several servers: an array of {"node", "error"}, error null where it answered;
                         * NULL: one server was asked */
    int others;         /* GET_LOCK() names of no known tool that were passed over */
};

/*
 * Sorts what was looked at; the answer is empty then. named: also the GET_LOCK() names that no known tool
 * uses, as applications hold such locks for as long as they live. One that was named as a target always
 * counts. out is for mlk_monitored_free(), whatever came of it.
 */
enum mlk_status mlk_monitored(struct mlk_backend *b, struct mlk_answer *answer, bool named,
                              struct mlk_monitored *out);
/* Works on a zeroed struct. */
void mlk_monitored_free(struct mlk_monitored *m);

#endif
