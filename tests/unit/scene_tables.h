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
/* An idle transaction (10), an ALTER (11) that waits for it, and three sessions behind that (12, 13, 14),
 * with everything that the server can tell. */
struct mlk_session *scene_cascade(enum mlk_flavour flavour);
/* The same, where 11 is a sibling of 9, which holds rails:shop. */
struct mlk_session *scene_migration(enum mlk_flavour flavour);
/* The list; the test deletes it. schema may be NULL. */
cJSON *scene_tables(struct mlk_session *s, const char *schema);
/* The document of that target; NULL where there is none. */
const cJSON *scene_table_of(const cJSON *list, const char *target);

#endif
