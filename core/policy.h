/* SPDX-License-Identifier: GPL-2.0-only */
/* What a release may do, given a verdict: the table of docs/release.md as a pure function. */
#ifndef MLK_CORE_POLICY_H
#define MLK_CORE_POLICY_H

#include <stdbool.h>

#include "verdict.h"

enum mlk_decision {
    MLK_NOTHING_TO_DO,
    MLK_MAY_RELEASE,
    MLK_REFUSE,       /* force would release */
    MLK_REFUSE_ALWAYS /* force does not help */
};

enum mlk_decision mlk_policy(enum mlk_verdict verdict, enum mlk_lock_state lock, bool force);

#endif
