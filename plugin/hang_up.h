/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ending a session from its own end of a Unix socket, as if its client had left. The kernel has no filter
 * that keeps such a client from speaking, so what counts is how little lies between the last look and the
 * end: one system call, where a KILL evaluates, searches and waits for the server's mutexes.
 */
#ifndef MIGLOCK_HANG_UP_H
#define MIGLOCK_HANG_UP_H

#include "miglock/session.h"
#include "thread_runs.h"

struct mlk_socket;

/* One session's Unix socket. Zeroed at first. */
struct mlk_line {
    bool held;
    int fd; /* a duplicate */
    struct mlk_thread_runs runs;
};

/* True where the client's thread waits on that socket and its client has said nothing that was not read. Then
 * mlk_line_drop is due. */
bool mlk_line_hold(struct mlk_line *line, const struct mlk_client *client, const struct mlk_socket *socket);
/* True where the connection was ended. False, and nothing was done: the thread has run since the line is
 * held, or the client has said something. */
bool mlk_line_hang_up(const struct mlk_line *line);
/* Does nothing where none is held. */
void mlk_line_drop(struct mlk_line *line);

#endif
