/* SPDX-License-Identifier: GPL-2.0-only */
/* Connections written as URLs: each part arrives where it belongs, and no error shows a password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "url.h"

static void same(const char *url, const char *got, const char *wanted)
{
    if ((got == NULL) != (wanted == NULL) || (got && strcmp(got, wanted) != 0))
        fail_msg("%s: got %s, wanted %s", url, got ? got : "nothing", wanted ? wanted : "nothing");
}

static void parts(void **state)
{
    static const struct {
        const char *url, *host, *user, *password, *socket;
        unsigned port;
        enum mlk_protocol protocol;
    } cases[] = {
        {"mysql://a:b@h:3307/s", "h", "a", "b", NULL, 3307, MLK_PROTOCOL_TCP},
        {"MYSQL2://a:b@h/s", "h", "a", "b", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mariadb://h", "h", NULL, NULL, NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"trilogy://h:1", "h", NULL, NULL, NULL, 1, MLK_PROTOCOL_TCP},
        {"mysql://", "localhost", NULL, NULL, NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql:///s", "localhost", NULL, NULL, NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://localhost:3306/s", "localhost", NULL, NULL, NULL, 3306, MLK_PROTOCOL_TCP},
        {"mysql://h:/s", "h", NULL, NULL, NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://a@h", "h", "a", NULL, NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://a:@h", "h", "a", "", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://:b@h", "h", NULL, "b", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://a%40b:%3a%2F%3F%23%25+@h/s", "h", "a@b", ":/?#%+", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://a:b:c@d@h", "h", "a", "b:c@d", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://%C3%A4:b@h", "h", "\xc3\xa4", "b", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://[::1]:3307/s", "::1", NULL, NULL, NULL, 3307, MLK_PROTOCOL_TCP},
        {"mysql://a:b@[fe80::1%25eth0]", "fe80::1%eth0", "a", "b", NULL, 0, MLK_PROTOCOL_DEFAULT},
        {"mysql://a@%2Frun%2Fmysqld.sock/s", NULL, "a", NULL, "/run/mysqld.sock", 0, MLK_PROTOCOL_SOCKET},
        {"mysql://a@h/s?socket=/run/s", NULL, "a", NULL, "/run/s", 0, MLK_PROTOCOL_SOCKET},
        {"mysql://a@h/s?unix_socket=%2Frun%2Fs#x", NULL, "a", NULL, "/run/s", 0, MLK_PROTOCOL_SOCKET},
        {"mysql://h?socketPath=/s&pool=5&encoding=utf8mb4&&reconnect", NULL, NULL, NULL, "/s", 0,
         MLK_PROTOCOL_SOCKET},
        {"mysql://h/s?charset=utf8mb4&connectionLimit=10&timezone=%2B00:00", "h", NULL, NULL, NULL, 0,
         MLK_PROTOCOL_DEFAULT},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_connection c = {0};
        char error[MLK_OPTION_ERROR_MAX] = "";

        same(cases[i].url, mlk_url_apply(&c, cases[i].url, error, sizeof error) ? error : "", "");
        same(cases[i].url, c.host, cases[i].host);
        same(cases[i].url, c.user, cases[i].user);
        same(cases[i].url, c.password, cases[i].password);
        same(cases[i].url, c.socket, cases[i].socket);
        assert_int_equal(c.port, cases[i].port);
        assert_int_equal(c.protocol, cases[i].protocol);
        mlk_connection_free(&c);
    }
}

static void tls(void **state)
{
    static const struct {
        const char *query;
        enum mlk_ssl_mode mode;
    } cases[] = {
        {"pool=5", MLK_SSL_VERIFY_CA}, /* nothing about it: what was said before */
        {"sslca=/x", MLK_SSL_VERIFY_CA},
        {"ssl-mode=DISABLED", MLK_SSL_DISABLED},
        {"sslmode=verify_identity", MLK_SSL_VERIFY_IDENTITY},
        {"ssl_mode=required", MLK_SSL_REQUIRED},
        {"sslMode=VERIFY-CA", MLK_SSL_VERIFY_CA},
        {"sslmode=verify-full", MLK_SSL_VERIFY_IDENTITY},
        {"ssl=true", MLK_SSL_REQUIRED},
        {"ssl=0", MLK_SSL_DISABLED},
        {"useSSL=false&requireSSL=true", MLK_SSL_REQUIRED},
        {"requireSSL=true&useSSL=false", MLK_SSL_REQUIRED},
        {"tls=true", MLK_SSL_VERIFY_IDENTITY},
        {"tls=skip-verify", MLK_SSL_REQUIRED},
        {"sslverify=true", MLK_SSL_VERIFY_IDENTITY},
        {"sslaccept=strict", MLK_SSL_VERIFY_IDENTITY},
        {"ssl=%7B%22rejectUnauthorized%22%3Atrue%7D", MLK_SSL_VERIFY_CA},
        {"ssl={\"rejectUnauthorized\":false}", MLK_SSL_REQUIRED},
        {"ssl={\"verifyIdentity\":true}", MLK_SSL_VERIFY_IDENTITY},
        {"ssl={\"rejectUnauthorized\":false}&sslmode=verify_ca", MLK_SSL_VERIFY_CA},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_connection c = {.ssl_mode = MLK_SSL_VERIFY_CA, .ssl = MLK_SWITCH_OFF};
        char error[MLK_OPTION_ERROR_MAX] = "", url[200];

        snprintf(url, sizeof url, "mysql://h/s?%s", cases[i].query);
        same(url, mlk_url_apply(&c, url, error, sizeof error) ? error : "", "");
        assert_int_equal(c.ssl_mode, cases[i].mode);
        mlk_connection_free(&c);
    }
}

