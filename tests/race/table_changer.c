/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A changer of a table: sends DDL that waits for a transaction which only reads the table, before it begins
 * or at its last step, and then does other work on the same connection. DDL can be ended by a release; where
 * it stood is told by the server's own states, which the blocker's connection reads. Nothing else may be hit.
 */
#include <string.h>

#include "race.h"

enum { HOLD_US = 800000, POLL_US = 2000, OTHER_WORK_US = 8000, INNOCENTS_TOLD = 10, SQL_MAX = 256 };

/* ER_QUERY_INTERRUPTED of both servers. */
enum { INTERRUPTED = 1317 };

enum place { CHANGING, INNOCENT };

struct changer {
    struct runner *r;
    MYSQL *blocker;
    enum place place;
    unsigned generation;
    bool in_transaction;
    bool begun;          /* the DDL was seen at work */
    bool clear;          /* and since then there was a moment without a release */
    unsigned answered;   /* statements since the DDL was answered */
    int64_t answered_us; /* when it was */
    const char *during;  /* the statement that runs */
};

static void leave(struct changer *c)
{
    if (c->r->mysql)
        mysql_close(c->r->mysql);
    if (c->blocker)
        mysql_close(c->blocker);
    c->r->mysql = c->blocker = NULL;
    c->in_transaction = false;
}

/* A statement that is no DDL was interrupted, or a connection lost. */
static void hit(struct changer *c, MYSQL *mysql)
{
    struct phase *p = c->r->phase;
    long earlier = atomic_fetch_add(&p->counts[COUNT_INNOCENTS_KILLED], 1);

    if (c->place == INNOCENT && c->answered == 0)
        count(p, COUNT_KILLED_AT_ONCE);
    if (c->in_transaction)
        count(p, COUNT_TRANSACTIONS_LOST);
    if (p->recipe == RECIPE_MIGLOCK && earlier < INNOCENTS_TOLD)
        printf(
            "# innocent hit: connection %lu%s, table %u, error %u in %s, noticed %lld us and %u statements "
            "after the DDL was answered\n",
            mysql_thread_id(mysql), mysql == c->blocker ? " (blocker)" : "", c->r->lock, mysql_errno(mysql),
            c->during ? c->during : "no statement", (long long)(race_now() - c->answered_us), c->answered);
    leave(c);
}

static bool worked(struct changer *c, MYSQL *mysql, enum race_answer answer, const char *sql)
{
    struct race_error error;

    if (answer == RACE_OK)
        return true;
    if (answer == RACE_KILLED) {
        hit(c, mysql);
    } else {
        error = race_error_of(mysql);
        (void)misdelivered(c->r->phase, sql, &error);
        leave(c);
    }
    return false;
}

/* False where it did not work; then the connections are gone. */
static bool run(struct changer *c, MYSQL *mysql, const char *sql)
{
    bool ok;

    c->during = sql;
    ok = worked(c, mysql, race_run(mysql, sql, NULL), sql);
    c->during = NULL;
    c->answered += ok;
    return ok;
}

static bool rest(struct changer *c, unsigned microseconds)
{
    if (!race_wait(c->r->mysql, microseconds))
        return true;
    hit(c, c->r->mysql);
    return false;
}

/* One value; *yes tells whether it is 1. */
static bool ask(struct changer *c, MYSQL *mysql, const char *sql, bool *yes)
{
    MYSQL_RES *result;
    const char *text;
    bool ok;

    c->during = sql;
    ok = worked(c, mysql, race_ask(mysql, sql, &result, &text), sql);
    c->during = NULL;
    if (!ok)
        return false;
    *yes = text && strcmp(text, "1") == 0;
    mysql_free_result(result);
    c->answered++;
    return true;
}

/* ---- the DDL ---- */

/* The blocker's transaction. */
static bool block(struct changer *c)
{
    char sql[SQL_MAX];

    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM (SELECT 1 FROM race.t_%u LIMIT 1) one", c->r->lock);
    return run(c, c->blocker, "START TRANSACTION") && run(c, c->blocker, sql);
}

static void ddl_text(struct changer *c, bool works, char out[SQL_MAX])
{
    char clause[100] = "";

    switch (works ? pick(&c->r->random, 3) : 3) {
    case 0:
        snprintf(clause, sizeof clause, ", FORCE, ALGORITHM=INPLACE");
        break;
    case 1:
        snprintf(clause, sizeof clause, ", FORCE, ALGORITHM=COPY");
        break;
    case 2: /* another index than before, or there would be nothing to do */
        snprintf(clause, sizeof clause, ", DROP INDEX i, ADD INDEX i (pad(%u)), ALGORITHM=INPLACE",
                 20 + c->generation % 100);
        break;
    default:
        break;
    }
    snprintf(out, SQL_MAX, TABLE_DDL "%u'%s", c->r->lock, c->generation, clause);
}

/* Polls until the DDL is at its work, or is answered. The states are the servers' own (sql/sql_table.cc of
 * both): "altering table" once the lock that it needs for its beginning is given back. */
