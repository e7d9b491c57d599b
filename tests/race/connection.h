/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection of the race, and what can happen to it. */
#ifndef MIGLOCK_TESTS_RACE_CONNECTION_H
#define MIGLOCK_TESTS_RACE_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <mysql.h>

struct race_server {
    const char *socket;
    const char *host; /* and port: for TCP */
    unsigned port;
    const char *user; /* may do everything */
    const char *password;
    bool misdelivers; /* a killed session's last words may go to another client: docs/servers.md, MySQL */
};

struct race_error {
    unsigned number; /* of the client library; 0: it gives none */
    char text[512];
};

enum race_answer {
    RACE_OK,
    RACE_KILLED, /* the connection is lost, or about to be */
    RACE_ERROR   /* mysql_error() tells */
};

/* A holder comes as an account of its own, by TCP or socket, in a schema or none (NULL). mysql_close() ends
 * it. NULL: not to be had, and error says why. */
MYSQL *race_connect_holder(const struct race_server *server, bool tcp, const char *schema,
                           struct race_error *error);
/* A releaser may do everything. */
MYSQL *race_connect_releaser(const struct race_server *server, struct race_error *error);
bool race_is_mariadb(MYSQL *mysql);

/* What the error of the last call came to. */
enum race_answer race_answer_of(MYSQL *mysql);
struct race_error race_error_of(MYSQL *mysql);
/* Runs one statement and throws its result away. affected may be NULL. */
enum race_answer race_run(MYSQL *mysql, const char *sql, uint64_t *affected);
/* The first column of its first row, as a result that the caller gives to mysql_free_result(). *text is NULL
 * for SQL NULL. On anything but RACE_OK there is no result. */
enum race_answer race_ask(MYSQL *mysql, const char *sql, MYSQL_RES **result, const char **text);

/* A statement that waits on the server. On MariaDB it is not SLEEP(): with several sessions in SLEEP() a KILL
 * of one holds up the whole server for seconds, the process list too. There it waits for the lock RACE_NEVER,
 * which somebody else must hold. */
#define RACE_NEVER "race_never"
enum { RACE_WAIT_MAX = 64 };
void race_server_wait(MYSQL *mysql, unsigned milliseconds, char out[RACE_WAIT_MAX]);

/* Waits without a word to the server. True, and at once, where the server has closed the connection. */
bool race_wait(MYSQL *mysql, unsigned microseconds);
/* Microseconds of a clock that never goes back. */
int64_t race_now(void);

#endif
