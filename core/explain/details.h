/* SPDX-License-Identifier: GPL-2.0-only */
/* What an error message tells beside that a lock is taken. */
#ifndef MLK_CORE_DETAILS_H
#define MLK_CORE_DETAILS_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "miglock/buf.h"
#include "miglock/tool.h"

enum { MLK_DETAIL_MAX = 300 }; /* bytes of one detail, with the NUL */

/*
 * An object of strings, which the caller owns: schema, where the text (mlk_plain) names exactly one, and what
 * messages of tool say, of the last such message in it: locked_by and since, name, table, ... A tool of NULL
 * says nothing of its own. NULL where memory is out. All values are printable UTF-8.
 */
cJSON *mlk_details(const struct mlk_tool *tool, const struct mlk_buf *text);

#endif
