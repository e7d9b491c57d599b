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
#include "sessions.h"

/* One lock of one session. */
struct mlk_metadata_lock {
    uint64_t connection_id;
    const char *name; /* of a named lock, as the server keeps it; the schema, for those on tables */
    bool granted;     /* else it is waited for; those on tables are all granted or waited for, untold */
};

struct mlk_metadata_lock_list {
    struct mlk_metadata_lock *items; /* NULL: no source, or not asked for */
    size_t count;
    struct mlk_rows *rows; /* private: own the names */
};

struct mlk_metadata_locks {
    struct mlk_metadata_lock_list named; /* in the order of names, the holder before who waits */
    struct mlk_metadata_lock_list tables;
    bool waiters; /* named locks that are waited for are in the list */
};

/* What is of interest. */
struct mlk_metadata_locks_wanted {
    bool tables;        /* those on tables, too */
    const char *schema; /* only on tables of this one; NULL: of all */
    const char *name;   /* only the named lock of this name, and others of its holder; NULL: all */
    uint64_t holder;    /* of that lock; 0: nobody, and then nobody waits for it */
};

/* What is missing becomes a blind spot. MLK_OK also where there is no source at all. people learn which of
 * the server's threads serves them, where performance_schema says so. */
enum mlk_status mlk_metadata_locks_read(struct mlk_session *s, const struct mlk_server *server,
                                        const struct mlk_metadata_locks_wanted *wanted,
                                        const struct mlk_people *people, struct mlk_metadata_locks *out,
                                        cJSON *blind_spots);
/* Whether performance_schema, which must be on, records metadata locks; a blind spot where it does not. Locks
 * taken while the instrument was off stay unrecorded. */
bool mlk_metadata_locks_recorded(struct mlk_session *s, cJSON *blind_spots);
/* Says what performance_schema had no room for. */
void mlk_metadata_locks_say_lost(const struct mlk_server *server, cJSON *blind_spots);
/* Works on a zeroed struct. */
void mlk_metadata_locks_free(struct mlk_metadata_locks *locks);

#endif