static void mistakes(void **state)
{
    static const struct {
        const char *url, *part;
    } cases[] = {
        {"postgres://a:Secret@h", "must begin with mysql://"},
        {"a:Secret@h", "must begin with mysql://"},
        {"mysql:a:Secret@h", "must begin with mysql://"},
        {"mysql://a:Secret@h:x", "no port"},
        {"mysql://a:Secret@h:0", "no port"},
        {"mysql://a:Secret@h:65536", "no port"},
        {"mysql://a:Secret/w@h:1/s", "no port"},
        {"mysql://a:Secret#w@h:1/s", "no port"},
        {"mysql://a:Secret?w@h:1/s", "no port"},
        {"mysql://a:Secret@::1/s", "brackets"},
        {"mysql://a:Secret@[::1/s", "ends with ]"},
        {"mysql://a:Secret@[::1]3306/s", "no port"},
        {"mysql://a:Secret%@h", "hexadecimal"},
        {"mysql://a:Secret%4@h", "hexadecimal"},
        {"mysql://a:Secret%zz@h", "hexadecimal"},
        {"mysql://a:Secret%00@h", "hexadecimal"},
        {"mysql://a:Secret@h%", "hexadecimal"},
        {"mysql://a:Secret@h/s?socket=%", "hexadecimal"},
        {"mysql://a:Secret@h/s?sslmode=Secret", "does not know"},
        {"mysql://a:Secret@h/s?ssl=maybe", "does not know"},
        {"mysql://a:Secret@h/s?ssl={", "not JSON"},
        {"mysql://a:Secret@h/s?ssl={\"ca\":[]}", "ssl.ca cannot be used"},
        {"mysql://a:Secret@h/s?ssl_something=1", "about TLS"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_connection c = {0};
        char error[MLK_OPTION_ERROR_MAX] = "";

        if (mlk_url_apply(&c, cases[i].url, error, sizeof error) != MLK_USAGE ||
            !strstr(error, cases[i].part) || strstr(error, "Secret"))
            fail_msg("%s: %s", cases[i].url, error);
        mlk_connection_free(&c);
    }
}

/* An option file's password is not for a user that the URL names. */
static void replaces_what_files_say(void **state)
{
    struct mlk_connection c = {.port = 3307, .protocol = MLK_PROTOCOL_SOCKET};
    char error[MLK_OPTION_ERROR_MAX] = "";

    (void)state;
    assert_int_equal(mlk_connection_text(&c.user, "root"), MLK_OK);
    assert_int_equal(mlk_connection_text(&c.password, "of root"), MLK_OK);
    assert_int_equal(mlk_connection_text(&c.socket, "/run/s"), MLK_OK);
    assert_int_equal(mlk_url_apply(&c, "mysql://h/s", error, sizeof error), MLK_OK);
    assert_string_equal(c.password, "of root");
    assert_int_equal(c.port, 0);
    assert_int_equal(c.protocol, MLK_PROTOCOL_DEFAULT);
    assert_int_equal(mlk_url_apply(&c, "mysql://app@h/s", error, sizeof error), MLK_OK);
    assert_string_equal(c.user, "app");
    assert_null(c.password);
    assert_string_equal(c.socket, "/run/s");
    mlk_connection_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
        cmocka_unit_test(tls),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(replaces_what_files_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
