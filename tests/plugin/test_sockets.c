/* SPDX-License-Identifier: GPL-2.0-only */
/* The connections of this process: which are found, and that a number which was used again is left alone. */
#include "loopback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tcp_state.h"

FILE *__real_fopen(const char *name, const char *mode);
FILE *__wrap_fopen(const char *name, const char *mode);
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);

/* What happens to the descriptors in the instant before they are listed or duplicated. */
static int fopen_error;          /* errno; 0: none */
static int takes_number_of = -1; /* a descriptor that takes the number which is duplicated */

FILE *__wrap_fopen(const char *name, const char *mode)
{
    if (!fopen_error)
        return __real_fopen(name, mode);
    errno = fopen_error;
    return NULL;
}

int __wrap_fcntl(int fd, int command, ...)
{
    enum { LOWEST = 3 };

    assert_int_equal(command, F_DUPFD_CLOEXEC);
    if (takes_number_of >= 0)
        assert_int_equal(dup2(takes_number_of, fd), fd);
    return __real_fcntl(fd, command, LOWEST);
}

static struct mlk_sockets *walk(void)
{
    struct mlk_sockets *all;
    char why[160] = "";

    assert_int_equal(mlk_sockets_walk(&all, why, sizeof why), MLK_OK);
    return all;
}

static size_t find(const char *text, struct mlk_socket *found)
{
    struct mlk_sockets *all = walk();
    const struct mlk_host host = mlk_host_parse(text);
    const struct mlk_socket *first;
    size_t count = mlk_sockets_find(all, &host, &first);

    assert_true((count > 0) == (first != NULL));
    if (first && found)
        *found = *first;
    mlk_sockets_free(all);
    return count;
}

static void accepted_alone(void **state)
{
    static const char *const ips[] = {"127.0.0.1", "::1"};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(ips); i++) {
        struct loopback l = loopback_open(ips[i]);
        struct mlk_sockets *all = walk();
        struct mlk_socket found;

        assert_int_equal(all->count, 1);
        assert_null(mlk_sockets_of(all, l.client));
        assert_null(mlk_sockets_of(all, l.listener));
        assert_null(mlk_sockets_of(all, -1));
        assert_null(mlk_sockets_of(all, STDERR_FILENO));
        mlk_sockets_free(all);
        assert_int_equal(find(l.host, &found), 1);
        assert_int_equal(found.fd, l.server);
        assert_int_equal(find("10.9.8.7:1", NULL), 0);
        loopback_close(&l);
    }
}

/* A listener of both families sees IPv4 clients as IPv6 ones. */
static void of_both_families(void **state)
{
    struct loopback l = loopback_open("::"), mapped = loopback_more(&l, "::ffff:127.0.0.1", 0);
    char host[64];

    (void)state;
    (void)snprintf(host, sizeof host, "127.0.0.1:%u", loopback_client_port(&mapped));
    assert_int_equal(find(host, NULL), 1);
    loopback_close(&mapped);
    loopback_close(&l);
}

static void of_another_descriptor_once(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    int twice = dup(l.server);

    (void)state;
    assert_int_equal(find(l.host, NULL), 1);
    assert_int_equal(close(twice), 0);
    loopback_close(&l);
}

static void the_same_port_twice(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    unsigned port = loopback_client_port(&l);
    struct loopback other = loopback_more(&l, "127.0.0.2", port);
    char name[64];

    (void)state;
    (void)snprintf(name, sizeof name, "app.example:%u", port);
    assert_int_equal(find(name, NULL), 2);
    assert_int_equal(find(l.host, NULL), 1);
    assert_int_equal(find(other.host, NULL), 1);
    loopback_close(&other);
    assert_int_equal(find(name, NULL), 1);
    loopback_close(&l);
}

/* getpeername() fails here, and the address must be known nevertheless. */
static void a_reset_connection(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_socket found;
    char why[160] = "";
    int held;

    (void)state;
    loopback_reset(&l);
    loopback_until_state(l.server, MLK_TCP_CLOSE);
    assert_int_equal(find(l.host, &found), 1);
    held = mlk_socket_hold(&found, why, sizeof why);
    assert_true(held >= 0);
    assert_int_equal(close(held), 0);
    loopback_close(&l);
}

static void unix_sockets(void **state)
{
    struct loopback l = loopback_unix("miglock_sockets");
    struct mlk_sockets *all;
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    all = walk();
    assert_int_equal(all->count, 1);
    assert_int_equal(mlk_sockets_count_unix(all), 1);
    assert_non_null(mlk_sockets_of(all, l.server));
    assert_null(mlk_sockets_of(all, l.client));
    assert_null(mlk_sockets_of(all, pair[0]));
    assert_true(mlk_sockets_has_pid(all, getpid()));
    assert_false(mlk_sockets_has_pid(all, 1));
    assert_false(mlk_sockets_has_pid(all, -1));
    mlk_sockets_free(all);
    (void)close(pair[0]);
    (void)close(pair[1]);
    loopback_close(&l);
}

static void a_number_used_again(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct mlk_socket socket = loopback_socket(&l);
    size_t before = loopback_descriptors();
    char why[160] = "";

    (void)state;
    assert_int_equal(dup2(other.server, l.server), l.server);
    assert_int_equal(mlk_socket_hold(&socket, why, sizeof why), -1);
    assert_string_equal(why, "its socket was closed meanwhile");
    assert_int_equal(close(l.server), 0);
    l.server = -1;
    assert_int_equal(mlk_socket_hold(&socket, why, sizeof why), -1);
    assert_int_equal(loopback_descriptors(), before - 1);
    loopback_close(&other);
    loopback_close(&l);
}

