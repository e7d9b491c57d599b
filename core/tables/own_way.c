/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DDL behind an idle transaction of its own client. A migration that has two connections can lock itself out:
 * one has read or changed the table in its transaction, a statement outside of that transaction alters it.
 * The server sees a session that waits and one that is idle, no deadlock, and neither goes on before a
 * time-out.
 */
#include <inttypes.h>

#include "../ask.h"
#include "docs.h"

enum { CLAUSE = 300 };

static void say(const struct mlk_table_work *work, const struct mlk_person *blocker, bool certain,
                cJSON *because)
{
    const char *kind = work->text.kind[0] ? work->text.kind : "statement";
    uint64_t id = mlk_table_person(&work->one)->id;
    struct mlk_buf b;

    mlk_buf_init(&b, CLAUSE);
    mlk_buf_fmt(&b, "connection %" PRIu64 " is idle and ", blocker->id);
    if (certain)
        mlk_buf_fmt(&b,
                    "of the same client as the %s of connection %" PRIu64 " (process %" PRId64
                    "): that client seems to wait for itself",
                    kind, id, blocker->pid);
    else
        mlk_buf_fmt(&b,
                    "comes from the same user and host as the %s of connection %" PRIu64
                    ": if both are of one client, it waits for itself",
                    kind, id);
    mlk_say(because, "%s, until it ends that transaction or gives up", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

void mlk_table_say_own(const struct mlk_table_work *work, const struct mlk_table_one *blockers, size_t count,
                       cJSON *because)
{
    const struct mlk_person *p = mlk_table_person(&work->one);
    bool certain;

    for (size_t i = 0; work->waits && i < count; i++) {
        const struct mlk_person *blocker = blockers[i].person;

        /* gh-ost has a RENAME wait for its own LOCK TABLES, which is no transaction */
        if (!blocker || !mlk_person_sleeps(blocker) || !blocker->in_transaction)
            continue;
        /* where one of them says its process id and the other one does not, they are of two programs */
        if (mlk_person_sibling(p, blocker, &certain) && (p->pid < 0) == (blocker->pid < 0)) {
            say(work, blocker, certain, because);
            return;
        }
    }
}
