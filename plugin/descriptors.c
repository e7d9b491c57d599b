/* SPDX-License-Identifier: GPL-2.0-only */
#include "descriptors.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of this very thread: its table is that of the process, also where the first thread has ended
 * (proc_pid_fd(5)). */
#define STATUS "/proc/thread-self/status"

/* "FDSize:\t256": the size of the table of descriptors, above every number that is in use
 * (proc_pid_status(5)). It grows with the need, to the next power of two. -1 where it is not there. */
static long table_size(FILE *file)
{
    char line[256];
    long size = -1;

    while (size < 0 && fgets(line, sizeof line, file))
        (void)sscanf(line, "FDSize: %ld", &size);
    return size > 0 && size <= INT_MAX ? size : -1;
}

enum mlk_status mlk_descriptors_list(struct mlk_descriptors *out, char *why, size_t why_size)
{
    FILE *file = fopen(STATUS, "re");
    long size;

    memset(out, 0, sizeof *out);
    if (!file && errno == ENOMEM)
        return MLK_NO_MEMORY;
    size = file ? table_size(file) : -1;
    if (size < 0) {
        bool none_left = !file && (errno == EMFILE || errno == ENFILE);

        (void)snprintf(why, why_size, "%s",
                       none_left ? "the server has no descriptor left"
                                 : "the server cannot read its own /proc");
        if (file)
            (void)fclose(file);
        return MLK_UNSUPPORTED;
    }
    (void)fclose(file);
    out->items = calloc((size_t)size, sizeof *out->items);
    if (!out->items)
        return MLK_NO_MEMORY;
    for (; out->count < (size_t)size; out->count++)
        out->items[out->count] = (int)out->count;
    return MLK_OK;
}

void mlk_descriptors_free(struct mlk_descriptors *numbers)
{
    free(numbers->items);
    memset(numbers, 0, sizeof *numbers);
}
