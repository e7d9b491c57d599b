/* SPDX-License-Identifier: GPL-2.0-only */
#include "loopback.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tcp_state.h"

enum { PATIENCE_MS = 5000 };

static socklen_t make_address(const char *ip, unsigned port, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
        memcpy(out, &in, sizeof in);
        return sizeof in;
    }
    assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
    memcpy(out, &in6, sizeof in6);
    return sizeof in6;
}

static void connect_to_listener(struct loopback *l)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;

    assert_int_equal(getsockname(l->listener, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(connect(l->client, (struct sockaddr *)&at, len), 0);
    l->server = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(l->server >= 0);
}

struct loopback loopback_more(const struct loopback *first, const char *ip, unsigned port)
{
    struct loopback l = {.listener = first->listener};
    struct sockaddr_storage from;
    socklen_t len = make_address(ip, port, &from);

    l.client = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(l.client >= 0);
    assert_int_equal(bind(l.client, (struct sockaddr *)&from, len), 0);
    connect_to_listener(&l);
    (void)snprintf(l.host, sizeof l.host, "%s:%u", ip, loopback_client_port(&l));
    l.listener = -1;
    return l;
}

struct loopback loopback_open(const char *ip)
{
    struct loopback first = {.client = -1, .server = -1}, l;
    struct sockaddr_storage at;
    socklen_t len = make_address(ip, 0, &at);

    first.listener = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(first.listener >= 0);
    assert_int_equal(bind(first.listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(first.listener, 8), 0);
    l = loopback_more(&first, ip, 0);
    l.listener = first.listener;
    return l;
}

unsigned loopback_client_port(const struct loopback *l)
{
    struct sockaddr_storage from;
    struct sockaddr_in in;
    socklen_t len = sizeof from;

    assert_int_equal(getsockname(l->client, (struct sockaddr *)&from, &len), 0);
    memcpy(&in, &from, sizeof in); /* the port is at the same place in both families */
    return ntohs(in.sin_port);
}

struct loopback loopback_unix(const char *path)
{
    struct loopback l = {.host = "localhost"};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t abstract = path[0] != '/';
    socklen_t len;

    (void)snprintf(at.sun_path + abstract, sizeof at.sun_path - abstract, "%s.%ld", path, (long)getpid());
    len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at.sun_path + abstract));
    (void)snprintf(l.path, sizeof l.path, "%s", at.sun_path);
    l.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    l.client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(l.listener >= 0 && l.client >= 0);
    assert_int_equal(bind(l.listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(l.listener, 8), 0);
    connect_to_listener(&l);
    return l;
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        assert_int_equal(close(*fd), 0);
    *fd = -1;
}

void loopback_close(struct loopback *l)
{
    close_one(&l->client);
    close_one(&l->server);
    close_one(&l->listener);
}

void loopback_silence(int fd, bool silent)
{
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &drop};
    int none = 0;

    if (silent)
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
    else
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none), 0);
}

void loopback_reset(struct loopback *l)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(l->client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close_one(&l->client);
}

void loopback_crash(struct loopback *l)
{
    loopback_silence(l->server, true);
    loopback_reset(l);
    loopback_silence(l->server, false);
}

void loopback_until(bool (*condition)(void *), void *arg)
{
    const struct timespec nap = {.tv_nsec = 1000000};

    for (int i = 0; i < PATIENCE_MS; i++) {
        if (condition(arg))
            return;
        (void)nanosleep(&nap, NULL);
    }
    fail_msg("it was waited for too long");
}

struct wanted_state {
    int fd, state;
};

static bool is_in_state(void *arg)
{
    const struct wanted_state *wanted = arg;
    struct mlk_tcp_state state;

    return mlk_tcp_state_read(wanted->fd, &state) && state.state == wanted->state;
}

void loopback_until_state(int fd, int state)
{
    struct wanted_state wanted = {fd, state};

    loopback_until(is_in_state, &wanted);
}

struct mlk_socket loopback_socket(const struct loopback *l)
{
    struct mlk_sockets *all;
    const struct mlk_socket *found;
    struct mlk_socket copy;
    char why[160] = "";

    assert_int_equal(mlk_sockets_walk(&all, why, sizeof why), MLK_OK);
    found = mlk_sockets_of(all, l->server);
    assert_non_null(found);
    copy = *found;
    mlk_sockets_free(all);
    return copy;
}

size_t loopback_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(directory);
    while (readdir(directory))
        count++;
    (void)closedir(directory);
    return count;
}

static size_t at_first;

int loopback_setup(void **state)
{
    (void)state;
    at_first = loopback_descriptors();
    return 0;
}

int loopback_teardown(void **state)
{
    (void)state;
    return loopback_descriptors() == at_first ? 0 : -1;
}

static int64_t now_ms(struct mlk_session *s)
{
    struct timespec now;

    (void)s;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum mlk_status pause_ms(struct mlk_session *s, unsigned ms)
{
    struct loopback_session *fake = s->impl;
    const struct timespec nap = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L};

    atomic_fetch_add(&fake->pauses, 1);
    (void)nanosleep(&nap, NULL);
    return fake->killed_at_ms && now_ms(s) >= fake->killed_at_ms ? MLK_KILLED : MLK_OK;
}

void loopback_session_init(struct loopback_session *s)
{
    static const struct mlk_session_ops ops = {.now_ms = now_ms, .pause_ms = pause_ms};

    memset(s, 0, sizeof *s);
    s->session.ops = &ops;
    s->session.impl = s;
    s->session.flavour = MLK_MYSQL;
}
