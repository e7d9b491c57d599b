/* SPDX-License-Identifier: GPL-2.0-only */
/* Lock tables for the tests of the tools that keep a row. */
#ifndef MIGLOCK_ROW_TABLES_H
#define MIGLOCK_ROW_TABLES_H

#include <string.h>

#include "miglock/tool.h"
#include "unit.h"

enum { ROW_CELLS_MAX = 6 };

struct row_table {
    const char *names[ROW_CELLS_MAX]; /* NULL-terminated */
    size_t count;
    const char *cells[3][ROW_CELLS_MAX];
};

/* The same as a result; the test frees it. */
static inline struct mlk_rows *row_table_rows(const struct row_table *table)
{
    size_t columns = 0;
    struct mlk_rows *rows;

    while (columns < ROW_CELLS_MAX && table->names[columns])
        columns++;
    rows = mlk_rows_new(columns, table->names);
    assert_non_null(rows);
    for (size_t i = 0; i < table->count; i++)
        assert_int_equal(mlk_rows_add(rows, table->cells[i], NULL), MLK_OK);
    return rows;
}

/* How a tool must read a table. */
struct row_case {
    const char *what;
    struct row_table table;
    enum mlk_row_finding finding;
    size_t row; /* for FREE and HELD */
    const char *since, *expires, *owner, *host;
    int64_t pid;
    size_t held_rows;
    bool noted;
};

static inline void row_text_is(const char *what, const char *got, const char *expected)
{
    if (expected ? !got || strcmp(got, expected) != 0 : got != NULL)
        fail_msg("%s: \"%s\", not \"%s\"", what, got ? got : "NULL", expected ? expected : "NULL");
}

static inline void row_cases_hold(const struct mlk_tool *tool, const struct row_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row_case *c = &cases[i];
        struct mlk_rows *rows = row_table_rows(&c->table);
        struct mlk_row_state got;

        memset(&got, 0xa5, sizeof got);
        tool->read(rows, &got);
        if (got.finding != c->finding)
            fail_msg("%s: found %d, not %d", c->what, (int)got.finding, (int)c->finding);
        if ((got.finding == MLK_ROW_FREE || got.finding == MLK_ROW_HELD) && got.row != c->row)
            fail_msg("%s: row %zu", c->what, got.row);
        row_text_is(c->what, got.since.text, c->since);
        row_text_is(c->what, got.expires.text, c->expires);
        row_text_is(c->what, got.owner, c->owner);
        row_text_is(c->what, got.owner_host, c->host ? c->host : "");
        if (got.owner_pid != c->pid)
            fail_msg("%s: process %lld", c->what, (long long)got.owner_pid);
        if (got.held_rows != c->held_rows)
            fail_msg("%s: %zu rows", c->what, got.held_rows);
        if ((got.note != NULL) != c->noted)
            fail_msg("%s: the note is %s", c->what, got.note ? got.note : "missing");
        mlk_rows_free(rows);
    }
}

typedef enum mlk_status (*row_text_fn)(const char *schema, const char *table, const struct mlk_rows *rows,
                                       const struct mlk_row_state *state, struct mlk_buf *out);

/* What one of the tool's functions writes about that table, or its status where it refuses. */
static inline enum mlk_status row_table_text(const struct mlk_tool *tool, row_text_fn function,
                                             const char *name, const struct row_table *table,
                                             struct mlk_buf *out)
{
    struct mlk_rows *rows = row_table_rows(table);
    struct mlk_row_state state;
    enum mlk_status status;

    tool->read(rows, &state);
    mlk_buf_init(out, 4096);
    status = function("app", name, rows, &state, out);
    mlk_rows_free(rows);
    return status;
}

static inline void row_table_expect(const struct mlk_tool *tool, row_text_fn function, const char *name,
                                    const struct row_table *table, const char *expected)
{
    struct mlk_buf out;

    assert_int_equal(row_table_text(tool, function, name, table, &out), MLK_OK);
    assert_string_equal(mlk_buf_text(&out), expected);
    mlk_buf_free(&out);
}

static inline void row_table_says(const struct mlk_tool *tool, row_text_fn function, const char *name,
                                  const struct row_table *table, const char *part)
{
    struct mlk_buf out;

    assert_int_equal(row_table_text(tool, function, name, table, &out), MLK_OK);
    if (!strstr(mlk_buf_text(&out), part))
        fail_msg("\"%s\" does not say \"%s\"", mlk_buf_text(&out), part);
    mlk_buf_free(&out);
}

/* The statements that repair that table, "; " between them, each with the right that its first word names; or
 * the status where the tool refuses, and nothing then. */
static inline enum mlk_status row_table_repair(const struct mlk_tool *tool, const struct row_table *table,
                                               struct mlk_buf *out)
{
    struct mlk_rows *rows = row_table_rows(table);
    struct mlk_statements statements = {0};
    struct mlk_row_state state;
    enum mlk_status status;

    tool->read(rows, &state);
    mlk_buf_init(out, 4096);
    status = tool->repair("app", "t", rows, &state, &statements);
    mlk_rows_free(rows);
    for (size_t i = 0; i < statements.count; i++) {
        const char *sql = mlk_buf_text(&statements.list[i].sql);
        const char *word = mlk_change_word(statements.list[i].need);

        if (strncmp(sql, word, strlen(word)) != 0)
            fail_msg("\"%s\" does not need %s", sql, word);
        mlk_buf_fmt(out, "%s%s", i ? "; " : "", sql);
    }
    mlk_statements_free(&statements);
    return status;
}

static inline void row_table_repairs(const struct mlk_tool *tool, const struct row_table *table,
                                     const char *expected)
{
    struct mlk_buf out;

    assert_int_equal(row_table_repair(tool, table, &out), MLK_OK);
    assert_string_equal(mlk_buf_text(&out), expected);
    mlk_buf_free(&out);
}

static inline void row_table_is_hopeless(const struct mlk_tool *tool, const struct row_table *table)
{
    struct mlk_buf out;

    assert_int_equal(row_table_repair(tool, table, &out), MLK_UNSUPPORTED);
    assert_string_equal(mlk_buf_text(&out), "");
    mlk_buf_free(&out);
}

#endif
