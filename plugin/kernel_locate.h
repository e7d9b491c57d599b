/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the server's sockets is a client's connection. */
#ifndef MIGLOCK_KERNEL_LOCATE_H
#define MIGLOCK_KERNEL_LOCATE_H

#include <stdbool.h>

#include "kernel_probe.h"
#include "sockets.h"

struct mlk_located {
    const struct mlk_socket *socket; /* the kernel's; until it looks again */
    bool by_thread;                  /* only the client's thread, which waits on it, tells it from others */
};

/* Fills found; where it stays empty, out says what is known without a socket, or why nothing is. anew:
 * nothing that was found earlier is used. MLK_OK, MLK_NO_MEMORY. out must have begun. */
enum mlk_status mlk_kernel_locate(struct mlk_session *s, struct mlk_kernel *kernel,
                                  const struct mlk_client *client, bool anew, struct mlk_located *found,
                                  struct mlk_probe *out);
/* Gives back what was found. */
void mlk_kernel_forget(struct mlk_kernel *kernel);
/* Whether the client's thread waits on that connection now. */
bool mlk_kernel_is_of_thread(const struct mlk_client *client, const struct mlk_socket *socket);
/* Nothing is known, for that reason. MLK_OK. */
enum mlk_status mlk_probe_unknown(struct mlk_probe *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