/* Between the last look and the duplicate. */
static void a_number_used_again_at_once(void **state)
{
    struct loopback l = loopback_open("127.0.0.1"), other = loopback_more(&l, "127.0.0.1", 0);
    struct mlk_socket socket = loopback_socket(&l);
    size_t before = loopback_descriptors();
    char why[160] = "";

    (void)state;
    takes_number_of = other.server;
    assert_int_equal(mlk_socket_hold(&socket, why, sizeof why), -1);
    takes_number_of = -1;
    assert_int_equal(loopback_descriptors(), before);
    loopback_close(&other);
    loopback_close(&l);
}

/* Whether another process finds the file locked. */
static bool is_locked(const char *path)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(path, O_RDWR | O_CLOEXEC);

        _exit(fd >= 0 && lockf(fd, F_TEST, 0) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* InnoDB holds its files by such locks, and closing any descriptor of a file ends them. */
static void a_locked_file_stays_locked(void **state)
{
    char path[] = "/tmp/miglock_sockets_XXXXXX";
    int file = mkstemp(path);
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_socket socket = loopback_socket(&l);
    size_t before = loopback_descriptors();
    char why[160] = "";

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(lockf(file, F_TLOCK, 0), 0);
    assert_true(is_locked(path));
    takes_number_of = file;
    assert_int_equal(mlk_socket_hold(&socket, why, sizeof why), -1);
    takes_number_of = -1;
    assert_true(is_locked(path));
    /* The price: this one descriptor. It is the lowest that was free. */
    assert_int_equal(loopback_descriptors(), before + 1);
    for (int fd = STDERR_FILENO + 1; fd <= (int)before + 1; fd++) {
        char link[64], target[64] = "";

        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        if (readlink(link, target, sizeof target - 1) > 0 && strcmp(target, path) == 0)
            (void)close(fd);
    }
    l.server = -1;
    (void)unlink(path);
    loopback_close(&l);
}

static void whether_it_is_open(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_socket socket = loopback_socket(&l);
    char why[160] = "";
    int held = mlk_socket_hold(&socket, why, sizeof why), other = dup(l.server);

    (void)state;
    assert_true(held >= 0);
    assert_true(mlk_socket_is_open(&socket, held));
    assert_int_equal(close(l.server), 0);
    l.server = -1;
    assert_true(mlk_socket_is_open(&socket, held));
    assert_int_equal(socket.fd, other);
    assert_int_equal(close(other), 0);
    assert_false(mlk_socket_is_open(&socket, held));
    fopen_error = ENOENT;
    assert_true(mlk_socket_is_open(&socket, held));
    fopen_error = 0;
    assert_int_equal(close(held), 0);
    loopback_close(&l);
}

static void no_proc(void **state)
{
    static const struct {
        int error;
        enum mlk_status status;
        const char *why;
    } cases[] = {
        {ENOENT, MLK_UNSUPPORTED, "the server cannot read its own /proc"},
        {EACCES, MLK_UNSUPPORTED, "the server cannot read its own /proc"},
        {EMFILE, MLK_UNSUPPORTED, "the server has no descriptor left"},
        {ENOMEM, MLK_NO_MEMORY, ""},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_sockets *all;
        char why[160] = "";

        fopen_error = cases[i].error;
        assert_int_equal(mlk_sockets_walk(&all, why, sizeof why), cases[i].status);
        fopen_error = 0;
        assert_null(all);
        assert_string_equal(why, cases[i].why);
    }
}

static void no_descriptor_left(void **state)
{
    struct loopback l = loopback_open("127.0.0.1");
    struct mlk_socket socket = loopback_socket(&l);
    struct rlimit before, none;
    struct mlk_sockets *all;
    char why[160] = "";
    int highest = dup(l.server);

    (void)state;
    assert_int_equal(close(highest), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)highest;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(mlk_socket_hold(&socket, why, sizeof why), -1);
    assert_string_equal(why, "the server has no descriptor left");
    why[0] = '\0';
    assert_int_equal(mlk_sockets_walk(&all, why, sizeof why), MLK_UNSUPPORTED);
    assert_string_equal(why, "the server has no descriptor left");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    loopback_close(&l);
}

static void many_descriptors(void **state)
{
    enum { MANY = 900 };
    struct loopback l = loopback_open("127.0.0.1");
    static int numbers[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++)
        numbers[i] = dup(i % 2 ? l.server : STDERR_FILENO);
    assert_int_equal(find(l.host, NULL), 1);
    for (size_t i = 0; i < MANY; i++)
        (void)close(numbers[i]);
    loopback_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOPBACK_TEST(accepted_alone),
        LOOPBACK_TEST(of_both_families),
        LOOPBACK_TEST(of_another_descriptor_once),
        LOOPBACK_TEST(the_same_port_twice),
        LOOPBACK_TEST(a_reset_connection),
        LOOPBACK_TEST(unix_sockets),
        LOOPBACK_TEST(a_number_used_again),
        LOOPBACK_TEST(a_number_used_again_at_once),
        LOOPBACK_TEST(a_locked_file_stays_locked),
        LOOPBACK_TEST(whether_it_is_open),
        LOOPBACK_TEST(no_proc),
        LOOPBACK_TEST(no_descriptor_left),
        LOOPBACK_TEST(many_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
