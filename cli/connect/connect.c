/* SPDX-License-Identifier: GPL-2.0-only */
#include "connect.h"

#include <errmsg.h>
#include <stdio.h>

#include "client_library.h"
#include "connect_advice.h"

/* Nothing may hang: every wait on the network has an end. The connection says who it is
 * (session_connect_attrs). */
static int set_basics(MYSQL *mysql, const struct mlk_connection *c)
{
    unsigned connect_s = c->connect_timeout ? c->connect_timeout : MLK_CONNECT_TIMEOUT_S;
    unsigned io_s = MLK_IO_TIMEOUT_S;
    int failed = 0;

    failed |= mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    failed |= mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &io_s);
    failed |= mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
    failed |= mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    failed |= mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "miglock");
    failed |= mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_version", MIGLOCK_VERSION);
    return failed;
}

static enum mlk_status without_tls(char *error, size_t error_size)
{
    snprintf(error, error_size, "cannot connect: TLS was asked for, and this server offers none%s",
             mlk_connect_advice(CR_SSL_CONNECTION_ERROR, true));
    return MLK_UNSUPPORTED;
}

/* No default database: then an unqualified function name can only be a native or a loadable function, never a
 * stored function that someone put into a schema. */
static enum mlk_status log_in(MYSQL *mysql, const struct mlk_connection *c, char *error, size_t error_size)
{
    enum mlk_status status = mlk_library_connect(mysql, c, c->password ? c->password : "");

    if (status == MLK_UNSUPPORTED)
        return without_tls(error, error_size);
    if (status != MLK_OK) {
        snprintf(error, error_size, "cannot connect: %s%s", mysql_error(mysql),
                 mlk_connect_advice(mysql_errno(mysql), c->password != NULL));
        return mlk_connect_denied(mysql_errno(mysql)) ? MLK_DENIED : MLK_GONE;
    }
    /* Belt and braces: a library that quietly went on without TLS must not pass. */
    if (mlk_library_ssl_mode(c) >= MLK_SSL_REQUIRED && !mysql_get_ssl_cipher(mysql))
        return without_tls(error, error_size);
    return MLK_OK;
}

enum mlk_status mlk_connect(const struct mlk_connection *c, MYSQL **out, char *error, size_t error_size)
{
    MYSQL *mysql = mysql_init(NULL);
    enum mlk_status status;

    *out = NULL;
    if (!mysql) {
        snprintf(error, error_size, "%s", mlk_status_text(MLK_NO_MEMORY));
        return MLK_NO_MEMORY;
    }
    status = mlk_library_options(mysql, c, error, error_size);
    if (status == MLK_OK && set_basics(mysql, c)) {
        snprintf(error, error_size, "the client library refused a basic option");
        status = MLK_UNSUPPORTED;
    }
    if (status == MLK_OK)
        status = log_in(mysql, c, error, error_size);
    if (status != MLK_OK) {
        mysql_close(mysql);
        return status;
    }
    *out = mysql;
    return MLK_OK;
}
