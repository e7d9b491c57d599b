/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server's error log, for the port's log: one line with the server's own time stamp, whatever the text
 * holds, which is shown with the server's default settings (MySQL: level System, which log_error_verbosity
 * never hides; MariaDB: a note).
 *
 * line: NUL-terminated; stays the caller's. Control characters and what is no UTF-8 become '?'; what is
 * longer than MLK_LOG_TEXT_MAX bytes is cut at a character and ends in "...". Nothing is written where the
 * server does not have the functions that this needs. There is no result: a release does not depend on it.
 */
#ifndef MIGLOCK_ERROR_LOG_H
#define MIGLOCK_ERROR_LOG_H

#include "miglock/session.h"

/* MariaDB cuts a message after 1023 bytes (vprint_msg_to_log), MySQL a whole line after 8191. */
enum { MLK_LOG_TEXT_MAX = 1000 };

/* Both on the session's thread. */
void mlk_mysql_log(struct mlk_session *s, const char *line);
void mlk_mariadb_log(struct mlk_session *s, const char *line);

#endif
