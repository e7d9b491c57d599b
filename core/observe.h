/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking at one lock: evidence, verdict, token and next statement. A snapshot of the server is taken once
 * and serves any number of locks; an observation points into it and must not outlive it.
 */
#ifndef MLK_CORE_OBSERVE_H
#define MLK_CORE_OBSERVE_H

#include "metadata_locks.h"
#include "miglock/miglock.h"
#include "sessions.h"
#include "verdict.h"

struct mlk_snapshot {
    struct mlk_server server;
    struct mlk_people people;
    struct mlk_metadata_locks locks;
    cJSON *blind_spots;
};

/* schema: the only one of interest, or NULL for all. */
enum mlk_status mlk_snapshot_take(struct mlk_session *s, const char *schema, struct mlk_snapshot *out);
/* Works on a zeroed struct. */
void mlk_snapshot_free(struct mlk_snapshot *snapshot);

struct mlk_observation {
    const struct mlk_target *target;
    const struct mlk_snapshot *snapshot;
    struct mlk_facts facts;
    enum mlk_verdict verdict;
    uint64_t holder_id;              /* 0: nobody, or nobody knows */
    const struct mlk_person *holder; /* NULL where it is not visible */
    bool held_by_caller;
    const char *damage;    /* "missing_row", "several_rows", "odd_columns"; NULL: none */
    struct mlk_rows *rows; /* the lock table, for a row lock */
    struct mlk_row_state row;
    int64_t since_earliest, since_latest; /* -1 unknown; equal where it is exactly known */
    cJSON *because, *blind_spots, *siblings, *waiters;
    size_t sibling_count, waiter_count; /* the arrays stop at MLK_PEOPLE_SHOWN */
    char token[MLK_TOKEN_LEN + 1];      /* "" where there is nothing to release */
    struct mlk_buf next;                /* the next statement; empty: none */
    struct mlk_snapshot *own;           /* private: a later snapshot that had to be taken for this lock */
};

enum { MLK_PEOPLE_SHOWN = 50, MLK_PEOPLE_SAID = 5 };

/* Fills out; MLK_OK also where the lock could not be read (verdict unknown, with the reason). On anything
 * else s->error tells why. Free out in every case. */
enum mlk_status mlk_observe(struct mlk_session *s, const struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, struct mlk_observation *out);
/* Works on a zeroed struct. */
void mlk_observation_free(struct mlk_observation *o);
/* The report; NULL where memory is out. */
cJSON *mlk_observation_json(const struct mlk_observation *o);

/* The two kinds, called by mlk_observe. */
enum mlk_status mlk_observe_named(struct mlk_session *s, struct mlk_observation *o);
enum mlk_status mlk_observe_row(struct mlk_session *s, struct mlk_observation *o);
/* Asks IS_USED_LOCK: *holder is the connection id, 0 where nobody has it. */
enum mlk_status mlk_named_holder(struct mlk_session *s, const char *name, uint64_t *holder);
/* Adds one session to array (up to MLK_PEOPLE_SHOWN) and counts it. */
void mlk_observe_person(cJSON *array, size_t *count, const struct mlk_person *p);

#endif
