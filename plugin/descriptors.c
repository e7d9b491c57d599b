/* SPDX-License-Identifier: GPL-2.0-only */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The descriptors of this very thread: those of the process, also where its first thread has ended
 * (proc_pid_fd(5)). */
#define DIRECTORY "/proc/thread-self/fd"

/* -1 for "." and "..". */
static int number_of(const char *name)
{
    char *end;
    long number = strtol(name, &end, 10);

    return end != name && *end == '\0' && number >= 0 && number <= INT_MAX ? (int)number : -1;
}

static bool add(struct mlk_descriptors *out, size_t *room, int number)
{
    enum { FIRST_ROOM = 256 };

    if (out->count == *room) {
        size_t more = *room ? *room * 2 : FIRST_ROOM;
        int *items = reallocarray(out->items, more, sizeof *items);

        if (!items)
            return false;
        out->items = items;
        *room = more;
    }
    out->items[out->count++] = number;
    return true;
}

enum mlk_status mlk_descriptors_list(struct mlk_descriptors *out, char *why, size_t why_size)
{
    DIR *directory = opendir(DIRECTORY);
    const struct dirent *entry;
    size_t room = 0;
    enum mlk_status status = MLK_OK;
    int number;

    memset(out, 0, sizeof *out);
    if (!directory) {
        if (errno == ENOMEM)
            return MLK_NO_MEMORY;
        (void)snprintf(why, why_size, "%s",
                       errno == EMFILE || errno == ENFILE ? "the server has no descriptor left"
                                                          : "the server cannot read its own /proc");
        return MLK_UNSUPPORTED;
    }
    errno = 0;
    while (!status && (entry = readdir(directory)) != NULL) {
        number = number_of(entry->d_name);
        if (number >= 0 && !add(out, &room, number))
            status = MLK_NO_MEMORY;
        errno = 0;
    }
    if (!status && errno) {
        (void)snprintf(why, why_size, "the server cannot read its own /proc");
        status = MLK_UNSUPPORTED;
    }
    (void)closedir(directory);
    if (status)
        mlk_descriptors_free(out);
    return status;
}

void mlk_descriptors_free(struct mlk_descriptors *numbers)
{
    free(numbers->items);
    memset(numbers, 0, sizeof *numbers);
}
