/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a schema change would do to everyone else, before it is run. The server is asked: the statement runs
 * on an empty twin of the table, form by form, and never on the table. The documents: docs/advise.md.
 */
#ifndef MIGLOCK_ADVISE_H
#define MIGLOCK_ADVISE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "miglock/session.h"
#include "miglock/status.h"

/* Seconds of lock_wait_timeout that are advised. Whoever comes after a DDL statement that waits for the table
 * waits behind it, so this is how long everyone may be held up. */
enum { MLK_ADVISE_WAIT_S = 5 };

struct mlk_advise_options {
    const char *schema;         /* of tables that are named without one; NULL: then each must name its own */
    bool documented;            /* make no twin: the documented rules only */
    bool allow_replicated;      /* twins may reach replicas, or the other nodes of a cluster */
    bool (*stop)(void *caller); /* whether to stop now; asked between two statements. NULL: never */
    void *caller;
};

struct mlk_advisor;

/* For one session, which must stay open until the advisor is clean. options and what it points to must live
 * as long as the advisor. Changes nothing. */
enum mlk_status mlk_advisor_open(struct mlk_session *s, const struct mlk_advise_options *options,
                                 struct mlk_advisor **out, char *error, size_t error_size);

/* One document for each statement of the text, in an array. A statement is judged as if those before it had
 * been run. MLK_USAGE where the text cannot be read; MLK_KILLED where it was stopped; then, and on any other
 * failure, there is no document, and twins may be there: see mlk_advisor_clean. */
enum mlk_status mlk_advise(struct mlk_advisor *a, const char *sql, size_t len, cJSON **out, char *error,
                           size_t error_size);

/* Removes all twins, over the advisor's own session or, where that one is lost, over another of the same
 * account. MLK_OK: none is left. Waits up to half a minute for what blocks it. */
enum mlk_status mlk_advisor_clean(struct mlk_advisor *a, struct mlk_session *s, char *error,
                                  size_t error_size);
/* "DROP TABLE IF EXISTS ..." for those that could not be removed; "" where there are none. */
const char *mlk_advisor_left(const struct mlk_advisor *a);
/* Frees it, whatever is left. Accepts NULL. */
void mlk_advisor_free(struct mlk_advisor *a);

#endif
