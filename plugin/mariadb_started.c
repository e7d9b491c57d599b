/* SPDX-License-Identifier: GPL-2.0-only */
#include "mariadb_started.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>

/* sql/mysqld.cc (10.11, 11.8): show_starttime is thd->query_start() - server_start_time, a time_t that is set
 * once, before the server takes connections. A name does not tell a type (and dladdr1, which does, goes
 * through all symbols of the server, 0.3 ms); what a clock of another unit or zero would show, or half of a
 * number, is no time between 2001 and now. */
int64_t mlk_mariadb_started(int64_t now)
{
    enum { YEAR_2001 = 1000000000 };
    const void *symbol = dlsym(RTLD_DEFAULT, "server_start_time");
    time_t started;

    if (!symbol)
        return -1;
    memcpy(&started, symbol, sizeof started);
    return started > YEAR_2001 && started <= now ? (int64_t)started : -1;
}
