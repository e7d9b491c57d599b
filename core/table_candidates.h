/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that could be a tool's, by one telling column or by their name: found in one or two statements,
 * however many schemas there are. */
#ifndef MLK_CORE_TABLE_CANDIDATES_H
#define MLK_CORE_TABLE_CANDIDATES_H

#include <cjson/cJSON.h>

#include "miglock/session.h"

enum { MLK_TABLES_MAX = 5000 };

struct mlk_table_name {
    const char *schema, *table;
};

struct mlk_table_candidates {
    struct mlk_table_name *items; /* in the order of schemas and tables, each once */
    size_t count;
    struct mlk_rows *by_column, *by_name; /* private: own the texts */
};

/* schema: the only one, or NULL. Tables of other people's may be among them. What was not searched becomes a
 * blind spot. On anything but MLK_OK out is empty. */
enum mlk_status mlk_table_candidates_read(struct mlk_session *s, const char *schema,
                                          struct mlk_table_candidates *out, cJSON *blind_spots);
/* Works on a zeroed struct. */
void mlk_table_candidates_free(struct mlk_table_candidates *candidates);

#endif
