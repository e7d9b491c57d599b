/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands in for the MariaDB half where its headers were not there to build it. */
#include <stdio.h>

#include "mariadb_session.h"

bool mlk_mariadb_has_sql(void)
{
    return false;
}

enum mlk_status mlk_mariadb_session_open(const struct mlk_caller *caller, struct mlk_progress *progress,
                                         bool writes, struct mlk_session **out, char *error,
                                         size_t error_size)
{
    (void)caller;
    (void)progress;
    (void)writes;
    *out = NULL;
    (void)snprintf(error, error_size, "this miglock.so was built without support for MariaDB");
    return MLK_UNSUPPORTED;
}
