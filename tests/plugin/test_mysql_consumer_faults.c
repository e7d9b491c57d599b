/* SPDX-License-Identifier: GPL-2.0-only */
/* The receiver of inner statements when something goes wrong: whatever comes and whatever fails, a result is
 * whole or says that it is not. */
#include <stdlib.h>
#include <string.h>

#include "failing_heap.h"
#include "statement.h"

enum { BIG = 64 * 1024 };

/* One that does not fit into a result at all, and a server that goes on nevertheless. */
static void a_cell_that_is_too_big(void **state)
{
    size_t size = (size_t)MLK_ROWS_BYTES_MAX + 1;
    char *huge = malloc(size);
    struct statement s;

    (void)state;
    assert_non_null(huge);
    memset(huge, 'x', size);
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_equal(statement_put(&s, "1", 1), 0);
    assert_int_not_equal(statement_put(&s, huge, size), 0);
    assert_true(s.result.failed);
    (void)statement_put(&s, "3", 1);
    assert_int_not_equal(SERVICE(row_factory)->end_row(s.context), 0);
    assert_int_equal(s.result.rows->count, 0);
    assert_true(s.result.failed);
    free(huge);
    statement_end(&s);
}

static void an_aborted_row_is_not_there(void **state)
{
    struct statement s;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        assert_int_equal(statement_put(&s, "gone", 4), 0);
        assert_int_equal(statement_put(&s, NULL, 0), 0);
        assert_int_equal(SERVICE(row_factory)->abort_row(s.context), 0);
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(statement_put(&s, statement_abc[c], 1), 0);
        assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    }
    assert_int_equal(s.result.rows->count, 4);
    for (size_t i = 0; i < 4; i++) {
        for (size_t c = 0; c < 3; c++)
            statement_cell_is(&s, i, c, statement_abc[c]);
    }
    statement_end(&s);
}

/* Nor is what comes before the next row begins. */
static void an_aborted_row_stays_away(void **state)
{
    struct statement s;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_equal(statement_put(&s, "1", 1), 0);
    assert_int_equal(statement_put(&s, "2", 1), 0);
    assert_int_equal(SERVICE(row_factory)->abort_row(s.context), 0);
    (void)statement_put(&s, "3", 1);
    assert_int_not_equal(SERVICE(row_factory)->end_row(s.context), 0);
    assert_int_equal(s.result.rows->count, 0);
    statement_end(&s);
}

/* More than a result holds: what fits is whole, the rest is dropped and that is told. No failure. */
static void more_than_fits(void **state)
{
    size_t fit = MLK_ROWS_BYTES_MAX / BIG;
    struct statement s;
    char *big = malloc(BIG);

    (void)state;
    assert_non_null(big);
    memset(big, 'x', BIG);
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 1, statement_abc), 0);
    for (size_t i = 0; i < fit + 3; i++) {
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        assert_int_equal(statement_put(&s, big, BIG), 0);
        assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    }
    assert_false(s.result.failed);
    assert_true(s.result.rows->truncated);
    assert_int_equal(s.result.rows->count, fit);
    free(big);
    statement_end(&s);
}

/* More or fewer cells than the header says, or rows without a header: no row, and the result says so. */
static void a_server_that_miscounts(void **state)
{
    struct statement s;

    (void)state;
    for (unsigned cells = 0; cells < 6; cells++) {
        statement_begin(&s);
        assert_int_equal(statement_header(&s, 3, statement_abc), 0);
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        for (unsigned i = 0; i < cells; i++)
            assert_int_equal(statement_put(&s, "x", 1) != 0, i >= 3);
        assert_int_equal(SERVICE(row_factory)->end_row(s.context) != 0, cells != 3);
        assert_int_equal(s.result.failed, cells != 3);
        assert_int_equal(s.result.rows->count, cells == 3);
        statement_end(&s);
    }
    statement_begin(&s);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_not_equal(statement_put(&s, "x", 1), 0);
    assert_int_not_equal(SERVICE(row_factory)->end_row(s.context), 0);
    assert_true(s.result.failed);
    statement_end(&s);
    statement_begin(&s);
    assert_int_not_equal(SERVICE(metadata)->end_result_metadata(s.context, 0, 0), 0);
    assert_int_equal(SERVICE(metadata)->start_result_metadata(s.context, 1, 0, NULL), 0);
    for (int i = 0; i < 3; i++) {
        struct mysql_field_metadata field = {.col_name = i == 1 ? NULL : "a"};

        assert_int_equal(SERVICE(metadata)->field_metadata(s.context, &field, NULL) != 0, i > 0);
    }
    statement_end(&s);
}

