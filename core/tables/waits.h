/* SPDX-License-Identifier: GPL-2.0-only */
/* Who keeps whom waiting for a metadata lock, worked out from a list of locks. Pure, and linear but for
 * sorting. */
#ifndef MLK_CORE_TABLE_WAITS_H
#define MLK_CORE_TABLE_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mdl.h"
#include "miglock/status.h"

/* What a lock is on. */
enum mlk_object {
    MLK_ON_SERVER, /* MySQL: GLOBAL, COMMIT, BACKUP LOCK; MariaDB: BACKUP. name says which */
    MLK_ON_SCHEMA,
    MLK_ON_TABLE,
    MLK_ON_NOTHING /* what is of no interest here */
};

/* One lock of one session, or one that it waits for. Texts are the caller's. */
struct mlk_table_lock {
    uint64_t id; /* the connection; 0: of a session that is in no list */
    enum mlk_object object;
    const char *schema, *name; /* "" where there is none */
    const char *type;          /* as the server names it, without MDL_; NULL: guessed, or no lock at all */
    enum mlk_mdl mdl;          /* what it is taken for */
    bool granted;              /* else it waits */
    /* found by mlk_table_waits_build: */
    bool blocks; /* granted: it keeps another session waiting */
    bool behind; /* waits: only for sessions that wait for the same object themselves */
};

/* The locks on one object. */
struct mlk_table_group {
    enum mlk_object object;
    const char *schema, *name;
    const struct mlk_table_lock *locks; /* those that wait first, then by connection, blocking ones first */
    size_t count, waiting;
};

struct mlk_table_waits {
    struct mlk_table_group *groups; /* in the order of objects, schemas, names */
    size_t group_count;
    const struct mlk_table_lock **waiting; /* private: by connection */
    size_t waiting_count;
};

/* Sorts the locks, which must outlive out. MLK_OK or MLK_NO_MEMORY. */
enum mlk_status mlk_table_waits_build(struct mlk_table_lock *locks, size_t count,
                                      struct mlk_table_waits *out);
/* Works on a zeroed struct. */
void mlk_table_waits_free(struct mlk_table_waits *waits);
/* What that session waits for; NULL: for nothing. A session waits for one lock at a time. */
const struct mlk_table_lock *mlk_table_waits_of(const struct mlk_table_waits *waits, uint64_t id);
/* The group of that lock's object; NULL where there is none. */
const struct mlk_table_group *mlk_table_waits_group(const struct mlk_table_waits *waits,
                                                    const struct mlk_table_lock *lock);
/* The rules for an object of that kind and name. */
enum mlk_mdl_rules mlk_table_rules(enum mlk_object object, const char *name);

#endif
