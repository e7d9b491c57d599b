/* SPDX-License-Identifier: GPL-2.0-only */
/* Any GET_LOCK name, given as it is. */
#include "tools.h"

static const char *const advice[] = {
    "miglock does not know which program uses this name: ask its owner before you let it run again.",
    NULL,
};

const struct mlk_tool mlk_tool_named = {
    .id = "named",
    .title = "any named lock",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with the name that follows the colon.",
    .advice = advice,
};
