/* SPDX-License-Identifier: GPL-2.0-only */
/* The DDL of single sessions: on which table, what it waits for, and who queues behind it. */
#ifndef MLK_CORE_TABLE_STORY_H
#define MLK_CORE_TABLE_STORY_H

#include "docs.h"

/* Points into the sessions that it was made of. */
struct mlk_table_story {
    struct mlk_table_scene scene;
    struct mlk_table_docs docs;
};

/* Whether that session runs DDL, by its statement. */
bool mlk_person_runs_ddl(const struct mlk_person *p);
/* Reads the locks. server, people: as for mlk_table_scene_over. ids: whose DDL will be asked for; NULL:
 * anybody's. *out is NULL on anything but MLK_OK; s->error tells why. */
enum mlk_status mlk_table_story_take(struct mlk_session *s, const struct mlk_server *server,
                                     struct mlk_people *people, const uint64_t *ids, size_t id_count,
                                     struct mlk_table_story **out);
/* Accepts NULL. */
void mlk_table_story_free(struct mlk_table_story *story);

/* The DDL of that session as in "ddl" of a report, with "target", "root", "blockers", "blocker_count" and
 * "queue". *out NULL: it runs none. MLK_OK or MLK_NO_MEMORY. */
enum mlk_status mlk_table_story_json(const struct mlk_table_story *story, uint64_t id, cJSON **out);
/* Adds the sentence on it to because; nothing where it runs none. */
void mlk_table_story_say(const struct mlk_table_story *story, uint64_t id, cJSON *because);

#endif
