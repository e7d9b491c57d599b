/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_MARIADB_SESSION_H
#define MIGLOCK_MARIADB_SESSION_H

#include "host.h"
#include "progress.h"

/* Whether MariaDB has given this library its SQL service: after INSTALL SONAME. */
bool mlk_mariadb_has_sql(void);

/* A session inside the MariaDB server that refuses what the caller's account may not do, on the current
 * thread, which must be one of ours. The thread must also close it. progress must outlive it. writes: what
 * it changes goes to the binary log. */
enum mlk_status mlk_mariadb_session_open(const struct mlk_caller *caller, struct mlk_progress *progress,
                                         bool writes, struct mlk_session **out, char *error,
                                         size_t error_size);

#endif
