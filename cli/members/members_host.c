/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"

enum { DEFAULT_PORT = 3306 };

static enum mlk_status unusable(const char *text, size_t len, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "the host '%.*s' cannot be used: %s", (int)(len < 100 ? len : 100), text,
             why);
    return MLK_USAGE;
}

static bool read_port(const char *text, size_t len, unsigned *out)
{
    unsigned long port = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || i >= 5)
            return false;
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    *out = (unsigned)port;
    return port >= 1 && port <= 65535;
}

enum mlk_status mlk_member_parse(const char *text, size_t len, struct mlk_member *out, char *error,
                                 size_t error_size)
{
    const char *host = text, *port = NULL;
    size_t host_len = len, port_len = 0;

    if (len > 0 && text[0] == '[') {
        const char *end = memchr(text, ']', len);

        if (!end)
            return unusable(text, len, "a ] is missing", error, error_size);
        host = text + 1;
        host_len = (size_t)(end - host);
        if (end + 1 < text + len && end[1] != ':')
            return unusable(text, len, "only a port can follow the ]", error, error_size);
        if (end + 1 < text + len)
            port = end + 2;
    } else {
        const char *colon = memchr(text, ':', len);

        /* several: an IPv6 address without brackets */
        if (colon && !memchr(colon + 1, ':', len - (size_t)(colon + 1 - text))) {
            host_len = (size_t)(colon - text);
            port = colon + 1;
        }
    }
    port_len = port ? len - (size_t)(port - text) : 0;
    if (host_len == 0 || host_len >= sizeof out->host)
        return unusable(text, len, host_len ? "it is too long" : "it is empty", error, error_size);
    out->port = 0;
    if (port && !read_port(port, port_len, &out->port))
        return unusable(text, len, "the port must be a number from 1 to 65535", error, error_size);
    memcpy(out->host, host, host_len);
    out->host[host_len] = '\0';
    return MLK_OK;
}

enum mlk_status mlk_member_settle(struct mlk_connection *c, bool several, char *error, size_t error_size)
{
    struct mlk_member member = {0};
    enum mlk_status status;

    if (!c->host || !*c->host)
        return MLK_OK;
    if (strchr(c->host, ',')) {
        if (several)
            return MLK_OK;
        snprintf(error, error_size, "this command is for one server: name one of the hosts %.200s", c->host);
        return MLK_USAGE;
    }
    if (!strchr(c->host, ':') && c->host[0] != '[')
        return MLK_OK;
    status = mlk_member_parse(c->host, strlen(c->host), &member, error, error_size);
    if (status != MLK_OK)
        return status;
    if (member.port) {
        c->port = member.port;
        c->protocol = MLK_PROTOCOL_TCP;
    }
    return mlk_connection_text(&c->host, member.host);
}

void mlk_member_name(struct mlk_member *member, unsigned port, bool by_socket)
{
    const char *host = member->host[0] ? member->host : "localhost";
    bool v6 = strchr(host, ':') != NULL;

    if (by_socket)
        snprintf(member->name, sizeof member->name, "localhost");
    else
        snprintf(member->name, sizeof member->name, "%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "",
                 member->port ? member->port
                 : port       ? port
                              : (unsigned)DEFAULT_PORT);
}

bool mlk_member_is_loopback(const char *host)
{
    return !*host || strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "::1") == 0;
}
