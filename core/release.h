/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two kinds of release share with the frame around them, and a repair with a release. */
#ifndef MLK_CORE_RELEASE_H
#define MLK_CORE_RELEASE_H

#include "document.h"
#include "observe.h"

struct mlk_release {
    const char
        *outcome;  /* released, refused, free, changed, failed, would_release; of a repair: docs/report.md */
    bool released; /* the lock that was seen is no more, or the table is repaired */
    cJSON *because;
    enum mlk_verdict verdict; /* what the decision was made on */
    int64_t counter;          /* the holder's statements when the lock was looked at; -1 not known */
    int64_t counted_ms;       /* when that was, by the session's clock */
    struct mlk_buf statement; /* what was or would be run */
    int64_t elapsed_ms;
    const char *const *advice; /* what to check once it is released; NULL: nothing */
};

/* The members that the documents of both begin with. */
void mlk_release_begin_json(struct mlk_doc *j, const struct mlk_release *r, const struct mlk_target *t,
                            bool dry_run);
/* And those that they end with; gives the document, or NULL. now: the report afterwards, taken over; JSON
 * null: not known. */
cJSON *mlk_release_end_json(struct mlk_doc *j, const struct mlk_release *r, cJSON *now);
/* The report of an observation, JSON null of none. */
cJSON *mlk_release_now_json(const struct mlk_observation *now);
/* Looks once more, after the fact. The answer stands without it, so a failure, false, only leaves "now"
 * empty. On true the caller frees both. */
bool mlk_look_after(struct mlk_session *s, const struct mlk_target *target, struct mlk_snapshot *snapshot,
                    struct mlk_observation *now);
/* Whether a token can be used; on MLK_USAGE error says what one is. NULL can be used by a dry run only. */
enum mlk_status mlk_release_check_token(const struct mlk_release_options *options, char *error,
                                        size_t error_size);
/* Whom or what a release or a repair was asked for, for the error log. */
struct mlk_release_of {
    const char *what; /* "release" or "repair" */
    const char *target, *token;
    const struct mlk_person *holder; /* NULL where it is not visible */
    uint64_t holder_id;              /* 0: nobody, or nobody knows */
};
struct mlk_release_of mlk_release_of(const char *what, const struct mlk_observation *o);
/* What is done or refused is written down, whatever becomes of the answer; a look is not, nor is it where
 * there was nothing to do. status: of the call. */
void mlk_release_write_down(struct mlk_session *s, const struct mlk_release_of *of, struct mlk_release *r,
                            const struct mlk_release_options *options, enum mlk_status status);

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
