/* SPDX-License-Identifier: GPL-2.0-only */
/* One picture of who waits for which table: the sessions, the DDL among them, the metadata locks. Private to
 * the core's tables. */
#ifndef MLK_CORE_TABLE_SCENE_H
#define MLK_CORE_TABLE_SCENE_H

#include <cjson/cJSON.h>

#include "ddl_text.h"
#include "../server.h"
#include "../sessions.h"
#include "waits.h"

/* Where it is known from who has which lock. */
enum mlk_table_source {
    MLK_TABLES_RECORDED, /* performance_schema.metadata_locks: all locks and requests */
    MLK_TABLES_PLUGIN,   /* METADATA_LOCK_INFO: the locks; who waits for what is read off the statements */
    MLK_TABLES_GUESSED   /* neither: who has a lock is guessed too */
};

/* Whether DDL has done work that ending it would undo. */
enum mlk_table_begun { MLK_BEGUN_UNKNOWN, MLK_BEGUN_NO, MLK_BEGUN_YES };

/* A session that runs DDL. */
struct mlk_table_ddl {
    const struct mlk_person *person;
    struct mlk_ddl_text text;
};

enum { MLK_TABLE_OBJECTS_MAX = 100 }; /* tables, schemas and the like that are looked at */

struct mlk_table_scene {
    struct mlk_session *s;
    const struct mlk_server *server;
    struct mlk_people *people;
    enum mlk_table_source source;
    struct mlk_table_ddl *ddl; /* in the order of the process list */
    size_t ddl_count;
    struct mlk_table_lock *locks; /* with an entry of type MLK_MDL_NONE for each table that DDL names */
    size_t lock_count, lock_room;
    struct mlk_table_waits waits;
    struct mlk_rows *rows;                /* private: owns texts of the locks */
    int64_t connections, connections_max; /* -1 where unknown */
    cJSON *blind_spots;
    const char *about_schema, *about_table; /* private: of a table whose locks are all wanted, or NULL */
    struct mlk_server own_server;           /* private: where nobody had read them before */
    struct mlk_people own_people;
};

/* On anything but MLK_OK s->error tells why, and out is empty. */
enum mlk_status mlk_table_scene_take(struct mlk_session *s, struct mlk_table_scene *out);
/* The same over sessions that were read a moment ago, with their threads; both must outlive out. More is
 * learnt of the sessions. What the two cannot show is not said again, and connections are not counted. */
enum mlk_status mlk_table_scene_over(struct mlk_session *s, const struct mlk_server *server,
                                     struct mlk_people *people, struct mlk_table_scene *out);
/* The same as the first, and all locks on that table and on the server, also those that keep nobody waiting.
 */
enum mlk_status mlk_table_scene_about(struct mlk_session *s, const char *schema, const char *table,
                                      struct mlk_table_scene *out);
/* Works on a zeroed struct. */
void mlk_table_scene_free(struct mlk_table_scene *scene);

/* Appends a lock. */
enum mlk_status mlk_table_scene_add(struct mlk_table_scene *scene, const struct mlk_table_lock *lock);
/* The DDL that a session runs; NULL: none. */
const struct mlk_table_ddl *mlk_table_scene_ddl(const struct mlk_table_scene *scene, uint64_t id);
/* Whether it waits for a metadata lock, by what the process list says. */
bool mlk_person_awaits_lock(const struct mlk_person *p);

/* read.c: reads the locks from the best source there is, which scene->source then names. */
enum mlk_status mlk_table_read(struct mlk_table_scene *scene);
/* guess.c: adds what sessions wait for, by their states and statements, and, where the source is
 * MLK_TABLES_GUESSED, who could keep them waiting. */
enum mlk_status mlk_table_guess(struct mlk_table_scene *scene);

/* begun.c: whether DDL that waits for that table has begun, by what InnoDB shows; not by its locks, which are
 * not known while they are guessed. */
enum mlk_status mlk_table_shows_begun(struct mlk_table_scene *scene, const struct mlk_table_ddl *ddl,
                                      const struct mlk_table_lock *waits, enum mlk_table_begun *out);

#endif
