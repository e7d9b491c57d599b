/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/miglock.h"

const char *mlk_version(void)
{
    return MIGLOCK_VERSION;
}
