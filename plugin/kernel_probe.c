/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_probe.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "question.h"
#include "sockets.h"
#include "thread_socket.h"

enum {
    FRESH_MS = 1000,   /* for how long what was found may be used */
    NO_SOONER_MS = 50, /* a lookup that misses walks again, unless the walk is younger */
};

__attribute__((format(printf, 2, 3))) static enum mlk_status unknown(struct mlk_probe *out,
                                                                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    out->peer = MLK_PEER_UNKNOWN;
    (void)vsnprintf(out->why, sizeof out->why, format, args);
    va_end(args);
    return MLK_OK;
}

void mlk_kernel_end(struct mlk_kernel *kernel)
{
    mlk_sockets_free(kernel->sockets);
    kernel->sockets = NULL;
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
    mlk_kernel_end(kernel);
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

/* Whether the thread still waits on the same connection. */
static bool is_still_of_thread(const struct mlk_client *client, const struct mlk_socket *socket)
{
    const struct mlk_sockets only = {.items = (struct mlk_socket[]){*socket}, .count = 1};

    return mlk_sockets_of(&only, mlk_thread_waits_on(client->thread)) != NULL;
}

/* A Unix socket's other end closes with its last process, and that is seen at once. */
static void look_at_local(int held, struct mlk_probe *out)
{
    struct pollfd entry = {.fd = held, .events = POLLRDHUP};

    if (poll(&entry, 1, 0) == 1 && (entry.revents & (POLLRDHUP | POLLHUP))) {
        out->peer = MLK_PEER_GONE;
        (void)snprintf(out->why, sizeof out->why, "the client has closed its end");
    }
}

static enum mlk_status probe_unix(const struct mlk_client *client, const struct mlk_socket *socket,
                                  struct mlk_probe *out)
{
    int held = mlk_socket_hold(socket, out->why, sizeof out->why);

    if (held < 0)
        return MLK_OK;
    out->peer = MLK_PEER_LOCAL;
    out->pid = socket->pid;
    look_at_local(held, out);
    if (!is_still_of_thread(client, socket)) {
        out->pid = -1;
        (void)unknown(out, "its thread went on meanwhile");
    }
    (void)close(held);
    return MLK_OK;
}

/* by_thread: only its thread tells the connection from others. */
static enum mlk_status probe_tcp(struct mlk_session *s, const struct mlk_client *client,
                                 const struct mlk_socket *found, bool by_thread, enum mlk_probe_how how,
                                 struct mlk_probe *out)
{
    struct mlk_socket socket = *found;
    enum mlk_status status = MLK_OK;
    int held = mlk_socket_hold(&socket, out->why, sizeof out->why);

    if (held < 0)
        return MLK_OK;
    if (by_thread && !is_still_of_thread(client, &socket))
        (void)unknown(out, "its thread went on meanwhile");
    else if (how == MLK_PROBE_ASK)
        status = mlk_question_ask(s, &socket, held, out);
    else
        mlk_question_look(held, out);
    (void)close(held);
    return status;
}

/* "localhost" of a session whose thread does not show its socket. */
static enum mlk_status say_local(const struct mlk_session *s, const struct mlk_kernel *kernel,
                                 const struct mlk_client *client, size_t loopback, struct mlk_probe *out)
{
    if (!mlk_sockets_count_unix(kernel->sockets))
        return unknown(out, "none of the server's connections can be told to be its own");
    /* Through TCP it could come from elsewhere: a tunnel ends here too. */
    if (s->flavour == MLK_MARIADB && loopback)
        return unknown(out, "it could be a Unix socket or one of %zu TCP connections", loopback);
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
        (void)unknown(out, "no connection of the server has its address");
    else if (count > 1)
        (void)unknown(out, "%zu connections of the server could be its own", count);
    else if (host->kind == MLK_HOST_NAME && !host->with_port)
        (void)unknown(out, "the server shows no address of it");
    else if (kernel->proxied && !exact)
        (void)unknown(out, "the server takes other addresses from proxies");
    else
        return true;
    return false;
}

static enum mlk_status probe_found(struct mlk_session *s, const struct mlk_kernel *kernel,
                                   const struct mlk_client *client, const struct mlk_host *host,
                                   enum mlk_probe_how how, struct mlk_probe *out)
{
    const struct mlk_socket *own = of_thread(kernel, client), *first;
    size_t count = mlk_sockets_find(kernel->sockets, host, &first);

    if (own && own->kind == MLK_SOCKET_UNIX && host->kind == MLK_HOST_LOCAL)
        return probe_unix(client, own, out);
    if (own && own->kind == MLK_SOCKET_TCP && mlk_host_fits(host, &own->peer))
        return probe_tcp(s, client, own, true, how, out);
    if (own)
        return unknown(out, "its thread serves another connection");
    if (host->kind == MLK_HOST_LOCAL)
        return say_local(s, kernel, client, count, out);
    if (!is_certain(kernel, host, count, out))
        return MLK_OK;
    return probe_tcp(s, client, first, false, how, out);
}

static void begin(struct mlk_probe *out)
{
    memset(out, 0, sizeof *out);
    out->answer_ms = out->asked_ms = out->heard_ms = -1;
    out->pid = out->unacked = out->retransmits = -1;
}

bool mlk_kernel_look(struct mlk_session *s, const struct mlk_kernel *kernel, const struct mlk_client *client,
                     struct mlk_probe *out, enum mlk_status *status)
{
    const struct mlk_host host = mlk_host_parse(client->host);
    struct mlk_socket own;

    begin(out);
    if (!mlk_socket_came_in(mlk_thread_waits_on(client->thread), &kernel->door, &own))
        return false;
    if (own.kind == MLK_SOCKET_UNIX && host.kind == MLK_HOST_LOCAL)
        *status = probe_unix(client, &own, out);
    else if (own.kind == MLK_SOCKET_TCP && mlk_host_fits(&host, &own.peer))
        *status = probe_tcp(s, client, &own, true, MLK_PROBE_LOOK, out);
    else
        return false;
    return true;
}

/* Whether a walk could find what is not there yet. */
static bool is_missing(const struct mlk_kernel *kernel, const struct mlk_host *host)
{
    const struct mlk_socket *first;

    return !mlk_sockets_find(kernel->sockets, host, &first) &&
           !(host->kind == MLK_HOST_LOCAL && mlk_sockets_count_unix(kernel->sockets));
}

enum mlk_status mlk_kernel_probe(struct mlk_session *s, struct mlk_kernel *kernel,
                                 const struct mlk_client *client, enum mlk_probe_how how,
                                 struct mlk_probe *out)
{
    const struct mlk_host host = mlk_host_parse(client->host);
    enum mlk_status status;

    begin(out);
    if (host.kind == MLK_HOST_ODD)
        return unknown(out, "the server shows no address of it");
    status = refresh(s, kernel, how == MLK_PROBE_ASK ? 0 : FRESH_MS, out);
    if (!status && is_missing(kernel, &host))
        status = refresh(s, kernel, NO_SOONER_MS, out);
    if (!status)
        status = probe_found(s, kernel, client, &host, how, out);
    return status == MLK_UNSUPPORTED ? MLK_OK : status;
}
