/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread of the library's own inside the server. */
#ifndef MIGLOCK_THREAD_H
#define MIGLOCK_THREAD_H

#include <pthread.h>

/* Starts work(arg), to be joined. Returns 0 or an error number. The thread takes no signal but its own
 * faults, and has a stack that the servers' statements fit on. */
int mlk_thread_start(pthread_t *thread, void *(*work)(void *arg), void *arg);

#endif
