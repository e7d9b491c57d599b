/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A locker of Ghost's row: takes a generation, holds it, gives back exactly that generation. Some vanish
 * while they hold it, as a process that dies, and come back later.
 */
#include <unistd.h>

#include "race.h"

enum { HOLD_US = 120000, AWAY_US = 250000, OTHER_WORK_US = 8000, RETRY_US = 20000 };

struct locker {
    struct runner *r;
    struct ledger *ledger;
    unsigned generation;
    char acquired_at[GENERATION_TEXT_MAX];
    char schema[32];
};

static bool connected(struct locker *l)
{
    struct runner *r = l->r;
    struct race_error error;

    if (!r->mysql)
        r->mysql = race_connect_holder(&r->phase->settings->server, r->number % 2, l->schema, &error);
    if (!r->mysql)
        harness_error(r->phase, "a locker", error.text);
    return r->mysql;
}

static void leave(struct locker *l)
{
    if (l->r->mysql)
        mysql_close(l->r->mysql);
    l->r->mysql = NULL;
}

/* Nobody kills here, so each statement must work. */
static bool run(struct locker *l, const char *sql, uint64_t *affected)
{
    if (race_run(l->r->mysql, sql, affected) == RACE_OK)
        return true;
    harness_error(l->r->phase, sql, mysql_error(l->r->mysql));
    leave(l);
    return false;
}

static void next_generation(struct locker *l)
{
    l->generation = atomic_fetch_add(&l->ledger->next, 1);
    if (l->generation < LEDGER_GENERATIONS)
        ledger_text(l->ledger, l->generation, l->acquired_at);
}

static bool take(struct locker *l, bool *yes)
{
    char sql[200];
    uint64_t affected;

    snprintf(sql, sizeof sql,
             "UPDATE migrations_lock SET locked = 1, acquired_at = '%s', released_at = NULL "
             "WHERE lock_key = 'km01' AND locked = 0",
             l->acquired_at);
    if (!run(l, sql, &affected))
        return false;
    *yes = affected == 1;
    return true;
}

static bool hold(struct locker *l)
{
    uint64_t *random = &l->r->random;
    char sql[RACE_WAIT_MAX];

    switch (pick(random, 8)) {
    case 0:
        return true;
    case 1:
        race_server_wait(l->r->mysql, pick(random, HOLD_US / 1000), sql);
        return run(l, sql, NULL);
    case 2:
    case 3:
    case 4:
        if (!l->r->alone)
            break;
        leave(l);
        usleep(pick(random, AWAY_US));
        return connected(l);
    default:
        break;
    }
    race_wait(l->r->mysql, pick(random, HOLD_US));
    return true;
}

static bool give_back(struct locker *l)
{
    struct ledger_page *page = &l->ledger->pages[l->generation];
    char sql[200];
    uint64_t affected;

    snprintf(sql, sizeof sql,
             "UPDATE migrations_lock SET locked = 0, released_at = UTC_TIMESTAMP() "
             "WHERE lock_key = 'km01' AND locked = 1 AND acquired_at = '%s'",
             l->acquired_at);
    if (!run(l, sql, &affected))
        return false;
    atomic_store(affected == 1 ? &page->given_back : &page->lost, 1);
    return true;
}

static bool once(struct locker *l)
{
    bool yes;

    if (!connected(l) || !take(l, &yes))
        return false;
    if (!yes) {
        race_wait(l->r->mysql, pick(&l->r->random, RETRY_US));
        return true;
    }
    count(l->r->phase, COUNT_TAKEN);
    if (!hold(l) || !give_back(l))
        return false;
    next_generation(l);
    race_wait(l->r->mysql, pick(&l->r->random, OTHER_WORK_US));
    return true;
}

void row_locker(struct runner *r)
{
    struct locker l = {.r = r, .ledger = &r->phase->ledgers[r->lock]};

    snprintf(l.schema, sizeof l.schema, "race_%u", r->lock);
    next_generation(&l);
    while (!atomic_load(&r->phase->holders_stop) && l.generation < LEDGER_GENERATIONS) {
        if (!once(&l))
            break;
    }
    leave(&l);
}
