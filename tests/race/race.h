/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The race: holders take locks and give them back, releasers look at a lock and then release it. A phase is
 * one kind of lock with one recipe of release. What is counted tells whether a release hit what it was shown.
 * Of a table the holder is the DDL that waits for it or works on it, and releasing it ends that statement.
 */
#ifndef MIGLOCK_TESTS_RACE_H
#define MIGLOCK_TESTS_RACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "connection.h"
#include "row_ledger.h"

enum recipe { RECIPE_NAIVE, RECIPE_MIGLOCK, RECIPES };
enum kind { KIND_NAMED, KIND_ROW, KIND_TABLE, KINDS };

enum count {
    COUNT_TRIED,   /* releases asked for, of a lock that was held when it was looked at */
    COUNT_REFUSED, /* by policy */
    COUNT_AT_WORK, /* refused, as the holder ran statements meanwhile */
    COUNT_GONE,    /* its client had vanished: the lock came free without a KILL */
    COUNT_FREE,    /* the release found it free */
    COUNT_CHANGED, /* the release found another lock than was looked at, before policy was asked */
    COUNT_FAILED,
    COUNT_ALLOWED, /* by policy: the release went on to act */
    COUNT_SPARED,  /* of those: nothing was done, as the lock was not what had been seen any more */
    COUNT_RELEASED,
    /* named locks, from the holders */
    COUNT_HOLDERS_KILLED,    /* while they held the lock */
    COUNT_HOLDERS_LOCAL,     /* of those: on a Unix socket, whose client nothing keeps from speaking */
    COUNT_INNOCENTS_KILLED,  /* after the answer to RELEASE_LOCK, before the next GET_LOCK */
    COUNT_INNOCENTS_LOCAL,   /* of those: on a Unix socket */
    COUNT_KILLED_AT_ONCE,    /* of those: before a further statement of theirs was answered */
    COUNT_TRANSACTIONS_LOST, /* of those: with an open transaction */
    COUNT_UNDECIDED,         /* GET_LOCK or RELEASE_LOCK was sent and not answered */
    /* rows, from the ledger */
    COUNT_ROWS_LOST,   /* generations that somebody else gave back */
    COUNT_WRONG,       /* of those: by a release that meant another generation */
    COUNT_FALSE_WORDS, /* "released", of a generation that its owner gave back itself */
    COUNT_TAKEN,       /* locks taken */
    /* tables, from the changers; COUNT_ROWS_LOST and COUNT_WRONG as of rows, a generation being one DDL */
    COUNT_BEGUN,           /* DDL that was seen at work, or past it at its last step */
    COUNT_BEGUN_LOST,      /* of those: ended, without force, by a release that began later than the work */
    COUNT_BEGUN_MEANWHILE, /* of those: ended, without force, maybe by a release that was under way by then */
    COUNT_BEGUN_FORCED,    /* of those: ended with force */
    COUNT_MISDELIVERED,    /* clients that were sent what was meant for a killed session */
    COUNT_ERRORS,          /* of the harness: what it counts is then worth nothing */
    COUNTS
};

struct settings {
    struct race_server server;
    long races;       /* releases that policy allows, for each kind and recipe */
    unsigned seconds; /* limit of one phase; 0: by the number of releases */
    uint64_t seed;
};

enum { LOCKS_MAX = 64 };

/* How many of each; what both recipes have alike. */
struct shape {
    unsigned locks;
    unsigned crowded; /* this many of the locks have two holders */
    unsigned releasers;
    unsigned pause_us;   /* a releaser waits up to this long between looking and acting */
    unsigned per_second; /* releases that policy allows, at least, on a busy machine */
    long naive_races;    /* at least so many, or the naive recipe may not err */
    long of_races;       /* one of so many of MLK_RACES; 0: all. Releases of tables are few a second */
};

struct phase {
    const struct settings *settings;
    const struct shape *shape;
    enum kind kind;
    enum recipe recipe;
    long races; /* it ends after so many releases that policy allows */
    atomic_long counts[COUNTS];
    atomic_bool releasers_stop;
    atomic_bool holders_stop;
    double seconds;
    struct ledger ledgers[LOCKS_MAX]; /* KIND_ROW, KIND_TABLE */
    atomic_int under_way[LOCKS_MAX];  /* KIND_TABLE: releases that act on it at this moment */
};

/* One thread, holder or releaser. */
struct runner {
    struct phase *phase;
    unsigned lock;   /* a holder's */
    unsigned number; /* unlike any other's of its sort */
    bool alone;      /* a holder's: the only one of its lock */
    uint64_t random;
    MYSQL *mysql;
};

static inline void count(struct phase *p, enum count which)
{
    atomic_fetch_add(&p->counts[which], 1);
}

static inline long counted(const struct phase *p, enum count which)
{
    return atomic_load(&p->counts[which]);
}

/* From 0 to limit - 1. xorshift64: G. Marsaglia, "Xorshift RNGs", 2003. */
static inline unsigned pick(uint64_t *random, unsigned limit)
{
    *random ^= *random << 13u;
    *random ^= *random >> 7u;
    *random ^= *random << 17u;
    return (unsigned)((*random >> 11u) % limit);
}

/* Thread bodies: until the phase's stop. r->mysql is NULL before and after. */
void named_holder(struct runner *r);
void row_locker(struct runner *r);
void table_changer(struct runner *r);
void releaser(struct runner *r);

/* Tables with rows enough for DDL to be at work for a while; and those that are only released with force. */
static inline bool table_is_large(unsigned lock)
{
    return lock % 3 == 2;
}

static inline bool table_is_forced(unsigned lock)
{
    return lock % 6 == 5;
}

/* What a table's DDL begins with; its generation follows, then a quote. */
#define TABLE_DDL "ALTER TABLE race.t_%u COMMENT 'g"

/* The schemas and tables that holders use; false with a line on stderr. */
bool phase_prepare(const struct settings *settings, const struct shape shapes[KINDS]);
/* Runs one phase to its end. */
void phase_run(struct phase *p);
/* A counted error of the harness, the first ones told on stderr. */
void harness_error(struct phase *p, const char *what, const char *why);
/* What a client got cannot be its own answer: it goes on with another connection. With a server that does
 * such a thing it is counted as that, else as an error of the harness; then false. */
bool misdelivered(struct phase *p, const char *what, const struct race_error *error);

/* The table of both recipes beside each other, in lines that begin with "#". */
void report_kind(enum kind kind, const struct phase *naive, const struct phase *miglock);
/* Says what holds and what does not, a line each; true where all holds. */
bool report_verdict(enum kind kind, const struct phase *naive, const struct phase *miglock);

#endif
