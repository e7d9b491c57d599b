/* SPDX-License-Identifier: GPL-2.0-only */
#include "host.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mariadb_session.h"
#include "mysql_services.h"

enum {
    MYSQL_ER_UDF_ERROR = 3200,       /* "%s UDF failed; %s", MySQL's mysqld_error.h */
    MARIADB_ER_UNKNOWN_ERROR = 1105, /* takes any text, MariaDB's mysqld_error.h */
    ER_QUERY_INTERRUPTED = 1317,     /* both */
};

/* A function of the server by its name, or NULL. POSIX lets a pointer to data hold one to a function. */
static bool find(const char *name, void *function, size_t size)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);

    memcpy(function, &symbol, size);
    return symbol != NULL;
}
#define FIND(function, name) find(name, &(function), sizeof(function))

/* A name that the server does not have is looked for in all of its libraries, some microseconds each time:
 * where the services are there, it is MySQL. */
enum mlk_flavour mlk_host_flavour(void)
{
    if (mlk_mysql.current_thread_reader)
        return MLK_MYSQL;
    return dlsym(RTLD_DEFAULT, "_current_thd") ? MLK_MARIADB : MLK_MYSQL;
}

static bool mysql_services_are_there(void)
{
#define IS_THERE(member, name) mlk_mysql.member &&
    return MLK_MYSQL_SERVICE_LIST(IS_THERE) true;
#undef IS_THERE
}

const char *mlk_host_missing(void)
{
    if (mlk_host_flavour() == MLK_MARIADB)
        return mlk_mariadb_has_sql() ? NULL
                                     : "miglock is not installed as a plugin: run INSTALL SONAME 'miglock'";
    return mysql_services_are_there()
               ? NULL
               : "miglock is not installed as a component: DROP this FUNCTION and the other miglock "
                 "functions, then run INSTALL COMPONENT 'file://miglock'";
}

void *mlk_host_current_thd(void)
{
    void *(*current_thd)(void);
    void *thd = NULL;

    if (mlk_mysql.current_thread_reader)
        return mlk_mysql.current_thread_reader->get(&thd) ? NULL : thd;
    return FIND(current_thd, "_current_thd") ? current_thd() : NULL;
}

bool mlk_host_killed(const void *thd)
{
    int (*killed)(const void *); /* both: sql_class.h, extern "C" */

    if (!thd)
        return false;
    /* MariaDB's thd_killed does not tell of KILL SOFT and max_statement_time, its thd_kill_level does. */
    if (!(mlk_host_flavour() == MLK_MARIADB && FIND(killed, "thd_kill_level")) && !FIND(killed, "thd_killed"))
        return false;
    return killed(thd) != 0;
}

static uint64_t connection_id(const void *thd)
{
    unsigned long (*mariadb_id)(const void *);
    uint32_t (*mysql_id)(const void *);

    if (mlk_host_flavour() == MLK_MARIADB)
        return FIND(mariadb_id, "thd_get_thread_id") ? mariadb_id(thd) : 0;
    return FIND(mysql_id, "thd_get_thread_id") ? mysql_id(thd) : 0;
}

/* One half of an account. Empty, cut or with a NUL in it, it would be another account: then nobody. */
static bool copy_name(char *to, size_t size, const char *from, size_t len)
{
    to[0] = '\0';
    if (!from || len >= size || memchr(from, '\0', len))
        return false;
    memcpy(to, from, len);
    to[len] = '\0';
    return true;
}

static bool mariadb_identity(struct mlk_caller *out)
{
    const char *(*priv_user)(const void *, size_t *);
    const char *(*priv_host)(const void *, size_t *);
    const char *text;
    size_t len = 0;

    if (!FIND(priv_user, "thd_priv_user") || !FIND(priv_host, "thd_priv_host"))
        return false;
    text = priv_user(out->thd, &len);
    if (!copy_name(out->user, sizeof out->user, text, len))
        return false;
    text = priv_host(out->thd, &len);
    return copy_name(out->host, sizeof out->host, text, len);
}

