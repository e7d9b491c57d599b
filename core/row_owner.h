/* SPDX-License-Identifier: GPL-2.0-only */
/* What a row says of its owner, against the sessions that are there. It can only add suspects: containers,
 * proxies and address translation show a server another address than the owner knows of itself. */
#ifndef MLK_CORE_ROW_OWNER_H
#define MLK_CORE_ROW_OWNER_H

#include "observe.h"

/* Whether this session is of the host, or where the row names no host, of the process, that the row names. */
bool mlk_row_owner_fits(const struct mlk_row_state *row, const struct mlk_person *p);
/* Adds reasons: the sessions that fit, or that none does. s tells which sessions count. */
void mlk_row_owner_say(struct mlk_session *s, struct mlk_observation *o);

#endif
