/* SPDX-License-Identifier: GPL-2.0-only */
/* The token: equal for what is equal, different for what differs, even where the joined text is the same. */
#include <stdio.h>
#include <string.h>

#include "token.h"
#include "unit.h"

struct field {
    const char *text;
    size_t len;
};

static void digest(const struct field *fields, size_t count, char out[MLK_TOKEN_LEN + 1])
{
    struct mlk_token t;

    mlk_token_begin(&t);
    for (size_t i = 0; i < count; i++)
        mlk_token_add(&t, fields[i].text, fields[i].len);
    mlk_token_end(&t, out);
}

static void the_form(void **state)
{
    char out[MLK_TOKEN_LEN + 2];

    (void)state;
    memset(out, 'x', sizeof out);
    digest(NULL, 0, out);
    assert_int_equal(strlen(out), MLK_TOKEN_LEN);
    assert_int_equal(strspn(out, "0123456789abcdef"), MLK_TOKEN_LEN);
    assert_int_equal(out[MLK_TOKEN_LEN + 1], 'x');
    assert_true(mlk_token_valid(out, MLK_TOKEN_LEN));
}

/* A token that is shown today must fit tomorrow, on either server: its value is part of the interface. */
static void the_value_stays(void **state)
{
    static const struct field fields[] = {{"ghost:blog", 10}, {NULL, 0}, {"", 0}};
    uint64_t fnv = 0xcbf29ce484222325u;
    char expected[32];
    char out[MLK_TOKEN_LEN + 1];

    (void)state;
    for (const char *c = "10:ghost:blognull:0:"; *c; c++)
        fnv = (fnv ^ (unsigned char)*c) * 0x100000001b3u;
    snprintf(expected, sizeof expected, "%012llx",
             (unsigned long long)((fnv >> 48u ^ fnv) & 0xffffffffffffu));
    digest(fields, 3, out);
    assert_string_equal(out, expected);
}

static void equal_fields_are_equal(void **state)
{
    static const struct field fields[] = {{"rails", 5}, {NULL, 0}, {"1562", 4}};
    char one[MLK_TOKEN_LEN + 1];
    char two[MLK_TOKEN_LEN + 1];

    (void)state;
    digest(fields, 3, one);
    digest(fields, 3, two);
    assert_string_equal(one, two);
}

/* Every set below must give a token of its own. */
static void different_fields_differ(void **state)
{
    static const struct {
        size_t count;
        struct field fields[3];
    } sets[] = {
        {0, {{NULL, 0}}},
        {1, {{NULL, 0}}},
        {1, {{"", 0}}},
        {2, {{NULL, 0}, {NULL, 0}}},
        {2, {{"", 0}, {"", 0}}},
        {2, {{NULL, 0}, {"", 0}}},
        {2, {{"", 0}, {NULL, 0}}},
        {1, {{"null:", 5}}},
        {1, {{"0:", 2}}},
        {1, {{"ab", 2}}},
        {2, {{"a", 1}, {"b", 1}}},
        {2, {{"ab", 2}, {"", 0}}},
        {2, {{"", 0}, {"ab", 2}}},
        {1, {{"a1:b", 4}}},
        {1, {{"a\0b", 3}}},
        {1, {{"a", 1}}},
        {1, {{"A", 1}}},
        {3, {{"1", 1}, {"2", 1}, {"3", 1}}},
        {3, {{"3", 1}, {"2", 1}, {"1", 1}}},
        {1, {{"123", 3}}},
    };
    char tokens[UNIT_COUNT(sets)][MLK_TOKEN_LEN + 1];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(sets); i++) {
        digest(sets[i].fields, sets[i].count, tokens[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(tokens[i], tokens[j]);
    }
}

static void every_byte_counts(void **state)
{
    char text[64];
    char before[MLK_TOKEN_LEN + 1];
    char after[MLK_TOKEN_LEN + 1];
    const struct field field = {text, sizeof text};

    (void)state;
    memset(text, 'x', sizeof text);
    digest(&field, 1, before);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = 'y';
        digest(&field, 1, after);
        assert_string_not_equal(before, after);
        text[i] = 'x';
    }
}

static void numbers(void **state)
{
    static const int64_t numbers_seen[] = {0, 1, -1, 10, INT64_MAX, INT64_MIN};
    char tokens[UNIT_COUNT(numbers_seen)][MLK_TOKEN_LEN + 1];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(numbers_seen); i++) {
        struct mlk_token t;

        mlk_token_begin(&t);
        mlk_token_add_number(&t, numbers_seen[i]);
        mlk_token_end(&t, tokens[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(tokens[i], tokens[j]);
    }
}

/* Many close neighbours, as connection ids are. */
static void neighbours_do_not_collide(void **state)
{
    enum { NEIGHBOURS = 2000 };
    static char tokens[NEIGHBOURS][MLK_TOKEN_LEN + 1];

    (void)state;
    for (int i = 0; i < NEIGHBOURS; i++) {
        struct mlk_token t;

        mlk_token_begin(&t);
        mlk_token_add(&t, "rails:shop", 10);
        mlk_token_add_number(&t, i);
        mlk_token_end(&t, tokens[i]);
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(tokens[i], tokens[j], MLK_TOKEN_LEN);
    }
}

static void what_a_token_looks_like(void **state)
{
    (void)state;
    assert_true(mlk_token_valid("9f3a61c2e0b7", 12));
    assert_true(mlk_token_valid("000000000000", 12));
    assert_false(mlk_token_valid("", 0));
    assert_false(mlk_token_valid("9f3a61c2e0b", 11));
    assert_false(mlk_token_valid("9f3a61c2e0b77", 13));
    assert_false(mlk_token_valid("9F3A61C2E0B7", 12));
    assert_false(mlk_token_valid("9f3a61c2e0bg", 12));
    assert_false(mlk_token_valid("9f3a61c2e0b\0", 12));
    assert_false(mlk_token_valid("9f3a61c2e0b ", 12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form),
        cmocka_unit_test(the_value_stays),
        cmocka_unit_test(equal_fields_are_equal),
        cmocka_unit_test(different_fields_differ),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(numbers),
        cmocka_unit_test(neighbours_do_not_collide),
        cmocka_unit_test(what_a_token_looks_like),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