static bool mysql_identity(struct mlk_caller *out)
{
    struct mysql_lex_cstring user = {NULL, 0}, host = {NULL, 0};
    void *context = NULL;

    return !mlk_mysql.thd_security_context->get(out->thd, &context) && context &&
           !mlk_mysql.security_context_options->get(context, "priv_user", &user) &&
           !mlk_mysql.security_context_options->get(context, "priv_host", &host) &&
           copy_name(out->user, sizeof out->user, user.str, user.length) &&
           copy_name(out->host, sizeof out->host, host.str, host.length);
}

/* Whether MySQL still knows the account: connecting as one that was dropped leaves a session behind that
 * cannot be closed (mysql_session.c). */
static bool mysql_account_is_there(const struct mlk_caller *caller)
{
    void *context = NULL;
    bool there;

    if (mlk_mysql.security_context_factory->create(&context) || !context)
        return false;
    there = !mlk_mysql.account_database_security_context_lookup->lookup(context, caller->user, caller->host,
                                                                        NULL, NULL);
    (void)mlk_mysql.security_context_factory->destroy(context);
    return there;
}

enum mlk_status mlk_host_caller(struct mlk_caller *out, char *error, size_t error_size)
{
    const char *missing = mlk_host_missing();
    bool known;

    memset(out, 0, sizeof *out);
    if (missing) {
        (void)snprintf(error, error_size, "%s", missing);
        return MLK_UNSUPPORTED;
    }
    out->flavour = mlk_host_flavour();
    out->thd = mlk_host_current_thd();
    known = out->thd && (out->flavour == MLK_MARIADB ? mariadb_identity(out) : mysql_identity(out));
    if (!known || !out->user[0]) {
        (void)snprintf(error, error_size,
                       "nobody can tell whose rights count here: an anonymous account, or a session of the "
                       "server's own");
        return MLK_DENIED;
    }
    if (out->flavour == MLK_MYSQL && !mysql_account_is_there(out)) {
        (void)snprintf(error, error_size, "the account of this session does not exist any more");
        return MLK_DENIED;
    }
    out->connection_id = connection_id(out->thd);
    return MLK_OK;
}

static void emit(int number, ...)
{
    va_list args;

    va_start(args, number);
    mlk_mysql.runtime_error->emit(number, 0, args);
    va_end(args);
}

void mlk_host_raise(const char *function, const char *text)
{
    void (*mariadb_error)(unsigned, const char *, unsigned long, ...); /* my_sys.h */
    void (*mysql_error)(unsigned, const char *, int, ...);             /* my_sys.h, a C++ function */

    if (mlk_mysql.runtime_error)
        emit(MYSQL_ER_UDF_ERROR, function, text);
    else if (FIND(mariadb_error, "my_printf_error"))
        mariadb_error(MARIADB_ER_UNKNOWN_ERROR, "%s: %s", 0UL, function, text);
    else if (FIND(mysql_error, "_Z15my_printf_errorjPKciz")) /* MySQL, made by CREATE FUNCTION alone */
        mysql_error(MYSQL_ER_UDF_ERROR, "%s UDF failed; %s", 0, function, text);
}

void mlk_host_raise_killed(void)
{
    void (*mariadb_error)(unsigned, const char *, unsigned long, ...);

    if (mlk_mysql.runtime_error)
        emit(ER_QUERY_INTERRUPTED);
    else if (FIND(mariadb_error, "my_printf_error"))
        mariadb_error(ER_QUERY_INTERRUPTED, "%s", 0UL, "Query execution was interrupted");
}

bool mlk_host_use_utf8(struct mlk_udf_init *init, struct mlk_udf_args *args)
{
    void *charset = (void *)(uintptr_t) "utf8mb4"; /* not written to; it may be kept */
    const struct mysql_udf_metadata *metadata = mlk_mysql.udf_metadata;

    if (!metadata)
        return true;
    for (unsigned i = 0; i < args->arg_count; i++) {
        if (metadata->argument_set(args, "charset", i, charset))
            return false;
    }
    return !metadata->result_set(init, "charset", charset);
}
