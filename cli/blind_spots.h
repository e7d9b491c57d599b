/* SPDX-License-Identifier: GPL-2.0-only */
/* What could not be seen, gathered from many reports. */
#ifndef MIGLOCK_CLI_BLIND_SPOTS_H
#define MIGLOCK_CLI_BLIND_SPOTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "backend.h"

/* Adds a report's to all, each text once, and no more than limit in all. False where memory is out. */
bool mlk_blind_spots_add(cJSON *all, const cJSON *report, int limit);
/* Where there is no report that could tell what is hidden: those of a lock that nobody holds. Where they
 * cannot be found out none are added. False where memory is out. */
bool mlk_blind_spots_of_nobody(struct mlk_backend *b, cJSON *all, int limit);

#endif
