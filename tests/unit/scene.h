/* SPDX-License-Identifier: GPL-2.0-only */
/* A server in the fake session: quiet, with performance_schema, seen by an account that sees everything. A
 * test changes what it is about. Texts of rows are as in mlk_fake_rows, without the line of column names. */
#ifndef MIGLOCK_SCENE_H
#define MIGLOCK_SCENE_H

#include <cjson/cJSON.h>

#include "miglock/miglock.h"
#include "session_fake.h"
#include "unit.h"

/* The server's clock and start: 2026-11-21 12:00:00 and ten days before. */
#define SCENE_NOW     "1795262400"
#define SCENE_STARTED "1794398400"
/* The lock of rails:shop. */
#define SCENE_RAILS "5939944341529942170"

/* One test for each kind of server; it asks scene_flavour() which. */
#define SCENE_BOTH(test)                                                                                     \
    {#test " (MySQL)", test, NULL, NULL, (void *)(uintptr_t)&scene_mysql},                                   \
    {                                                                                                        \
#test " (MariaDB)", test, NULL, NULL, (void *)(uintptr_t)&scene_mariadb                              \
    }
extern const enum mlk_flavour scene_mysql, scene_mariadb;
enum mlk_flavour scene_flavour(void **state);

struct mlk_session *scene_open(enum mlk_flavour flavour);
/* Closes it; fails the test if a statement was sent that nobody scripted. */
void scene_close(struct mlk_session *s);

/* The tables with 'lock' in their name, "schema|table|column,column\n" each: the whole list anew. */
void scene_lock_tables(struct mlk_session *s, const char *tables);
/* When the server started, seconds since 1970. */
void scene_started(struct mlk_session *s, const char *started);
/* id|user|host|schema|command|seconds|state|statement */
void scene_people(struct mlk_session *s, const char *rows);
/* id|rows changed|RUNNING or the like */
void scene_transactions(struct mlk_session *s, const char *rows);
/* id|_pid or program_name|value */
void scene_attributes(struct mlk_session *s, const char *rows);
/* The number that grows with each of the holder's statements. */
void scene_counter(struct mlk_session *s, const char *counter);
/* id|name|1 granted, 0 pending */
void scene_named_locks(struct mlk_session *s, const char *rows);
/* id|schema */
void scene_table_locks(struct mlk_session *s, const char *rows);
/* Who holds a named lock: an id, or NULL as text for nobody. */
void scene_holder(struct mlk_session *s, const char *name, const char *id);
/* The lock table, committed and dirty alike. rows with the line of column names. */
void scene_table(struct mlk_session *s, const char *table, const char *rows);
/* version, read_only and the like. */
void scene_server(struct mlk_session *s, const char *read_only, const char *performance_schema);
/* An account without PROCESS and without rights on performance_schema. */
void scene_stranger(struct mlk_session *s);
/* A Rails migration that sleeps: connection 1562 holds rails:shop, nothing else is there. */
void scene_rails(struct mlk_session *s);
/* For mlk_fake_on_ask: when the client is asked the server ends its session ... */
void scene_session_ends(struct mlk_session *s, void *arg);
/* ... and somebody who waited, connection 1600, has the lock at once. */
void scene_next_one_takes_it(struct mlk_session *s, void *arg);
/* A Ghost lock, taken 2026-11-21 08:00:00 by its client's clock; nobody is connected. */
void scene_ghost(struct mlk_session *s);

/* The two that a release may free: a Ghost lock that an UPDATE (phase 1) and a COMMIT (phase 2) free, and a
 * Rails lock whose sleeping holder 1562 gives it back when it is killed (phase 1). */
struct mlk_session *scene_open_stuck(void **state);
struct mlk_session *scene_open_held(void **state);
/* A knex lock table with two rows, one of them set, which a DELETE (phase 1), an INSERT (phase 2) and a
 * COMMIT (phase 3) put right; nobody is connected. */
struct mlk_session *scene_open_damaged(void **state);

void scene_target(const char *text, struct mlk_target *out);
/* The report of a lock; the test deletes it. */
cJSON *scene_report(struct mlk_session *s, const char *target);
/* A release with the token of a report that is made just before, or with that token where it is not NULL. */
cJSON *scene_release(struct mlk_session *s, const char *target, const char *token, bool force);
/* The same of a repair. */
cJSON *scene_repair(struct mlk_session *s, const char *target, const char *token, bool force);

/* A member's text; NULL where it is null. Fails the test where it is missing. */
const char *scene_text(const cJSON *document, const char *member);
double scene_number(const cJSON *document, const char *member);
const cJSON *scene_member(const cJSON *document, const char *member);
/* Whether one of the texts in an array contains that part. */
bool scene_says(const cJSON *document, const char *array, const char *part);
void scene_expect(const cJSON *document, const char *member, const char *text);
void scene_expect_says(const cJSON *document, const char *array, const char *part);

#endif
