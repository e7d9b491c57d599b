/* SPDX-License-Identifier: GPL-2.0-only */
/* What may have been meant, where nothing was found under a name. */
#ifndef MIGLOCK_CLI_NEARBY_H
#define MIGLOCK_CLI_NEARBY_H

#include <cjson/cJSON.h>

#include "backend.h"

/* The schema whose name is nearest to that one, in out; "" where none is near, or nobody can tell. *exists:
 * whether there is one of exactly that name. Fails as the session does. */
enum mlk_status mlk_nearby_schema(struct mlk_backend *b, const char *schema, bool *exists, char *out,
                                  size_t size);
/* MLK_NOT_FOUND with a line in error where there is no schema of that name. */
enum mlk_status mlk_nearby_check_schema(struct mlk_backend *b, const char *schema, char *error,
                                        size_t error_size);
/* Says on stderr, to people only, that the target of a report may be a typing mistake: where the lock is not
 * held, and there is no such schema, or another lock of nearly that name is held. */
void mlk_nearby_hint(struct mlk_backend *b, const struct mlk_cli *cli, const cJSON *report);

#endif
