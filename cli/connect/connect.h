/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection of the client library. */
#ifndef MIGLOCK_CLI_CONNECT_H
#define MIGLOCK_CLI_CONNECT_H

#include <mysql.h>

#include "connection.h"
#include "miglock/status.h"

/* The caller gives it to mysql_close(). On failure NULL, and one line in error. */
enum mlk_status mlk_connect(const struct mlk_connection *c, MYSQL **out, char *error, size_t error_size);

#endif
