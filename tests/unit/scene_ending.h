/* SPDX-License-Identifier: GPL-2.0-only */
/* Releases of a table, in the scene: the cascade of scene_tables.h, and what a KILL does to it. */
#ifndef MIGLOCK_SCENE_ENDING_H
#define MIGLOCK_SCENE_ENDING_H

#include "scene_tables.h"

#define ORDERS "table:shop/orders"
#define WAITS  "Waiting for table metadata lock"

enum { IDLE = 10, ALTER = 11, ENDED = 1 };

/* The cascade. Each connection has run 1000 statements. */
struct mlk_session *scene_ending(enum mlk_flavour flavour);
/* Whatever KILL there is puts the fake in phase ENDED, in which the DDL of 11 and the session 10 are gone and
 * nobody waits. The cascade has that; a test that changes people or locks says it again. */
void scene_ended(struct mlk_session *s);
/* The number that grows with each statement of one connection. */
void scene_counter_of(struct mlk_session *s, uint64_t id, const char *counter);
/* The process list while the fake is in that phase. */
void scene_people_in(struct mlk_session *s, int phase, const char *rows);
/* A document of mlk_release; the test deletes it. options->token NULL: that of a report made just before. */
cJSON *scene_end(struct mlk_session *s, const char *target, const struct mlk_release_options *options);
/* With these alone. */
cJSON *scene_end_ddl(struct mlk_session *s, bool force);
cJSON *scene_end_blocker(struct mlk_session *s, uint64_t id, bool force);
/* The error of a release or a report that must fail with that status. */
void scene_cannot_end(struct mlk_session *s, const char *target, const struct mlk_release_options *options,
                      enum mlk_status status, const char *part);
/* Nobody was ended, and nobody is frozen. */
void scene_expect_nobody_ended(const struct mlk_session *s);
void scene_expect_silent(const cJSON *document, const char *array, const char *part);

#endif
