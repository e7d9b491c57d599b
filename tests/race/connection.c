/* SPDX-License-Identifier: GPL-2.0-only */
#include "connection.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client_library.h"

static MYSQL *open_as(const struct race_server *server, bool tcp, const char *user, const char *password,
                      const char *schema, struct race_error *error)
{
    /* without TLS: a byte from the server then means that it has something to say, and only that */
    struct mlk_connection plain = {.ssl = MLK_SWITCH_OFF,
                                   .get_server_public_key = MLK_SWITCH_ON,
                                   .protocol = tcp ? MLK_PROTOCOL_TCP : MLK_PROTOCOL_SOCKET};
    unsigned limit_s = 60;
    MYSQL *mysql = mysql_init(NULL);

    *error = (struct race_error){.text = "out of memory"};
    if (!mysql)
        return NULL;
    if (mlk_library_options(mysql, &plain, error->text, sizeof error->text) ||
        mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &limit_s) ||
        mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &limit_s) ||
        !mysql_real_connect(mysql, tcp ? server->host : NULL, user, password, schema, tcp ? server->port : 0,
                            tcp ? NULL : server->socket, 0)) {
        error->number = mysql_errno(mysql);
        if (error->number)
            snprintf(error->text, sizeof error->text, "cannot connect: %s (error %u)", mysql_error(mysql),
                     error->number);
        mysql_close(mysql);
        return NULL;
    }
    return mysql;
}

MYSQL *race_connect_holder(const struct race_server *server, bool tcp, const char *schema,
                           struct race_error *error)
{
    return open_as(server, tcp, "race", "", schema, error);
}

MYSQL *race_connect_releaser(const struct race_server *server, struct race_error *error)
{
    return open_as(server, false, server->user, server->password, NULL, error);
}

bool race_is_mariadb(MYSQL *mysql)
{
    return strstr(mysql_get_server_info(mysql), "MariaDB");
}

/* Source: mysqld_error.h and errmsg.h of both servers. 1927 is MariaDB's, 3169 and 4031 are MySQL's. */
enum race_answer race_answer_of(MYSQL *mysql)
{
    switch (mysql_errno(mysql)) {
    case 1053: /* ER_SERVER_SHUTDOWN, also for a killed connection */
    case 1317: /* ER_QUERY_INTERRUPTED */
    case 1927: /* ER_CONNECTION_KILLED */
    case 2006: /* CR_SERVER_GONE_ERROR */
    case 2013: /* CR_SERVER_LOST */
    case 3169: /* ER_SESSION_WAS_KILLED */
    case 4031: /* ER_CLIENT_INTERACTION_TIMEOUT */
        return RACE_KILLED;
    default:
        return RACE_ERROR;
    }
}

struct race_error race_error_of(MYSQL *mysql)
{
    struct race_error error = {.number = mysql_errno(mysql)};

    snprintf(error.text, sizeof error.text, "%s",
             error.number ? mysql_error(mysql) : "not what was asked for");
    return error;
}

enum race_answer race_run(MYSQL *mysql, const char *sql, uint64_t *affected)
{
    MYSQL_RES *result;

    if (mysql_query(mysql, sql))
        return race_answer_of(mysql);
    result = mysql_store_result(mysql);
    if (result)
        mysql_free_result(result);
    else if (mysql_errno(mysql))
        return race_answer_of(mysql);
    if (affected)
        *affected = mysql_affected_rows(mysql);
    return RACE_OK;
}

enum race_answer race_ask(MYSQL *mysql, const char *sql, MYSQL_RES **result, const char **text)
{
    MYSQL_ROW row;

    *result = NULL;
    *text = NULL;
    if (mysql_query(mysql, sql))
        return race_answer_of(mysql);
    *result = mysql_store_result(mysql);
    if (!*result)
        return mysql_errno(mysql) ? race_answer_of(mysql) : RACE_ERROR;
    row = mysql_fetch_row(*result);
    if (row) {
        *text = row[0];
        return RACE_OK;
    }
    mysql_free_result(*result);
    *result = NULL;
    return RACE_ERROR;
}

void race_server_wait(MYSQL *mysql, unsigned milliseconds, char out[RACE_WAIT_MAX])
{
    /* MySQL rounds the limit of GET_LOCK() to whole seconds */
    if (race_is_mariadb(mysql))
        snprintf(out, RACE_WAIT_MAX, "DO GET_LOCK('" RACE_NEVER "', %u.%03u)", milliseconds / 1000,
                 milliseconds % 1000);
    else
        snprintf(out, RACE_WAIT_MAX, "DO SLEEP(%u.%03u)", milliseconds / 1000, milliseconds % 1000);
}

static int socket_of(MYSQL *mysql)
{
#ifdef MARIADB_PACKAGE_VERSION
    return mysql_get_socket(mysql);
#else
    return mysql->net.fd;
#endif
}

bool race_wait(MYSQL *mysql, unsigned microseconds)
{
    struct pollfd fd = {.fd = socket_of(mysql), .events = POLLIN | POLLRDHUP};
    struct timespec limit = {.tv_sec = microseconds / 1000000,
                             .tv_nsec = (long)(microseconds % 1000000) * 1000};

    return ppoll(&fd, 1, &limit, NULL) > 0;
}

int64_t race_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
