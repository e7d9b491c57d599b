/* SPDX-License-Identifier: GPL-2.0-only */
#include "tcp_state.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Whether the kernel has filled this member: an older one gives a shorter structure. */
#define IS_FILLED(member, len)                                                                               \
    ((len) >= offsetof(struct tcp_info, member) + sizeof(((struct tcp_info *)0)->member))

bool mlk_tcp_state_read(int fd, struct mlk_tcp_state *out)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    memset(&info, 0, sizeof info);
    memset(out, 0, sizeof *out);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    if (!IS_FILLED(tcpi_last_ack_recv, len)) {
        errno = ENOPROTOOPT;
        return false;
    }
    out->state = info.tcpi_state;
    out->ack_ms = info.tcpi_last_ack_recv;
    out->data_ms = info.tcpi_last_data_recv;
    out->unacked = info.tcpi_unacked;
    out->retransmits = info.tcpi_retransmits;
    out->probes = info.tcpi_probes;
    out->segments = IS_FILLED(tcpi_segs_in, len) ? (int64_t)info.tcpi_segs_in : -1;
    return true;
}

int64_t mlk_tcp_heard_ms(const struct mlk_tcp_state *state)
{
    return state->ack_ms < state->data_ms ? state->ack_ms : state->data_ms;
}

const char *mlk_tcp_state_name(int state)
{
    static const char *const names[] = {
        "?",         "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
        "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING",
    };

    return state > 0 && (size_t)state < sizeof names / sizeof names[0] ? names[state] : names[0];
}

bool mlk_tcp_is_gone(int state)
{
    switch (state) {
    case MLK_TCP_TIME_WAIT:
    case MLK_TCP_CLOSE:
    case MLK_TCP_CLOSE_WAIT:
    case MLK_TCP_LAST_ACK:
    case MLK_TCP_CLOSING:
        return true;
    default:
        return false;
    }
}
