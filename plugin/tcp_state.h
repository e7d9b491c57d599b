/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel knows of a TCP connection (TCP_INFO, tcp(7)). Reading it changes nothing. */
#ifndef MIGLOCK_TCP_STATE_H
#define MIGLOCK_TCP_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* The states that something is made of; the numbers are the kernel's (net/tcp_states.h, and /proc/net/tcp).
 */
enum {
    MLK_TCP_ESTABLISHED = 1,
    MLK_TCP_FIN_WAIT1 = 4,
    MLK_TCP_FIN_WAIT2 = 5,
    MLK_TCP_TIME_WAIT = 6,
    MLK_TCP_CLOSE = 7,
    MLK_TCP_CLOSE_WAIT = 8,
    MLK_TCP_LAST_ACK = 9,
    MLK_TCP_CLOSING = 11,
};

struct mlk_tcp_state {
    int state;
    int64_t ack_ms;      /* since the last acknowledgement from the peer; as fine as the kernel's tick */
    int64_t data_ms;     /* since the last data from it */
    int64_t unacked;     /* packets sent and not acknowledged */
    int64_t retransmits; /* how often the oldest of them was sent again */
    int64_t probes;      /* keepalives and window probes without an answer */
    int64_t segments;    /* segments received in the connection's life; -1 before Linux 4.2 */
};

/* False where this is no TCP connection, or the kernel tells too little. errno is set. */
bool mlk_tcp_state_read(int fd, struct mlk_tcp_state *out);
/* Since the peer was last heard of. */
int64_t mlk_tcp_heard_ms(const struct mlk_tcp_state *state);
/* "ESTABLISHED"; "?" for a number that is no state. */
const char *mlk_tcp_state_name(int state);
/* Whether the peer has ended the connection, or the connection ended. */
bool mlk_tcp_is_gone(int state);

#endif
