/* SPDX-License-Identifier: GPL-2.0-only */
#include "statement.h"

#include <string.h>

#include "mysql_services.h"

struct mlk_mysql_services mlk_mysql; /* the component's, which is not part of these tests */
const char *const statement_abc[3] = {"a", "b", "c"};

const void *statement_service(const char *name)
{
    for (const struct mysql_service_ref *s = mlk_mysql_consumer_services; s->name; s++) {
        if (strcmp(s->name, name) == 0)
            return s->implementation;
    }
    fail_msg("no service %s", name);
    return NULL;
}

void statement_begin(struct statement *s)
{
    void *connection = NULL;

    memset(s, 0, sizeof *s);
    mlk_mysql_receive(&s->result);
    assert_int_equal(SERVICE(factory)->start(&s->context, &connection), 0);
    assert_non_null(s->context);
}

void statement_end(struct statement *s)
{
    SERVICE(factory)->end(s->context);
    mlk_mysql_receive(NULL);
    mlk_mysql_result_free(&s->result);
    mlk_mysql_result_free(&s->result); /* twice does no harm */
}

int statement_header(struct statement *s, unsigned columns, const char *const *names)
{
    int failed = SERVICE(metadata)->start_result_metadata(s->context, columns, 0, "utf8mb4_0900_ai_ci");

    for (unsigned i = 0; i < columns; i++) {
        struct mysql_field_metadata field = {.db_name = "d", .table_name = "t", .col_name = names[i]};

        failed |= SERVICE(metadata)->field_metadata(s->context, &field, "utf8mb4_0900_ai_ci");
    }
    return failed | SERVICE(metadata)->end_result_metadata(s->context, 0, 0);
}

int statement_put(struct statement *s, const char *text, size_t length)
{
    return text ? SERVICE(get_string)->get_string(s->context, text, length, "utf8mb4_0900_ai_ci")
                : SERVICE(get_null)->get(s->context);
}

void statement_cell_is(const struct statement *s, size_t row, size_t column, const char *expected)
{
    const char *got = mlk_rows_text(s->result.rows, row, column);

    if (!expected) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, expected);
    assert_int_equal(mlk_rows_length(s->result.rows, row, column), strlen(expected));
}
