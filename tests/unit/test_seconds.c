/* SPDX-License-Identifier: GPL-2.0-only */
/* Seconds on a command line: what is no number of seconds is not taken for one. */
#include "seconds.h"
#include "unit.h"

static void parse(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"0", 0},         {"1", 1000},   {"300", 300000}, {"2.5", 2500},     {".5", 500},
        {"1.", 1000},     {"0.001", 1},  {"0.0009", 0},   {"3600", 3600000}, {"0003", 3000},
        {"", -1},         {".", -1},     {"-1", -1},      {"+1", -1},        {"1e3", -1},
        {"0x10", -1},     {"nan", -1},   {"1,5", -1},     {" 1", -1},        {"1 ", -1},
        {"5m", -1},       {"1.5.5", -1}, {"inf", -1},     {"3601", -1},      {"99999999999999999999", -1},
        {"3600.001", -1},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        int64_t ms = -1;

        if (mlk_seconds_parse(cases[i].text, 0, 3600000, &ms) != (cases[i].ms >= 0) || ms != cases[i].ms)
            fail_msg("'%s'", cases[i].text);
    }
}

static void least(void **state)
{
    int64_t ms = 7;

    (void)state;
    assert_false(mlk_seconds_parse("0.05", 100, 1000, &ms));
    assert_int_equal(ms, 7);
    assert_true(mlk_seconds_parse("0.1", 100, 1000, &ms));
    assert_int_equal(ms, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(parse), cmocka_unit_test(least)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
