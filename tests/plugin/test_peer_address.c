/* SPDX-License-Identifier: GPL-2.0-only */
/* HOST of a process list: what it is read as, and which peers fit it. */
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "peer_address.h"

static struct mlk_address address(const char *ip, uint16_t port)
{
    struct sockaddr_storage at = {.ss_family = AF_INET6};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct mlk_address out;

    if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
        memcpy(&at, &in, sizeof in);
    } else {
        assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
        memcpy(&at, &in6, sizeof in6);
    }
    assert_true(mlk_address_from(&at, &out));
    return out;
}

static void kinds(void **state)
{
#define LONG_NAME "a123456789.b123456789.c123456789.d123456789.e123456789.f12"
    static const struct {
        const char *text;
        enum mlk_host_kind kind;
        unsigned port; /* 0: not with a port */
    } cases[] = {
        {NULL, MLK_HOST_ODD, 0},
        {"", MLK_HOST_ODD, 0},
        {":", MLK_HOST_ODD, 0},
        {":51234", MLK_HOST_ODD, 0},
        {"localhost", MLK_HOST_LOCAL, 0},
        {"localhost:51234", MLK_HOST_NAME, 51234},
        {"10.0.0.7:51234", MLK_HOST_ADDRESS, 51234},
        {"10.0.0.7:65535", MLK_HOST_ADDRESS, 65535},
        {"10.0.0.7:65536", MLK_HOST_ODD, 0},
        {"10.0.0.7:0", MLK_HOST_ODD, 0},
        {"10.0.0.7:", MLK_HOST_ODD, 0},
        {"10.0.0.7:1x", MLK_HOST_ODD, 0},
        {"10.0.0.7:-1", MLK_HOST_ODD, 0},
        {"10.0.0.7:051234", MLK_HOST_ODD, 0},
        {"10.0.0.7:99999999999999999999", MLK_HOST_ODD, 0},
        {"10.0.0.7", MLK_HOST_ADDRESS, 0},
        {"10.0.0:51234", MLK_HOST_ODD, 0},
        {"10.0.0", MLK_HOST_ODD, 0},
        {"2001:db8::1:51234", MLK_HOST_ADDRESS, 51234},
        {"2001:db8:1:2:3:4:5:6:51234", MLK_HOST_ADDRESS, 51234},
        {"2001:db8::a", MLK_HOST_ADDRESS, 0},
        {"::1:51234", MLK_HOST_ADDRESS, 51234},
        {"fe80::1%eth0:51234", MLK_HOST_ADDRESS, 51234},
        {"fe80::1%eth0", MLK_HOST_ADDRESS, 0},
        {"fe80::zz:51234", MLK_HOST_ODD, 0},
        {"[::1]:51234", MLK_HOST_ODD, 0},
        {"app.example:51234", MLK_HOST_NAME, 51234},
        {"app.example:1", MLK_HOST_NAME, 1},
        {"app.example", MLK_HOST_NAME, 0},
        {"app example:51234", MLK_HOST_ODD, 0},
        {LONG_NAME ":51234", MLK_HOST_NAME, 51234},
        {LONG_NAME ":512", MLK_HOST_NAME, 512},
        {LONG_NAME "345:512", MLK_HOST_ODD, 0}, /* cut? */
        {LONG_NAME "345:51234", MLK_HOST_NAME, 51234},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct mlk_host host = mlk_host_parse(cases[i].text);

        if (host.kind != cases[i].kind || host.with_port != (cases[i].port != 0) ||
            (host.with_port && host.peer.port != cases[i].port))
            fail_msg("%s: kind %d, %s port %u", cases[i].text ? cases[i].text : "NULL", (int)host.kind,
                     host.with_port ? "with" : "without", host.peer.port);
    }
}

static void very_long(void **state)
{
    char text[1000];

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(mlk_host_parse(text).kind, MLK_HOST_ODD);
    memcpy(text + sizeof text - 7, ":51234", 7);
    assert_int_equal(mlk_host_parse(text).kind, MLK_HOST_ODD);
}

static void which_fit(void **state)
{
    static const struct {
        const char *host, *ip;
        uint16_t port;
        bool fits;
    } cases[] = {
        {"10.0.0.7:51234", "10.0.0.7", 51234, true},
        {"10.0.0.7:51234", "10.0.0.7", 51235, false},
        {"10.0.0.7:51234", "10.0.0.8", 51234, false},
        {"10.0.0.7:51234", "::ffff:10.0.0.7", 51234, true},
        {"10.0.0.7:51234", "::10.0.0.7", 51234, false},
        {"::ffff:10.0.0.7:51234", "10.0.0.7", 51234, true},
        {"10.0.0.7", "10.0.0.7", 1, true},
        {"10.0.0.7", "10.0.0.8", 1, false},
        {"fe80::1%eth0:51234", "fe80::1", 51234, true},
        /* Both ways to read it. */
        {"2001:db8::1:2345", "2001:db8::1", 2345, true},
        {"2001:db8::1:2345", "2001:db8::1:2345", 1, true},
        {"2001:db8::1:2345", "2001:db8::1", 2346, false},
        {"2001:db8::1:51234", "2001:db8::1", 51234, true},
        {"app.example:51234", "10.0.0.7", 51234, true},
        {"app.example:51234", "10.0.0.7", 51235, false},
        {"app.example", "10.0.0.7", 51235, true},
        {"localhost", "127.0.0.1", 1, true},
        {"localhost", "127.3.2.1", 1, true},
        {"localhost", "::1", 1, true},
        {"localhost", "::ffff:127.0.0.1", 1, true},
        {"localhost", "10.0.0.7", 1, false},
        {"localhost", "::127.0.0.1", 1, false},
        {NULL, "10.0.0.7", 1, false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const struct mlk_host host = mlk_host_parse(cases[i].host);
        const struct mlk_address peer = address(cases[i].ip, cases[i].port);

        if (mlk_host_fits(&host, &peer) != cases[i].fits)
            fail_msg("%s and %s port %u", cases[i].host, cases[i].ip, cases[i].port);
    }
}

static void special_addresses(void **state)
{
    const struct mlk_address any4 = address("0.0.0.0", 1), any6 = address("::", 1),
                             one = address("0.0.0.1", 1);
    const struct sockaddr_storage local = {.ss_family = AF_UNIX};
    struct mlk_address out;

    (void)state;
    assert_true(mlk_address_is_any(&any4));
    assert_true(mlk_address_is_any(&any6));
    assert_false(mlk_address_is_any(&one));
    assert_false(mlk_address_from(&local, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(very_long),
        cmocka_unit_test(which_fit),
        cmocka_unit_test(special_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
