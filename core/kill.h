/* SPDX-License-Identifier: GPL-2.0-only */
/* The statements that end a connection, or the statement that it runs: the server's KILL, and where that is
 * not allowed, a procedure that a managed database has for it. */
#ifndef MLK_CORE_KILL_H
#define MLK_CORE_KILL_H

#include "miglock/buf.h"
#include "miglock/session.h"

enum mlk_kill { MLK_KILL_CONNECTION, MLK_KILL_QUERY };

/* Appends the statement that ends connection id if that holds the lock of this name at that moment, and else
 * fails with MLK_ER_NO_SUCH_THREAD. procedure: one of mlk_kill_procedure; NULL: KILL. */
void mlk_kill_text(struct mlk_buf *out, const char *procedure, const char *name, uint64_t id);

/* Appends the statement that ends connection id, or what it runs. query_id: MariaDB's number of the one
 * statement that may be ended, which fails where the connection is past it (Source: MariaDB manual, KILL);
 * -1: whatever it runs. procedure as above. */
void mlk_kill_id_text(struct mlk_buf *out, enum mlk_kill what, const char *procedure, uint64_t id,
                      int64_t query_id);

/* The server's own procedure for that, a constant such as "mysql.rds_kill"; NULL where it has
 * none, or this account may not see it. On anything but MLK_OK s->error tells why. For sessions whose
 * ops->calls is set. */
enum mlk_status mlk_kill_procedure(struct mlk_session *s, enum mlk_kill what, const char **out);

/* Whether the server would surely let this account end any connection. *any false: it may still let it end
 * this one or that. Inside MariaDB ops->may has the last word, so it is true there. On anything but MLK_OK
 * s->error tells why. Source: MySQL manual, KILL and SYSTEM_USER. */
enum mlk_status mlk_kill_any(struct mlk_session *s, bool *any);

/* Source: mysqld_error.h of both servers. The error of a KILL of connection 0, and so of a lock that its
 * holder has given back. */
enum { MLK_ER_NO_SUCH_THREAD = 1094 };

#endif
