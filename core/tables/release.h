/* SPDX-License-Identifier: GPL-2.0-only */
/* Releasing a table: ending DDL that waits for it, or a session that keeps others waiting. */
#ifndef MLK_CORE_TABLE_RELEASE_H
#define MLK_CORE_TABLE_RELEASE_H

#include "../kill.h"
#include "../release.h"
#include "look.h"

/* miglock_release('table:...'), as mlk_release. */
enum mlk_status mlk_table_release(struct mlk_session *s, const struct mlk_target *target,
                                  const struct mlk_release_options *options, cJSON **out, char *error,
                                  size_t error_size);

/* ---- private to the core's tables ---- */

/* A session that is to be ended, or its statement. */
struct mlk_table_victim {
    uint64_t id;
    enum mlk_kill what;
    int64_t counter; /* its statements, counted before it was looked at; -1 not known */
};

struct mlk_table_victims {
    struct mlk_table_victim list[MLK_TABLE_SHOWN];
    size_t count;
};

/* release_policy.c: whom a release with these options ends, of a table that is held. Nobody: outcome and
 * reason are set. */
void mlk_table_choose(const struct mlk_table_look *look, const struct mlk_release_options *options,
                      struct mlk_release *r, struct mlk_table_victims *out);

/* release_end.c: ends one of them, if it is still at what it was, and waits until it has ended. MLK_OK where
 * outcome and reason are set; anything else with s->error. */
enum mlk_status mlk_table_end(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_look *look,
                              const struct mlk_table_victim *victim);
/* release_end.c: sets outcome and reason where the account may not KILL; s->error says what the server said.
 */
void mlk_table_lacks_kill(struct mlk_session *s, struct mlk_release *r, const struct mlk_table_victim *v);
/* release_end.c: asks the client of an idle session that is to be ended. *gone: it is gone, and so is its
 * session by now; outcome and reason are set then. */
enum mlk_status mlk_table_ask_client(struct mlk_session *s, struct mlk_release *r,
                                     const struct mlk_table_look *look, uint64_t id, bool *gone);

#endif
