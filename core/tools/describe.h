/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MLK_CORE_TOOLS_DESCRIBE_H
#define MLK_CORE_TOOLS_DESCRIBE_H

#include <cjson/cJSON.h>

#include "miglock/tool.h"

/* All that the table says of a tool, with a worked example for the schema "app"; the caller owns it. NULL
 * where memory is out. */
cJSON *mlk_tool_describe(const struct mlk_tool *tool);

#endif
