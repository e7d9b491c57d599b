/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that runs out when a test says so. The linker sends the allocations of the program here
 * (-Wl,--wrap), cJSON's come through its hooks. */
#ifndef MIGLOCK_HEAP_H
#define MIGLOCK_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Of cJSON, now. */
long heap_json_blocks(void);
/* From now on the n-th allocation (1 is the next one) fails, and every later one too where all_after. */
void heap_arm(size_t n, bool all_after);
/* Back to normal. Whether the allocation that was to fail has come. */
bool heap_disarm(void);
/* cJSON's hooks. */
void *heap_json_malloc(size_t size);
void heap_json_free(void *block);

#endif
