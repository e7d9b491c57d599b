/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP keepalive options of a connection that belongs to somebody else: set for a while, then put back.
 *
 * The options are those of the connection, whichever duplicate they are set through. So where several threads
 * ask at once, one of them, the owner, has set them and puts them back, and the others watch; a thread that
 * still waits when the owner leaves becomes the next. How the kernel asks: net/ipv4/tcp_timer.c,
 * tcp_keepalive_timer().
 */
#ifndef MIGLOCK_KEEPALIVE_H
#define MIGLOCK_KEEPALIVE_H

#include <stdbool.h>
#include <stddef.h>

struct mlk_keepalive {
    int on;       /* SO_KEEPALIVE */
    int idle;     /* TCP_KEEPIDLE, seconds */
    int interval; /* TCP_KEEPINTVL, seconds */
    int count;    /* TCP_KEEPCNT */
};

struct mlk_asking {
    int fd;
    bool owner;
    struct mlk_keepalive before, during; /* the owner's */
};

/* Makes the kernel ask the peer, once it has been silent for a second: MLK_PROBE_QUESTIONS times, a second
 * apart, and then close the connection. False where that cannot or should not be done, with a clause in why;
 * everything is then as it was. fd is a duplicate of an established connection. */
bool mlk_asking_begin(struct mlk_asking *a, int fd, char *why, size_t why_size);
/* To be called now and then while waiting: who is not the owner becomes it where the options are not set any
 * more. False as above. */
bool mlk_asking_go_on(struct mlk_asking *a, char *why, size_t why_size);
/* Puts everything back, if this is the owner. */
void mlk_asking_end(struct mlk_asking *a);

/* The four options as they are; false with errno. */
bool mlk_keepalive_read(int fd, struct mlk_keepalive *out);

#endif
