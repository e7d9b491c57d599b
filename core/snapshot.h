/* SPDX-License-Identifier: GPL-2.0-only */
/* One picture of the server, taken once and good for any number of locks: what it says of itself, who is
 * connected, who holds and awaits which lock. */
#ifndef MLK_CORE_SNAPSHOT_H
#define MLK_CORE_SNAPSHOT_H

#include "metadata_locks.h"
#include "miglock/target.h"
#include "server.h"
#include "sessions.h"

struct mlk_table_story;

struct mlk_snapshot {
    struct mlk_server server;
    struct mlk_people people;
    struct mlk_metadata_locks locks;
    bool of_one;        /* of a single named lock: holder_id had it at that time, or nobody where it is 0 */
    uint64_t holder_id; /* 0 also where of_one is not set */
    bool of_many;       /* to be used for many locks */
    struct mlk_table_story *story; /* of DDL under these locks; NULL: nobody has asked for it yet */
    cJSON *blind_spots;
};

/* schema: the only one of interest, or NULL for all. tables: also who has locks on tables, which only the
 * verdict on a row lock needs. On anything but MLK_OK out is empty. */
enum mlk_status mlk_snapshot_take(struct mlk_session *s, const char *schema, bool tables,
                                  struct mlk_snapshot *out);
/* The one that a target needs: of a named lock, only of what concerns it; it is good for no other. */
enum mlk_status mlk_snapshot_for(struct mlk_session *s, const struct mlk_target *target,
                                 struct mlk_snapshot *out);
/* Works on a zeroed struct. */
void mlk_snapshot_free(struct mlk_snapshot *snapshot);

#endif
