/* SPDX-License-Identifier: GPL-2.0-only */
#include "thread_socket.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* "271 0x7fd0fe125008 0x1 0x0 ...": number and arguments of the system call (proc_pid_syscall(5)). */
struct blocked {
    long number;
    unsigned long long first, second;
};

/* False also for "running" and for a thread that waits in no system call, which is -1. */
static bool read_blocked(int64_t thread, struct blocked *out)
{
    char path[64], text[256];
    ssize_t size;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/self/task/%lld/syscall", (long long)thread);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (size <= 0)
        return false;
    text[size] = '\0';
    return sscanf(text, "%ld %llx %llx", &out->number, &out->first, &out->second) == 3 && out->number >= 0;
}

/* The only descriptor of a poll(). The thread's memory is ours, but it may be gone or used for something else
 * by now: the kernel copies it without a fault. */
static int polled(const struct blocked *call)
{
    struct pollfd entry = {.fd = -1};
    struct iovec to = {.iov_base = &entry, .iov_len = sizeof entry};
    struct iovec from = {.iov_base = (void *)(uintptr_t)call->first, .iov_len = sizeof entry};

    if (call->second != 1)
        return -1;
    if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != (ssize_t)sizeof entry)
        return -1;
    return entry.fd;
}

int mlk_thread_waits_on(int64_t thread)
{
    struct blocked call;
    int fd = -1;

    if (thread <= 0 || thread > INT_MAX || !read_blocked(thread, &call))
        return -1;
    switch (call.number) {
    case SYS_read:
    case SYS_recvfrom:
    case SYS_recvmsg:
        fd = call.first <= INT_MAX ? (int)call.first : -1;
        break;
#ifdef SYS_poll /* aarch64 has ppoll alone */
    case SYS_poll:
#endif
    case SYS_ppoll:
        fd = polled(&call);
        break;
    default:
        break;
    }
    return fd >= 0 ? fd : -1;
}
