/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sockets the threads of this process wait on. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "thread_socket.h"

enum { GROW_BY = 64 };

/* Twice the same: what a thread waits on is read in two steps, and it may go on between them. */
static bool socket_of(int64_t thread, struct stat *st)
{
    int fd = mlk_thread_waits_on(thread);

    return fd >= 0 && fstat(fd, st) == 0 && S_ISSOCK(st->st_mode) && mlk_thread_waits_on(thread) == fd;
}

static bool add(struct mlk_waited *all, const struct stat *st)
{
    if (all->count % GROW_BY == 0) {
        void *more = reallocarray(all->items, all->count + GROW_BY, sizeof *all->items);

        if (!more)
            return false;
        all->items = more;
    }
    all->items[all->count++] = (struct mlk_waited_socket){.device = st->st_dev, .inode = st->st_ino};
    return true;
}

static int by_inode(const void *left, const void *right)
{
    const struct mlk_waited_socket *a = left, *b = right;

    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

enum mlk_status mlk_waited_list(int64_t but, struct mlk_waited *out)
{
    DIR *threads = opendir("/proc/self/task");
    const struct dirent *entry;
    enum mlk_status status = MLK_OK;

    *out = (struct mlk_waited){.items = NULL};
    if (!threads)
        return errno == ENOMEM ? MLK_NO_MEMORY : MLK_UNSUPPORTED;
    while (!status && (entry = readdir(threads))) {
        int64_t thread = strtoll(entry->d_name, NULL, 10);
        struct stat st;

        if (thread > 0 && thread != but && thread != gettid() && socket_of(thread, &st) && !add(out, &st))
            status = MLK_NO_MEMORY;
    }
    (void)closedir(threads);
    if (status)
        mlk_waited_free(out);
    else if (out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, by_inode);
    return status;
}

bool mlk_waited_has(const struct mlk_waited *all, dev_t device, ino_t inode)
{
    const struct mlk_waited_socket wanted = {.device = device, .inode = inode};

    return all->count && bsearch(&wanted, all->items, all->count, sizeof *all->items, by_inode);
}

void mlk_waited_free(struct mlk_waited *all)
{
    free(all->items);
    *all = (struct mlk_waited){.items = NULL};
}
