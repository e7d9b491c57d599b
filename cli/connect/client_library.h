/* SPDX-License-Identifier: GPL-2.0-only */
/* Where libmariadb and libmysqlclient differ. Nothing else in cli/ asks which of the two it is. */
#ifndef MIGLOCK_CLI_CLIENT_LIBRARY_H
#define MIGLOCK_CLI_CLIENT_LIBRARY_H

#include <mysql.h>

#include "connection.h"
#include "miglock/status.h"

/* Its name and version: "libmariadb 3.3.20". */
void mlk_library_name(char *out, size_t size);
/* Sets everything about TLS, the protocol and the authentication plugins. MLK_UNSUPPORTED with a line in
 * error where this library cannot do what was asked: never weaker than asked. */
enum mlk_status mlk_library_options(MYSQL *mysql, const struct mlk_connection *c, char *error,
                                    size_t error_size);
/* tls_first.c: connects. Where TLS was insisted on, nothing is sent to a server that offers none: that is
 * MLK_UNSUPPORTED. MLK_GONE: the library's own error. */
enum mlk_status mlk_library_connect(MYSQL *mysql, const struct mlk_connection *c, const char *password);
/* What the options come to, from ssl-mode, ssl and ssl-verify-server-cert together. */
enum mlk_ssl_mode mlk_library_ssl_mode(const struct mlk_connection *c);

#endif
