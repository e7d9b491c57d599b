/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections of this process with itself, whose client's host can fall silent; and a session that has
 * nothing but a clock. */
#ifndef MIGLOCK_TESTS_LOOPBACK_H
#define MIGLOCK_TESTS_LOOPBACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "miglock/session.h"
#include "sockets.h"

#include "unit.h"

/* The server's end is what was accepted. -1 is closed. */
struct loopback {
    int listener, client, server;
    char host[64];  /* as MySQL's process list shows the client */
    char path[108]; /* of a Unix socket that has one */
};

/* ip: of both ends, "127.0.0.1", "::1". */
struct loopback loopback_open(const char *ip);
/* A client more, of the same listener, from this address and port; 0 lets the kernel choose one. */
struct loopback loopback_more(const struct loopback *first, const char *ip, unsigned port);
unsigned loopback_client_port(const struct loopback *l);
/* A Unix socket. path: a name of its own, abstract, or with '/' a path, to be unlinked. */
struct loopback loopback_unix(const char *path);
void loopback_close(struct loopback *l);

/* The socket drops what comes in, before its TCP sees it: nothing is acknowledged or answered. */
void loopback_silence(int fd, bool silent);
/* The client ends without a word to the server, and its host answers for it from then on. */
void loopback_crash(struct loopback *l);
/* Closes the client so that its host sends a reset. */
void loopback_reset(struct loopback *l);

/* Waits, at most 5 s, until the server's end is in this state (tcp_state.h). */
void loopback_until_state(int fd, int state);
/* Waits, at most 5 s, until condition(arg). */
void loopback_until(bool (*condition)(void *), void *arg);

/* What a walk finds for this server's end. */
struct mlk_socket loopback_socket(const struct loopback *l);

/* Descriptors of this process. */
size_t loopback_descriptors(void);
/* Around each test: none stays open. */
int loopback_setup(void **state);
int loopback_teardown(void **state);
#define LOOPBACK_TEST(function) cmocka_unit_test_setup_teardown(function, loopback_setup, loopback_teardown)

/* A session for tests: now_ms, and pause_ms until killed. */
struct loopback_session {
    struct mlk_session session;
    int64_t killed_at_ms; /* of its clock; 0: never */
    atomic_int pauses;
};
void loopback_session_init(struct loopback_session *s);

#endif
