/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a Ghost site keeps its data. */
#ifndef MIGLOCK_CLI_GHOST_SITE_H
#define MIGLOCK_CLI_GHOST_SITE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "connection.h"
#include "miglock/status.h"

struct mlk_ghost_site {
    char path[4096];    /* of its configuration file */
    cJSON *settings;    /* database.client and database.connection with the environment in it */
    const char *schema; /* points into settings */
};

/* Reads the configuration of the site in directory, and the environment's changes to it. The caller frees it.
 * MLK_USAGE with a line in error where it cannot be read or is about no MySQL database. */
enum mlk_status mlk_ghost_site_read(const char *directory, struct mlk_ghost_site **out, char *error,
                                    size_t error_size);
enum mlk_status mlk_ghost_site_apply(struct mlk_connection *c, const struct mlk_ghost_site *site, char *error,
                                     size_t error_size);
void mlk_ghost_site_free(struct mlk_ghost_site *site);

#endif
