/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdict.h"

static enum mlk_verdict named(const struct mlk_facts *f)
{
    /* work first: a vanished client's statement or rollback still runs on the server */
    if (f->working)
        return MLK_ACTIVE;
    if (f->peer == MLK_PEER_GONE)
        return MLK_ABANDONED;
    if (!f->holder_seen || !f->transactions_seen)
        return MLK_UNKNOWN;
    return MLK_IDLE;
}

static enum mlk_verdict row(const struct mlk_facts *f)
{
    if (f->working)
        return MLK_ACTIVE;
    /* with other nodes this server's start says nothing about a session over there */
    if (f->older_than_server && !f->other_nodes)
        return MLK_ABANDONED;
    if (f->connected)
        return f->transactions_seen ? MLK_IDLE : MLK_UNKNOWN;
    if (!f->all_seen || f->other_nodes)
        return MLK_UNKNOWN;
    return MLK_ABANDONED;
}

enum mlk_verdict mlk_verdict(const struct mlk_facts *f)
{
    if (f->lock == MLK_LOCK_UNREADABLE)
        return MLK_UNKNOWN;
    if (f->uncommitted)
        return MLK_ACTIVE;
    if (f->lock == MLK_LOCK_FREE)
        return MLK_FREE;
    if (f->lock == MLK_LOCK_DAMAGED)
        return MLK_UNKNOWN;
    return f->kind == MLK_NAMED ? named(f) : row(f);
}

enum mlk_verdict mlk_verdict_of_damaged(const struct mlk_facts *facts)
{
    struct mlk_facts held = *facts;

    held.lock = MLK_LOCK_HELD;
    held.older_than_server = false;
    return mlk_verdict(&held);
}

const char *mlk_verdict_text(enum mlk_verdict verdict)
{
    static const char *const text[] = {"free", "active", "idle", "abandoned", "unknown"};

    return text[verdict];
}
