/* SPDX-License-Identifier: GPL-2.0-only */
/* One phase: its threads, from the first to the last. */
#include <pthread.h>
#include <stdlib.h>

#include "race.h"

enum { RUNNERS_MAX = 256, ERRORS_TOLD = 10, ERRORS_MAX = 100, STACK = 512 * 1024, SECONDS_LEAST = 60 };

struct thread {
    pthread_t id;
    struct runner runner;
    void (*body)(struct runner *);
};

void harness_error(struct phase *p, const char *what, const char *why)
{
    long before = atomic_fetch_add(&p->counts[COUNT_ERRORS], 1);

    if (before < ERRORS_TOLD)
        fprintf(stderr, "error: %s: %s\n", what, why);
    if (before >= ERRORS_MAX)
        atomic_store(&p->releasers_stop, true);
}

/* Source: mysqld_error.h and errmsg.h. */
bool misdelivered(struct phase *p, const char *what, const struct race_error *error)
{
    switch (error->number) {
    case 0:    /* an answer of another kind than the statement's */
    case 1158: /* ER_NET_READ_ERROR */
    case 2007: /* CR_VERSION_ERROR: the first byte of another answer */
    case 2013: /* CR_SERVER_LOST, before there was a session */
    case 2027: /* CR_MALFORMED_PACKET */
        if (!p->settings->server.misdelivers)
            break;
        count(p, COUNT_MISDELIVERED);
        printf("# another session's answer: %s: %s\n", what, error->text);
        return true;
    default:
        break;
    }
    harness_error(p, what, error->text);
    return false;
}

/* Ghost's table as knex-migrator makes it: migrations/lock-table.js. */
static bool prepare_rows(MYSQL *mysql, unsigned lock)
{
    char sql[3][320];

    snprintf(sql[0], sizeof sql[0], "CREATE DATABASE race_%u", lock);
    snprintf(
        sql[1], sizeof sql[1],
        "CREATE TABLE race_%u.migrations_lock (lock_key VARCHAR(191) NOT NULL PRIMARY KEY, "
        "locked TINYINT(1) DEFAULT 0, acquired_at DATETIME NULL, released_at DATETIME NULL) ENGINE=InnoDB",
        lock);
    snprintf(sql[2], sizeof sql[2], "INSERT INTO race_%u.migrations_lock VALUES ('km01', 0, NULL, NULL)",
             lock);
    for (size_t i = 0; i < 3; i++) {
        if (race_run(mysql, sql[i], NULL))
            return false;
    }
    return true;
}

static bool prepare_table(MYSQL *mysql, unsigned lock)
{
    char sql[2][256];

    snprintf(sql[0], sizeof sql[0],
             "CREATE TABLE race.t_%u (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, pad VARCHAR(200), KEY i "
             "(pad(10))) ENGINE=InnoDB",
             lock);
    snprintf(sql[1], sizeof sql[1],
             "INSERT INTO race.t_%u (pad) SELECT REPEAT(LPAD(a.n + 10 * b.n + 100 * c.n + 1000 * d.n, 32, "
             "0), 4) FROM "
             "race.numbers a, race.numbers b, race.numbers c, race.numbers d%s",
             lock, table_is_large(lock) ? "" : " LIMIT 3");
    return race_run(mysql, sql[0], NULL) == RACE_OK && race_run(mysql, sql[1], NULL) == RACE_OK;
}

bool phase_prepare(const struct settings *settings, const struct shape shapes[KINDS])
{
    static const char *const sql[] = {
        "CREATE USER race",
        "GRANT ALL ON *.* TO race",
        "CREATE DATABASE race",
        "CREATE TABLE race.work (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, holder INT NOT NULL, KEY "
        "(holder)) "
        "ENGINE=InnoDB",
        "CREATE TABLE race.numbers (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB",
        "INSERT INTO race.numbers VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
    };
    struct race_error error;
    MYSQL *mysql = race_connect_releaser(&settings->server, &error);
    bool ok = mysql;

    for (size_t i = 0; ok && i < sizeof sql / sizeof sql[0]; i++)
        ok = race_run(mysql, sql[i], NULL) == RACE_OK;
    for (unsigned i = 0; ok && i < shapes[KIND_ROW].locks; i++)
        ok = prepare_rows(mysql, i);
    for (unsigned i = 0; ok && i < shapes[KIND_TABLE].locks; i++)
        ok = prepare_table(mysql, i);
    if (!ok)
        fprintf(stderr, "error: the tables: %s\n", mysql ? mysql_error(mysql) : error.text);
    if (mysql)
        mysql_close(mysql);
    return ok;
}

