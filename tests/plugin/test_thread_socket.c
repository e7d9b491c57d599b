/* SPDX-License-Identifier: GPL-2.0-only */
/* The descriptor that a thread waits on, for each way in which it can wait. */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thread_socket.h"

enum way { IN_READ, IN_RECV, IN_RECVMSG, IN_POLL, IN_PPOLL, IN_POLL_OF_TWO, IN_MUTEX, AT_WORK };

struct waiter {
    enum way way;
    int fd;
    pthread_mutex_t *mutex;
    atomic_int thread; /* the operating system's id; 0 until it runs */
    atomic_bool end;   /* of AT_WORK */
};

static void *wait_for_it(void *arg)
{
    struct waiter *w = arg;
    struct pollfd both[2] = {{.fd = w->fd, .events = POLLIN}, {.fd = w->fd, .events = POLLIN}};
    char byte;
    struct iovec to = {&byte, 1};
    struct msghdr message = {.msg_iov = &to, .msg_iovlen = 1};

    atomic_store(&w->thread, (int)syscall(SYS_gettid));
    switch (w->way) {
    case IN_READ:
        (void)!read(w->fd, &byte, 1);
        break;
    case IN_RECV:
        (void)recv(w->fd, &byte, 1, 0);
        break;
    case IN_RECVMSG:
        (void)recvmsg(w->fd, &message, 0);
        break;
    case IN_POLL:
        (void)poll(both, 1, -1);
        break;
    case IN_PPOLL:
        (void)ppoll(both, 1, NULL, NULL);
        break;
    case IN_POLL_OF_TWO:
        (void)poll(both, 2, -1);
        break;
    case IN_MUTEX:
        pthread_mutex_lock(w->mutex);
        pthread_mutex_unlock(w->mutex);
        break;
    case AT_WORK:
        while (!atomic_load(&w->end))
            ;
        break;
    }
    return NULL;
}

/* Whether the kernel shows the thread as waiting in a system call. */
static bool is_blocked(int thread)
{
    char path[64], text[64] = "";
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
    file = fopen(path, "re");
    assert_non_null(file);
    (void)!fgets(text, sizeof text, file);
    (void)fclose(file);
    return text[0] >= '0' && text[0] <= '9';
}

static void waits_on(enum way way, bool is_seen)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct waiter w = {.way = way, .mutex = &mutex};
    int pair[2], thread, seen;
    pthread_t id;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    w.fd = pair[0];
    pthread_mutex_lock(&mutex);
    assert_int_equal(pthread_create(&id, NULL, wait_for_it, &w), 0);
    while ((thread = atomic_load(&w.thread)) == 0 || (way != AT_WORK && !is_blocked(thread)))
        (void)usleep(100);
    seen = mlk_thread_waits_on(thread);
    pthread_mutex_unlock(&mutex);
    atomic_store(&w.end, true);
    assert_int_equal(write(pair[1], "x", 1), 1);
    pthread_join(id, NULL);
    assert_int_equal(seen, is_seen ? pair[0] : -1);
    assert_int_equal(mlk_thread_waits_on(thread), -1); /* it is gone */
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void on_its_socket(void **state)
{
    (void)state;
    waits_on(IN_READ, true);
    waits_on(IN_RECV, true);
    waits_on(IN_RECVMSG, true);
    waits_on(IN_POLL, true);
    waits_on(IN_PPOLL, true);
}

static void on_something_else(void **state)
{
    (void)state;
    waits_on(IN_POLL_OF_TWO, false);
    waits_on(IN_MUTEX, false);
    waits_on(AT_WORK, false);
}

static void no_thread_of_ours(void **state)
{
    static const int64_t ids[] = {-1, 0, 1, INT64_MAX, INT64_MIN, (int64_t)1 << 32};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(ids); i++)
        assert_int_equal(mlk_thread_waits_on(ids[i]), -1);
    assert_int_equal(mlk_thread_waits_on(getppid()), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_its_socket),
        cmocka_unit_test(on_something_else),
        cmocka_unit_test(no_thread_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
