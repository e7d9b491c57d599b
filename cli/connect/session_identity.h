/* SPDX-License-Identifier: GPL-2.0-only */
/* Who answers at the other end of a connection: which server, which account, and whether a proxy stands in
 * between. */
#ifndef MIGLOCK_CLI_SESSION_IDENTITY_H
#define MIGLOCK_CLI_SESSION_IDENTITY_H

#include <stdint.h>

#include "miglock/session.h"

/* Fills flavour, server_version, user, host, own_id, caller_id and proxied. handshake_id: what the server
 * called the connection when it began; only its lower 32 bits count, as the handshake has no more. On
 * anything but MLK_OK s->error tells why. */
enum mlk_status mlk_session_identify(struct mlk_session *s, uint64_t handshake_id);

/* MLK_UNSUPPORTED, with s->error, where a proxy sends reads to another server than changes: then what is seen
 * is not of the server that would be changed. Asks only where s->proxied is set; may not be called in a
 * transaction. */
enum mlk_status mlk_session_one_server(struct mlk_session *s);

#endif
