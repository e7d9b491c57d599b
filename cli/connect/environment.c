/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The environment variables of the mysql clients. Source: MySQL manual, "Environment Variables"; MariaDB's
 * clients know the same, and MARIADB_UNIX_PORT.
 */
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "note.h"

static enum mlk_status fill_text(char **member, const char *value)
{
    return !*member && value && *value ? mlk_connection_text(member, value) : MLK_OK;
}

static enum mlk_status fill_port(struct mlk_connection *c, char *error, size_t error_size)
{
    const char *value = getenv("MYSQL_TCP_PORT");
    char why[MLK_OPTION_ERROR_MAX] = "";
    enum mlk_status status;

    if (c->port || !value || !*value)
        return MLK_OK;
    status = mlk_connection_set(c, "port", value, why, sizeof why);
    if (status == MLK_USAGE)
        snprintf(error, error_size, "MYSQL_TCP_PORT: %s", why);
    return status;
}

static enum mlk_status fill_password(struct mlk_connection *c, bool quiet)
{
    const char *value = getenv("MYSQL_PWD");

    if (c->password || c->ask_password || !value)
        return MLK_OK;
    if (*value && !quiet)
        mlk_note(
            "the password comes from MYSQL_PWD, which others may be able to read; an option file of mode "
            "600 keeps it better ([client] password=...)");
    return mlk_connection_text(&c->password, value);
}

enum mlk_status mlk_environment_fill(struct mlk_connection *c, bool quiet, char *error, size_t error_size)
{
    const char *socket = getenv("MARIADB_UNIX_PORT");
    enum mlk_status status = MLK_OK;

    /* a socket that was asked for is where the server is */
    if (c->protocol != MLK_PROTOCOL_SOCKET)
        status = fill_text(&c->host, getenv("MYSQL_HOST"));
    if (status == MLK_OK)
        status = fill_text(&c->socket, socket ? socket : getenv("MYSQL_UNIX_PORT"));
    if (status == MLK_OK)
        status = fill_port(c, error, error_size);
    return status == MLK_OK ? fill_password(c, quiet) : status;
}
