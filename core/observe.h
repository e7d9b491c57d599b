/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking at one lock: evidence, verdict, token and next statement. An observation points into its snapshot
 * and must not outlive it.
 */
#ifndef MLK_CORE_OBSERVE_H
#define MLK_CORE_OBSERVE_H

#include "miglock/miglock.h"
#include "snapshot.h"
#include "verdict.h"

enum { MLK_AT_DDL_MAX = 20 };

struct mlk_observation {
    const struct mlk_target *target;
    struct mlk_snapshot *snapshot;
    struct mlk_facts facts;
    enum mlk_verdict verdict;
    uint64_t holder_id;              /* 0: nobody, or nobody knows */
    const struct mlk_person *holder; /* NULL where it is not visible */
    bool held_by_caller;
    struct mlk_probe peer; /* what is known of the holder's client; meaningless where holder is NULL */
    bool can_be_asked;     /* asking the client could teach more */
    uint64_t departed_id; /* the holder that was asked, and whose session ended because its client was gone */
    cJSON *holder_locks;  /* names of all named locks that the holder has; NULL: not known */
    const char *damage;   /* "missing_row", "several_rows", "odd_columns"; NULL: none */
    struct mlk_rows *rows; /* the lock table, for a row lock */
    struct mlk_row_state row;
    int64_t since_earliest, since_latest;     /* -1 unknown; equal where it is exactly known */
    int64_t expires_earliest, expires_latest; /* the same of a row's expiry */
    cJSON *candidates; /* texts of the targets that the lock's name could stand for, where these are several;
                        * else NULL */
    cJSON *because, *blind_spots, *siblings, *waiters;
    cJSON *ddl;                      /* of those who hold or could hold it, see docs/report.md */
    uint64_t at_ddl[MLK_AT_DDL_MAX]; /* who runs it */
    size_t at_ddl_count;
    size_t sibling_count, waiter_count; /* the arrays stop at MLK_PEOPLE_SHOWN */
    char token[MLK_TOKEN_LEN + 1];      /* "" where there is nothing to release or to repair */
    struct mlk_buf next;                /* the next statement; empty: none */
    struct mlk_statements repair;       /* what puts a damaged table right; empty: nobody can say */
    struct mlk_snapshot *own;           /* private: a later snapshot that had to be taken for this lock */
};

enum { MLK_PEOPLE_SAID = 5 };

/* Fills out; MLK_OK also where the lock could not be read (verdict unknown, with the reason). On anything
 * else s->error tells why. Free out in every case. how: whether the client of a named lock's holder is asked;
 * where it turns out to be gone, the answer is of the time after that. The snapshot learns more where DDL
 * runs under the lock. */
enum mlk_status mlk_observe(struct mlk_session *s, struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, enum mlk_probe_how how,
                            struct mlk_observation *out);
/* The lock's name stands for more than one target: says so. candidates: their texts, taken over; NULL: it
 * does not. */
void mlk_observation_candidates(struct mlk_observation *o, cJSON *candidates);
/* Works on a zeroed struct. */
void mlk_observation_free(struct mlk_observation *o);
/* The report; NULL where memory is out. */
cJSON *mlk_observation_json(const struct mlk_observation *o);

/* Their texts, as an array; NULL where memory is out. */
cJSON *mlk_statements_json(const struct mlk_statements *statements);

/* The two kinds, called by mlk_observe. Neither asks a client. */
enum mlk_status mlk_observe_named(struct mlk_session *s, struct mlk_observation *o);
enum mlk_status mlk_observe_row(struct mlk_session *s, struct mlk_observation *o);

#endif
