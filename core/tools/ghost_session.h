/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MLK_CORE_GHOST_SESSION_H
#define MLK_CORE_GHOST_SESSION_H

#include "miglock/buf.h"

/* Appends the name of the lock that knex-migrator is to hold beside its row, for this schema. */
enum mlk_status mlk_ghost_session_name(const char *schema, struct mlk_buf *out);

#endif
