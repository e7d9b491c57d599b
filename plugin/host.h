/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server that this library is loaded into: which one, who is asking, and how to tell it that something is
 * wrong.
 *
 * One file serves both servers, so what only one of them has is looked up at run time and never linked.
 */
#ifndef MIGLOCK_HOST_H
#define MIGLOCK_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/session.h"
#include "udf.h"

/* Who asks. Filled on the thread that runs the caller's statement. */
struct mlk_caller {
    enum mlk_flavour flavour;
    void *thd;                  /* the server's object of the caller's session */
    uint64_t connection_id;     /* 0 where nobody knows */
    char user[MLK_ACCOUNT_MAX]; /* the account whose rights count now: that of CURRENT_USER(), so inside a */
    char host[MLK_ACCOUNT_MAX]; /* SQL SECURITY DEFINER routine the definer's */
};

enum mlk_flavour mlk_host_flavour(void);

/* NULL where the library can run SQL; else one sentence that names the statement that is missing: a function
 * made with CREATE FUNCTION alone gets no service from either server. */
const char *mlk_host_missing(void);

/* MLK_OK, or MLK_DENIED with one line in error where nobody can tell whose rights count. */
enum mlk_status mlk_host_caller(struct mlk_caller *out, char *error, size_t error_size);

/* The caller's session object; NULL where there is none. Only on the thread that runs the caller's statement.
 */
void *mlk_host_current_thd(void);
/* Whether the caller's statement or connection was killed. Any thread, as long as the statement lasts. */
bool mlk_host_killed(const void *thd);

/* Raises an SQL error in the caller's statement; or the one that clients know for a statement that was
 * killed. */
void mlk_host_raise(const char *function, const char *text);
void mlk_host_raise_killed(void);

/* Makes arguments and result utf8mb4 where the server can do that: MySQL. MariaDB hands arguments over as
 * they are. */
bool mlk_host_use_utf8(struct mlk_udf_init *init, struct mlk_udf_args *args);

#endif
