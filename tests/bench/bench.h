/* SPDX-License-Identifier: GPL-2.0-only */
/* What the sections of the benchmark share. An error ends the program: its text goes to stderr. */
#ifndef MIGLOCK_BENCH_H
#define MIGLOCK_BENCH_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>

struct bench {
    const char *server; /* what to call it in the table */
    const char *socket;
    int pid;         /* of the server process */
    unsigned rounds; /* of each measurement */
    unsigned long calls, rows;
    const char *cli;    /* path of miglock */
    const char *client; /* name of the server's own client, in the server's root directory */
    bool mariadb;
    bool performance_schema;
};

/* ---- connection.c: each is an open session of that account, which has no password ---- */

MYSQL *bench_connect(const struct bench *b, const char *user);
/* Runs statements one after the other and throws their rows away. */
void bench_run(MYSQL *mysql, const char *const *sql, size_t count);
void bench_do(MYSQL *mysql, const char *sql);
/* The first column of the first row; the caller frees it. "" for NULL and for no row. */
char *bench_value(MYSQL *mysql, const char *sql);
/* Ends the program with one line. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- compare.c ---- */

enum { BENCH_STATEMENTS_MAX = 8 };

/* One side of a comparison. step does the work once; it is timed from outside. */
struct bench_side {
    void (*step)(void *arg);
    void *arg;
};
struct bench_pair {
    double ours_ms, theirs_ms; /* medians over the rounds, of one step */
    double ratio;
    double cpu_ratio; /* of the processor time that the server and our child processes took for it */
};

/* A number of rounds, in each of which both sides take turns, so that what else the machine does hits both.
 * A round is as many steps as take a few hundredths of a second. */
struct bench_pair bench_compare(const struct bench *b, struct bench_side ours, struct bench_side theirs);
double bench_median(double *values, size_t count);
double bench_now_ms(void);

/* A line of the table. most: the ratio not to be exceeded, or 0 where there is none. most_ms: likewise for
 * ours. */
void bench_line(const struct bench *b, const char *what, struct bench_pair pair, double most, double most_ms);

/* How much longer each side takes than on fewer connections; limit: how many times as many there are. */
struct bench_growth {
    double ours, theirs;
};
void bench_growth_line(const struct bench *b, const char *what, struct bench_growth g, double limit);

/* ---- by_hand.c: what a person would run instead ---- */

struct bench_statements {
    const char *sql[BENCH_STATEMENTS_MAX];
    size_t count;
};
/* The statements that give what miglock_status('rails:shop') gives. */
struct bench_statements bench_by_hand(const struct bench *b);

/* ---- scene.c: a migration of Rails that is at work ---- */

/* The name of rails:shop's lock, and of a lock of each session that has nothing to do with it. */
#define BENCH_LOCK "5939944341529942170"
enum { BENCH_SCENE_SESSIONS = 4 }; /* holder, sibling, waiter, and the one that measures */

struct bench_scene;
/* Opens sessions until the server has that many, each with a named lock. mysql: the one that measures. */
struct bench_scene *bench_scene_open(const struct bench *b, MYSQL *mysql, size_t sessions);
void bench_scene_grow(struct bench_scene *s, size_t sessions);
void bench_scene_close(struct bench_scene *s);

/* ---- the sections ---- */

void bench_status(const struct bench *b, const char *sizes);
void bench_name(const struct bench *b);
void bench_process(const struct bench *b);
void bench_locks(const struct bench *b);
void bench_tables(const struct bench *b);
void bench_memory(const struct bench *b);

#endif
