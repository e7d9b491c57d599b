/* SPDX-License-Identifier: GPL-2.0-only */
#include "peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum {
    PORT_DIGITS = 5,
    /* MariaDB and older MySQL cut HOST at 64 bytes with the NUL (LIST_PROCESS_HOST_LEN, sql_show.cc of both),
     * and the port with it. */
    CUT_LENGTH = 63,
    NAME_LENGTH_MAX = 300, /* RFC 1035 has 255, and a port comes after it */
};

static void from_ipv4(const struct in_addr *from, uint8_t ip[16])
{
    memset(ip, 0, 10);
    memset(ip + 10, 0xff, 2);
    memcpy(ip + 12, from, 4);
}

bool mlk_address_from(const struct sockaddr_storage *from, struct mlk_address *out)
{
    memset(out, 0, sizeof *out);
    if (from->ss_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, from, sizeof in);
        from_ipv4(&in.sin_addr, out->ip);
        out->port = ntohs(in.sin_port);
        return true;
    }
    if (from->ss_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, from, sizeof in6);
        memcpy(out->ip, &in6.sin6_addr, sizeof out->ip);
        out->port = ntohs(in6.sin6_port);
        return true;
    }
    return false;
}

bool mlk_address_same_ip(const struct mlk_address *a, const struct mlk_address *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool mlk_address_is_any(const struct mlk_address *a)
{
    static const struct in_addr any = {INADDR_ANY};
    uint8_t ipv4[16];

    from_ipv4(&any, ipv4);
    return memcmp(a->ip, &in6addr_any, sizeof a->ip) == 0 || memcmp(a->ip, ipv4, sizeof ipv4) == 0;
}

bool mlk_address_is_loopback(const struct mlk_address *a)
{
    static const struct in_addr first = {0};
    uint8_t ipv4[16];

    from_ipv4(&first, ipv4);
    return memcmp(a->ip, &in6addr_loopback, sizeof a->ip) == 0 ||
           (memcmp(a->ip, ipv4, 12) == 0 && a->ip[12] == IN_LOOPBACKNET);
}

/* 0 where it is none. */
static uint16_t port_of(const char *text)
{
    unsigned long port = 0;

    if (*text == '0' || strlen(text) > PORT_DIGITS)
        return 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return 0;
        port = port * 10 + (unsigned long)(*text - '0');
    }
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* The servers print a link-local address with its zone ("fe80::1%eth0"), which the kernel keeps elsewhere. */
static bool ip_of(const char *text, struct mlk_address *out)
{
    char copy[INET6_ADDRSTRLEN + 1];
    size_t len = strcspn(text, "%");
    struct in_addr in;

    if (inet_pton(AF_INET, text, &in) == 1) {
        from_ipv4(&in, out->ip);
        return true;
    }
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(AF_INET6, copy, out->ip) == 1;
}

/* Neither an address nor half of one. */
static bool is_name(const char *text)
{
    return *text && !strpbrk(text, ":/% ") && strspn(text, "0123456789.") < strlen(text);
}

struct mlk_host mlk_host_parse(const char *text)
{
    struct mlk_host host = {.kind = MLK_HOST_ODD};
    char before[NAME_LENGTH_MAX + 1];
    const char *colon;
    size_t len;

    if (!text || strlen(text) > NAME_LENGTH_MAX)
        return host;
    if (strcmp(text, "localhost") == 0) {
        host.kind = MLK_HOST_LOCAL;
        return host;
    }
    host.bare = ip_of(text, &host.bare_ip);
    if (host.bare)
        host.kind = MLK_HOST_ADDRESS;
    colon = strrchr(text, ':');
    if (!colon) {
        if (is_name(text))
            host.kind = MLK_HOST_NAME;
        return host;
    }
    len = (size_t)(colon - text);
    memcpy(before, text, len);
    before[len] = '\0';
    host.peer.port = port_of(colon + 1);
    if (!host.peer.port || (strlen(text) >= CUT_LENGTH && strlen(colon + 1) < PORT_DIGITS))
        return host;
    if (ip_of(before, &host.peer))
        host.kind = MLK_HOST_ADDRESS;
    else if (is_name(before))
        host.kind = MLK_HOST_NAME;
    else
        return host;
    host.with_port = true;
    return host;
}

bool mlk_host_fits(const struct mlk_host *host, const struct mlk_address *peer)
{
    bool port_fits = host->with_port && peer->port == host->peer.port;

    switch (host->kind) {
    case MLK_HOST_ADDRESS:
        return (port_fits && mlk_address_same_ip(peer, &host->peer)) ||
               (host->bare && mlk_address_same_ip(peer, &host->bare_ip));
    case MLK_HOST_NAME:
        return port_fits || !host->with_port;
    case MLK_HOST_LOCAL:
        return mlk_address_is_loopback(peer);
    case MLK_HOST_ODD:
        break;
    }
    return false;
}
