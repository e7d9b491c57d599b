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
extern const struct mlk_tool mlk_tool_ghost_session;
extern const struct mlk_tool mlk_tool_knex;
extern const struct mlk_tool mlk_tool_liquibase;
extern const struct mlk_tool mlk_tool_msr;
extern const struct mlk_tool mlk_tool_bun;
extern const struct mlk_tool mlk_tool_yoyo;
extern const struct mlk_tool mlk_tool_morph;
extern const struct mlk_tool mlk_tool_laravel;
extern const struct mlk_tool mlk_tool_liquibase_sessionlock;
extern const struct mlk_tool mlk_tool_flyway;
extern const struct mlk_tool mlk_tool_golang_migrate;
extern const struct mlk_tool mlk_tool_grafana;
extern const struct mlk_tool mlk_tool_sqlx;
extern const struct mlk_tool mlk_tool_prisma;
extern const struct mlk_tool mlk_tool_sqitch;
extern const struct mlk_tool mlk_tool_sqitch_old;
extern const struct mlk_tool mlk_tool_ecto;
extern const struct mlk_tool mlk_tool_efcore_pomelo;
extern const struct mlk_tool mlk_tool_efcore_oracle;
extern const struct mlk_tool mlk_tool_atlas;
extern const struct mlk_tool mlk_tool_atlas_diff;
extern const struct mlk_tool mlk_tool_atlas_lint;
extern const struct mlk_tool mlk_tool_evolve;
extern const struct mlk_tool mlk_tool_kysely;
extern const struct mlk_tool mlk_tool_airflow;
extern const struct mlk_tool mlk_tool_mage;
extern const struct mlk_tool mlk_tool_gh_ost;
extern const struct mlk_tool mlk_tool_gh_ost_cutover;
extern const struct mlk_tool mlk_tool_spirit;
extern const struct mlk_tool mlk_tool_spirit_multi;
extern const struct mlk_tool mlk_tool_skeema;
extern const struct mlk_tool mlk_tool_named;

/* A flag column as a number, whatever its type (TINYINT, INT, BIT). False for NULL, a missing column (-1) and
 * text. */
bool mlk_flag(const struct mlk_rows *rows, size_t row, int column, int64_t *value);

#endif