static void *thread_main(void *arg)
{
    struct thread *t = arg;

    mysql_thread_init();
    t->body(&t->runner);
    mysql_thread_end();
    return NULL;
}

static bool start(struct thread *t)
{
    pthread_attr_t attr;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    failed = pthread_create(&t->id, &attr, thread_main, t);
    pthread_attr_destroy(&attr);
    if (failed)
        harness_error(t->runner.phase, "a thread", "cannot start");
    return !failed;
}

static struct runner runner_of(struct phase *p, unsigned lock, unsigned number, bool alone)
{
    uint64_t seed = p->settings->seed * 1000003u + (uint64_t)p->kind * 7919u + number;

    /* xorshift: not 0, and far from its neighbours */
    return (struct runner){.phase = p,
                           .lock = lock,
                           .number = number,
                           .alone = alone,
                           .random = seed * 0x9e3779b97f4a7c15u | 1u};
}

static void sum(struct phase *p)
{
    long lost = 0, wrong = 0, false_words = 0;

    for (unsigned i = 0; i < p->shape->locks; i++)
        ledger_sum(&p->ledgers[i], &lost, &wrong, &false_words);
    atomic_store(&p->counts[COUNT_ROWS_LOST], lost);
    atomic_store(&p->counts[COUNT_WRONG], wrong);
    atomic_store(&p->counts[COUNT_FALSE_WORDS], false_words);
}

/* Releasers end first, so that every one who was hit is there to say so. */
static void run_threads(struct phase *p, struct thread *holders, struct thread *releasers)
{
    static void (*const bodies[KINDS])(struct runner *) = {
        [KIND_NAMED] = named_holder, [KIND_ROW] = row_locker, [KIND_TABLE] = table_changer};
    const struct shape *shape = p->shape;
    unsigned held = 0, released = 0, number = 0;
    unsigned seconds =
        p->settings->seconds ? p->settings->seconds : SECONDS_LEAST + (unsigned)p->races / shape->per_second;
    int64_t began = race_now(), limit = began + (int64_t)seconds * 1000000;

    for (unsigned lock = 0; lock < shape->locks; lock++) {
        for (unsigned i = lock < shape->crowded ? 2 : 1; i > 0; i--) {
            holders[held].runner = runner_of(p, lock, number++, lock >= shape->crowded);
            holders[held].body = bodies[p->kind];
            held += start(&holders[held]);
        }
    }
    for (unsigned i = 0; i < shape->releasers; i++) {
        releasers[released].runner = runner_of(p, 0, 1000 + i, false);
        releasers[released].body = releaser;
        released += start(&releasers[released]);
    }
    while (!atomic_load(&p->releasers_stop) && race_now() < limit) {
        struct timespec tick = {.tv_nsec = 20000000};

        nanosleep(&tick, NULL);
    }
    atomic_store(&p->releasers_stop, true);
    for (unsigned i = 0; i < released; i++)
        pthread_join(releasers[i].id, NULL);
    p->seconds = (double)(race_now() - began) / 1e6;
    atomic_store(&p->holders_stop, true);
    for (unsigned i = 0; i < held; i++)
        pthread_join(holders[i].id, NULL);
}

void phase_run(struct phase *p)
{
    struct thread *threads = calloc(2 * RUNNERS_MAX, sizeof *threads);
    bool ok = threads;

    for (unsigned i = 0; ok && i < p->shape->locks; i++)
        ok = ledger_open(&p->ledgers[i]);
    if (ok) {
        run_threads(p, threads, threads + RUNNERS_MAX);
        sum(p);
    } else {
        harness_error(p, "a phase", "no memory");
    }
    for (unsigned i = 0; i < p->shape->locks; i++)
        ledger_close(&p->ledgers[i]);
    free(threads);
}
