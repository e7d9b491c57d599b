/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the host at the other end of a TCP connection whether it is there. */
#ifndef MIGLOCK_QUESTION_H
#define MIGLOCK_QUESTION_H

#include "miglock/session.h"
#include "sockets.h"

/* Fills what TCP_INFO says: state, heard_ms, unacked, retransmits; MLK_PEER_GONE where the connection has
 * ended. held: a duplicate of a TCP connection. */
void mlk_question_look(int held, struct mlk_probe *out);

/* As above, and asks. held: a duplicate of socket. At most MLK_PROBE_LIMIT_MS; MLK_OK or MLK_KILLED. The
 * connection's options are as before in every case. */
enum mlk_status mlk_question_ask(struct mlk_session *s, struct mlk_socket *socket, int held,
                                 struct mlk_probe *out);

#endif
