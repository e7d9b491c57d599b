/* SPDX-License-Identifier: GPL-2.0-only */
/* The DDL that runs under a migration lock: the holder of the lock and what its ALTER waits for are one
 * story. */
#ifndef MLK_CORE_LOCK_DDL_H
#define MLK_CORE_LOCK_DDL_H

#include "observe.h"

/* Remembers that session, which holds or could hold the lock, if it runs DDL. */
void mlk_lock_ddl_note(struct mlk_observation *o, const struct mlk_person *p);
/* Looks at the tables of the DDL that was noted: fills o->ddl, which is empty where there was none, and adds
 * reasons. Only then anything is read. On anything but MLK_OK s->error tells why. */
enum mlk_status mlk_lock_ddl_look(struct mlk_session *s, struct mlk_observation *o);
/* The target of a table that such DDL waits for; NULL: none does. Owned by o. */
const char *mlk_lock_ddl_waits_for(const struct mlk_observation *o);
/* Adds what would help where that DDL waits; nothing where none does. */
void mlk_lock_ddl_advise(const struct mlk_observation *o, cJSON *because);

#endif
