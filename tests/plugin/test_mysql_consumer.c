/* SPDX-License-Identifier: GPL-2.0-only */
/* The receiver of inner statements: what the server hands over arrives as it is. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mysql_services.h"
#include "statement.h"

static void rows_with_nulls(void **state)
{
    static const char *const cells[][3] = {
        {"1", "two", "three"}, {NULL, "x", "y"},   {"x", NULL, "y"},
        {"x", "y", NULL},      {NULL, NULL, NULL}, {"", "", ""},
    };
    struct statement s;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    for (size_t i = 0; i < UNIT_COUNT(cells); i++) {
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(statement_put(&s, cells[i][c], cells[i][c] ? strlen(cells[i][c]) : 0), 0);
        assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    }
    assert_false(s.result.failed);
    assert_int_equal(s.result.rows->count, UNIT_COUNT(cells));
    assert_int_equal(mlk_rows_column(s.result.rows, "B"), 1);
    for (size_t i = 0; i < UNIT_COUNT(cells); i++) {
        for (size_t c = 0; c < 3; c++)
            statement_cell_is(&s, i, c, cells[i][c]);
    }
    statement_end(&s);
}

static void every_kind_of_value(void **state)
{
    static const char *const names[] = {"null",   "int",  "bigint", "ubigint",  "decimal",
                                        "double", "date", "time",   "datetime", "text"};
    static const char *const expected[] = {
        NULL,   "-7",         "-1",        "18446744073709551615",   "-3.14",
        "2.50", "2026-11-21", "-09:08:07", "2026-11-21 09:08:07.12", "text"};
    int32_t words[] = {3, 140000000};
    struct mysql_decimal d = {.intg = 1, .frac = 2, .len = 2, .sign = true, .buf = words};
    struct mysql_time at = {2026, 11, 21, 9, 8, 7, 123456, false, 0, 0},
                      time = {0, 0, 0, 9, 8, 7, 0, true, 0, 0};
    struct statement s;
    int failed;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, UNIT_COUNT(names), names), 0);
    failed = SERVICE(row_factory)->start_row(s.context);
    failed |= SERVICE(get_null)->get(s.context);
    failed |= SERVICE(get_integer)->get(s.context, -7);
    failed |= SERVICE(get_longlong)->get(s.context, -1, 0);
    failed |= SERVICE(get_longlong)->get(s.context, -1, 1);
    failed |= SERVICE(get_decimal)->get(s.context, &d);
    failed |= SERVICE(get_double)->get(s.context, 2.5, 2);
    failed |= SERVICE(get_date_time)->get_date(s.context, &at);
    failed |= SERVICE(get_date_time)->get_time(s.context, &time, 0);
    failed |= SERVICE(get_date_time)->get_datetime(s.context, &at, 2);
    failed |= SERVICE(get_string)->get_string(s.context, "text", 4, "utf8mb4_0900_ai_ci");
    failed |= SERVICE(row_factory)->end_row(s.context);
    assert_int_equal(failed, 0);
    for (size_t c = 0; c < UNIT_COUNT(expected); c++)
        statement_cell_is(&s, 0, c, expected[c]);
    statement_end(&s);
}

/* The text may lie anywhere in the server's memory: it is as long as it says, and what follows is not ours.
 */
static void lengths_are_kept(void **state)
{
    struct statement s;
    char *bytes = malloc(3);

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "a\0b", 3);
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_equal(statement_put(&s, bytes, 3), 0);
    assert_int_equal(statement_put(&s, bytes, 1), 0);
    assert_int_equal(SERVICE(get_string)->get_string(s.context, NULL, 0, NULL), 0); /* empty, not NULL */
    assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    free(bytes);
    assert_int_equal(mlk_rows_length(s.result.rows, 0, 0), 3);
    assert_memory_equal(mlk_rows_text(s.result.rows, 0, 0), "a\0b", 4);
    statement_cell_is(&s, 0, 1, "a");
    statement_cell_is(&s, 0, 2, "");
    statement_end(&s);
}

enum { BIG = 64 * 1024, BIG_ROWS = 20 };

static void big_cells(void **state)
{
    struct statement s;
    char *big = malloc(BIG);

    (void)state;
    assert_non_null(big);
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    for (int i = 0; i < BIG_ROWS; i++) {
        memset(big, 'a' + i, BIG);
        assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
        assert_int_equal(statement_put(&s, big, BIG), 0);
        assert_int_equal(statement_put(&s, NULL, 0), 0);
        assert_int_equal(statement_put(&s, big, BIG - 1), 0);
        assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    }
    assert_int_equal(s.result.rows->count, BIG_ROWS);
    for (int i = 0; i < BIG_ROWS; i++) {
        memset(big, 'a' + i, BIG);
        assert_int_equal(mlk_rows_length(s.result.rows, (size_t)i, 0), BIG);
        assert_memory_equal(mlk_rows_text(s.result.rows, (size_t)i, 0), big, BIG);
        assert_null(mlk_rows_text(s.result.rows, (size_t)i, 1));
        assert_int_equal(mlk_rows_length(s.result.rows, (size_t)i, 2), BIG - 1);
    }
    free(big);
    statement_end(&s);
}

