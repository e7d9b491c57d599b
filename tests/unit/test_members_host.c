/* SPDX-License-Identifier: GPL-2.0-only */
/* The hosts that --host names, each with a port of its own. */
#include <string.h>

#include "members.h"
#include "unit.h"

static void a_host_and_its_port(void **state)
{
    static const struct {
        const char *text, *host;
        unsigned port;
        const char *name;
    } cases[] = {
        {"db1", "db1", 0, "db1:3306"},
        {"db1.example:3307", "db1.example", 3307, "db1.example:3307"},
        {"10.0.0.7:65535", "10.0.0.7", 65535, "10.0.0.7:65535"},
        {"[2001:db8::3]", "2001:db8::3", 0, "[2001:db8::3]:3306"},
        {"[::1]:1", "::1", 1, "[::1]:1"},
        {"2001:db8::3", "2001:db8::3", 0, "[2001:db8::3]:3306"},
        {"[db1]:3307", "db1", 3307, "db1:3307"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_member member = {0};
        char error[200] = "";

        assert_int_equal(mlk_member_parse(cases[i].text, strlen(cases[i].text), &member, error, sizeof error),
                         MLK_OK);
        assert_string_equal(member.host, cases[i].host);
        assert_int_equal(member.port, cases[i].port);
        mlk_member_name(&member, 0, false);
        assert_string_equal(member.name, cases[i].name);
    }
}

static void what_is_no_host(void **state)
{
    static const char *const cases[] = {"",       ":3306",    "db1:",      "db1:0", "db1:65536", "db1:100000",
                                        "db1:x",  "db1:+1",   "[::1",      "[]",    "[]:1",      "[::1]x",
                                        "[::1]:", "[::1]:0x", "db1:3306 ", "db1:-1"};
    char longest[MLK_MEMBER_HOST_MAX + 1];
    struct mlk_member member;
    char error[200];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        error[0] = '\0';
        assert_int_equal(mlk_member_parse(cases[i], strlen(cases[i]), &member, error, sizeof error),
                         MLK_USAGE);
        assert_true(error[0]);
    }
    memset(longest, 'x', MLK_MEMBER_HOST_MAX);
    longest[MLK_MEMBER_HOST_MAX] = '\0';
    assert_int_equal(mlk_member_parse(longest, MLK_MEMBER_HOST_MAX, &member, error, sizeof error), MLK_USAGE);
    assert_int_equal(mlk_member_parse(longest, MLK_MEMBER_HOST_MAX - 1, &member, error, sizeof error),
                     MLK_OK);
}

/* The text is a part of a longer one. */
static void only_its_own_bytes_are_read(void **state)
{
    struct mlk_member member = {0};
    char error[200];

    (void)state;
    assert_int_equal(mlk_member_parse("db1:33,db2:44", 6, &member, error, sizeof error), MLK_OK);
    assert_string_equal(member.host, "db1");
    assert_int_equal(member.port, 33);
    assert_int_equal(mlk_member_parse("db1,db2:44", 3, &member, error, sizeof error), MLK_OK);
    assert_int_equal(member.port, 0);
    assert_int_equal(mlk_member_parse("[::1,x]", 4, &member, error, sizeof error), MLK_USAGE);
}

static void one_server_or_several(void **state)
{
    struct mlk_connection c = {0};
    char error[300];

    (void)state;
    assert_int_equal(mlk_member_settle(&c, false, error, sizeof error), MLK_OK);
    assert_null(c.host);
    assert_int_equal(mlk_connection_text(&c.host, "db1:3307"), MLK_OK);
    assert_int_equal(mlk_member_settle(&c, false, error, sizeof error), MLK_OK);
    assert_string_equal(c.host, "db1");
    assert_int_equal(c.port, 3307);
    assert_int_equal(c.protocol, MLK_PROTOCOL_TCP);
    assert_int_equal(mlk_connection_text(&c.host, "db1,db2"), MLK_OK);
    assert_int_equal(mlk_member_settle(&c, true, error, sizeof error), MLK_OK);
    assert_string_equal(c.host, "db1,db2");
    assert_int_equal(mlk_member_settle(&c, false, error, sizeof error), MLK_USAGE);
    assert_non_null(strstr(error, "db1,db2"));
    mlk_connection_free(&c);
}

static void what_is_the_machine_itself(void **state)
{
    (void)state;
    assert_true(mlk_member_is_loopback(""));
    assert_true(mlk_member_is_loopback("localhost"));
    assert_true(mlk_member_is_loopback("127.0.1.1"));
    assert_true(mlk_member_is_loopback("::1"));
    assert_false(mlk_member_is_loopback("10.127.0.1"));
    assert_false(mlk_member_is_loopback("localhost.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_and_its_port),         cmocka_unit_test(what_is_no_host),
        cmocka_unit_test(only_its_own_bytes_are_read), cmocka_unit_test(one_server_or_several),
        cmocka_unit_test(what_is_the_machine_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
