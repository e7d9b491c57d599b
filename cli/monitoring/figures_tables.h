/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_CLI_FIGURES_TABLES_H
#define MIGLOCK_CLI_FIGURES_TABLES_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "monitored.h"

/* Adds tables, tables_found, tables_left_out and connections to a document of figures (docs/monitoring.md).
 * False where memory is out. */
bool mlk_table_figures_add(cJSON *document, const struct mlk_monitored *m, unsigned long limit);

#endif
