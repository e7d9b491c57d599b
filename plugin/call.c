/* SPDX-License-Identifier: GPL-2.0-only */
#include "call.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host.h"
#include "mariadb_session.h"
#include "mysql_session.h"
#include "thread.h"
#include "watchdog.h"

enum { POLL_MS = 20 };

struct call {
    struct mlk_caller caller;
    bool writes;
    mlk_call_work *work;
    void *arg;
    char error[MLK_ERROR_MAX];
    enum mlk_status status;
    struct mlk_progress progress;
};

static enum mlk_status open_session(struct call *call, struct mlk_session **s)
{
    if (call->caller.flavour == MLK_MARIADB)
        return mlk_mariadb_session_open(&call->caller, &call->progress, call->writes, s, call->error,
                                        sizeof call->error);
    return mlk_mysql_session_open(&call->caller, &call->progress, s, call->error, sizeof call->error);
}

static void *run(void *arg)
{
    struct call *call = arg;
    struct mlk_session *s = NULL;

    call->status = open_session(call, &s);
    if (!call->status) {
        call->status = mlk_session_check(s);
        if (!call->status)
            call->status = call->work(s, call->arg, call->error, sizeof call->error);
        s->ops->close(s);
    }
    return NULL;
}

static struct timespec poll_end(void)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    return until;
}

/* Joining with a time limit takes one waking up less than to be told first and to join then. */
static void wait_for_end(struct call *call, pthread_t thread)
{
    struct timespec until = poll_end();
    struct mlk_watchdog watchdog;
    int rc;

    mlk_watchdog_init(&watchdog, &call->caller, &call->progress);
    while ((rc = pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until)) == ETIMEDOUT) {
        if (mlk_host_killed(call->caller.thd))
            atomic_store(&call->progress.cancelled, true);
        mlk_watchdog_look(&watchdog);
        until = poll_end();
    }
    if (rc)
        (void)pthread_join(thread, NULL); /* it uses what is on this thread's stack */
    mlk_watchdog_end(&watchdog);
}

static enum mlk_status run_on_thread(struct call *call)
{
    pthread_t thread;
    int rc = mlk_thread_start(&thread, run, call);

    if (!rc) {
        wait_for_end(call, thread);
        return call->status;
    }
    (void)snprintf(call->error, sizeof call->error,
                   "no thread can be started (error %d): the server is short of memory or "
                   "of threads",
                   rc);
    return MLK_NO_MEMORY;
}

enum mlk_status mlk_call(bool writes, mlk_call_work *work, void *arg, char *error, size_t error_size)
{
    struct call call = {.writes = writes, .work = work, .arg = arg};
    enum mlk_status status = mlk_host_caller(&call.caller, error, error_size);

    if (status)
        return status;
    status = run_on_thread(&call);
    if (status)
        (void)snprintf(error, error_size, "%s", call.error);
    return status;
}
