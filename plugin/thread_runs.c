/* SPDX-License-Identifier: GPL-2.0-only */
#include "thread_runs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool read_now(int fd, char *text, size_t text_size, size_t *size)
{
    ssize_t got = pread(fd, text, text_size, 0);

    *size = got > 0 ? (size_t)got : 0;
    return got > 0;
}

bool mlk_thread_runs_begin(struct mlk_thread_runs *runs, int64_t thread)
{
    char path[64];

    runs->fd = -1;
    if (thread <= 0)
        return false;
    (void)snprintf(path, sizeof path, "/proc/self/task/%lld/schedstat", (long long)thread);
    runs->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (runs->fd >= 0 && read_now(runs->fd, runs->text, sizeof runs->text, &runs->size))
        return true;
    mlk_thread_runs_end(runs);
    return false;
}

bool mlk_thread_runs_none(const struct mlk_thread_runs *runs)
{
    char text[sizeof runs->text];
    size_t size;

    return runs->fd >= 0 && read_now(runs->fd, text, sizeof text, &size) && size == runs->size &&
           memcmp(text, runs->text, size) == 0;
}

void mlk_thread_runs_end(struct mlk_thread_runs *runs)
{
    if (runs->fd >= 0)
        (void)close(runs->fd);
    runs->fd = -1;
}
