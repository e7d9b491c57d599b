/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections that this process has accepted, found among its descriptors.
 *
 * The descriptors are the server's: a number may be closed and used for another file at any time, so nothing
 * is ever done to a number but asking what it is. Work is done on a duplicate that has been checked.
 */
#ifndef MIGLOCK_SOCKETS_H
#define MIGLOCK_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "door.h"
#include "miglock/status.h"
#include "peer_address.h"

enum mlk_socket_kind { MLK_SOCKET_TCP, MLK_SOCKET_UNIX };

struct mlk_socket {
    enum mlk_socket_kind kind;
    int fd; /* the server's number for it, as it was when it was looked at */
    dev_t device;
    ino_t inode;              /* of the socket: two numbers for the same socket have the same */
    struct mlk_address peer;  /* TCP */
    struct mlk_address local; /* TCP */
    pid_t pid;                /* Unix: of the client; -1 where it is of another process-id namespace */
};

struct mlk_sockets {
    struct mlk_socket *items; /* each socket once, by device and inode */
    size_t count;
};

/* Looks at every descriptor of this process. *out is the caller's, to be freed; NULL on anything but MLK_OK.
 * MLK_UNSUPPORTED where /proc cannot be read, with a clause in why; MLK_NO_MEMORY. */
enum mlk_status mlk_sockets_walk(struct mlk_sockets **out, char *why, size_t why_size);
void mlk_sockets_free(struct mlk_sockets *all);

/* The TCP connections that fit HOST. Gives their number; first is set to one of them, or NULL. */
size_t mlk_sockets_find(const struct mlk_sockets *all, const struct mlk_host *host,
                        const struct mlk_socket **first);
/* The accepted connection, TCP or Unix, that this number stands for now; NULL where it is none of these. */
const struct mlk_socket *mlk_sockets_of(const struct mlk_sockets *all, int fd);
/* The same for a single number, without a look at any other: true where it stands for a connection that came
 * in through that door. */
bool mlk_socket_came_in(int fd, const struct mlk_door *door, struct mlk_socket *out);
/* Unix connections: how many, and whether one is of that process. */
size_t mlk_sockets_count_unix(const struct mlk_sockets *all);
bool mlk_sockets_has_pid(const struct mlk_sockets *all, int64_t pid);

/* A duplicate of it, close-on-exec, that is certain to be this socket; the caller closes it. -1 with a clause
 * in why. */
int mlk_socket_hold(const struct mlk_socket *socket, char *why, size_t why_size);
/* Whether a descriptor other than held still stands for it: the server closes a socket when it is done with
 * it, and MariaDB without a shutdown, so that the client learns of it when held is closed too. May set
 * socket->fd. True where it cannot be found out. */
bool mlk_socket_is_open(struct mlk_socket *socket, int held);

#endif
