/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops->freeze, ops->hang_up and ops->thaw of both servers: from a process list's row to the filter on its
 * socket, or to the socket that has none.
 *
 * A session that waits for its client shows its socket, and MySQL shows its client's port. Inside MariaDB
 * neither is there for a session that runs a statement and whose host has several connections. Then all those
 * are frozen on which no other thread waits: its own is among them, and for the others it is a delay.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "freeze.h"
#include "kernel_locate.h"
#include "miglock/text.h"
#include "thread_socket.h"

enum { FROZEN_MAX = 16, TRY_MS = 10, TRIES = 20, LOOKS = 10 };

struct mlk_frozen_socket {
    struct mlk_socket socket;
    int fd; /* the duplicate that the filter was put on */
};

static const char through_unix[] = "it may come through a Unix socket";

/* What to freeze, and whether the client's own is certain to be among it. */
struct suspects {
    struct mlk_socket items[FROZEN_MAX];
    size_t count;
    bool certain;
    bool local; /* the client's own is this one: */
    struct mlk_socket line;
};

static void suspect(struct suspects *all, const struct mlk_socket *socket, struct mlk_frozen *out)
{
    if (socket->kind == MLK_SOCKET_UNIX) {
        all->certain = false;
        mlk_copy(out->why, sizeof out->why, through_unix);
    } else if (all->count == FROZEN_MAX) {
        all->certain = false;
        mlk_copy(out->why, sizeof out->why, "too many connections of its host are at work");
    } else {
        all->items[all->count++] = *socket;
    }
}

/* This is the client's. */
static void suspect_alone(struct suspects *all, const struct mlk_socket *socket, struct mlk_frozen *out)
{
    all->local = socket->kind == MLK_SOCKET_UNIX;
    all->line = *socket;
    suspect(all, socket, out);
}

/* Those that could be the client's and that no other thread waits on. */
static enum mlk_status eliminate(const struct mlk_kernel *kernel, const struct mlk_client *client,
                                 struct suspects *all, struct mlk_frozen *out)
{
    const struct mlk_host host = mlk_host_parse(client->host);
    struct mlk_waited waited;
    enum mlk_status status = mlk_waited_list(client->thread, &waited);

    for (size_t i = 0; !status && i < kernel->sockets->count; i++) {
        const struct mlk_socket *one = &kernel->sockets->items[i];

        if (mlk_kernel_could_be(&host, one) && !mlk_waited_has(&waited, one->device, one->inode))
            suspect(all, one, out);
    }
    mlk_waited_free(&waited);
    return status;
}

static enum mlk_status find(struct mlk_session *s, struct mlk_kernel *kernel, const struct mlk_client *client,
                            struct suspects *all, struct mlk_frozen *out)
{
    struct mlk_probe known = {.peer = MLK_PEER_UNKNOWN};
    struct mlk_located located;
    struct mlk_socket at_once;
    enum mlk_status status;

    *all = (struct suspects){.certain = true};
    if (mlk_kernel_locate_at_once(kernel, client, &at_once)) {
        suspect_alone(all, &at_once, out);
        return MLK_OK;
    }
    status = mlk_kernel_locate(s, kernel, client, true, &located, &known);
    if (status)
        return status;
    mlk_copy(out->why, sizeof out->why, known.peer == MLK_PEER_LOCAL ? through_unix : known.why);
    if (located.socket)
        suspect_alone(all, located.socket, out);
    else if (kernel->sockets && client->thread > 0)
        status = eliminate(kernel, client, all, out);
    return status == MLK_UNSUPPORTED ? MLK_OK : status;
}

/* True where the socket is frozen now, by this session. Where it is the only one, another release's filter on
 * it is waited for. */
static bool freeze_one(struct mlk_session *s, struct mlk_kernel *kernel, const struct mlk_socket *socket,
                       bool only, struct mlk_frozen *out, enum mlk_status *status)
{
    int held = mlk_socket_hold(socket, out->why, sizeof out->why);
    enum mlk_filter filter;

    if (held < 0)
        return false;
    filter = mlk_freeze_begin(held, out->why, sizeof out->why);
    for (int i = 0; only && filter == MLK_FILTER_OTHER && i < TRIES && !*status; i++) {
        *status = s->ops->pause_ms(s, TRY_MS);
        filter = mlk_freeze_begin(held, out->why, sizeof out->why);
    }
    if (filter != MLK_FILTER_ON) {
        (void)close(held);
        return false;
    }
    kernel->frozen[kernel->frozen_count++] = (struct mlk_frozen_socket){.socket = *socket, .fd = held};
    return true;
}

/* Which of the two comes first matters: a thread that is seen waiting after its socket was seen empty, with
 * the filter in place, has nothing to wake it. */
static enum mlk_freeze look(const struct mlk_kernel *kernel, const struct mlk_client *client)
{
    for (size_t i = 0; i < kernel->frozen_count; i++) {
        if (mlk_freeze_unread(kernel->frozen[i].fd) != 0)
            return MLK_FREEZE_SPOKE;
    }
    for (size_t i = 0; i < kernel->frozen_count; i++) {
        if (mlk_kernel_is_of_thread(client, &kernel->frozen[i].socket))
            return MLK_FREEZE_QUIET;
    }
    return MLK_FREEZE_WORKING;
}

/* A thread that has just read a statement may not have counted it yet, and that may be the RELEASE_LOCK. In
 * the time of these looks it has: it waits again, or its count has changed, or it is longer at work. */
static enum mlk_status look_for_a_while(struct mlk_session *s, const struct mlk_kernel *kernel,
                                        const struct mlk_client *client, enum mlk_freeze *out)
{
    enum mlk_status status = MLK_OK;

    *out = look(kernel, client);
    for (int i = 1; *out == MLK_FREEZE_WORKING && i < LOOKS && !status; i++) {
        status = s->ops->pause_ms(s, TRY_MS);
        *out = look(kernel, client);
    }
    return status;
}

enum mlk_status mlk_kernel_freeze(struct mlk_session *s, struct mlk_kernel *kernel,
                                  const struct mlk_client *client, struct mlk_frozen *out)
{
    struct suspects all;
    enum mlk_status status;

    *out = (struct mlk_frozen){.state = MLK_FREEZE_NOT};
    mlk_kernel_thaw(kernel);
    status = find(s, kernel, client, &all, out);
    out->line = !status && all.local && mlk_line_hold(&kernel->line, client, &all.line);
    if (status || !all.count)
        return status;
    kernel->frozen = calloc(all.count, sizeof *kernel->frozen);
    if (!kernel->frozen)
        return MLK_NO_MEMORY;
    for (size_t i = 0; !status && i < all.count; i++)
        all.certain = freeze_one(s, kernel, &all.items[i], all.count == 1, out, &status) && all.certain;
    if (!status && kernel->frozen_count)
        status = mlk_freeze_settle(s);
    if (!status && all.certain)
        status = look_for_a_while(s, kernel, client, &out->state);
    if (status) {
        out->state = MLK_FREEZE_NOT;
        mlk_kernel_thaw(kernel);
    }
    return status;
}

bool mlk_kernel_hang_up(const struct mlk_kernel *kernel)
{
    return mlk_line_hang_up(&kernel->line);
}

void mlk_kernel_thaw(struct mlk_kernel *kernel)
{
    mlk_line_drop(&kernel->line);
    for (size_t i = 0; i < kernel->frozen_count; i++) {
        mlk_freeze_end(kernel->frozen[i].fd);
        (void)close(kernel->frozen[i].fd);
    }
    free(kernel->frozen);
    kernel->frozen = NULL;
    kernel->frozen_count = 0;
}
