/* SPDX-License-Identifier: GPL-2.0-only */
/* From facts to one of five words. A pure function: everything it weighs is in struct mlk_facts. */
#ifndef MLK_CORE_VERDICT_H
#define MLK_CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/session.h"
#include "miglock/tool.h"

enum mlk_verdict { MLK_FREE, MLK_ACTIVE, MLK_IDLE, MLK_ABANDONED, MLK_UNKNOWN };

enum mlk_lock_state {
    MLK_LOCK_FREE,
    MLK_LOCK_HELD,
    MLK_LOCK_DAMAGED,    /* a lock table that its tool cannot work with */
    MLK_LOCK_UNREADABLE, /* no right, no table, no answer */
};

struct mlk_facts {
    enum mlk_kind kind;
    enum mlk_lock_state lock;
    enum mlk_peer peer; /* named: what the kernel says of the holder's client */
    bool holder_seen;   /* named: the holder's session is visible */
    size_t working; /* of those who hold or could hold it: who runs a statement or has uncommitted changes */
    size_t connected;       /* row: who could hold it and is still connected */
    bool all_seen;          /* no session of this server is hidden from this account */
    bool transactions_seen; /* open transactions are visible */
    bool other_nodes;       /* sessions on other nodes or on the primary could hold it too */
    bool older_than_server; /* row: taken before this server started */
    bool uncommitted;       /* row: another transaction has changed it and not committed */
};

enum mlk_verdict mlk_verdict(const struct mlk_facts *facts);
/* What it would be of a damaged lock table if its flag were set: whether somebody could be at work under it.
 * How old such a table is nobody can say, so that it is older than the server never counts. */
enum mlk_verdict mlk_verdict_of_damaged(const struct mlk_facts *facts);
/* "free", "active", "idle", "abandoned", "unknown". */
const char *mlk_verdict_text(enum mlk_verdict verdict);

#endif
