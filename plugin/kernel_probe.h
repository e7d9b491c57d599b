/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel knows of a connection's client and can do about it, inside the server process: ops->probe,
 * ops->freeze, ops->hang_up and ops->thaw of both servers (miglock/session.h says what goes in and comes
 * out).
 *
 * Between the row of a process list and the look at the socket the session may have ended, and another client
 * may have come from the same address and port. So the caller reads the process list again afterwards, and
 * trusts the result only where connection id, HOST and start of the session are the same.
 */
#ifndef MIGLOCK_KERNEL_PROBE_H
#define MIGLOCK_KERNEL_PROBE_H

#include "door.h"
#include "hang_up.h"
#include "miglock/session.h"

struct mlk_sockets;
struct mlk_frozen_socket;

/* What one session has found and done, so that looking at many clients walks the descriptors once. Zeroed at
 * first. */
struct mlk_kernel {
    struct mlk_sockets *sockets;
    int64_t walked_ms;    /* of the session's clock */
    struct mlk_door door; /* set by the session */
    bool proxied; /* set by the session: HOST can be the address that a proxy tells of its client (the PROXY
                   * protocol), and so of another connection than the one it is the peer of */
    struct mlk_frozen_socket *frozen;
    size_t frozen_count;
    struct mlk_line line; /* of a client that cannot be frozen */
};

enum mlk_status mlk_kernel_probe(struct mlk_session *s, struct mlk_kernel *kernel,
                                 const struct mlk_client *client, enum mlk_probe_how how,
                                 struct mlk_probe *out);
/* The quick way of MLK_PROBE_LOOK: where the client's thread waits on a connection that came in through the
 * server's own door, there is nothing to search. False: that does not show, and mlk_kernel_probe has to be
 * called; else status is its result. */
bool mlk_kernel_look(struct mlk_session *s, const struct mlk_kernel *kernel, const struct mlk_client *client,
                     struct mlk_probe *out, enum mlk_status *status);
/* ops->freeze, ops->hang_up and ops->thaw. */
enum mlk_status mlk_kernel_freeze(struct mlk_session *s, struct mlk_kernel *kernel,
                                  const struct mlk_client *client, struct mlk_frozen *out);
bool mlk_kernel_hang_up(const struct mlk_kernel *kernel);
void mlk_kernel_thaw(struct mlk_kernel *kernel);
/* Thaws and gives everything back. */
void mlk_kernel_end(struct mlk_kernel *kernel);

#endif
