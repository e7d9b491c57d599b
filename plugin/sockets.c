/* SPDX-License-Identifier: GPL-2.0-only */
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptors.h"

/* What a socket listens on. */
struct listener {
    struct sockaddr_storage name;
    socklen_t len;
};

struct listeners {
    struct listener *items;
    size_t count;
};

static int option(int fd, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 && len == sizeof value ? value : -1;
}

static bool local_name(int fd, struct sockaddr_storage *name, socklen_t *len)
{
    memset(name, 0, sizeof *name);
    *len = sizeof *name;
    return getsockname(fd, (struct sockaddr *)name, len) == 0 && *len <= sizeof *name;
}

/* getpeername() knows nothing of a connection that was reset; SO_PEERNAME does. It takes no more room than
 * the address fills (sk_getsockopt, net/core/sock.c). */
static bool peer_name(int fd, int family, struct sockaddr_storage *name)
{
    socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

    memset(name, 0, sizeof *name);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERNAME, name, &len) == 0)
        return true;
    len = sizeof *name;
    return getpeername(fd, (struct sockaddr *)name, &len) == 0;
}

static pid_t peer_pid(int fd)
{
    struct ucred cred = {.pid = 0};
    socklen_t len = sizeof cred;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 || len < sizeof cred || cred.pid <= 0)
        return -1;
    return cred.pid;
}

static bool is_tcp(int fd)
{
    return option(fd, SO_TYPE) == SOCK_STREAM && option(fd, SO_PROTOCOL) == IPPROTO_TCP;
}

static bool is_inet(int family)
{
    return family == AF_INET || family == AF_INET6;
}

/* Whether a connection with this local name came in through one of these. An outgoing one has a port that
 * nobody listens on, or no name. */
static bool came_in(const struct listeners *all, const struct sockaddr_storage *name, socklen_t len)
{
    struct mlk_address local, listening;
    bool inet = mlk_address_from(name, &local);

    for (size_t i = 0; i < all->count; i++) {
        const struct listener *l = &all->items[i];

        if (inet && mlk_address_from(&l->name, &listening) && listening.port == local.port &&
            (mlk_address_is_any(&listening) || mlk_address_same_ip(&listening, &local)))
            return true;
        if (!inet && l->name.ss_family == name->ss_family && l->len == len &&
            memcmp(&l->name, name, len) == 0)
            return true;
    }
    return false;
}

static bool add_listener(struct listeners *all, const struct listener *one)
{
    struct listener *more = reallocarray(all->items, all->count + 1, sizeof *more);

    if (!more)
        return false;
    all->items = more;
    all->items[all->count++] = *one;
    return true;
}

/* Fills what the addresses and the kernel's names of this number are now; false where it is no stream socket
 * of these families. */
static bool describe(int fd, struct mlk_socket *out, struct sockaddr_storage *name, socklen_t *len)
{
    int family = option(fd, SO_DOMAIN);
    struct sockaddr_storage peer;
    struct stat st;

    memset(out, 0, sizeof *out);
    out->fd = fd;
    out->pid = -1;
    if (fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode) || !local_name(fd, name, len))
        return false;
    out->device = st.st_dev;
    out->inode = st.st_ino;
    if (family == AF_UNIX && option(fd, SO_TYPE) == SOCK_STREAM) {
        out->kind = MLK_SOCKET_UNIX;
        out->pid = peer_pid(fd);
        return *len > offsetof(struct sockaddr_un, sun_path); /* a listener has a name */
    }
    out->kind = MLK_SOCKET_TCP;
    return is_inet(family) && is_tcp(fd) && peer_name(fd, family, &peer) &&
           mlk_address_from(&peer, &out->peer) && mlk_address_from(name, &out->local);
}

/* An outgoing connection has another port, and no path. */
bool mlk_socket_came_in(int fd, const struct mlk_door *door, struct mlk_socket *out)
{
    struct sockaddr_storage name;
    socklen_t len;

    if (fd < 0 || option(fd, SO_ACCEPTCONN) != 0 || !describe(fd, out, &name, &len))
        return false;
    if (out->kind == MLK_SOCKET_TCP)
        return door->port && out->local.port == door->port;
    return door->path[0] &&
           strncmp(((const struct sockaddr_un *)&name)->sun_path, door->path, sizeof door->path) == 0;
}

/* Those that listen go to listeners, other sockets stay in numbers. */
static bool sort_out(struct mlk_descriptors *numbers, struct listeners *listeners)
{
    size_t kept = 0;

    for (size_t i = 0; i < numbers->count; i++) {
        int fd = numbers->items[i];
        int listens = option(fd, SO_ACCEPTCONN);
        struct listener l;

        if (listens < 0)
            continue;
        if (!listens)
            numbers->items[kept++] = fd;
        else if (local_name(fd, &l.name, &l.len) && !add_listener(listeners, &l))
            return false;
    }
    numbers->count = kept;
    return true;
}

