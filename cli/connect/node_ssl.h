/* SPDX-License-Identifier: GPL-2.0-only */
/* The ssl option of node's mysql drivers, as Ghost's configuration and URLs hold it. */
#ifndef MIGLOCK_CLI_NODE_SSL_H
#define MIGLOCK_CLI_NODE_SSL_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "connection.h"
#include "miglock/status.h"

/*
 * ssl is true, false, or an object such as {"rejectUnauthorized": true}. Its certificates go into c, what it
 * asks of TLS into *mode. What cannot be done is MLK_USAGE with a line in error: never less safe than asked.
 */
enum mlk_status mlk_node_ssl(struct mlk_connection *c, const cJSON *ssl, enum mlk_ssl_mode *mode, char *error,
                             size_t error_size);

#endif
