/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fourth adapter of the session port: no server, scripted replies. A test says what each statement
 * answers; the fake counts and records every call and can fail the n-th one.
 *
 * Rules. `match` is a part of the SQL, or several parts in order with "..." between them; upper and lower
 * case differ. read_table is matched as "READ TABLE schema.table" or "READ TABLE DIRTY schema.table". Of the
 * rules that match, the one added last wins, so that a test can start from a common server and change one
 * answer. A statement that no rule matches is an error that names it, and is counted: see
 * mlk_fake_unscripted.
 */
#ifndef MIGLOCK_SESSION_FAKE_H
#define MIGLOCK_SESSION_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/session.h"

/* A session of user shop@app.example on a server of that flavour, caller_id 7, own_id 8. NULL where memory is
 * out. The server's version is set to one that exists; a test may overwrite any public member. */
struct mlk_session *mlk_fake_open(enum mlk_flavour flavour);

/* Answers with rows. table: first line the column names, then one line a row, cells parted by '|'; the cell
 * NULL is SQL NULL, an empty cell an empty string. A script that cannot be stored ends the test program. */
void mlk_fake_rows(struct mlk_session *s, const char *match, const char *table);
/* The same with a result built by the caller; taken over by the fake. */
void mlk_fake_result(struct mlk_session *s, const char *match, struct mlk_rows *rows);
/* Answers with no rows and a number of changed rows. */
void mlk_fake_affected(struct mlk_session *s, const char *match, uint64_t affected);
/* Answers with a server's error; its status comes from mlk_status_of_error. */
void mlk_fake_error(struct mlk_session *s, const char *match, unsigned number, const char *text);
/* Answers with an error of the adapter's own. */
void mlk_fake_status(struct mlk_session *s, const char *match, enum mlk_status status, const char *text);

/* What follows changes the rule that was added last. */
/* It answers that many times, then it is as if it were not there. */
void mlk_fake_times(struct mlk_session *s, unsigned times);
/* It answers only while the fake is in that phase (it starts in phase 0). */
void mlk_fake_when(struct mlk_session *s, int phase);
/* Once it has answered, the fake is in that phase. */
void mlk_fake_then(struct mlk_session *s, int phase);

/* From now on that need is refused with MLK_DENIED, as an adapter that checks rights by itself would. */
void mlk_fake_deny(struct mlk_session *s, enum mlk_need need);
/* The n-th call from now (1 is the next one) fails with that status. Calls are query, read_table, may,
 * probe, freeze and pause_ms; a failing may() is MLK_DENIED whatever the status, as the port has it. 0 takes
 * it back.
 */
void mlk_fake_fail(struct mlk_session *s, size_t n, enum mlk_status status);
/* The same, and every call after it too: a connection that is lost does not come back. */
void mlk_fake_fail_from(struct mlk_session *s, size_t n, enum mlk_status status);
/* From now on the session may call procedures of the server's. */
void mlk_fake_calls_procedures(struct mlk_session *s);
/* A statement without a rule answers with no rows instead of an error. */
void mlk_fake_lenient(struct mlk_session *s);

void mlk_fake_set_clock(struct mlk_session *s, int64_t ms);
/* Called after each pause with the new time; a test uses it to change the script in mid-call. */
void mlk_fake_on_pause(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg);

/* From now on the session can ask the kernel: what it answers to that way of asking about that connection (0:
 * any other). took_ms: how far the clock goes meanwhile. */
void mlk_fake_probe(struct mlk_session *s, uint64_t connection_id, enum mlk_probe_how how,
                    const struct mlk_probe *answer, unsigned took_ms);
/* Called when a question is put, before it is answered; a test uses it to change the script in mid-call. */
void mlk_fake_on_ask(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg);
/* From now on the session tells when the server started, without a statement: that many seconds before the
 * time it is told; -1: it turns out not to know. */
void mlk_fake_started(struct mlk_session *s, int64_t uptime);
/* A session that can ask the kernel can also freeze clients: what it then finds (quiet, unless this is said).
 * why: for MLK_FREEZE_NOT. */
void mlk_fake_freeze(struct mlk_session *s, enum mlk_freeze state, const char *why);
/* Such a client is on a line that hang_up can end; works: what it answers, and what is called when it does.
 */
void mlk_fake_line(struct mlk_session *s, bool works, void (*hook)(struct mlk_session *s, void *arg),
                   void *arg);
/* How often it was called. */
size_t mlk_fake_hung_up(const struct mlk_session *s);
/* Called when somebody is frozen. */
void mlk_fake_on_freeze(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg);
/* Which connection is frozen now; 0: none. */
uint64_t mlk_fake_is_frozen(const struct mlk_session *s);
/* How many statements that match were sent while that connection was frozen. */
size_t mlk_fake_sent_frozen(const struct mlk_session *s, const char *match, uint64_t connection_id);
/* What the adapter was told of the connection that was asked about last; texts are those of the test's
 * script. */
const struct mlk_client *mlk_fake_asked(const struct mlk_session *s);
/* The i-th line written to the error log; NULL past the end. */
const char *mlk_fake_log(const struct mlk_session *s, size_t i);

/* Calls so far, of every kind. */
size_t mlk_fake_calls(const struct mlk_session *s);
int mlk_fake_phase(const struct mlk_session *s);
/* How many statements and table reads were sent that match and that were answered (not failed). */
size_t mlk_fake_answered(const struct mlk_session *s, const char *match);
/* The same whatever became of them. */
size_t mlk_fake_sent(const struct mlk_session *s, const char *match);
/* The i-th statement that was sent, and the need it stated; NULL past the end. */
const char *mlk_fake_sql(const struct mlk_session *s, size_t i, struct mlk_access *need);
/* How many had no rule, and the first of them (NULL where there was none). */
size_t mlk_fake_unscripted(const struct mlk_session *s, const char **first);

#endif
