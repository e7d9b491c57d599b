/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>

#include "miglock/tool.h"

const struct mlk_tool mlk_table_tool = {
    .id = "table",
    .title = "a table",
    .kind = MLK_TABLE,
    .scope = MLK_PER_SCHEMA,
    .how = "the metadata locks of one table, which DDL takes and waits for",
    .takes_qualifier = true,
    .qualifier_is = "table",
};
