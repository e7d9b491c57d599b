/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker thread for each call.
 *
 * On the caller's own thread an inner statement runs inside the caller's session: MySQL raises its errors in
 * the caller's statement, MariaDB runs it in the caller's transaction and without any rights check. On a
 * thread of its own it is a session of its own. The caller's thread waits; when its statement is killed, the
 * session gives up at the next statement or pause. A statement that runs then is bounded by the session's own
 * time limits.
 */
#ifndef MIGLOCK_CALL_H
#define MIGLOCK_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/session.h"

typedef enum mlk_status mlk_call_work(struct mlk_session *s, void *arg, char *error, size_t error_size);

/* Runs work with a session that has the rights of the current statement. writes: it is going to change
 * something. Returns what work returned, or why there was no session, with one line in error. */
enum mlk_status mlk_call(bool writes, mlk_call_work *work, void *arg, char *error, size_t error_size);

#endif
