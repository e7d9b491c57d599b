/* SPDX-License-Identifier: GPL-2.0-only */
/* The tools themselves, and what several of them need. */
#ifndef MLK_CORE_TOOLS_H
#define MLK_CORE_TOOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "miglock/rows.h"
#include "miglock/tool.h"

extern const struct mlk_tool mlk_tool_rails;
extern const struct mlk_tool mlk_tool_ghost;
extern const struct mlk_tool mlk_tool_knex;
extern const struct mlk_tool mlk_tool_named;

/* A flag column as a number, whatever its type (TINYINT, INT, BIT). False for NULL, a missing column (-1) and
 * text. */
bool mlk_flag(const struct mlk_rows *rows, size_t row, int column, int64_t *value);

#endif
