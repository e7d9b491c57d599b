/* SPDX-License-Identifier: GPL-2.0-only */
#include "watchdog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"
#include "mysql_session.h"
#include "thread.h"

enum {
    STATEMENT_MS = (MLK_STATEMENT_S + 2) * 1000, /* the server's own limits come first */
    CANCELLED_MS = 500,                          /* after a KILL of the caller */
    AGAIN_MS = 2000,
};

void mlk_watchdog_init(struct mlk_watchdog *w, const struct mlk_caller *caller,
                       const struct mlk_progress *progress)
{
    memset(w, 0, sizeof *w);
    w->caller = caller;
    w->progress = progress;
}

/* Whether it is still the statement that was too long. */
static bool still_runs(const struct mlk_watchdog *w)
{
    return atomic_load(&w->progress->statement_since) == w->victim_since;
}

static void *run(void *arg)
{
    struct mlk_watchdog *w = arg;
    const struct mlk_access nothing = {.need = MLK_NEED_NOTHING};
    struct mlk_session *s = NULL;
    char error[MLK_ERROR_MAX], sql[64];
    int len = snprintf(sql, sizeof sql, "KILL QUERY %" PRIu64, w->victim);

    if (mlk_mysql_session_open(w->caller, &w->own, &s, error, sizeof error) == MLK_OK) {
        if (still_runs(w))
            (void)s->ops->query(s, &nothing, sql, (size_t)len, NULL, NULL);
        s->ops->close(s);
    }
    atomic_store(&w->ended, true);
    return NULL;
}

void mlk_watchdog_look(struct mlk_watchdog *w)
{
    long long since = atomic_load(&w->progress->statement_since);
    long long now = mlk_inner_now_ms(NULL); /* the clock of statement_since */
    uint64_t victim = atomic_load(&w->progress->connection_id);

    if (w->running && atomic_load(&w->ended))
        mlk_watchdog_end(w);
    if (w->caller->flavour != MLK_MYSQL || w->running || !since || !victim)
        return;
    if (now - since < (atomic_load(&w->progress->cancelled) ? CANCELLED_MS : STATEMENT_MS))
        return;
    if (w->started && now - w->started < AGAIN_MS)
        return;
    w->victim = victim;
    w->victim_since = since;
    w->started = now;
    atomic_store(&w->ended, false);
    w->running = mlk_thread_start(&w->thread, run, w) == 0;
}

void mlk_watchdog_end(struct mlk_watchdog *w)
{
    if (w->running)
        (void)pthread_join(w->thread, NULL);
    w->running = false;
}
