/* SPDX-License-Identifier: GPL-2.0-only */
/* What would make a schema change of a table wait, or make others wait for it, at this moment. */
#ifndef MLK_CORE_ADVISE_IN_THE_WAY_H
#define MLK_CORE_ADVISE_IN_THE_WAY_H

#include "advisor.h"

/* Appends to list one object for each: kind ("session", "ddl", "backup", "transactions", "foreign_keys",
 * "replicas", "cluster"), connection_id or null, seconds or null, and text, a sentence. What cannot be seen
 * is added to blind_spots. Not MLK_OK only where there is no point in going on. */
enum mlk_status mlk_in_the_way(struct mlk_session *s, const struct mlk_table *table, cJSON *list,
                               cJSON *blind_spots);

#endif
