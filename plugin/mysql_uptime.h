/* SPDX-License-Identifier: GPL-2.0-only */
/* How long a MySQL server has been up, by its services: a statement that says it takes 100 us, as the server
 * then makes up all of its status variables. */
#ifndef MIGLOCK_MYSQL_UPTIME_H
#define MIGLOCK_MYSQL_UPTIME_H

#include <stdint.h>

/* Seconds from the server's start to the beginning of the last statement of the session that runs on this
 * thread, as the status variable Uptime within that statement. -1 where the services do not tell, and before
 * the first statement: only then has the thread a session of the server's. */
int64_t mlk_mysql_uptime(void);

#endif
