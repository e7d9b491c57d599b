/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding lock tables by their columns, whatever they are called. */
#ifndef MLK_CORE_LOCK_TABLES_H
#define MLK_CORE_LOCK_TABLES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "miglock/session.h"
#include "miglock/target.h"

/* Called for each table found. Anything but MLK_OK ends the search and is its result. */
typedef enum mlk_status mlk_lock_table_found(void *arg, const struct mlk_target *target);

/* Searches the schemas that this account may see, or only the one named. Of a table that the account may not
 * read it learns nothing, not even that it is there. */
enum mlk_status mlk_lock_tables_find(struct mlk_session *s, const char *schema, mlk_lock_table_found *found,
                                     void *arg, cJSON *blind_spots);
/* Not one of the server's own, and visible to the account: inside MariaDB the session itself sees every
 * schema. */
bool mlk_schema_visible(struct mlk_session *s, const char *schema);

#endif
