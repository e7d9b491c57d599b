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

#include <stdint.h>

/* thread: as in struct mlk_client. -1 where the thread waits for something else, is at work, is not of this
 * process, or the kernel does not show it (a server that started as root and then changed its user). The
 * thread may go on at any time, so look again once the descriptor has been duplicated. */
int mlk_thread_waits_on(int64_t thread);

#endif
