/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds or awaits which named lock, and who has locks on tables of a schema: from
 * performance_schema.metadata_locks where it is on and readable, else from MariaDB's METADATA_LOCK_INFO
 * plugin, else from nowhere (then only IS_USED_LOCK on a known name is left).
 */
#ifndef MLK_CORE_METADATA_LOCKS_H
#define MLK_CORE_METADATA_LOCKS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "server.h"

struct mlk_metadata_locks {
    struct mlk_rows
        *named; /* connection id, name as the server keeps it, 1 granted or 0 pending; NULL: no source */
    struct mlk_rows *tables; /* connection id, schema; NULL: no source, or not asked for */
    bool waiters;            /* pending named locks are in the list */
};

/* Reads the named ones, and where tables is set those on tables: of that schema, or of all where it is NULL.
 * What is missing becomes a blind spot. MLK_OK also where there is no source at all. */
enum mlk_status mlk_metadata_locks_read(struct mlk_session *s, const struct mlk_server *server,
                                        const char *schema, bool tables, struct mlk_metadata_locks *out,
                                        cJSON *blind_spots);
/* Works on a zeroed struct. */
void mlk_metadata_locks_free(struct mlk_metadata_locks *locks);

#endif
