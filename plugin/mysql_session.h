/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_MYSQL_SESSION_H
#define MIGLOCK_MYSQL_SESSION_H

#include "host.h"
#include "progress.h"

/* A session of the caller's account inside the MySQL server, on the current thread, which must be one of
 * ours. The thread must also close it. caller and progress must outlive it. */
enum mlk_status mlk_mysql_session_open(const struct mlk_caller *caller, struct mlk_progress *progress,
                                       struct mlk_session **out, char *error, size_t error_size);

#endif
