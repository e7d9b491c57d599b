/* SPDX-License-Identifier: GPL-2.0-only */
#include "mysql_host.h"

#include <string.h>

#include "udf_host.h"

struct mysql_host mysql_host;
static const struct mysql_component *installed;

/* udf_registration */

static int udf_register(const char *name, int return_type, void (*func)(void),
                        bool (*init)(struct mlk_udf_init *, struct mlk_udf_args *, char *),
                        void (*deinit)(struct mlk_udf_init *))
{
    assert_int_equal(return_type, MLK_UDF_STRING_RESULT);
    assert_true(func && init && deinit);
    if (++mysql_host.register_calls == mysql_host.register_fails_at)
        return 1;
    assert_true(mysql_host.count < MYSQL_HOST_NAMES_MAX);
    mysql_host.registered[mysql_host.count++] = name;
    return 0;
}

static int udf_unregister(const char *name, int *was_present)
{
    *was_present = 0;
    for (unsigned i = 0; i < mysql_host.count; i++) {
        if (strcmp(mysql_host.registered[i], name) != 0)
            continue;
        *was_present = 1;
        if (mysql_host.in_use && strcmp(mysql_host.in_use, name) == 0)
            return 1;
        mysql_host.registered[i] = mysql_host.registered[--mysql_host.count];
        return 0;
    }
    return 1;
}

/* mysql_udf_metadata */

static int set_charset(const char *type, const void *value)
{
    assert_string_equal(type, "charset");
    assert_string_equal(value, "utf8mb4");
    return ++mysql_host.charset_calls == mysql_host.charset_fails_at;
}

static int argument_set(struct mlk_udf_args *args, const char *type, unsigned index, void *value)
{
    assert_true(index < args->arg_count);
    return set_charset(type, value);
}

static int result_set(struct mlk_udf_init *init, const char *type, void *value)
{
    assert_non_null(init);
    return set_charset(type, value);
}

/* mysql_runtime_error; its texts are the server's */

static void emit(int number, int flags, va_list args)
{
    assert_int_equal(flags, 0);
    udf_raise((unsigned)number, number == 3200 ? "%s UDF failed; %s" : "Query execution was interrupted",
              args);
}

/* who asks */

static int current_thread(void **thd)
{
    *thd = mysql_host.thd;
    return 0;
}

static int context_get(void *thd, void **context)
{
    assert_ptr_equal(thd, mysql_host.thd);
    *context = &mysql_host;
    return 0;
}

static int context_option(void *context, const char *name, void *value)
{
    struct mysql_lex_cstring *text = value;

    assert_ptr_equal(context, &mysql_host);
    *text = strcmp(name, "priv_user") == 0 ? mysql_host.user : mysql_host.host;
    return 0;
}

static int context_create(void **context)
{
    *context = &mysql_host;
    return 0;
}

static int context_destroy(void *context)
{
    assert_ptr_equal(context, &mysql_host);
    return 0;
}

static int lookup(void *context, const char *user, const char *host, const char *ip, const char *db)
{
    assert_ptr_equal(context, &mysql_host);
    assert_true(user && host && !ip && !db);
    return mysql_host.dropped;
}

/* As the server exports it, for whichever thread asks. */
MLK_UDF_EXPORT int thd_killed(const void *thd);
int thd_killed(const void *thd)
{
    assert_ptr_equal(thd, mysql_host.thd);
    return mysql_host.killed;
}

/* sessions: these run on the library's thread, where an assertion could not end the test */

static int thread_init(void)
{
    mysql_host.threads++;
    return mysql_host.fails == 'T';
}

static void thread_end(void)
{
    mysql_host.threads_ended++;
}

static int connection_init(void **connection)
{
    if (mysql_host.fails == 'I')
        return 1;
    mysql_host.opened++;
    *connection = &mysql_host;
    return 0;
}

static int connection_connect(void *connection)
{
    return connection != &mysql_host;
}

static int connection_close(void *connection)
{
    mysql_host.closed += connection == &mysql_host;
    return 0;
}

static int option_set(void *connection, int option, const void *value)
{
    (void)option;
    return connection != &mysql_host || !value;
}

static const void *provided(const char *name)
{
    for (const struct mysql_service_ref *s = installed->provides; s->name; s++) {
        if (strcmp(s->name, name) == 0)
            return s->implementation;
    }
    return NULL;
}

/* Every statement fails, with a text of several lines. */
static int query(void *connection, const char *sql, unsigned long length)
{
    const struct mysql_text_consumer_factory *factory = provided("mysql_text_consumer_factory_v1.miglock");
    const struct mysql_text_consumer_error *error = provided("mysql_text_consumer_error_v1.miglock");
    void *context = NULL;

    if (!factory || !error || !sql || !length || factory->start(&context, &connection))
        return 1;
    error->handle_error(context, 1142, "command denied\nto somebody", "42000");
    factory->end(context);
    return 1;
}

static int affected_rows(void *connection, uint64_t *rows)
{
    (void)connection;
    *rows = 0;
    return 0;
}

static const struct mysql_udf_registration registration = {udf_register, udf_unregister};
static const struct mysql_udf_metadata metadata = {.argument_set = argument_set, .result_set = result_set};
static const struct mysql_runtime_error runtime_error = {emit};
static const struct mysql_current_thread_reader thread_reader = {current_thread};
static const struct mysql_thd_security_context security_context = {.get = context_get};
static const struct mysql_security_context_factory context_factory = {.create = context_create,
                                                                      .destroy = context_destroy};
static const struct mysql_account_database_security_context_lookup account_lookup = {lookup};
static const struct mysql_security_context_options context_options = {.get = context_option};
/* No session here lives long enough for these (test_mysql_uptime.c). */
static const struct mysql_status_variable_string status_variable;
static const struct mysql_string_factory string_factory;
static const struct mysql_string_get_data_in_charset string_data;
static const struct mysql_command_factory command_factory = {
    .init = connection_init, .connect = connection_connect, .close = connection_close};
static const struct mysql_command_options command_options = {.set = option_set};
static const struct mysql_command_query command_query = {query, affected_rows};
static const struct mysql_command_thread command_thread = {thread_init, thread_end};

void mysql_host_fill(const struct mysql_component *component, const char *but)
{
    static const struct {
        const char *name;
        const void *service;
    } services[] = {
        {"udf_registration", &registration},
        {"mysql_udf_metadata", &metadata},
        {"mysql_runtime_error", &runtime_error},
        {"mysql_current_thread_reader", &thread_reader},
        {"mysql_thd_security_context", &security_context},
        {"mysql_security_context_factory", &context_factory},
        {"mysql_account_database_security_context_lookup", &account_lookup},
        {"mysql_security_context_options", &context_options},
        {"mysql_status_variable_string", &status_variable},
        {"mysql_string_factory", &string_factory},
        {"mysql_string_get_data_in_charset", &string_data},
        {"mysql_command_factory", &command_factory},
        {"mysql_command_options", &command_options},
        {"mysql_command_query", &command_query},
        {"mysql_command_thread", &command_thread},
    };

    installed = component;
    for (const struct mysql_service_placeholder_ref *r = component->requires_; r->name; r++) {
        const void *service = NULL;

        for (size_t i = 0; i < UNIT_COUNT(services); i++) {
            if (strcmp(services[i].name, r->name) == 0)
                service = services[i].service;
        }
        if (!service)
            fail_msg("the component requires %s, which this host has not", r->name);
        *r->implementation = but && strcmp(but, r->name) == 0 ? NULL : (void *)(uintptr_t)service;
    }
}
