/* SPDX-License-Identifier: GPL-2.0-only */
/* Result sets: NULL stays NULL, numbers are whole or nothing, the limits hold. */
#include <stdlib.h>
#include <string.h>

#include "miglock/rows.h"
#include "unit.h"

static const char *const names[] = {"id", "Name", NULL};

static void keeps_cells(void **state)
{
    struct mlk_rows *rows = mlk_rows_new(3, names);
    const char *const first[] = {"1", NULL, ""};
    const char *const second[] = {"2", "two", "x"};

    (void)state;
    assert_non_null(rows);
    assert_int_equal(rows->count, 0);
    assert_int_equal(mlk_rows_add(rows, first, NULL), MLK_OK);
    assert_int_equal(mlk_rows_add(rows, second, NULL), MLK_OK);
    assert_int_equal(rows->count, 2);
    assert_string_equal(mlk_rows_text(rows, 0, 0), "1");
    assert_null(mlk_rows_text(rows, 0, 1));
    assert_int_equal(mlk_rows_length(rows, 0, 1), 0);
    assert_string_equal(mlk_rows_text(rows, 0, 2), "");
    assert_int_equal(mlk_rows_length(rows, 0, 2), 0);
    assert_string_equal(mlk_rows_text(rows, 1, 1), "two");
    assert_int_equal(mlk_rows_length(rows, 1, 1), 3);
    assert_false(rows->truncated);
    mlk_rows_free(rows);
}

static void copies_what_it_is_given(void **state)
{
    char cell[] = "before";
    const char *const cells[] = {cell};
    struct mlk_rows *rows = mlk_rows_new(1, NULL);

    (void)state;
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    memcpy(cell, "after!", sizeof cell);
    assert_string_equal(mlk_rows_text(rows, 0, 0), "before");
    mlk_rows_free(rows);
}

static void takes_lengths(void **state)
{
    const char *const cells[] = {"abcdef", "a\0b"};
    const size_t lengths[] = {2, 3};
    struct mlk_rows *rows = mlk_rows_new(2, NULL);

    (void)state;
    assert_int_equal(mlk_rows_add(rows, cells, lengths), MLK_OK);
    assert_string_equal(mlk_rows_text(rows, 0, 0), "ab");
    assert_int_equal(mlk_rows_length(rows, 0, 1), 3);
    assert_memory_equal(mlk_rows_text(rows, 0, 1), "a\0b", 4);
    mlk_rows_free(rows);
}

static void outside_is_null(void **state)
{
    struct mlk_rows *rows = mlk_rows_new(1, NULL);
    const char *const cells[] = {"x"};

    (void)state;
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    assert_null(mlk_rows_text(rows, 1, 0));
    assert_null(mlk_rows_text(rows, 0, 1));
    assert_null(mlk_rows_text(rows, SIZE_MAX, SIZE_MAX));
    assert_null(mlk_rows_text(NULL, 0, 0));
    assert_int_equal(mlk_rows_length(NULL, 0, 0), 0);
    assert_int_equal(mlk_rows_int(NULL, 0, 0, -7), -7);
    assert_int_equal(mlk_rows_id(NULL, 0, 0), 0);
    assert_int_equal(mlk_rows_column(NULL, "id"), -1);
    mlk_rows_free(rows);
    mlk_rows_free(NULL);
}

static void finds_columns(void **state)
{
    struct mlk_rows *rows = mlk_rows_new(3, names);

    (void)state;
    assert_int_equal(mlk_rows_column(rows, "id"), 0);
    assert_int_equal(mlk_rows_column(rows, "ID"), 0);
    assert_int_equal(mlk_rows_column(rows, "name"), 1);
    assert_int_equal(mlk_rows_column(rows, "nam"), -1);
    assert_int_equal(mlk_rows_column(rows, ""), -1);
    mlk_rows_free(rows);
}

static struct mlk_rows *one(const char *text)
{
    const char *const cells[] = {text};
    struct mlk_rows *rows = mlk_rows_new(1, NULL);

    assert_non_null(rows);
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    return rows;
}

static void reads_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t number;
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"-1", -1},
        {"007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775808", -5},
        {"99999999999999999999999999", -5},
        {"", -5},
        {"1x", -5},
        {"x1", -5},
        {"1.5", -5},
        {"1 ", -5},
        {"0x10", -5},
        {NULL, -5},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_rows *rows = one(cases[i].text);

        if (mlk_rows_int(rows, 0, 0, -5) != cases[i].number)
            fail_msg("\"%s\" was read as %lld", cases[i].text, (long long)mlk_rows_int(rows, 0, 0, -5));
        mlk_rows_free(rows);
    }
}

static void reads_connection_ids(void **state)
{
    static const struct {
        const char *text;
        uint64_t id;
    } cases[] = {
        {"1562", 1562},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073709551616", 0},
        {"-1", 0},
        {"+1", 0},
        {" 1", 0},
        {"1a", 0},
        {"", 0},
        {NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_rows *rows = one(cases[i].text);

        if (mlk_rows_id(rows, 0, 0) != cases[i].id)
            fail_msg("\"%s\" was read as %llu", cases[i].text, (unsigned long long)mlk_rows_id(rows, 0, 0));
        mlk_rows_free(rows);
    }
}

static void stops_at_the_limit_of_rows(void **state)
{
    struct mlk_rows *rows = mlk_rows_new(1, NULL);
    const char *const cells[] = {"x"};

    (void)state;
    for (int i = 0; i < MLK_ROWS_MAX; i++)
        assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    assert_false(rows->truncated);
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    assert_true(rows->truncated);
    assert_int_equal(rows->count, MLK_ROWS_MAX);
    mlk_rows_free(rows);
}

static void stops_at_the_limit_of_bytes(void **state)
{
    enum { CELL = 1 << 20 };
    struct mlk_rows *rows = mlk_rows_new(1, NULL);
    char *text = calloc(1, CELL);
    const char *const big[] = {text};
    const size_t length[] = {CELL};
    const char *const small[] = {"x"};

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < MLK_ROWS_BYTES_MAX / CELL; i++)
        assert_int_equal(mlk_rows_add(rows, big, length), MLK_OK);
    assert_false(rows->truncated);
    assert_int_equal(mlk_rows_add(rows, small, NULL), MLK_OK);
    assert_true(rows->truncated);
    assert_int_equal(rows->count, MLK_ROWS_BYTES_MAX / CELL);
    free(text);
    mlk_rows_free(rows);
}

static void a_result_without_columns_has_no_rows(void **state)
{
    struct mlk_rows *rows = mlk_rows_new(0, NULL);
    const char *const cells[] = {NULL};

    (void)state;
    assert_non_null(rows);
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    assert_null(mlk_rows_text(rows, 0, 0));
    mlk_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_cells),
        cmocka_unit_test(copies_what_it_is_given),
        cmocka_unit_test(takes_lengths),
        cmocka_unit_test(outside_is_null),
        cmocka_unit_test(finds_columns),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_connection_ids),
        cmocka_unit_test(stops_at_the_limit_of_rows),
        cmocka_unit_test(stops_at_the_limit_of_bytes),
        cmocka_unit_test(a_result_without_columns_has_no_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
