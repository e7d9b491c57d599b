/* SPDX-License-Identifier: GPL-2.0-only */
#include "check.h"

const char *mlk_state_text(enum mlk_state state)
{
    static const char *const names[] = {
#define STATE_NAME(name, number, text) [number] = #name,
        MLK_STATE_LIST(STATE_NAME)
#undef STATE_NAME
    };

    return names[state];
}

enum mlk_state mlk_state_worst(enum mlk_state a, enum mlk_state b)
{
    static const int rank[] = {
        [MLK_STATE_OK] = 0, [MLK_STATE_UNKNOWN] = 1, [MLK_STATE_WARNING] = 2, [MLK_STATE_CRITICAL] = 3};

    return rank[a] >= rank[b] ? a : b;
}
