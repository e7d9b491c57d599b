/* SPDX-License-Identifier: GPL-2.0-only */
/* The session port over a client connection. */
#ifndef MIGLOCK_CLI_SESSION_CLIENT_H
#define MIGLOCK_CLI_SESSION_CLIENT_H

#include "connection.h"
#include "miglock/session.h"

/* Connects, brings the session into the state that the port promises, and hands it out; the caller closes it
 * through its ops. On failure *out is NULL and error has one line. */
enum mlk_status mlk_client_session_open(const struct mlk_connection *c, struct mlk_session **out, char *error,
                                        size_t error_size);

#endif
