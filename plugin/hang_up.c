/* SPDX-License-Identifier: GPL-2.0-only */
#include "hang_up.h"

#include <sys/socket.h>
#include <unistd.h>

#include "freeze.h"
#include "kernel_locate.h"

/* Whatever the thread does after the first look shows in the last one. */
bool mlk_line_hold(struct mlk_line *line, const struct mlk_client *client, const struct mlk_socket *socket)
{
    char why[160];

    line->held = false;
    if (!mlk_thread_runs_begin(&line->runs, client->thread))
        return false;
    line->fd = mlk_socket_hold(socket, why, sizeof why);
    line->held = line->fd >= 0;
    if (!line->held)
        mlk_thread_runs_end(&line->runs);
    else if (mlk_freeze_unread(line->fd) != 0 || !mlk_kernel_is_of_thread(client, socket))
        mlk_line_drop(line);
    return line->held;
}

/* Both ways: what the client has said in the last instant is not answered any more, so that it cannot take a
 * lock for given back. */
bool mlk_line_hang_up(const struct mlk_line *line)
{
    return line->held && mlk_freeze_unread(line->fd) == 0 && mlk_thread_runs_none(&line->runs) &&
           shutdown(line->fd, SHUT_RDWR) == 0;
}

void mlk_line_drop(struct mlk_line *line)
{
    if (!line->held)
        return;
    mlk_thread_runs_end(&line->runs);
    (void)close(line->fd);
    line->held = false;
}
