/* SPDX-License-Identifier: GPL-2.0-only */
/* Grants as data: a list of who was granted what where, and the server's rules for reading it. Knows no
 * server. */
#ifndef MIGLOCK_MARIADB_GRANTS_H
#define MIGLOCK_MARIADB_GRANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/status.h"

/* The privileges that matter here, as bits. */
enum mlk_right {
    MLK_RIGHT_SELECT = 1,
    MLK_RIGHT_UPDATE = 2,
    MLK_RIGHT_PROCESS = 4,
    MLK_RIGHT_SUPER = 8,
    MLK_RIGHT_CONNECTION_ADMIN = 16,
    MLK_RIGHT_SEE = 32, /* the schema shows up in SHOW DATABASES */
    MLK_RIGHT_DELETE = 64,
    MLK_RIGHT_INSERT = 128,
};
/* The right of that name, or 0. "everywhere": it was granted ON *.*. */
unsigned mlk_right_of(const char *name, size_t len, bool everywhere);

struct mlk_grants;

struct mlk_grants *mlk_grants_new(bool names_ignore_case);
void mlk_grants_free(struct mlk_grants *g);
/* Adds rights of holder (a GRANTEE as the server spells it): ON *.* where schema is NULL, ON schema.* where
 * table is NULL (schema is then a LIKE pattern), else on that table. A table without a schema is no grant. */
enum mlk_status mlk_grants_add(struct mlk_grants *g, const char *holder, const char *schema,
                               const char *table, unsigned rights);
/* The same for an entry that is not the account's own but that the server may go by instead of it: one of an
 * anonymous user, or of the same user on another host. Which entry wins depends on where the client really
 * is, which nobody here knows. So such an entry gives nothing, and takes away what it does not have. Only for
 * schemas and tables. */
enum mlk_status mlk_grants_add_rival(struct mlk_grants *g, const char *holder, const char *schema,
                                     const char *table, unsigned rights);
/* Whether anyone in the list has the right there. schema and table may be NULL. */
bool mlk_grants_allow(const struct mlk_grants *g, unsigned right, const char *schema, const char *table);

/* For tests: the server's wild_compare. True where name matches. */
bool mlk_grants_match(const char *pattern, const char *name);

#endif
