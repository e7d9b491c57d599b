/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding lock tables by their columns, whatever they are called, and the tables that go into the names of
 * locks. */
#ifndef MLK_CORE_LOCK_TABLES_H
#define MLK_CORE_LOCK_TABLES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "miglock/session.h"
#include "miglock/target.h"

/* What is done with a table that was found. Anything but MLK_OK ends the search and is its result. */
struct mlk_table_finder {
    /* A lock table. */
    enum mlk_status (*lock)(void *arg, const struct mlk_target *target);
    /* A table that is a qualifier of this tool's locks in its schema. The texts do not outlive the call. */
    enum mlk_status (*qualifier)(void *arg, const struct mlk_tool *tool, const char *schema,
                                 const char *table);
    void *arg;
};

/* Searches the schemas that this account may see, or only the one named, in the order of schemas and tables.
 * Of a table that the account may not read it learns nothing, not even that it is there. The number of
 * statements grows with the tables that are found, not with those that there are. */
enum mlk_status mlk_lock_tables_find(struct mlk_session *s, const char *schema,
                                     const struct mlk_table_finder *finder, cJSON *blind_spots);
/* Not one of the server's own, and visible to the account: inside MariaDB the session itself sees every
 * schema. */
bool mlk_schema_visible(struct mlk_session *s, const char *schema);

#endif
