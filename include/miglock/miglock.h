/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core does, one call per SQL function and command. Each gives one JSON document (docs/report.md)
 * that the caller owns (cJSON_Delete), or a status with one line in error: what is wrong and what to do. The
 * core knows neither server nor terminal; it reaches SQL only through the session.
 */
#ifndef MIGLOCK_H
#define MIGLOCK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "miglock/session.h"
#include "miglock/status.h"
#include "miglock/target.h"

enum { MLK_SCHEMA_VERSION = 1, MLK_TOKEN_LEN = 12, MLK_JSON_MAX = 16777215 };

/* The library's version, "0.1.0". */
const char *mlk_version(void);

/* JSON array of the tools and how each locks. Needs no server. */
enum mlk_status mlk_tools(cJSON **out);

/* What an error message or a log says of migration locks: docs/report.md. Needs no server. text may be any
 * bytes; of more than MLK_EXPLAIN_MAX the rest is not read, and the document says so. MLK_OK, also where
 * nothing was recognised, or MLK_NO_MEMORY. Takes time linear in len. */
enum { MLK_EXPLAIN_MAX = 1 << 20 };
enum mlk_status mlk_explain(const char *text, size_t len, cJSON **out);

/* The report of one lock. ask: the holder's client is asked whether it is still there, which takes up to
 * MLK_PROBE_LIMIT_MS; else only what the kernel knows already is read. */
enum mlk_status mlk_report(struct mlk_session *s, const struct mlk_target *target, bool ask, cJSON **out,
                           char *error, size_t error_size);

/* What the kernel knows of one connection's client, after asking it. A connection that this session's account
 * may not see is MLK_NOT_FOUND, as is one that does not exist. */
enum mlk_status mlk_probe_connection(struct mlk_session *s, uint64_t connection_id, cJSON **out, char *error,
                                     size_t error_size);

/* An array of reports: every migration lock that this session may see, of one schema where schema is not
 * NULL. */
enum mlk_status mlk_locks(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                          size_t error_size);

/* An array of documents (docs/table-locks.md): every table that DDL is at work on or that sessions wait for,
 * of one schema where schema is not NULL. Opens none of these tables. */
enum mlk_status mlk_table_locks(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                                size_t error_size);

/* Releases the lock if the policy allows it and the token still fits. token may be NULL only with dry_run.
 * dry_run: decides and explains, changes nothing (outcome "would_release" or "refused").
 * A refusal is a document, not an error. Of a table it ends the DDL that waits for it or, with blocker, one
 * session that keeps others waiting. */
struct mlk_release_options {
    const char *token;
    bool force;
    bool dry_run;
    uint64_t blocker; /* a connection; for tables only. 0: none */
};
enum mlk_status mlk_release(struct mlk_session *s, const struct mlk_target *target,
                            const struct mlk_release_options *options, cJSON **out, char *error,
                            size_t error_size);

/* Puts a damaged lock table right, in one transaction, if nobody could be at work under the lock and the
 * table is still as it was when the token was made. Options and documents as of a release; outcomes:
 * "repaired", "refused", "changed", "failed", "nothing_to_repair", "would_repair". A named lock has no table:
 * MLK_USAGE.
 */
enum mlk_status mlk_repair(struct mlk_session *s, const struct mlk_target *target,
                           const struct mlk_release_options *options, cJSON **out, char *error,
                           size_t error_size);

/* Prints a document for a result. NULL where memory is out or it is longer than MLK_JSON_MAX; free with
 * cJSON_free. */
char *mlk_json_print(const cJSON *document);

#endif
