/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that runs out at the n-th allocation. The linker sends allocations here (-Wl,--wrap). */
#ifndef MIGLOCK_FAILING_HEAP_H
#define MIGLOCK_FAILING_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* From now on allocation number n (the first is 1) fails, and all after it if so told. */
void heap_arm(size_t n, bool all_after);
/* No more failures. Whether the one that was asked for came. */
bool heap_disarm(void);

#endif