/* A statement may give several results; the last one is what counts. */
static void a_second_result(void **state)
{
    static const char *const one[] = {"only"};
    struct statement s;

    (void)state;
    statement_begin(&s);
    assert_int_equal(statement_header(&s, 3, statement_abc), 0);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    for (size_t c = 0; c < 3; c++)
        assert_int_equal(statement_put(&s, statement_abc[c], 1), 0);
    assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    assert_int_equal(statement_header(&s, 1, one), 0);
    assert_int_equal(s.result.rows->count, 0);
    assert_int_equal(s.result.rows->columns, 1);
    assert_int_equal(SERVICE(row_factory)->start_row(s.context), 0);
    assert_int_equal(statement_put(&s, "x", 1), 0);
    assert_int_equal(SERVICE(row_factory)->end_row(s.context), 0);
    statement_cell_is(&s, 0, 0, "x");
    statement_end(&s);
}

static void counts(void **state)
{
    struct statement s;

    (void)state;
    statement_begin(&s);
    SERVICE(error)->handle_ok(s.context, 0, 0, 18446744073709551615ULL, 5, NULL);
    assert_true(s.result.affected == UINT64_MAX);
    assert_null(s.result.rows);
    assert_int_equal(s.result.error_number, 0);
    assert_false(s.result.failed);
    statement_end(&s);
}

static void no_extras_of_a_client(void **state)
{
    unsigned long capabilities = ~0UL;
    struct statement s;

    (void)state;
    statement_begin(&s);
    SERVICE(client_capabilities)->client_capabilities(s.context, &capabilities);
    assert_int_equal(capabilities, 0);
    statement_end(&s);
}

static void *start_elsewhere(void *arg)
{
    void *context = arg, *connection = NULL;

    return SERVICE(factory)->start(&context, &connection) != 0 && !context ? arg : NULL;
}

/* A statement of another thread, or one that nobody waits for, gets no receiver. */
static void only_this_thread_receives(void **state)
{
    void *context = &context, *connection = NULL, *refused = NULL;
    struct statement s;
    pthread_t thread;

    (void)state;
    assert_int_not_equal(SERVICE(factory)->start(&context, &connection), 0);
    statement_begin(&s);
    assert_int_equal(pthread_create(&thread, NULL, start_elsewhere, &s), 0);
    assert_int_equal(pthread_join(thread, &refused), 0);
    assert_ptr_equal(refused, &s);
    statement_end(&s);
    assert_int_not_equal(SERVICE(factory)->start(&context, &connection), 0);
}

static struct {
    unsigned calls, fail_at;
    unsigned seen; /* bits: option - 1024 */
} options;

static int set_option(void *connection, int option, const void *value)
{
    assert_ptr_equal(connection, &options);
    assert_in_range(option, MLK_MYSQL_CONSUMER_FACTORY, MLK_MYSQL_CONSUMER_CLIENT_CAPABILITIES);
    (void)statement_service(value); /* it is one that is provided */
    options.seen |= 1U << (option - MLK_MYSQL_CONSUMER_FACTORY);
    return ++options.calls == options.fail_at;
}

static void a_connection_uses_all_twelve(void **state)
{
    static const struct mysql_command_options service_of_options = {.set = set_option};
    unsigned provided = 0;

    (void)state;
    mlk_mysql.command_options = &service_of_options;
    memset(&options, 0, sizeof options);
    assert_true(mlk_mysql_consumer_use(&options));
    assert_int_equal(options.calls, 12);
    assert_int_equal(options.seen, 0xfff);
    for (const struct mysql_service_ref *s = mlk_mysql_consumer_services; s->name; s++)
        provided++;
    assert_int_equal(provided, 12);
    for (unsigned n = 1; n <= 12; n++) {
        memset(&options, 0, sizeof options);
        options.fail_at = n;
        assert_false(mlk_mysql_consumer_use(&options));
        assert_int_equal(options.calls, n);
    }
    mlk_mysql.command_options = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_with_nulls),
        cmocka_unit_test(every_kind_of_value),
        cmocka_unit_test(lengths_are_kept),
        cmocka_unit_test(big_cells),
        cmocka_unit_test(a_second_result),
        cmocka_unit_test(counts),
        cmocka_unit_test(no_extras_of_a_client),
        cmocka_unit_test(only_this_thread_receives),
        cmocka_unit_test(a_connection_uses_all_twelve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
