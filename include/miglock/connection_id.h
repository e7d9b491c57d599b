/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection ids as people and SQL write them: what KILL takes. */
#ifndef MIGLOCK_CONNECTION_ID_H
#define MIGLOCK_CONNECTION_ID_H

#include <stddef.h>
#include <stdint.h>

#include "miglock/status.h"

enum { MLK_CONNECTION_ID_DIGITS = 20 }; /* of the greatest number in 64 bits */

/* Reads len bytes that are nothing but digits (leading zeros are allowed: ZEROFILL columns have them) and
 * greater than 0. MLK_USAGE, with one line in error and *id as it was, where they are anything else. */
enum mlk_status mlk_connection_id_parse(const char *text, size_t len, uint64_t *id, char *error,
                                        size_t error_size);

#endif
