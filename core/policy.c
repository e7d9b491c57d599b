/* SPDX-License-Identifier: GPL-2.0-only */
#include "policy.h"

enum mlk_decision mlk_policy(enum mlk_verdict verdict, enum mlk_lock_state lock, bool force)
{
    /* force overrides a verdict, never ignorance of what would be changed */
    if (lock == MLK_LOCK_DAMAGED || lock == MLK_LOCK_UNREADABLE)
        return MLK_REFUSE_ALWAYS;
    /* what is committed reads free: only the transaction that is changing the row can end this */
    if (lock == MLK_LOCK_FREE && verdict == MLK_ACTIVE)
        return MLK_REFUSE_ALWAYS;
    switch (verdict) {
    case MLK_FREE:
        return MLK_NOTHING_TO_DO;
    case MLK_ABANDONED:
        return MLK_MAY_RELEASE;
    case MLK_IDLE:
    case MLK_UNKNOWN:
    case MLK_ACTIVE:
        break;
    }
    return force ? MLK_MAY_RELEASE : MLK_REFUSE;
}
