/* SPDX-License-Identifier: GPL-2.0-only */
/* When a MariaDB server started: the statement that tells Uptime goes through all status variables, a quarter
 * of the time that a whole report takes. */
#ifndef MIGLOCK_MARIADB_STARTED_H
#define MIGLOCK_MARIADB_STARTED_H

#include <stdint.h>

/* Seconds since 1970: what Uptime is counted from, so the time of any statement less that statement's Uptime.
 * now: the server's clock. -1 where this server does not show it. */
int64_t mlk_mariadb_started(int64_t now);

#endif
