/* SPDX-License-Identifier: GPL-2.0-only */
/* What the caller's account may do in MariaDB. Never more generous than the server itself would be. */
#ifndef MIGLOCK_MARIADB_PRIVILEGES_H
#define MIGLOCK_MARIADB_PRIVILEGES_H

#include "inner.h"

struct mlk_privileges;

/* For the account of the session. What was granted to it, to the roles that it may set, and to PUBLIC is read
 * when a question needs it. */
enum mlk_status mlk_privileges_load(struct mlk_inner *inner, struct mlk_privileges **out);
/* Accepts NULL. */
void mlk_privileges_free(struct mlk_privileges *p);
/* MLK_OK, or MLK_DENIED with a text that names the privilege; anything else: the grants cannot be read. */
enum mlk_status mlk_privileges_check(struct mlk_inner *inner, struct mlk_privileges *p,
                                     const struct mlk_access *need);

#endif