static void errors(void **state)
{
    char text[3000];
    const char *shown = NULL;
    unsigned number = 0;
    struct statement s;

    (void)state;
    statement_begin(&s);
    SERVICE(error)->handle_error(s.context, 1142, "UPDATE command denied\nto user", "42000");
    assert_int_equal(s.result.error_number, 1142);
    assert_string_equal(s.result.error, "UPDATE command denied?to user");
    assert_int_equal(SERVICE(error)->error(s.context, &number, &shown), 0);
    assert_int_equal(number, 1142);
    assert_non_null(shown);
    /* longer than ours, longer than the 256 bytes that the server has for it */
    memset(text, 'e', sizeof text);
    text[sizeof text - 1] = '\0';
    SERVICE(error)->handle_error(s.context, 1064, text, "42000");
    assert_int_equal(strlen(s.result.error), sizeof s.result.error - 1);
    assert_int_equal(SERVICE(error)->error(s.context, &number, &shown), 0);
    assert_int_equal(number, 1064);
    assert_true(strlen(shown) < 256);
    SERVICE(error)->handle_error(s.context, 1, NULL, NULL);
    assert_string_equal(s.result.error, "");
    statement_end(&s);
}

/* An error after some rows: both are seen, and the caller goes by the error. */
static void an_error_in_the_middle(void **state)
{
    struct statement s;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_equal(statement_put(&s, "half", 4), 0);
    SERVICE(error)->handle_error(s.context, 1317, "Query execution was interrupted", "70100");
    assert_int_equal(s.result.error_number, 1317);
    assert_int_equal(s.result.rows->count, 0);
    statement_end(&s);
}

enum { ROWS = 12 };

static const char long_cell[] =
    "Longer than the first piece of memory that a row gets, which is 128 bytes: it must grow while there is "
    "a cell in it already, so it moves.";

/* A whole result. A server stops at the first call that fails; obstinate: it does not. */
static void converse(struct statement *s, bool obstinate)
{
    int failed = statement_header(s, 3, statement_abc);

    for (int i = 0; i < ROWS && (obstinate || !failed); i++) {
        failed |= SERVICE(row_factory)->start_row(s->context);
        failed |= statement_put(s, "first", 5);
        failed |= statement_put(s, NULL, 0);
        failed |= statement_put(s, long_cell, sizeof long_cell - 1);
        if (failed && !obstinate)
            failed |= SERVICE(row_factory)->abort_row(s->context);
        else
            failed |= SERVICE(row_factory)->end_row(s->context);
    }
}

static void memory_may_fail(void **state)
{
    (void)state;
    for (int mode = 0; mode < 4; mode++) {
        bool again = true;

        for (size_t n = 1; again; n++) {
            struct statement s;

            statement_begin(&s);
            heap_arm(n, mode % 2 != 0);
            converse(&s, mode / 2 != 0);
            again = heap_disarm();
            assert_true(s.result.failed || (s.result.rows && s.result.rows->count == ROWS));
            assert_true(s.result.failed == again);
            for (size_t i = 0; s.result.rows && i < s.result.rows->count; i++) {
                statement_cell_is(&s, i, 0, "first");
                statement_cell_is(&s, i, 1, NULL);
                assert_int_equal(mlk_rows_length(s.result.rows, i, 2), sizeof long_cell - 1);
            }
            statement_end(&s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_that_is_too_big),    cmocka_unit_test(an_aborted_row_is_not_there),
        cmocka_unit_test(an_aborted_row_stays_away), cmocka_unit_test(more_than_fits),
        cmocka_unit_test(a_server_that_miscounts),   cmocka_unit_test(errors),
        cmocka_unit_test(an_error_in_the_middle),    cmocka_unit_test(memory_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
