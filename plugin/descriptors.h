/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers that this process's descriptors can have. */
#ifndef MIGLOCK_DESCRIPTORS_H
#define MIGLOCK_DESCRIPTORS_H

#include <stddef.h>

#include "miglock/status.h"

struct mlk_descriptors {
    int *items;
    size_t count;
};

/* Fills out, to be freed: every number up to the highest in use, and some more. Other threads open and close
 * descriptors all the time, so whether a number is one shows only when it is used. Listing the directory of
 * the open ones instead takes several times as long, as the kernel makes an entry for each (proc_fill_cache,
 * fs/proc/base.c). On MLK_UNSUPPORTED (no /proc, no descriptor left to read it) why gets a clause;
 * MLK_NO_MEMORY. out is empty on anything but MLK_OK. */
enum mlk_status mlk_descriptors_list(struct mlk_descriptors *out, char *why, size_t why_size);
void mlk_descriptors_free(struct mlk_descriptors *numbers);

#endif
