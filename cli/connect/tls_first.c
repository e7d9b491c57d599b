/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmariadb logs in without TLS where the server offers none, although TLS was insisted on: it looks only
 * when it checks the host's name too, and caching_sha2_password then sends the password as it is (seen with
 * 3.3.20). So the connection is made in steps, and the server's first packet is looked at before anything
 * is sent. libmysqlclient does this by itself.
 */
#include "client_library.h"

#ifdef MARIADB_PACKAGE_VERSION

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { GREETING_BYTES = 512, HEADER_BYTES = 4, TRIES = 100, CAPABILITY_SSL = 0x0800 };

enum offer { OFFER_INCOMPLETE, OFFER_NONE, OFFER_TLS };

/*
 * Source: Protocol::HandshakeV10: protocol version 10, the server's version with its NUL, 4 bytes of id, 8 of
 * scramble, 1 unused, then the lower 2 bytes of the capabilities. Another packet is an error message, which
 * the library reads better.
 */
static enum offer offer_in(const unsigned char *packet, size_t size)
{
    const unsigned char *end;
    size_t at;

    if (size <= HEADER_BYTES)
        return OFFER_INCOMPLETE;
    if (packet[HEADER_BYTES] != 10)
        return OFFER_TLS;
    end = memchr(packet + HEADER_BYTES + 1, 0, size - HEADER_BYTES - 1);
    at = end ? (size_t)(end - packet) + 1 + 4 + 8 + 1 : size;
    if (at + 2 > size)
        return OFFER_INCOMPLETE;
    return (packet[at] | packet[at + 1] << 8) & CAPABILITY_SSL ? OFFER_TLS : OFFER_NONE;
}

/* Looks without taking anything from the socket, where something has arrived. */
static bool offers_tls(int fd)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    unsigned char packet[GREETING_BYTES];

    for (int i = 0; i < TRIES; i++) {
        ssize_t n = recv(fd, packet, sizeof packet, MSG_PEEK | MSG_DONTWAIT);
        enum offer offer = n > 0 ? offer_in(packet, (size_t)n) : OFFER_INCOMPLETE;

        if (n == 0) /* the server has closed it: the library says so */
            return true;
        if (offer != OFFER_INCOMPLETE)
            return offer == OFFER_TLS;
        nanosleep(&pause, NULL);
    }
    return false;
}

/* Waits for events of fd, at most limit_ms; -1: without limit. What has come; 0 where time is out. */
static short poll_one(int fd, short events, int limit_ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n;

    do {
        n = poll(&p, 1, limit_ms);
    } while (n < 0 && errno == EINTR);
    return n > 0 ? p.revents : 0;
}

/* Waits for what the library waits for. What has come, in its own bits. */
static int wait_for(MYSQL *mysql, int wanted)
{
    int limit_ms = wanted & MYSQL_WAIT_TIMEOUT ? (int)mysql_get_timeout_value_ms(mysql) : -1;
    short events = 0, come;

    if (wanted & MYSQL_WAIT_READ)
        events |= POLLIN;
    if (wanted & MYSQL_WAIT_WRITE)
        events |= POLLOUT;
    if (wanted & MYSQL_WAIT_EXCEPT)
        events |= POLLPRI;
    come = poll_one((int)mysql_get_socket(mysql), events, limit_ms);
    if (!come)
        return MYSQL_WAIT_TIMEOUT;
    if (come & (POLLERR | POLLHUP | POLLNVAL)) /* the library finds out what it is */
        return wanted & ~MYSQL_WAIT_TIMEOUT;
    return (come & POLLIN ? MYSQL_WAIT_READ : 0) | (come & POLLOUT ? MYSQL_WAIT_WRITE : 0) |
           (come & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
}

/* The first packet is waited for here: the library would read it and answer in one go. */
static enum mlk_status look_first(MYSQL *mysql, unsigned limit_s, bool *seen, int *come)
{
    int fd = (int)mysql_get_socket(mysql);
    short state = poll_one(fd, POLLIN, (int)limit_s * 1000);

    if (!state)
        *come = MYSQL_WAIT_TIMEOUT;
    if (!state || state & (POLLERR | POLLHUP | POLLNVAL))
        return MLK_OK;
    *seen = true;
    return offers_tls(fd) ? MLK_OK : MLK_UNSUPPORTED;
}

static enum mlk_status connect_in_steps(MYSQL *mysql, const struct mlk_connection *c, const char *password)
{
    unsigned limit_s = c->connect_timeout ? c->connect_timeout : MLK_CONNECT_TIMEOUT_S;
    enum mlk_status status = MLK_OK;
    MYSQL *connected = NULL;
    bool seen = false;
    int wanted;

    if (mysql_options(mysql, MYSQL_OPT_NONBLOCK, 0))
        return MLK_NO_MEMORY;
    wanted =
        mysql_real_connect_start(&connected, mysql, c->host, c->user, password, NULL, c->port, c->socket, 0);
    while (wanted) {
        int come = wait_for(mysql, wanted);

        if (!seen && come != MYSQL_WAIT_TIMEOUT)
            status = look_first(mysql, limit_s, &seen, &come);
        if (status != MLK_OK)
            return status;
        wanted = mysql_real_connect_cont(&connected, mysql, come);
    }
    return connected ? MLK_OK : MLK_GONE;
}

/* A local socket is connected in one step; there the password goes nowhere but to this machine's server, and
 * the caller sees that TLS is missing. */
enum mlk_status mlk_library_connect(MYSQL *mysql, const struct mlk_connection *c, const char *password)
{
    enum mlk_ssl_mode mode = mlk_library_ssl_mode(c);

    if (mode == MLK_SSL_REQUIRED || mode == MLK_SSL_VERIFY_CA)
        return connect_in_steps(mysql, c, password);
    return mysql_real_connect(mysql, c->host, c->user, password, NULL, c->port, c->socket, 0) ? MLK_OK
                                                                                              : MLK_GONE;
}

#else

enum mlk_status mlk_library_connect(MYSQL *mysql, const struct mlk_connection *c, const char *password)
{
    return mysql_real_connect(mysql, c->host, c->user, password, NULL, c->port, c->socket, 0) ? MLK_OK
                                                                                              : MLK_GONE;
}

#endif
