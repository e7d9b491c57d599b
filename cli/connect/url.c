/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source of the form: RFC 3986; of what the schemes mean: Rails (mysql2, trilogy), Prisma, node's mysql2 and
 * MariaDB's connectors, which agree on it.
 */
#include "url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const schemes[] = {"mysql://", "mysql2://", "mariadb://", "trilogy://"};

/* What follows the scheme; NULL where it is not one of ours. */
static const char *after_scheme(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    return NULL;
}

bool mlk_url_is_ours(const char *url)
{
    return after_scheme(url) != NULL;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mlk_url_decode(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        int byte = (unsigned char)*from;

        if (*from == '%') {
            int high = hex(from[1]), low = high < 0 ? -1 : hex(from[2]);

            byte = low < 0 ? 0 : high * 16 + low;
            from += 2;
            if (byte == 0)
                return false;
        }
        *to++ = (char)byte;
    }
    *to = '\0';
    return true;
}

static enum mlk_status fail(const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "%s", why);
    return MLK_USAGE;
}

static enum mlk_status bad_escape(char *error, size_t error_size)
{
    return fail("a % must be followed by two hexadecimal digits, as in %40 for @", error, error_size);
}

/* "USER:PASSWORD", either of which may be missing. A user of its own does not get the password that an option
 * file has for another one. */
static enum mlk_status take_account(struct mlk_connection *c, char *account, char *error, size_t error_size)
{
    char *password = strchr(account, ':');
    enum mlk_status status = MLK_OK;

    if (password)
        *password++ = '\0';
    if (!mlk_url_decode(account) || (password && !mlk_url_decode(password)))
        return bad_escape(error, error_size);
    if (*account)
        status = mlk_connection_text(&c->user, account);
    if (status == MLK_OK && (*account || password)) {
        c->ask_password = false;
        status = mlk_connection_text(&c->password, password);
    }
    return status;
}

/* A host that is a path is a socket. */
static enum mlk_status take_host(struct mlk_connection *c, char *host, char *error, size_t error_size)
{
    if (!mlk_url_decode(host))
        return bad_escape(error, error_size);
    if (*host != '/')
        return mlk_connection_text(&c->host, *host ? host : "localhost");
    c->protocol = MLK_PROTOCOL_SOCKET;
    return mlk_connection_text(&c->socket, host);
}

/* "HOST:PORT", "[ADDRESS]:PORT", or without the port. */
static enum mlk_status take_place(struct mlk_connection *c, char *place, char *error, size_t error_size)
{
    static const char advice[] =
        "what follows the host is no port; a password's @ : / ? # % are written %40 %3A %2F %3F %23 %25";
    char *port = NULL, *end;
    char why[MLK_OPTION_ERROR_MAX];
    enum mlk_status status;

    if (*place == '[') {
        end = strchr(++place, ']');
        if (!end)
            return fail("an IPv6 address ends with ]", error, error_size);
        *end++ = '\0';
        if (*end && *end != ':')
            return fail(advice, error, error_size);
        port = *end ? end + 1 : NULL;
    } else if ((port = strrchr(place, ':'))) {
        *port++ = '\0';
        if (strchr(place, ':'))
            return fail("an IPv6 address stands in brackets, as in mysql://[::1]:3306", error, error_size);
    }
    status = take_host(c, place, error, error_size);
    if (status != MLK_OK || !port || !*port)
        return status;
    if (mlk_connection_set(c, "port", port, why, sizeof why) != MLK_OK || c->port == 0)
        return fail(advice, error, error_size);
    if (c->protocol == MLK_PROTOCOL_DEFAULT)
        c->protocol = MLK_PROTOCOL_TCP;
    return MLK_OK;
}

/* Takes rest, which is what follows the scheme, apart in place. */
static enum mlk_status take(struct mlk_connection *c, char *rest, char *error, size_t error_size)
{
    char *query, *at;
    enum mlk_status status = mlk_connection_elsewhere(c);

    rest[strcspn(rest, "#")] = '\0';
    query = strchr(rest, '?');
    if (query)
        *query++ = '\0';
    rest[strcspn(rest, "/")] = '\0'; /* the path, which is not used */
    at = strrchr(rest, '@');
    if (at)
        *at++ = '\0';
    if (status == MLK_OK)
        status = take_place(c, at ? at : rest, error, error_size);
    if (status == MLK_OK && at)
        status = take_account(c, rest, error, error_size);
    if (status == MLK_OK && query)
        status = mlk_url_parameters(c, query, error, error_size);
    return status;
}

enum mlk_status mlk_url_apply(struct mlk_connection *c, const char *url, char *error, size_t error_size)
{
    const char *rest = after_scheme(url);
    enum mlk_status status;
    char *copy;

    if (!rest)
        return fail("it must begin with mysql://, mysql2://, mariadb:// or trilogy://", error, error_size);
    copy = strdup(rest);
    if (!copy)
        return MLK_NO_MEMORY;
    status = take(c, copy, error, error_size);
    explicit_bzero(copy, strlen(rest));
    free(copy);
    return status;
}
