/* SPDX-License-Identifier: GPL-2.0-only */
#include "thread.h"

#include <signal.h>
#include <stddef.h>

enum {
    /* Both servers check an inner statement's stack against their own thread_stack, 1 MiB on MySQL 9 and 292
     * KiB on MariaDB; this leaves room beside it. Only the pages that are touched cost memory. */
    STACK_BYTES = 2 * 1024 * 1024,
};

/* It takes no signal: those of the process are for the server's own threads. Except those that mean a
 * fault of the thread itself: blocked, they would end the process without the trace that the server writes.
 */
int mlk_thread_start(pthread_t *thread, void *(*work)(void *arg), void *arg)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    pthread_attr_t attributes;
    sigset_t all, before;
    int rc = pthread_attr_init(&attributes);

    if (rc)
        return rc;
    rc = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&all, faults[i]);
    if (!rc)
        rc = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!rc) {
        rc = pthread_create(thread, &attributes, work, arg);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    (void)pthread_attr_destroy(&attributes);
    return rc;
}
