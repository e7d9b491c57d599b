/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of this process's open descriptors. */
#ifndef MIGLOCK_DESCRIPTORS_H
#define MIGLOCK_DESCRIPTORS_H

#include <stddef.h>

#include "miglock/status.h"

struct mlk_descriptors {
    int *items;
    size_t count;
};

/* Fills out, to be freed. Other threads open and close descriptors all the time, so a number may be stale
 * already. On MLK_UNSUPPORTED (no /proc, no descriptor left to read it) why gets a clause; MLK_NO_MEMORY.
 * out is empty on anything but MLK_OK. */
enum mlk_status mlk_descriptors_list(struct mlk_descriptors *out, char *why, size_t why_size);
void mlk_descriptors_free(struct mlk_descriptors *numbers);

#endif