static bool see_begun(struct changer *c)
{
    char sql[SQL_MAX];

    snprintf(
        sql, sizeof sql,
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = %lu AND STATE IN ('altering table', "
        "'copy to tmp table')",
        mysql_thread_id(c->r->mysql));
    while (!c->begun && !race_wait(c->r->mysql, POLL_US)) {
        if (!ask(c, c->blocker, sql, &c->begun))
            return false;
    }
    if (c->begun)
        count(c->r->phase, COUNT_BEGUN);
    return true;
}

/* While the DDL waits, or works. */
static void hold(struct changer *c)
{
    unsigned long_us = pick(&c->r->random, HOLD_US);
    int64_t until = race_now() + long_us;

    do {
        if (c->begun && atomic_load(&c->r->phase->under_way[c->r->lock]) == 0)
            c->clear = true;
    } while (!race_wait(c->r->mysql, c->begun && !c->clear ? POLL_US : long_us) && race_now() < until);
}

/* What became of it. False where a connection is gone. */
static bool answer(struct changer *c, const char *sql)
{
    struct ledger_page *page = &c->r->phase->ledgers[c->r->lock].pages[c->generation];
    bool miglock = c->r->phase->recipe == RECIPE_MIGLOCK;
    bool failed = mysql_read_query_result(c->r->mysql);
    unsigned code = mysql_errno(c->r->mysql);

    c->answered = 0;
    c->answered_us = race_now();
    if (!failed) {
        atomic_store(&page->given_back, 1);
        return true;
    }
    if (code != INTERRUPTED) {
        c->during = sql;
        return worked(c, c->r->mysql, race_answer_of(c->r->mysql), sql);
    }
    atomic_store(&page->lost, 1);
    count(c->r->phase, COUNT_HOLDERS_KILLED);
    if (c->begun && miglock && table_is_forced(c->r->lock)) {
        count(c->r->phase, COUNT_BEGUN_FORCED);
    } else if (c->begun && !c->clear) {
        count(c->r->phase, COUNT_BEGUN_MEANWHILE);
    } else if (c->begun) {
        count(c->r->phase, COUNT_BEGUN_LOST);
        if (miglock)
            printf("# ended although it had begun: connection %lu, %s\n", mysql_thread_id(c->r->mysql), sql);
    }
    return true;
}

static bool change(struct changer *c)
{
    bool works = table_is_large(c->r->lock) && pick(&c->r->random, 4);
    bool waits_first = !works || pick(&c->r->random, 4) == 0;
    char sql[SQL_MAX];

    c->place = CHANGING;
    c->begun = c->clear = false;
    ddl_text(c, works, sql);
    if (waits_first && !block(c))
        return false;
    if (mysql_send_query(c->r->mysql, sql, strlen(sql))) {
        c->during = sql;
        return worked(c, c->r->mysql, RACE_KILLED, sql);
    }
    count(c->r->phase, COUNT_TAKEN);
    if (waits_first) {
        hold(c);
        if (!run(c, c->blocker, "COMMIT"))
            return false;
    }
    /* works: after its beginning it is made to wait for its last step */
    if (works && (!see_begun(c) || (c->begun && !block(c))))
        return false;
    if (c->begun) {
        hold(c);
        if (!run(c, c->blocker, "COMMIT"))
            return false;
    }
    return answer(c, sql);
}

/* None of it may be hit. */
static bool other_work(struct changer *c)
{
    uint64_t *random = &c->r->random;
    MYSQL *mysql = c->r->mysql;
    char insert[96], wait[RACE_WAIT_MAX], ask_wait[RACE_WAIT_MAX + 8];
    bool interrupted;

    if (pick(random, 4) == 0 && !rest(c, pick(random, OTHER_WORK_US)))
        return false;
    if (!run(c, mysql, "SELECT 1") || !run(c, mysql, "START TRANSACTION"))
        return false;
    c->in_transaction = true;
    snprintf(insert, sizeof insert, "INSERT INTO race.work (holder) VALUES (%u)", c->r->number + 1);
    if (!run(c, mysql, insert) || !rest(c, pick(random, OTHER_WORK_US)) || !run(c, mysql, "COMMIT"))
        return false;
    c->in_transaction = false;
    /* SLEEP() that is interrupted answers 1 */
    race_server_wait(mysql, 1 + pick(random, 20), wait);
    snprintf(ask_wait, sizeof ask_wait, "SELECT%s", wait + strlen("DO"));
    if (!ask(c, mysql, ask_wait, &interrupted))
        return false;
    if (interrupted) {
        c->during = ask_wait;
        hit(c, mysql);
        return false;
    }
    return rest(c, pick(random, OTHER_WORK_US));
}

static bool connect_one(struct changer *c, MYSQL **mysql)
{
    struct race_error error;

    while (!*mysql) {
        *mysql = race_connect_holder(&c->r->phase->settings->server, c->r->number % 2, NULL, &error);
        if (!*mysql && !misdelivered(c->r->phase, "a changer", &error))
            return false;
    }
    return true;
}

static bool connected(struct changer *c)
{
    return connect_one(c, &c->r->mysql) && connect_one(c, &c->blocker);
}

void table_changer(struct runner *r)
{
    struct changer c = {.r = r};
    struct ledger *ledger = &r->phase->ledgers[r->lock];

    while (!atomic_load(&r->phase->holders_stop) && connected(&c)) {
        c.generation = atomic_fetch_add(&ledger->next, 1);
        if (c.generation >= LEDGER_GENERATIONS)
            break;
        if (!change(&c))
            continue;
        c.place = INNOCENT;
        other_work(&c);
    }
    leave(&c);
}
