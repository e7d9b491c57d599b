/* SPDX-License-Identifier: GPL-2.0-only */
#include "freeze.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SETTLE_MS = 50, /* where the kernel has no barrier to offer */
};

/* Two calls may want to freeze the same connection: looking for a filter and attaching one must not mix. Held
 * for two system calls. */
static pthread_mutex_t filters = PTHREAD_MUTEX_INITIALIZER;

/* A socket's filter sees a segment from its TCP header on (RFC 9293, 3.1: the data offset is in the upper
 * half of byte 12, in words of 4 bytes). What is not longer than its header carries no data and passes. */
static const struct sock_filter no_data[] = {
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 12), /* A = data offset and reserved bits */
    BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4), /* A = data offset in words */
    BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2), /* A = length of the header */
    BPF_STMT(BPF_MISC | BPF_TAX, 0),        /* X = A */
    BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),  /* A = length of the segment */
    BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0), /* A = bytes of data */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, 0xffffffffU), /* none: take it whole */
    BPF_STMT(BPF_RET | BPF_K, 0),           /* drop it */
};

/* Under the mutex. */
static enum mlk_filter attach(int fd, char *why, size_t why_size)
{
    const struct sock_fprog program = {.len = sizeof no_data / sizeof no_data[0],
                                       .filter = (struct sock_filter *)(uintptr_t)no_data};
    socklen_t present = 0; /* instructions of the filter that is there: sk_get_filter(), net/core/filter.c */

    if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &present) == 0 && present > 0) {
        (void)snprintf(why, why_size, "its socket has a filter already: another release may be at it");
        return MLK_FILTER_OTHER;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0)
        return MLK_FILTER_ON;
    (void)snprintf(why, why_size, "the kernel takes no filter for its socket (error %d)", errno);
    return MLK_FILTER_FAILED;
}

enum mlk_filter mlk_freeze_begin(int fd, char *why, size_t why_size)
{
    enum mlk_filter done;

    pthread_mutex_lock(&filters);
    done = attach(fd, why, why_size);
    pthread_mutex_unlock(&filters);
    return done;
}

/* The kernel runs filters and queues segments within one read-side section of RCU, and this command waits for
 * all that have begun: membarrier(2), kernel/sched/membarrier.c. Takes some 10 ms. */
enum mlk_status mlk_freeze_settle(struct mlk_session *s)
{
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
        return MLK_OK;
    return s->ops->pause_ms(s, SETTLE_MS);
}

int mlk_freeze_unread(int fd)
{
    int bytes = -1;

    return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

void mlk_freeze_end(int fd)
{
    const int unused = 0;

    (void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}
