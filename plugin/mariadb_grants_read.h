/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks a MariaDB server what was granted, and puts it into a list of grants. Each returns MLK_OK, or an error
 * as recorded in the session; the list is then of no use. */
#ifndef MIGLOCK_MARIADB_GRANTS_READ_H
#define MIGLOCK_MARIADB_GRANTS_READ_H

#include "inner.h"
#include "mariadb_grants.h"

enum { MLK_GRANTEE_MAX = 2 * MLK_ACCOUNT_MAX + 8 };

/* 'user'@'host' as the server puts it into GRANTEE: without any escape, so a quote in a name could make one
 * account look like another. False where that is so, or it does not fit. */
bool mlk_grantee(char *to, size_t size, const char *user, const char *host);

/* The rights ON *.* of the session's account; account is its GRANTEE. */
enum mlk_status mlk_grants_read_own(struct mlk_inner *inner, struct mlk_grants *g, const char *account);
/* The rights ON *.* of PUBLIC and of the roles that the account may set. The roles are for the caller to
 * free, also after an error. */
enum mlk_status mlk_grants_read_roles(struct mlk_inner *inner, struct mlk_grants *g, struct mlk_rows **roles);
/* The rights of all of them on schemas and tables. Only the whole of it says what is allowed: an entry can
 * narrow what another one gives. */
enum mlk_status mlk_grants_read_local(struct mlk_inner *inner, struct mlk_grants *g, const char *account,
                                      const struct mlk_rows *roles);

#endif
