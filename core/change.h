/* SPDX-License-Identifier: GPL-2.0-only */
/* Changing a lock table in a transaction of its own: what a release of a row and a repair have in common. */
#ifndef MLK_CORE_CHANGE_H
#define MLK_CORE_CHANGE_H

#include "release.h"

/* The right to that change of the lock's table. */
struct mlk_access mlk_change_access(const struct mlk_observation *o, enum mlk_need need);
/* Whether this server takes writes, and this account may make that change. False: outcome and reason are set.
 */
bool mlk_change_possible(struct mlk_release *r, const struct mlk_observation *o);
bool mlk_change_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                        enum mlk_need need);
/* Runs one statement of that need; it is tagged here. rows and affected may be NULL. */
enum mlk_status mlk_change_run(struct mlk_session *s, const struct mlk_observation *o, enum mlk_need need,
                               const char *sql, struct mlk_rows **rows, uint64_t *affected);
/* Ends the transaction without a trace; where even that fails the connection is lost and the server does it.
 * The session's error stays. */
void mlk_change_roll_back(struct mlk_session *s);
/* What becomes of the call where a statement of that need failed and was rolled back: MLK_OK with outcome and
 * reason, or the status of a call that is over. */
enum mlk_status mlk_change_failed(struct mlk_session *s, struct mlk_release *r,
                                  const struct mlk_observation *o, enum mlk_need need,
                                  enum mlk_status status);
/* Commits. *done: it was confirmed; else outcome and reason are set, or the call is over. after: what the
 * table is if it was done after all, "released". */
enum mlk_status mlk_change_commit(struct mlk_session *s, struct mlk_release *r, const char *after,
                                  bool *done);

#endif
