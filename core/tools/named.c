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
    .scope = MLK_PER_SERVER,
    .how =
        "GET_LOCK with the name that follows the colon; whether its program prints anything when the lock is "
        "taken is not known.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a pool "
        "keeps that session open.",
    .source =
        "MySQL manual, Locking Functions; the names are those of whatever program, such as those of the "
        "with_advisory_lock gem",
    .advice = advice,
};
