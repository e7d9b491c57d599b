/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two adapters inside a server have in common: cancelling, the clock, the first statements, and how
 * a table is read or changed without ever running the code in a view. */
#ifndef MIGLOCK_INNER_H
#define MIGLOCK_INNER_H

#include "host.h"
#include "miglock/buf.h"
#include "kernel_probe.h"
#include "progress.h"

/* The first member of each adapter's context. */
struct mlk_inner {
    struct mlk_session session;
    struct mlk_progress *progress;
    bool in_transaction;
    struct mlk_kernel kernel;
    bool thread_per_connection; /* thread_handling */
    bool knows_proxies;         /* kernel.proxied is set */
    /* Runs one statement with no question asked. Fills session.error and error_number. rows and affected may
     * be NULL. */
    enum mlk_status (*run)(struct mlk_inner *inner, const char *sql, size_t len, struct mlk_rows **rows,
                           uint64_t *affected);
    /* Appends a statement that touches no row of the table but holds its metadata lock until the transaction
     * ends, and takes no right beyond need, one of a change. Both names are quoted already. */
    void (*lock_statement)(struct mlk_buf *sql, enum mlk_need need, const char *table, const char *column);
};

struct mlk_inner *mlk_inner_of(struct mlk_session *s);
/* Sets up everything but run and lock_statement. What it takes later mlk_inner_end gives back. */
void mlk_inner_init(struct mlk_inner *inner, const struct mlk_session_ops *ops,
                    const struct mlk_caller *caller, struct mlk_progress *progress);
void mlk_inner_end(struct mlk_inner *inner);
/* Records an error, as one line, and returns status. number is 0 for one of our own. */
enum mlk_status mlk_inner_error(struct mlk_inner *inner, enum mlk_status status, unsigned number,
                                const char *text);
/* An error that the server gave. */
enum mlk_status mlk_inner_server_error(struct mlk_inner *inner, unsigned number, const char *text);

/* Runs one statement, unless the call was cancelled. rows and affected are always set where they are not
 * NULL. */
enum mlk_status mlk_inner_run(struct mlk_inner *inner, const char *sql, size_t len, struct mlk_rows **rows,
                              uint64_t *affected);
enum mlk_status mlk_inner_do(struct mlk_inner *inner, const char *sql);
/* A statement that gives rows. */
enum mlk_status mlk_inner_select(struct mlk_inner *inner, const char *sql, struct mlk_rows **rows);
/* Whether a statement begins with these words, after a comment if it has one. */
bool mlk_inner_begins(const char *sql, size_t len, const char *word);
/* The statements of mlk_session_setup, then version and own connection id. account gets CURRENT_USER(). */
enum mlk_status mlk_inner_setup(struct mlk_inner *inner, char *account, size_t account_size);

/* Whether the table is a base table, found out by opening it and nothing else: MLK_UNSUPPORTED for a view. */
enum mlk_status mlk_inner_open_table(struct mlk_inner *inner, const char *schema, const char *table);
/* Reads a base table. */
enum mlk_status mlk_inner_read_table(struct mlk_inner *inner, const char *schema, const char *table,
                                     bool dirty, size_t limit, struct mlk_rows **rows);
/* Whether it changes a table: MLK_NEED_UPDATE, MLK_NEED_DELETE or MLK_NEED_INSERT. */
bool mlk_inner_is_change(const struct mlk_access *access);
/* Makes sure that until the end of the transaction the name of that access stands for a base table, so that a
 * statement that changes it cannot run anyone's view. */
enum mlk_status mlk_inner_guard_table(struct mlk_inner *inner, const struct mlk_access *access);

/* For the tables of functions. */
enum mlk_status mlk_inner_probe(struct mlk_session *s, const struct mlk_client *client,
                                enum mlk_probe_how how, struct mlk_probe *out);
enum mlk_status mlk_inner_freeze(struct mlk_session *s, const struct mlk_client *client,
                                 struct mlk_frozen *out);
bool mlk_inner_hang_up(struct mlk_session *s);
void mlk_inner_thaw(struct mlk_session *s);
int64_t mlk_inner_now_ms(struct mlk_session *s);
enum mlk_status mlk_inner_pause_ms(struct mlk_session *s, unsigned ms);

#endif
