/* SPDX-License-Identifier: GPL-2.0-only */
/* How long the server has been up: what is made of answers that are not there, do not fit or are no numbers.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "mysql_services.h"
#include "mysql_uptime.h"
#include "unit.h"

struct mlk_mysql_services mlk_mysql; /* the component's, which is not part of this test */

static struct server {
    void *thd;
    const char *uptime; /* NULL: it does not tell */
    bool no_string, no_data;
    unsigned strings; /* not destroyed yet */
} server;

/* host.h */
void *mlk_host_current_thd(void)
{
    return server.thd;
}

static int get_status(void *thd, const char *name, bool global, void **string)
{
    size_t size = server.uptime ? strlen(server.uptime) + 1 : 0;

    assert_ptr_equal(thd, &server);
    assert_string_equal(name, "Uptime");
    assert_true(global);
    if (!server.uptime)
        return 1;
    if (server.no_string)
        return 0;
    *string = malloc(size); /* no longer than the text, so that a sanitizer sees a step outside */
    assert_non_null(*string);
    memcpy(*string, server.uptime, size);
    server.strings++;
    return 0;
}

static void destroy(void *string)
{
    free(string);
    server.strings--;
}

static int get_data(void *string, const char **data, size_t *length, void **charset)
{
    *data = server.no_data ? NULL : string;
    *length = strlen(string);
    *charset = NULL;
    return 0;
}

static const struct mysql_status_variable_string status = {get_status};
static const struct mysql_string_factory factory = {.destroy = destroy};
static const struct mysql_string_get_data_in_charset data = {get_data};

static int start(void **state)
{
    (void)state;
    server = (struct server){.thd = &server, .uptime = "12345"};
    mlk_mysql.status_variable_string = &status;
    mlk_mysql.string_factory = &factory;
    mlk_mysql.string_get_data_in_charset = &data;
    return 0;
}

static void what_is_told(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"0", 0},
        {"12345", 12345},
        {"4294967296", 4294967296},
        {"", -1},
        {"-1", -1},
        {" 1", -1},
        {"12.5", -1},
        {"soon", -1},
        {"11111111111111111111111", INT64_MAX},
        {"111111111111111111111111", -1}, /* does not fit */
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        server.uptime = cases[i].text;
        assert_int_equal(mlk_mysql_uptime(), cases[i].seconds);
        assert_int_equal(server.strings, 0);
    }
}

static void what_is_not(void **state)
{
    server.no_data = true;
    assert_int_equal(mlk_mysql_uptime(), -1);
    assert_int_equal(server.strings, 0);
    server.no_string = true;
    assert_int_equal(mlk_mysql_uptime(), -1);
    server.uptime = NULL;
    assert_int_equal(mlk_mysql_uptime(), -1);
    start(state);
    server.thd = NULL; /* the services would crash */
    assert_int_equal(mlk_mysql_uptime(), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_told, start),
        cmocka_unit_test_setup(what_is_not, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
