/* SPDX-License-Identifier: GPL-2.0-only */
/* The times that a row tells: whose clock they are from, and which instants they can mean. */
#ifndef MLK_CORE_ROW_TIME_H
#define MLK_CORE_ROW_TIME_H

#include "observe.h"

/* From o->row to o->since_* and o->expires_* (seconds since 1970), o->facts.older_than_server and reasons.
 * Asks the server about the column and its time zone where the answer depends on them. MLK_OK also where a
 * time says nothing; anything else: there is no point in asking on. */
enum mlk_status mlk_row_times(struct mlk_session *s, struct mlk_observation *o);

#endif
