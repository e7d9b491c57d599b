/* SPDX-License-Identifier: GPL-2.0-only */
/* The connection that holds a named lock: which one, and whether it has done anything since. */
#ifndef MLK_CORE_HOLDER_H
#define MLK_CORE_HOLDER_H

#include "miglock/session.h"

/* Asks IS_USED_LOCK: *holder is the connection id, 0 where nobody has it. */
enum mlk_status mlk_named_holder(struct mlk_session *s, const char *name, uint64_t *holder);

/* A number that grows with every statement of a connection: MySQL's status variables Questions and
 * Bytes_received of its thread, MariaDB's QUERY_ID, which also counts the statements within a stored
 * procedure. -1 where this account or server does not show it. On anything but MLK_OK s->error tells why. */
enum mlk_status mlk_statement_counter(struct mlk_session *s, uint64_t connection_id, int64_t *counter);

#endif
