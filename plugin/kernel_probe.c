/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel_probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_locate.h"
#include "question.h"
#include "thread_socket.h"

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
    if (!mlk_kernel_is_of_thread(client, socket)) {
        out->pid = -1;
        (void)mlk_probe_unknown(out, "its thread went on meanwhile");
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
    if (by_thread && !mlk_kernel_is_of_thread(client, &socket))
        (void)mlk_probe_unknown(out, "its thread went on meanwhile");
    else if (how == MLK_PROBE_ASK)
        status = mlk_question_ask(s, &socket, held, out);
    else
        mlk_question_look(held, out);
    (void)close(held);
    return status;
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

enum mlk_status mlk_kernel_probe(struct mlk_session *s, struct mlk_kernel *kernel,
                                 const struct mlk_client *client, enum mlk_probe_how how,
                                 struct mlk_probe *out)
{
    struct mlk_located found;
    enum mlk_status status;

    begin(out);
    status = mlk_kernel_locate(s, kernel, client, how == MLK_PROBE_ASK, &found, out);
    if (status || !found.socket)
        return status;
    if (found.socket->kind == MLK_SOCKET_UNIX)
        return probe_unix(client, found.socket, out);
    return probe_tcp(s, client, found.socket, found.by_thread, how, out);
}

void mlk_kernel_end(struct mlk_kernel *kernel)
{
    mlk_kernel_thaw(kernel);
    mlk_kernel_forget(kernel);
}
