/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections written as URLs: mysql://USER:PASSWORD@HOST:PORT/SCHEMA?PARAMETER=VALUE&... */
#ifndef MIGLOCK_CLI_URL_H
#define MIGLOCK_CLI_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "connection.h"
#include "miglock/status.h"

/* Whether its scheme is one of those that mean such a server. */
bool mlk_url_is_ours(const char *url);
/* Applies all of it; the schema in the path is not used. MLK_USAGE with a line in error, which never shows
 * any part of the URL that could be of the password. */
enum mlk_status mlk_url_apply(struct mlk_connection *c, const char *url, char *error, size_t error_size);
/* url_parameters.c: applies "a=b&c=d", which it takes apart in place. */
enum mlk_status mlk_url_parameters(struct mlk_connection *c, char *query, char *error, size_t error_size);
/* Puts the characters for %XX, in place. False where that is none, or a zero byte. */
bool mlk_url_decode(char *text);

#endif
