/* SPDX-License-Identifier: GPL-2.0-only */
/* The text buffer: its maximum holds, and a failure sticks until the end of the chain. */
#include <string.h>

#include "miglock/buf.h"
#include "unit.h"

static void starts_empty(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 10);
    assert_string_equal(mlk_buf_text(&b), "");
    assert_int_equal(b.len, 0);
    assert_null(b.text);
    mlk_buf_free(&b);
}

static void appends(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 100);
    assert_int_equal(mlk_buf_add(&b, "abcdef", 3), MLK_OK);
    assert_int_equal(mlk_buf_str(&b, "-"), MLK_OK);
    assert_int_equal(mlk_buf_fmt(&b, "%d%s", 42, "x"), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), "abc-42x");
    assert_int_equal(b.len, 7);
    assert_int_equal(mlk_buf_add(&b, NULL, 0), MLK_OK);
    assert_int_equal(b.len, 7);
    mlk_buf_free(&b);
}

static void keeps_embedded_nul(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 10);
    assert_int_equal(mlk_buf_add(&b, "a\0b", 3), MLK_OK);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.text, "a\0b", 4);
    mlk_buf_free(&b);
}

static void grows_far(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(mlk_buf_fmt(&b, "%04d,", i), MLK_OK);
    assert_int_equal(b.len, 50000);
    assert_memory_equal(b.text + 49995, "9999,", 6);
    mlk_buf_free(&b);
}

static void fits_its_maximum_exactly(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 5);
    assert_int_equal(mlk_buf_str(&b, "12345"), MLK_OK);
    assert_int_equal(mlk_buf_str(&b, ""), MLK_OK);
    assert_int_equal(mlk_buf_str(&b, "6"), MLK_TOO_LONG);
    assert_string_equal(mlk_buf_text(&b), "12345");
    mlk_buf_free(&b);
}

static void holds_nothing_with_a_maximum_of_nothing(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 0);
    assert_int_equal(mlk_buf_str(&b, ""), MLK_OK);
    assert_int_equal(mlk_buf_str(&b, "x"), MLK_TOO_LONG);
    assert_string_equal(mlk_buf_text(&b), "");
    mlk_buf_free(&b);
}

static void failure_sticks(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 5);
    mlk_buf_str(&b, "123");
    assert_int_equal(mlk_buf_str(&b, "456"), MLK_TOO_LONG);
    assert_int_equal(mlk_buf_str(&b, "4"), MLK_TOO_LONG);
    assert_int_equal(mlk_buf_fmt(&b, "%d", 4), MLK_TOO_LONG);
    assert_int_equal(mlk_buf_add(&b, "4", 1), MLK_TOO_LONG);
    assert_int_equal(b.status, MLK_TOO_LONG);
    assert_string_equal(mlk_buf_text(&b), "123");
    mlk_buf_reset(&b);
    assert_int_equal(b.status, MLK_OK);
    assert_string_equal(mlk_buf_text(&b), "");
    assert_int_equal(mlk_buf_str(&b, "45"), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), "45");
    mlk_buf_free(&b);
}

static void too_long_format_leaves_the_text(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 8);
    mlk_buf_str(&b, "keep");
    assert_int_equal(mlk_buf_fmt(&b, "%s", "too long by far"), MLK_TOO_LONG);
    assert_string_equal(mlk_buf_text(&b), "keep");
    assert_int_equal(b.len, 4);
    mlk_buf_free(&b);
}

static void length_does_not_wrap(void **state)
{
    struct mlk_buf b;

    (void)state;
    mlk_buf_init(&b, 100);
    mlk_buf_str(&b, "abc");
    assert_int_equal(mlk_buf_add(&b, "x", SIZE_MAX), MLK_TOO_LONG);
    mlk_buf_reset(&b);
    assert_int_equal(mlk_buf_add(&b, "x", SIZE_MAX - 1), MLK_TOO_LONG);
    mlk_buf_free(&b);
}

static void free_is_forgiving(void **state)
{
    struct mlk_buf b = {0};

    (void)state;
    mlk_buf_free(&b);
    mlk_buf_init(&b, 10);
    mlk_buf_str(&b, "x");
    mlk_buf_free(&b);
    mlk_buf_free(&b);
    assert_string_equal(mlk_buf_text(&b), "");
}

static void the_callers_memory_never_grows(void **state)
{
    char memory[8 + 1] = "old text";
    struct mlk_buf b;

    (void)state;
    mlk_buf_fixed(&b, memory, sizeof memory - 1);
    assert_string_equal(memory, "");
    assert_int_equal(mlk_buf_fmt(&b, "%s", "1234567"), MLK_OK);
    assert_ptr_equal(mlk_buf_text(&b), memory);
    assert_int_equal(mlk_buf_str(&b, "8"), MLK_TOO_LONG);
    assert_string_equal(memory, "1234567");
    mlk_buf_reset(&b);
    assert_int_equal(mlk_buf_str(&b, "abc"), MLK_OK);
    mlk_buf_free(&b);
    assert_string_equal(memory, "abc");
    mlk_buf_free(&b);
}

/* A text that is longer than what is made on the stack first. */
static void long_formats(void **state)
{
    char text[300 + 1];
    struct mlk_buf b;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (size_t len = 120; len < sizeof text; len++) {
        mlk_buf_init(&b, sizeof text + 1);
        assert_int_equal(mlk_buf_fmt(&b, "%d%.*s", 7, (int)len, text), MLK_OK);
        assert_int_equal(b.len, len + 1);
        assert_int_equal(strlen(mlk_buf_text(&b)), len + 1);
        assert_memory_equal(mlk_buf_text(&b) + 1, text, len);
        mlk_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_callers_memory_never_grows),
        cmocka_unit_test(long_formats),
        cmocka_unit_test(starts_empty),
        cmocka_unit_test(appends),
        cmocka_unit_test(keeps_embedded_nul),
        cmocka_unit_test(grows_far),
        cmocka_unit_test(fits_its_maximum_exactly),
        cmocka_unit_test(holds_nothing_with_a_maximum_of_nothing),
        cmocka_unit_test(failure_sticks),
        cmocka_unit_test(too_long_format_leaves_the_text),
        cmocka_unit_test(length_does_not_wrap),
        cmocka_unit_test(free_is_forgiving),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
