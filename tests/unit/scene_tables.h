/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that wait, in the scene. */
#ifndef MIGLOCK_SCENE_TABLES_H
#define MIGLOCK_SCENE_TABLES_H

#include "scene.h"

/* Metadata locks, one a line, cells parted by '|': connection (0: none), OBJECT_TYPE, OBJECT_SCHEMA,
 * OBJECT_NAME, LOCK_TYPE, 1 granted or 0 waiting. The source is performance_schema. */
void scene_waits(struct mlk_session *s, const char *rows);
/* MariaDB without performance_schema; rows are METADATA_LOCK_INFO's: LOCK_TYPE|TABLE_SCHEMA|TABLE_NAME|
 * LOCK_MODE|1|connection. NULL: without that plugin. */
void scene_waits_plugin(struct mlk_session *s, const char *rows);
/* id|rows changed|state|seconds */
void scene_open_transactions(struct mlk_session *s, const char *rows);
/* MariaDB: how many half-made tables of the DDL InnoDB has, and whether the table itself is InnoDB's. The
 * cascade says 0, true. */
void scene_begun(struct mlk_session *s, int copies, bool innodb);
/* What SHOW ENGINE INNODB STATUS answers. The cascade says SCENE_INNODB_NONE: a transaction of 10. */
void scene_innodb_now(struct mlk_session *s, const char *status);
#define SCENE_INNODB_BEGIN                                                                                   \
    "\n=====================================\n2026-11-21 23:33:35 INNODB MONITOR OUTPUT\n"                   \
    "------------\nTRANSACTIONS\n------------\nLIST OF TRANSACTIONS FOR EACH SESSION:\n"
#define SCENE_INNODB_END                                                                                     \
    "--------\nFILE I/O\n--------\nEND OF INNODB MONITOR OUTPUT\n============================\n"
/* The transaction of a session, by the server's name ("MySQL", "MariaDB"). */
#define SCENE_INNODB_OPEN(server, id, statement)                                                             \
    "---TRANSACTION 1614, ACTIVE 5 sec\nmysql tables in use 1, locked 1\n0 lock struct(s), heap size 1128, " \
    "0 row lock(s), undo log entries 1\n" server " thread id " id                                            \
    ", OS thread handle 139938599409344, query id 206 localhost root\n" statement "\n"
#define SCENE_INNODB_NONE                                                                                    \
    SCENE_INNODB_BEGIN "---TRANSACTION 376031409885976, not started\n0 lock struct(s), heap size 1128, 0 "   \
                       "row lock(s)\n" SCENE_INNODB_OPEN("MySQL", "10", "") SCENE_INNODB_END
/* Transactions as both INNODB_TRX and that list show them: rows as for scene_open_transactions. */
void scene_now(struct mlk_session *s, const char *rows);
/* An idle transaction (10), an ALTER (11) that waits for it, and three sessions behind that (12, 13, 14),
 * with everything that the server can tell. */
struct mlk_session *scene_cascade(enum mlk_flavour flavour);
/* The same, where 11 is a sibling of 9, which holds rails:shop. */
struct mlk_session *scene_migration(enum mlk_flavour flavour);
/* The list; the test deletes it. schema may be NULL. */
cJSON *scene_tables(struct mlk_session *s, const char *schema);
/* The document of that target; NULL where there is none. */
const cJSON *scene_table_of(const cJSON *list, const char *target);
/* The first member of an array of a document; the test fails where it is empty. */
const cJSON *scene_first(const cJSON *document, const char *array);

#endif
