/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A holder of a named lock: takes it, holds it, gives it back, then does other work on the same connection.
 * When the connection is lost, where it stood says whether it was hit as the holder or as an innocent.
 */
#include <string.h>

#include "race.h"

enum place { TAKING, HOLDING, GIVING_BACK, INNOCENT };

enum { HOLD_US = 300000, LONG_HOLD_US = 3000000, OTHER_WORK_US = 8000, GET_LOCK_S = 1, INNOCENTS_TOLD = 10 };

struct holder {
    struct runner *r;
    enum place place;
    bool in_transaction;
    unsigned answered;   /* statements since RELEASE_LOCK was answered */
    int64_t answered_us; /* when it was */
    char name[32];
};

static bool is_local(const struct holder *h)
{
    return h->r->number % 2 == 0;
}

static void lost(struct holder *h)
{
    struct phase *p = h->r->phase;
    long earlier;

    switch (h->place) {
    case HOLDING:
        count(p, COUNT_HOLDERS_KILLED);
        if (is_local(h))
            count(p, COUNT_HOLDERS_LOCAL);
        break;
    case TAKING:
    case GIVING_BACK:
        count(p, COUNT_UNDECIDED);
        break;
    case INNOCENT:
        earlier = atomic_fetch_add(&p->counts[COUNT_INNOCENTS_KILLED], 1);
        if (is_local(h))
            count(p, COUNT_INNOCENTS_LOCAL);
        if (h->answered == 0)
            count(p, COUNT_KILLED_AT_ONCE);
        if (h->in_transaction)
            count(p, COUNT_TRANSACTIONS_LOST);
        if (p->recipe == RECIPE_MIGLOCK && earlier < INNOCENTS_TOLD)
            printf("# innocent killed: connection %lu (%s), lock %s, noticed %lld us and %u statements after "
                   "the answer to RELEASE_LOCK\n",
                   mysql_thread_id(h->r->mysql), mysql_get_host_info(h->r->mysql), h->name,
                   (long long)(race_now() - h->answered_us), h->answered);
        break;
    }
    h->in_transaction = false;
    mysql_close(h->r->mysql);
    h->r->mysql = NULL;
}

/* What a statement came to. False where it did not work; then the connection is gone. */
static bool worked(struct holder *h, enum race_answer answer, const char *sql)
{
    struct race_error error;

    if (answer == RACE_OK)
        return true;
    if (answer == RACE_KILLED) {
        lost(h);
        return false;
    }
    error = race_error_of(h->r->mysql);
    (void)misdelivered(h->r->phase, sql, &error);
    mysql_close(h->r->mysql);
    h->r->mysql = NULL;
    return false;
}

static bool run(struct holder *h, const char *sql)
{
    bool ok = worked(h, race_run(h->r->mysql, sql, NULL), sql);

    h->answered += ok;
    return ok;
}

/* Without a word to the server. False where the connection was lost meanwhile. */
static bool rest(struct holder *h, unsigned microseconds)
{
    if (!race_wait(h->r->mysql, microseconds))
        return true;
    lost(h);
    return false;
}

/* GET_LOCK or RELEASE_LOCK: *yes tells whether it answered 1. */
static bool ask_lock(struct holder *h, const char *sql, bool *yes)
{
    MYSQL_RES *result;
    const char *text;

    if (!worked(h, race_ask(h->r->mysql, sql, &result, &text), sql))
        return false;
    *yes = text && strcmp(text, "1") == 0;
    mysql_free_result(result);
    return true;
}

/* Most sit still, so that a release meets every moment of the hold; some work, some hold it for an instant,
 * some for seconds. */
static bool hold(struct holder *h)
{
    uint64_t *random = &h->r->random;
    char sql[RACE_WAIT_MAX];

    switch (pick(random, 8)) {
    case 0:
        return true;
    case 1:
        return rest(h, 1000);
    case 2: /* one statement on the server all the time */
        race_server_wait(h->r->mysql, pick(random, HOLD_US / 1000), sql);
        return run(h, sql);
    case 3: /* a migration at work */
        for (unsigned i = pick(random, 4); i < 6; i++) {
            if (!run(h, "SELECT COUNT(*) FROM race.work WHERE holder = 0") || !rest(h, pick(random, 10000)))
                return false;
        }
        return true;
    case 4: /* whose client cannot be kept from speaking is only killed after a second of rest */
        return rest(h, pick(random, LONG_HOLD_US));
    default:
        return rest(h, pick(random, HOLD_US));
    }
}

/* None of it may be lost. */
static bool other_work(struct holder *h)
{
    uint64_t *random = &h->r->random;
    char insert[96], wait[RACE_WAIT_MAX];

    if (pick(random, 4) == 0 && !rest(h, pick(random, OTHER_WORK_US)))
        return false;
    if (!run(h, "SELECT 1") || !run(h, "START TRANSACTION"))
        return false;
    h->in_transaction = true;
    snprintf(insert, sizeof insert, "INSERT INTO race.work (holder) VALUES (%u)", h->r->number + 1);
    if (!run(h, insert) || !rest(h, pick(random, OTHER_WORK_US)) || !run(h, "COMMIT"))
        return false;
    h->in_transaction = false;
    race_server_wait(h->r->mysql, 1, wait);
    return run(h, wait) && rest(h, pick(random, OTHER_WORK_US));
}

/* False where the connection is gone. */
static bool once(struct holder *h)
{
    char take[80], give_back[80];
    bool yes;

    snprintf(take, sizeof take, "SELECT GET_LOCK('%s', %d)", h->name, GET_LOCK_S);
    snprintf(give_back, sizeof give_back, "SELECT RELEASE_LOCK('%s')", h->name);

    h->place = TAKING;
    if (!ask_lock(h, take, &yes))
        return false;
    if (yes) {
        h->place = HOLDING;
        count(h->r->phase, COUNT_TAKEN);
        /* the last look finds a KILL that came before RELEASE_LOCK is sent */
        if (!hold(h) || !rest(h, 0))
            return false;
        h->place = GIVING_BACK;
        if (!ask_lock(h, give_back, &yes))
            return false;
        if (!yes)
            harness_error(h->r->phase, give_back, "was not its own any more");
        h->answered_us = race_now();
        h->answered = 0;
    }
    h->place = INNOCENT;
    return other_work(h);
}

void named_holder(struct runner *r)
{
    struct holder h = {.r = r};
    struct race_error error;

    snprintf(h.name, sizeof h.name, "race_%u", r->lock);
    while (!atomic_load(&r->phase->holders_stop)) {
        if (!r->mysql) {
            r->mysql = race_connect_holder(&r->phase->settings->server, !is_local(&h), NULL, &error);
            if (!r->mysql && misdelivered(r->phase, "a holder", &error))
                continue;
            if (!r->mysql)
                return;
        }
        once(&h);
    }
    if (r->mysql) {
        mysql_close(r->mysql);
        r->mysql = NULL;
    }
}
