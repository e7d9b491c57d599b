/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two kinds of release share with the frame around them. */
#ifndef MLK_CORE_RELEASE_H
#define MLK_CORE_RELEASE_H

#include "observe.h"

struct mlk_release {
    const char *outcome; /* released, refused, free, changed, failed, would_release */
    bool released;       /* the lock that was seen is no more */
    cJSON *because;
    enum mlk_verdict verdict; /* what the decision was made on */
    int64_t counter;          /* the holder's statements when the lock was looked at; -1 not known */
    int64_t counted_ms;       /* when that was, by the session's clock */
    struct mlk_buf statement; /* what was or would be run */
    int64_t elapsed_ms;
};

/* Whether this account and this server allow it, apart from the verdict; writes the statement. False: outcome
 * and reason are set. */
bool mlk_release_named_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o);
bool mlk_release_row_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o);
/* Acts. MLK_OK where outcome and reason are set; anything else with s->error. */
enum mlk_status mlk_release_named(struct mlk_session *s, struct mlk_release *r,
                                  const struct mlk_observation *o);
enum mlk_status mlk_release_row(struct mlk_session *s, struct mlk_release *r,
                                const struct mlk_observation *o);

#endif
