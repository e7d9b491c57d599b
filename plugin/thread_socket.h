/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which descriptor a thread of this process is waiting on.
 *
 * A server's thread that has nothing to do waits for its client's next statement in poll() (MariaDB 10.11) or
 * ppoll() (MySQL 9.7) on that one socket, whether it is TCP, TLS or Unix (seen). The kernel shows the system
 * call and its arguments in /proc/self/task/TID/syscall.
 */
#ifndef MIGLOCK_THREAD_SOCKET_H
#define MIGLOCK_THREAD_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "miglock/status.h"

/* thread: as in struct mlk_client. -1 where the thread waits for something else, is at work, is not of this
 * process, or the kernel does not show it (a server that started as root and then changed its user). The
 * thread may go on at any time, so look again once the descriptor has been duplicated. */
int mlk_thread_waits_on(int64_t thread);

/* The sockets that threads of this process wait on. */
struct mlk_waited {
    struct mlk_waited_socket {
        dev_t device;
        ino_t inode;
    } * items;
    size_t count;
};

/* Looks at every thread but that one and the caller's own. out is the caller's, to be freed. MLK_UNSUPPORTED
 * where the threads cannot be listed, MLK_NO_MEMORY. */
enum mlk_status mlk_waited_list(int64_t but, struct mlk_waited *out);
bool mlk_waited_has(const struct mlk_waited *all, dev_t device, ino_t inode);
void mlk_waited_free(struct mlk_waited *all);

#endif
