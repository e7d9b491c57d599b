/* SPDX-License-Identifier: GPL-2.0-only */
/* The component in a MySQL server: what it registers, and its functions with callers that cannot be served.
 */
#include <stdio.h>
#include <string.h>

#include "mysql_host.h"
#include "udf_checks.h"
#include "udf_host.h"

enum { FUNCTIONS = 9 };

static struct mysql_component *component;

static int install(void **state)
{
    (void)state;
    memset(&mysql_host, 0, sizeof mysql_host);
    mysql_host_fill(component, NULL);
    return 0;
}

static void all_are_registered(void **state)
{
    (void)state;
    assert_string_equal(component->name, "miglock");
    assert_int_equal(component->init(), 0);
    assert_int_equal(mysql_host.count, FUNCTIONS);
    for (unsigned i = 0; i < FUNCTIONS; i++)
        assert_non_null(udf_symbol(mysql_host.registered[i]));
    assert_int_equal(component->deinit(), 0);
    assert_int_equal(mysql_host.count, 0);
}

/* One name is taken: INSTALL COMPONENT fails and leaves nothing. */
static void or_none_is(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= FUNCTIONS; n++) {
        install(NULL);
        mysql_host.register_fails_at = n;
        assert_int_not_equal(component->init(), 0);
        assert_int_equal(mysql_host.register_calls, n);
        assert_int_equal(mysql_host.count, 0);
    }
}

static void one_in_use_keeps_all(void **state)
{
    const char *names[FUNCTIONS];

    (void)state;
    assert_int_equal(component->init(), 0);
    memcpy(names, mysql_host.registered, sizeof names);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        mysql_host.in_use = names[i];
        assert_int_not_equal(component->deinit(), 0);
        assert_int_equal(mysql_host.count, FUNCTIONS);
    }
    mysql_host.in_use = NULL;
    assert_int_equal(component->deinit(), 0);
    assert_int_equal(mysql_host.count, 0);
    assert_int_equal(component->deinit(), 0); /* somebody has dropped them: that is no obstacle */
}

static void one_missing_service_is_told(void **state)
{
    (void)state;
    for (const struct mysql_service_placeholder_ref *r = component->requires_; r->name; r++) {
        mysql_host_fill(component, r->name);
        check_not_installed("INSTALL COMPONENT 'file://miglock'");
    }
}

/* Of each argument and of the result; where the server does not take it, the statement fails at its start. */
static void character_sets(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_name", 3);
    assert_int_equal(mysql_host.charset_calls, 4);
    udf_end(&f);
    for (unsigned n = 1; n <= 4; n++) {
        mysql_host.charset_calls = 0;
        mysql_host.charset_fails_at = n;
        udf_prepare(&f, "miglock_name", 3);
        assert_false(udf_begin(&f));
        assert_non_null(strstr(f.message, "utf8mb4"));
        udf_end(&f);
    }
}

static const char nobody[] = "nobody can tell whose rights count here";

static void arguments(void **state)
{
    (void)state;
    check_arguments_of_rows(nobody);
    assert_int_equal(mysql_host.threads, 0); /* nobody is known: nothing is even begun */
}

static void errors_name_the_function(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_name", 2);
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("%s%n"), UDF_TEXT("shop")},
                  "miglock_name UDF failed; unknown tool '%s%n'");
    assert_int_equal(udf_raised.number, 3200); /* ER_UDF_ERROR */
    udf_end(&f);
}

static const struct udf_text target[] = {{"rails:shop", 10}};

static void caller(const char *user, size_t user_length, const char *host, size_t host_length)
{
    mysql_host.thd = &mysql_host;
    mysql_host.user = (struct mysql_lex_cstring){user, user_length};
    mysql_host.host = (struct mysql_lex_cstring){host, host_length};
}

static void callers_that_nobody_knows(void **state)
{
    static char longest[MLK_ACCOUNT_MAX];
    static const struct {
        struct mysql_lex_cstring user, host;
    } cases[] = {
        {{NULL, 0}, {"%", 1}},    {{"", 0}, {"%", 1}},      {{longest, sizeof longest}, {"%", 1}},
        {{"ro\0t", 4}, {"%", 1}}, {{"root", 4}, {NULL, 0}}, {{"root", 4}, {longest, sizeof longest}},
    };
    struct udf f;

    (void)state;
    memset(longest, 'u', sizeof longest);
    udf_open(&f, "miglock_status", 1);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        caller(cases[i].user.str, cases[i].user.length, cases[i].host.str, cases[i].host.length);
        udf_row_fails(&f, target, nobody);
    }
    caller("root", 4, "localhost", 9);
    mysql_host.dropped = true;
    udf_row_fails(&f, target, "does not exist any more");
    assert_int_equal(mysql_host.threads, 0);
    udf_end(&f);
}

/* Whatever step fails: one error, one line, and all that was begun is ended. */
static void sessions_that_do_not_open(void **state)
{
    static const struct {
        char fails;
        const char *part;
        unsigned ended, closed;
    } cases[] = {
        {'T', "the server does not take another thread", 0, 0},
        {'I', "out of memory", 1, 0},
        {0, "command denied?to somebody", 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct udf f;

        install(NULL);
        caller("shop", 4, "%", 1);
        mysql_host.fails = cases[i].fails;
        udf_open(&f, "miglock_status", 1);
        for (unsigned row = 1; row <= 3; row++) {
            udf_row_fails(&f, target, cases[i].part);
            assert_int_equal(mysql_host.threads, row);
            assert_int_equal(mysql_host.threads_ended, row * cases[i].ended);
            assert_int_equal(mysql_host.opened, row * cases[i].closed);
            assert_int_equal(mysql_host.closed, row * cases[i].closed);
        }
        udf_end(&f);
    }
}

static void a_killed_statement(void **state)
{
    struct udf f;

    (void)state;
    caller("shop", 4, "%", 1);
    mysql_host.killed = true;
    udf_open(&f, "miglock_status", 1);
    udf_row_fails(&f, target, "interrupted");
    assert_int_equal(udf_raised.number, 1317); /* ER_QUERY_INTERRUPTED */
    udf_end(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CHECKS_OF_EVERY_HOST,
        cmocka_unit_test_setup(all_are_registered, install),
        cmocka_unit_test_setup(or_none_is, install),
        cmocka_unit_test_setup(one_in_use_keeps_all, install),
        cmocka_unit_test_setup(one_missing_service_is_told, install),
        cmocka_unit_test_setup(character_sets, install),
        cmocka_unit_test_setup(arguments, install),
        cmocka_unit_test_setup(errors_name_the_function, install),
        cmocka_unit_test_setup(callers_that_nobody_knows, install),
        cmocka_unit_test_setup(sessions_that_do_not_open, install),
        cmocka_unit_test_setup(a_killed_statement, install),
    };
    struct mysql_component *(*list_components)(void);
    void *symbol;

    if (!udf_load(argc, argv))
        return 2;
    symbol = udf_symbol("list_components");
    if (!symbol)
        return 2;
    memcpy(&list_components, &symbol, sizeof list_components);
    component = list_components();
    install(NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
