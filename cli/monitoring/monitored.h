/* SPDX-License-Identifier: GPL-2.0-only */
/* Which locks and tables a monitoring command speaks of. */
#ifndef MIGLOCK_CLI_MONITORED_H
#define MIGLOCK_CLI_MONITORED_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "lookup.h"

struct mlk_monitored {
    cJSON *locks;       /* an array of reports, each target once */
    cJSON *tables;      /* an array of documents of tables (docs/table-locks.md), each once */
    bool tabled;        /* tables were asked for: everything, a schema or a table was */
    cJSON *connections; /* an array of {"used", "max"} with numbers or null; one for each server */
    cJSON
        *blind_spots; /* an array of texts, each once: of all of them, or of the server where there is none */
    cJSON *nodes;     /* of several servers: an array of {"node", "error"}, error null where it answered;
                       * NULL: one server was asked */
    int others;       /* GET_LOCK() names of no known tool that were passed over */
};

/*
 * Looks at what the command's arguments name, without any at everything; of schemas also at their tables.
 * named: also the GET_LOCK() names that no known tool uses, as applications hold such locks for as long as
 * they live. One that was named as a target always counts. out is for mlk_monitored_free(), whatever came of
 * it; every failure has a line in error.
 */
enum mlk_status mlk_monitored_look(struct mlk_backend *b, const struct mlk_cli *cli, bool named,
                                   struct mlk_monitored *out, char *error, size_t error_size);
/* Empty lists. False where memory is out; it is for mlk_monitored_free() then, too. */
bool mlk_monitored_init(struct mlk_monitored *m);
/* Works on a zeroed struct. */
void mlk_monitored_free(struct mlk_monitored *m);

#endif
