/* SPDX-License-Identifier: GPL-2.0-only */
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ghost_site.h"
#include "note.h"
#include "option_file.h"
#include "url.h"

/* A password that is no longer wanted does not stay in memory. */
static void forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

enum mlk_status mlk_connection_text(char **member, const char *value)
{
    char *copy = value ? strdup(value) : NULL;

    if (value && !copy)
        return MLK_NO_MEMORY;
    forget(*member);
    *member = copy;
    return MLK_OK;
}

enum mlk_status mlk_connection_elsewhere(struct mlk_connection *c)
{
    c->port = 0;
    c->protocol = MLK_PROTOCOL_DEFAULT;
    return mlk_connection_text(&c->host, NULL);
}

void mlk_connection_ssl(struct mlk_connection *c, enum mlk_ssl_mode mode)
{
    c->ssl_mode = mode;
    c->ssl = c->ssl_verify = MLK_SWITCH_UNSET;
}

static bool has_any(const struct mlk_options *given, const char *const *names)
{
    for (; *names; names++)
        if (mlk_options_has(given, *names))
            return true;
    return false;
}

static enum mlk_status apply_url(struct mlk_connection *c, const char *source, const char *url, char *error,
                                 size_t error_size)
{
    char why[MLK_OPTION_ERROR_MAX] = "";
    enum mlk_status status = mlk_url_apply(c, url, why, sizeof why);

    if (status == MLK_USAGE)
        snprintf(error, error_size, "%s: %s", source, why);
    return status;
}

/* DATABASE_URL is what an application runs with: it beats the option files, and steps back where the command
 * line says which server is meant. */
static enum mlk_status apply_database_url(struct mlk_connection *c, const struct mlk_options *given,
                                          char *error, size_t error_size)
{
    static const char *const places[] = {
        "host", "port", "socket", "login-path", "defaults-file", "defaults-extra-file", NULL};
    const char *url = getenv("DATABASE_URL");

    if (!url || !*url || has_any(given, places))
        return MLK_OK;
    if (mlk_url_is_ours(url))
        return apply_url(c, "DATABASE_URL", url, error, error_size);
    if (!mlk_options_has(given, "quiet"))
        mlk_note("DATABASE_URL is of another kind of database and therefore not used");
    return MLK_OK;
}

static enum mlk_status apply_ghost(struct mlk_connection *c, const char *directory, char *error,
                                   size_t error_size)
{
    enum mlk_status status = MLK_OK;

    if (!c->ghost)
        status = mlk_ghost_site_read(directory, &c->ghost, error, error_size);
    return status == MLK_OK ? mlk_ghost_site_apply(c, c->ghost, error, error_size) : status;
}

/* At most one of them names the server. */
static enum mlk_status apply_source(struct mlk_connection *c, const struct mlk_options *given, char *error,
                                    size_t error_size)
{
    const char *url = mlk_options_value(given, "url"), *ghost = mlk_options_value(given, "ghost");

    if (url && ghost) {
        snprintf(error, error_size, "--url and --ghost both name a server: use one of them");
        return MLK_USAGE;
    }
    if (url)
        return apply_url(c, "--url", url, error, error_size);
    if (ghost)
        return apply_ghost(c, ghost, error, error_size);
    return apply_database_url(c, given, error, error_size);
}

/* A later word about TLS on the command line replaces an earlier one of another spelling from a file. */
static void replace_ssl(struct mlk_connection *c, const struct mlk_options *given)
{
    static const char *const words[] = {"ssl-mode",
                                        "ssl",
                                        "skip-ssl",
                                        "disable-ssl",
                                        "ssl-verify-server-cert",
                                        "skip-ssl-verify-server-cert",
                                        "disable-ssl-verify-server-cert",
                                        NULL};

    if (has_any(given, words))
        mlk_connection_ssl(c, MLK_SSL_UNSET);
}

static enum mlk_status apply_command_line(struct mlk_connection *c, const struct mlk_options *given,
                                          char *error, size_t error_size)
{
    enum mlk_status status = MLK_OK;

    replace_ssl(c, given);
    for (size_t i = 0; status == MLK_OK && i < given->count; i++) {
        if (!given->given[i].of_connection)
            continue;
        status =
            mlk_connection_set(c, given->given[i].option->name, given->given[i].value, error, error_size);
        if (status == MLK_NOT_FOUND) /* one that says where to read others */
            status = MLK_OK;
    }
    return status;
}

/*
 * What was said on the command line about the way there beats an option file that says something else: a port
 * alone means TCP, a socket alone means the socket (as in MariaDB's clients), and a host is not reached by
 * the socket of another. The surprise would be another server than the one meant.
 */
static enum mlk_status imply_protocol(struct mlk_connection *c, const struct mlk_options *given)
{
    bool host = mlk_options_has(given, "host"), port = mlk_options_has(given, "port"),
         socket = mlk_options_has(given, "socket");

    if (mlk_options_has(given, "protocol"))
        return MLK_OK;
    if (host && !socket && c->protocol == MLK_PROTOCOL_SOCKET)
        c->protocol = MLK_PROTOCOL_DEFAULT;
    if (port && !socket)
        c->protocol = MLK_PROTOCOL_TCP;
    if (socket && !port && !host) {
        c->protocol = MLK_PROTOCOL_SOCKET;
        return mlk_connection_text(&c->host, NULL);
    }
    return MLK_OK;
}

enum mlk_status mlk_connection_resolve(struct mlk_connection *c, const struct mlk_options *given, char *error,
                                       size_t error_size)
{
    struct mlk_option_files files = mlk_option_files_given(given);
    enum mlk_status status = mlk_option_files_apply(c, &files, error, error_size);

    if (status == MLK_OK)
        status = apply_source(c, given, error, error_size);
    if (status == MLK_OK)
        status = apply_command_line(c, given, error, error_size);
    if (status == MLK_OK)
        status = imply_protocol(c, given);
    if (status == MLK_OK)
        status = mlk_environment_fill(c, mlk_options_has(given, "quiet"), error, error_size);
    if (status == MLK_OK && c->ask_password)
        status = mlk_password_ask(&c->password, error, error_size);
    if (status == MLK_NO_MEMORY)
        snprintf(error, error_size, "%s", mlk_status_text(status));
    return status;
}

void mlk_connection_free(struct mlk_connection *c)
{
#define MLK_CONNECTION_FORGET(member)                                                                        \
    forget(c->member);                                                                                       \
    c->member = NULL;
    MLK_CONNECTION_TEXTS(MLK_CONNECTION_FORGET)
#undef MLK_CONNECTION_FORGET
    mlk_ghost_site_free(c->ghost);
    c->ghost = NULL;
}
