/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_locate.h"

#include <stdarg.h>
#include <stdio.h>

#include "thread_socket.h"

enum {
    FRESH_MS = 1000,   /* for how long what was found may be used */
    NO_SOONER_MS = 50, /* a lookup that misses walks again, unless the walk is younger */
};

void mlk_kernel_forget(struct mlk_kernel *kernel)
{
    mlk_sockets_free(kernel->sockets);
    kernel->sockets = NULL;
}

enum mlk_status mlk_probe_unknown(struct mlk_probe *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    out->peer = MLK_PEER_UNKNOWN;
    (void)vsnprintf(out->why, sizeof out->why, format, args);
    va_end(args);
    return MLK_OK;
}

/* Walks, unless what was found is younger than age_ms. On anything but MLK_OK nothing is kept;
 * MLK_UNSUPPORTED has filled out. */
static enum mlk_status refresh(struct mlk_session *s, struct mlk_kernel *kernel, int64_t age_ms,
                               struct mlk_probe *out)
{
    int64_t now = s->ops->now_ms(s);
    struct mlk_sockets *found = NULL;
    enum mlk_status status;

    if (kernel->sockets && now - kernel->walked_ms < age_ms)
        return MLK_OK;
    mlk_kernel_forget(kernel);
    status = mlk_sockets_walk(&found, out->why, sizeof out->why);
    kernel->sockets = found;
    kernel->walked_ms = now;
    return status;
}

/* The connection that the client's thread waits on; NULL where that cannot be seen. */
static const struct mlk_socket *of_thread(const struct mlk_kernel *kernel, const struct mlk_client *client)
{
    return mlk_sockets_of(kernel->sockets, mlk_thread_waits_on(client->thread));
}

bool mlk_kernel_is_of_thread(const struct mlk_client *client, const struct mlk_socket *socket)
{
    const struct mlk_sockets only = {.items = (struct mlk_socket[]){*socket}, .count = 1};

    return mlk_sockets_of(&only, mlk_thread_waits_on(client->thread)) != NULL;
}

/* "localhost" of a session whose thread does not show its socket. */
static enum mlk_status say_local(const struct mlk_session *s, const struct mlk_kernel *kernel,
                                 const struct mlk_client *client, size_t loopback, struct mlk_probe *out)
{
    if (!mlk_sockets_count_unix(kernel->sockets))
        return mlk_probe_unknown(out, "none of the server's connections can be told to be its own");
    /* Through TCP it could come from elsewhere: a tunnel ends here too. */
    if (s->flavour == MLK_MARIADB && loopback)
        return mlk_probe_unknown(out, "it could be a Unix socket or one of %zu TCP connections", loopback);
    out->peer = MLK_PEER_LOCAL;
    out->pid = mlk_sockets_has_pid(kernel->sockets, client->pid) ? client->pid : -1;
    return MLK_OK;
}

/* Whether the only connection that fits HOST is the client's without a doubt; else out says why not. */
static bool is_certain(const struct mlk_kernel *kernel, const struct mlk_host *host, size_t count,
                       struct mlk_probe *out)
{
    bool exact = host->kind == MLK_HOST_ADDRESS && host->with_port && !host->bare;

    if (count == 0)
        (void)mlk_probe_unknown(out, "no connection of the server has its address");
    else if (count > 1)
        (void)mlk_probe_unknown(out, "%zu connections of the server could be its own", count);
    else if (host->kind == MLK_HOST_NAME && !host->with_port)
        (void)mlk_probe_unknown(out, "the server shows no address of it");
    else if (kernel->proxied && !exact)
        (void)mlk_probe_unknown(out, "the server takes other addresses from proxies");
    else
        return true;
    return false;
}

/* Whether a walk could find what is not there yet. */
static bool is_missing(const struct mlk_kernel *kernel, const struct mlk_host *host)
{
    const struct mlk_socket *first;

    return !mlk_sockets_find(kernel->sockets, host, &first) &&
           !(host->kind == MLK_HOST_LOCAL && mlk_sockets_count_unix(kernel->sockets));
}

static void locate(const struct mlk_session *s, const struct mlk_kernel *kernel,
                   const struct mlk_client *client, const struct mlk_host *host, struct mlk_located *found,
                   struct mlk_probe *out)
{
    const struct mlk_socket *own = of_thread(kernel, client), *first;
    size_t count = mlk_sockets_find(kernel->sockets, host, &first);

    if (own && own->kind == MLK_SOCKET_UNIX && host->kind == MLK_HOST_LOCAL)
        found->socket = own;
    else if (own && own->kind == MLK_SOCKET_TCP && mlk_host_fits(host, &own->peer))
        found->socket = own;
    else if (own)
        (void)mlk_probe_unknown(out, "its thread serves another connection");
    else if (host->kind == MLK_HOST_LOCAL)
        (void)say_local(s, kernel, client, count, out);
    else if (is_certain(kernel, host, count, out))
        found->socket = first;
    found->by_thread = found->socket && found->socket == own;
}

enum mlk_status mlk_kernel_locate(struct mlk_session *s, struct mlk_kernel *kernel,
                                  const struct mlk_client *client, bool anew, struct mlk_located *found,
                                  struct mlk_probe *out)
{
    const struct mlk_host host = mlk_host_parse(client->host);
    enum mlk_status status;

    *found = (struct mlk_located){.socket = NULL};
    if (host.kind == MLK_HOST_ODD)
        return mlk_probe_unknown(out, "the server shows no address of it");
    status = refresh(s, kernel, anew ? 0 : FRESH_MS, out);
    if (!status && is_missing(kernel, &host))
        status = refresh(s, kernel, NO_SOONER_MS, out);
    if (!status)
        locate(s, kernel, client, &host, found, out);
    return status == MLK_UNSUPPORTED ? MLK_OK : status;
}
