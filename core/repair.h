/* SPDX-License-Identifier: GPL-2.0-only */
/* The two halves of a repair: the frame decides, the rows are changed. */
#ifndef MLK_CORE_REPAIR_H
#define MLK_CORE_REPAIR_H

#include "release.h"

/* Whether this account and this server allow it, and whether the table can be changed as a whole or not at
 * all. False: outcome and reason are set. */
bool mlk_repair_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o);
/* Acts. MLK_OK where outcome and reason are set; anything else with s->error. */
enum mlk_status mlk_repair_rows(struct mlk_session *s, struct mlk_release *r,
                                const struct mlk_observation *o);

#endif
