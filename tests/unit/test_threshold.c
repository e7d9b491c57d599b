/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of monitoring plugins: what is one, and what alerts. */
#include <math.h>
#include <string.h>

#include "threshold.h"
#include "unit.h"

/* The table of the Monitoring Plugins Development Guidelines, "Threshold and Ranges", and beyond. */
static void values(void **state)
{
    static const struct {
        const char *range;
        double value;
        bool alert;
    } cases[] = {
        {"10", -1, true},           {"10", 0, false},      {"10", 10, false},     {"10", 10.5, true},
        {"10:", 9, true},           {"10:", 10, false},    {"10:", 1e15, false},  {"~:10", -1e15, false},
        {"~:10", 10, false},        {"~:10", 11, true},    {"10:20", 9.9, true},  {"10:20", 10, false},
        {"10:20", 20, false},       {"10:20", 20.1, true}, {"@10:20", 9, false},  {"@10:20", 10, true},
        {"@10:20", 20, true},       {"@10:20", 21, false}, {":10", 5, false},     {":10", 11, true},
        {"@~:10", 10, true},        {"@~:10", 11, false},  {"-10:-5", -7, false}, {"-10:-5", -4, true},
        {"0.5:1.5", 1, false},      {"0.5:1.5", 2, true},  {"0", 0, false},       {"0", 1, true},
        {"~:", -1e15, false},       {"~:", 1e15, false},   {"@10", 10, true},     {"@10", 11, false},
        {"0600:00900", 700, false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_threshold t = {0};

        if (mlk_threshold_parse(cases[i].range, &t) != MLK_OK)
            fail_msg("'%s' is no range", cases[i].range);
        assert_true(t.given);
        assert_string_equal(t.text, cases[i].range);
        if (mlk_threshold_judge(&t, cases[i].value, cases[i].value) !=
            (cases[i].alert ? MLK_ALERT : MLK_NO_ALERT))
            fail_msg("'%s' and %g", cases[i].range, cases[i].value);
    }
}

/* strtod() would take some of these. */
static void mistakes(void **state)
{
    static const char *const ranges[] = {
        "",         ":",     "@",    "@:",     "~",    "x",     "10x",    " 10",       "10 ",
        "10:20:30", "20:10", "-5",   "1e3",    "0x10", "inf",   "nan",    "1.",        ".5",
        "10:x",     "x:10",  "~10",  "~10:20", "10:~", "@@10",  "10,5",   "10;20",     "--5:",
        "10m",      "+5",    "'10'", "10|20",  "-",    "1..2:", "@-1:-2", "infinity:", "1:nan",
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(ranges); i++) {
        struct mlk_threshold t = {.given = false, .text = "as it was"};

        if (mlk_threshold_parse(ranges[i], &t) != MLK_USAGE)
            fail_msg("'%s' is taken for a range", ranges[i]);
        assert_false(t.given);
        assert_string_equal(t.text, "as it was");
    }
}

static void long_ones(void **state)
{
    struct mlk_threshold t = {0};
    char digits[64];

    (void)state;
    memset(digits, '1', sizeof digits);
    digits[sizeof t.text - 1] = '\0';
    assert_int_equal(mlk_threshold_parse(digits, &t), MLK_OK);
    digits[sizeof t.text - 1] = '1';
    digits[sizeof t.text] = '\0';
    assert_int_equal(mlk_threshold_parse(digits, &t), MLK_USAGE);
}

/* Only what is certain alerts, and only what is certain does not. */
static void bounds(void **state)
{
    static const struct {
        const char *range;
        double least, most;
        enum mlk_judgement judgement;
    } cases[] = {
        {"100", 0, 100, MLK_NO_ALERT},           {"100", 0, 101, MLK_CANNOT_TELL},
        {"100", 100, 101, MLK_CANNOT_TELL},      {"100", 101, 200, MLK_ALERT},
        {"100", 101, INFINITY, MLK_ALERT},       {"100", 0, INFINITY, MLK_CANNOT_TELL},
        {"100:", 100, INFINITY, MLK_NO_ALERT},   {"100:", 0, 99, MLK_ALERT},
        {"100:", 99, INFINITY, MLK_CANNOT_TELL}, {"10:20", 5, 25, MLK_CANNOT_TELL},
        {"@10:20", 12, 18, MLK_ALERT},           {"@10:20", 5, 9, MLK_NO_ALERT},
        {"@10:20", 21, INFINITY, MLK_NO_ALERT},  {"@10:20", 5, 25, MLK_CANNOT_TELL},
        {"~:", 0, INFINITY, MLK_NO_ALERT},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_threshold t = {0};

        assert_int_equal(mlk_threshold_parse(cases[i].range, &t), MLK_OK);
        if (mlk_threshold_judge(&t, cases[i].least, cases[i].most) != cases[i].judgement)
            fail_msg("'%s' from %g to %g", cases[i].range, cases[i].least, cases[i].most);
    }
}

static void not_given(void **state)
{
    struct mlk_threshold t = {0};

    (void)state;
    assert_int_equal(mlk_threshold_judge(&t, 1000, 1000), MLK_NO_ALERT);
    assert_int_equal(mlk_threshold_judge(&t, 0, INFINITY), MLK_NO_ALERT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(mistakes),  cmocka_unit_test(long_ones),
        cmocka_unit_test(bounds), cmocka_unit_test(not_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
