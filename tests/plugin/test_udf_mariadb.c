/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions in a MariaDB server: before INSTALL SONAME, and after it with callers that nobody knows. */
#include <stdio.h>
#include <string.h>

#include "miglock/session.h"
#include "udf_checks.h"
#include "udf_host.h"

static struct {
    void *thd;
    const char *user, *host;
    size_t user_length, host_length;
    int killed;
} server;

/* What the library looks up in a MariaDB server. my_thread_init is not here: there is no session to open. */
MLK_UDF_EXPORT void *_current_thd(void);
MLK_UDF_EXPORT const char *thd_priv_user(const void *thd, size_t *length);
MLK_UDF_EXPORT const char *thd_priv_host(const void *thd, size_t *length);
MLK_UDF_EXPORT int thd_killed(const void *thd);
MLK_UDF_EXPORT void my_printf_error(unsigned number, const char *format, unsigned long flags, ...)
    __attribute__((format(printf, 2, 4)));

void *_current_thd(void)
{
    return server.thd;
}

const char *thd_priv_user(const void *thd, size_t *length)
{
    assert_ptr_equal(thd, server.thd);
    *length = server.user_length;
    return server.user;
}

const char *thd_priv_host(const void *thd, size_t *length)
{
    assert_ptr_equal(thd, server.thd);
    *length = server.host_length;
    return server.host;
}

int thd_killed(const void *thd)
{
    assert_ptr_equal(thd, server.thd);
    return server.killed;
}

void my_printf_error(unsigned number, const char *format, unsigned long flags, ...)
{
    va_list args;

    (void)flags;
    va_start(args, flags);
    udf_raise(number, format, args);
    va_end(args);
}

static void not_installed(void **state)
{
    (void)state;
    check_not_installed("INSTALL SONAME 'miglock'");
}

static void errors_name_the_function(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_name", 2);
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("%s%n"), UDF_TEXT("shop")},
                  "miglock_name: unknown tool '%s%n'");
    assert_int_equal(udf_raised.number, 1105); /* ER_UNKNOWN_ERROR */
    udf_end(&f);
}

/* What INSTALL SONAME does to the library: sql_service points into the server. Skips the test where the
 * library was built without the MariaDB half. */
static void install(void)
{
    static void *functions[64]; /* none of them is called before somebody is known */
    void **service = udf_symbol("sql_service");

    if (!service)
        skip();
    *service = functions;
}

static void take_away(void)
{
    void **service = udf_symbol("sql_service");

    if (service)
        *service = (void *)(uintptr_t)0x102; /* as in libmysqlservices.a */
    memset(&server, 0, sizeof server);
}

static const char nobody[] = "nobody can tell whose rights count here";

static void arguments(void **state)
{
    (void)state;
    install();
    check_arguments_of_rows(nobody);
    take_away();
    check_not_installed("INSTALL SONAME 'miglock'");
}

static void callers_that_nobody_knows(void **state)
{
    static char longest[MLK_ACCOUNT_MAX];
    static const struct {
        const char *user;
        size_t user_length;
        const char *host;
        size_t host_length;
    } cases[] = {
        {NULL, 0, "localhost", 9},
        {"", 0, "localhost", 9},
        {"root", 4, NULL, 0},
        {"root\0x", 6, "localhost", 9},
        {"root", 4, "local\0host", 10},
        {longest, sizeof longest, "localhost", 9},
        {"root", 4, longest, sizeof longest},
    };
    struct udf f;

    (void)state;
    memset(longest, 'u', sizeof longest);
    install();
    udf_open(&f, "miglock_status", 1);
    server.thd = &server;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        server.user = cases[i].user;
        server.user_length = cases[i].user_length;
        server.host = cases[i].host;
        server.host_length = cases[i].host_length;
        udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("rails:shop")}, nobody);
    }
    udf_end(&f);
    take_away();
}

/* UNINSTALL SONAME between init and row, a server without my_thread_init, a killed statement. */
static void servers_that_cannot(void **state)
{
    const struct udf_text target[] = {UDF_TEXT("rails:shop")};
    struct udf f;

    (void)state;
    install();
    udf_open(&f, "miglock_status", 1);
    server.thd = &server;
    server.user = server.host = "h";
    server.user_length = server.host_length = 1;
    udf_row_fails(&f, target, "miglock_status: ");
    server.killed = 1;
    udf_row_fails(&f, target, "interrupted");
    assert_int_equal(udf_raised.number, 1317); /* ER_QUERY_INTERRUPTED */
    take_away();
    udf_row_fails(&f, target, "run INSTALL SONAME 'miglock'");
    udf_end(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CHECKS_OF_EVERY_HOST,
        cmocka_unit_test(not_installed),
        cmocka_unit_test(errors_name_the_function),
        cmocka_unit_test(arguments),
        cmocka_unit_test(callers_that_nobody_knows),
        cmocka_unit_test(servers_that_cannot),
    };

    return udf_load(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