static int by_inode(const void *left, const void *right)
{
    const struct mlk_socket *a = left, *b = right;

    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

/* A socket can have several descriptors: another call may be holding a duplicate. */
static void sort_and_unify(struct mlk_sockets *all)
{
    size_t kept = 0;

    qsort(all->items, all->count, sizeof *all->items, by_inode);
    for (size_t i = 0; i < all->count; i++) {
        if (kept == 0 || by_inode(&all->items[kept - 1], &all->items[i]) != 0)
            all->items[kept++] = all->items[i];
    }
    all->count = kept;
}

static struct mlk_sockets *collect(const struct mlk_descriptors *numbers, const struct listeners *listeners)
{
    struct mlk_sockets *all = calloc(1, sizeof *all);

    if (!all)
        return NULL;
    all->items = calloc(numbers->count + 1, sizeof *all->items);
    if (!all->items) {
        free(all);
        return NULL;
    }
    for (size_t i = 0; i < numbers->count; i++) {
        struct sockaddr_storage name;
        socklen_t len;

        if (describe(numbers->items[i], &all->items[all->count], &name, &len) &&
            came_in(listeners, &name, len))
            all->count++;
    }
    sort_and_unify(all);
    return all;
}

enum mlk_status mlk_sockets_walk(struct mlk_sockets **out, char *why, size_t why_size)
{
    struct mlk_descriptors numbers;
    struct listeners listeners = {NULL, 0};
    enum mlk_status status = mlk_descriptors_list(&numbers, why, why_size);

    *out = NULL;
    if (status)
        return status;
    if (sort_out(&numbers, &listeners))
        *out = collect(&numbers, &listeners);
    free(listeners.items);
    mlk_descriptors_free(&numbers);
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

void mlk_sockets_free(struct mlk_sockets *all)
{
    if (!all)
        return;
    free(all->items);
    free(all);
}

size_t mlk_sockets_find(const struct mlk_sockets *all, const struct mlk_host *host,
                        const struct mlk_socket **first)
{
    size_t found = 0;

    *first = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct mlk_socket *one = &all->items[i];

        if (one->kind == MLK_SOCKET_TCP && mlk_host_fits(host, &one->peer) && found++ == 0)
            *first = one;
    }
    return found;
}

const struct mlk_socket *mlk_sockets_of(const struct mlk_sockets *all, int fd)
{
    struct mlk_socket wanted = {.fd = fd};
    struct stat st;

    if (fd < 0 || !all->count || fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode))
        return NULL;
    wanted.device = st.st_dev;
    wanted.inode = st.st_ino;
    return bsearch(&wanted, all->items, all->count, sizeof *all->items, by_inode);
}

size_t mlk_sockets_count_unix(const struct mlk_sockets *all)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        count += all->items[i].kind == MLK_SOCKET_UNIX;
    return count;
}

bool mlk_sockets_has_pid(const struct mlk_sockets *all, int64_t pid)
{
    for (size_t i = 0; i < all->count; i++) {
        if (pid > 0 && all->items[i].kind == MLK_SOCKET_UNIX && all->items[i].pid == pid)
            return true;
    }
    return false;
}

/* Whether a number stands for this socket. */
static bool stands_for(int fd, const struct mlk_socket *socket)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_dev == socket->device &&
           st.st_ino == socket->inode;
}

/* Closing any descriptor of a file takes away all POSIX locks that the process has on it (fcntl_locking(2)),
 * and InnoDB locks its files so. A number that became a regular file in the instant between the last look and
 * the duplicate is left open instead: a descriptor less is better than a data directory without its lock. */
static void drop_stranger(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return;
    (void)close(fd);
}

int mlk_socket_hold(const struct mlk_socket *socket, char *why, size_t why_size)
{
    enum { ABOVE_STANDARD = 3 };
    struct mlk_socket held;
    struct sockaddr_storage name;
    socklen_t len;
    int fd = -1;

    errno = 0;
    if (stands_for(socket->fd, socket))
        fd = fcntl(socket->fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    if (fd < 0 && (errno == EMFILE || errno == EINVAL)) {
        (void)snprintf(why, why_size, "the server has no descriptor left");
        return -1;
    }
    if (fd >= 0 && stands_for(fd, socket) && describe(fd, &held, &name, &len) && held.kind == socket->kind &&
        held.peer.port == socket->peer.port && mlk_address_same_ip(&held.peer, &socket->peer) &&
        held.local.port == socket->local.port && mlk_address_same_ip(&held.local, &socket->local))
        return fd;
    if (fd >= 0)
        drop_stranger(fd);
    (void)snprintf(why, why_size, "its socket was closed meanwhile");
    return -1;
}

bool mlk_socket_is_open(struct mlk_socket *socket, int held)
{
    struct mlk_descriptors numbers;
    char why[64];
    bool found = false;

    if (stands_for(socket->fd, socket))
        return true;
    if (mlk_descriptors_list(&numbers, why, sizeof why))
        return true;
    for (size_t i = 0; i < numbers.count && !found; i++) {
        found = numbers.items[i] != held && stands_for(numbers.items[i], socket);
        if (found)
            socket->fd = numbers.items[i];
    }
    mlk_descriptors_free(&numbers);
    return found;
}
