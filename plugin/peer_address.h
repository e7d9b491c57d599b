/* SPDX-License-Identifier: GPL-2.0-only */
/* The address of a client: as a process list shows it, and as the kernel gives it. */
#ifndef MIGLOCK_PEER_ADDRESS_H
#define MIGLOCK_PEER_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* An IPv4 address is kept as the IPv4-mapped IPv6 address of RFC 4291, so that a client which a socket of
 * both families has accepted compares equal to what the servers print of it. */
struct mlk_address {
    uint8_t ip[16];
    uint16_t port;
};

/* What HOST of a process list says. MySQL shows the port. MariaDB does not show it to a session that runs
 * inside the server (fill_schema_processlist, sql_show.cc, 10.11; seen). IPv6 comes without brackets on both
 * (seen), so "2001:db8::1:2345" can be read in two ways. */
enum mlk_host_kind {
    MLK_HOST_ODD,     /* nothing that a socket can be found by */
    MLK_HOST_LOCAL,   /* "localhost": Unix socket, TCP without its port, or a session of the server's own */
    MLK_HOST_ADDRESS, /* "10.0.0.7:51234", "2001:db8::1:51234", "10.0.0.7" */
    MLK_HOST_NAME     /* "app.example:51234", "localhost:51234", "app.example" */
};

struct mlk_host {
    enum mlk_host_kind kind;
    bool with_port; /* peer is one way to read it; of a name only the port is known */
    struct mlk_address peer;
    bool bare; /* this address, without a port, is one way to read it */
    struct mlk_address bare_ip;
};

/* text may be NULL. */
struct mlk_host mlk_host_parse(const char *text);
/* Whether a connection with this peer could be the one. */
bool mlk_host_fits(const struct mlk_host *host, const struct mlk_address *peer);

/* False where it is neither IPv4 nor IPv6. */
bool mlk_address_from(const struct sockaddr_storage *from, struct mlk_address *out);
bool mlk_address_same_ip(const struct mlk_address *a, const struct mlk_address *b);
/* Whether it is what a socket listens on that takes every address. */
bool mlk_address_is_any(const struct mlk_address *a);
/* 127.0.0.0/8 or ::1. */
bool mlk_address_is_loopback(const struct mlk_address *a);

#endif
