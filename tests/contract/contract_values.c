/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes back from a statement is what the server said: NULL, empty, long, and any text. */
#include <stdio.h>
#include <string.h>

#include "contract_check.h"
#include "miglock/sql.h"

enum { LONG_VALUE = 65536 };

/* A column after a NULL must not take the length of the one before it (MySQL's fetch_lengths did so). */
static void nulls(struct contract *c)
{
    contract_run(c, "SELECT NULL");
    contract_check(c, contract_one(c, NULL), "a NULL is a NULL");
    contract_run(c, "SELECT ''");
    contract_check(c, contract_one(c, ""), "an empty string is not a NULL");

    contract_run(c, "SELECT 'a' AS first, NULL AS second, 'four' AS third, NULL AS fourth, '' AS fifth");
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->columns == 5 && c->rows->count == 1,
                   "a row of five columns has five");
    contract_check(c,
                   mlk_rows_text(c->rows, 0, 0) && strcmp(mlk_rows_text(c->rows, 0, 0), "a") == 0 &&
                       !mlk_rows_text(c->rows, 0, 1) && mlk_rows_text(c->rows, 0, 2) &&
                       strcmp(mlk_rows_text(c->rows, 0, 2), "four") == 0 && !mlk_rows_text(c->rows, 0, 3) &&
                       mlk_rows_text(c->rows, 0, 4) && mlk_rows_length(c->rows, 0, 4) == 0,
                   "the columns after a NULL keep their values");
    contract_check(c, mlk_rows_length(c->rows, 0, 2) == 4, "the column after a NULL keeps its length");
    contract_check(c, mlk_rows_column(c->rows, "third") == 2, "columns have the names that were asked for");
}

static void sizes(struct contract *c)
{
    const char *text;
    size_t wrong = 0;

    contract_run(c, "SELECT REPEAT('x', 65536)");
    text = mlk_rows_text(c->rows, 0, 0);
    contract_check(c, text && mlk_rows_length(c->rows, 0, 0) == LONG_VALUE && strlen(text) == LONG_VALUE,
                   "a value of 64 KB comes whole");

    contract_run(c, "SELECT 1 FROM DUAL WHERE 1 = 0");
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == 0 && c->rows->columns == 1,
                   "no rows is a result without rows, not no result");
    contract_run(c, "SET @mlk_contract = 1");
    contract_check(c, c->status == MLK_OK && !c->rows && c->affected == 0,
                   "a statement that gives no result gives none");

    contract_run(c, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 899) "
                    "SELECT i FROM n ORDER BY i");
    for (size_t i = 0; c->rows && i < c->rows->count; i++)
        wrong += mlk_rows_int(c->rows, i, 0, -1) == (int64_t)i ? 0u : 1u;
    contract_check(c, c->rows && c->rows->count == 900 && wrong == 0 && !c->rows->truncated,
                   "900 rows come in their order");
    contract_run(c, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199) "
                    "SELECT a.i FROM n AS a, n AS b LIMIT 20100");
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == MLK_ROWS_MAX && c->rows->truncated,
                   "more rows than the limit are cut, and it is said");
    contract_run(c, "SELECT 1");
    contract_check(c, contract_one(c, "1"), "after a cut result the session still works");
}

/* Sends text as a literal and expects it back. */
static void round_trip(struct contract *c, const char *what, const char *text)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, "SELECT ");
    mlk_sql_string(&sql, text, strlen(text));
    contract_run(c, mlk_buf_text(&sql));
    contract_check(c, !sql.status && contract_one(c, text), what);
    mlk_buf_free(&sql);
}

static void texts(struct contract *c)
{
    static const char with_nul[] = {'a', '\0', 'b'};
    struct mlk_buf sql;

    round_trip(c, "quotes come back as they were", "it's \"quoted\" `here` ''");
    round_trip(c, "backslashes come back as they were", "\\ \\\\ \\' \\0 \\n ends in \\");
    round_trip(c, "line breaks and control characters come back as they were", "a\nb\rc\td\x1a\x01\x7f");
    round_trip(c, "SQL in a value stays a value", "'; DROP TABLE t; -- /* */ # %_");
    round_trip(c, "characters of two, three and four bytes come back as they were",
               "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x92");
    contract_run(c, "SELECT CHAR_LENGTH('\xf0\x9f\x94\x92')");
    contract_check(c, contract_one(c, "1"), "the server reads four bytes as one character");

    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, "SELECT HEX(");
    mlk_sql_string(&sql, with_nul, sizeof with_nul);
    mlk_buf_str(&sql, ")");
    contract_run(c, mlk_buf_text(&sql));
    contract_check(c, contract_one(c, "610062"), "a NUL byte arrives at the server");
    mlk_buf_free(&sql);
}

static void lengths(struct contract *c)
{
    static const char sql[] = "SELECT 1 and no more of this";
    const struct mlk_access need = {.need = MLK_NEED_NOTHING};

    mlk_rows_free(c->rows);
    c->rows = NULL;
    c->status = c->s->ops->query(c->s, &need, sql, strlen("SELECT 1"), &c->rows, &c->affected);
    contract_check(c, contract_one(c, "1"), "a statement ends at its length, not at a NUL");
    c->status = c->s->ops->query(c->s, &need, "SELECT 2", strlen("SELECT 2"), NULL, NULL);
    contract_check(c, c->status == MLK_OK, "a result that nobody wants is thrown away");
    contract_run(c, "SELECT 3");
    contract_check(c, contract_one(c, "3"), "and the next statement gets its own result");
}

void contract_values(struct contract *c)
{
    contract_run(c, "SELECT 1");
    contract_check(c, contract_one(c, "1"), "SELECT 1 is 1");
    nulls(c);
    sizes(c);
    texts(c);
    lengths(c);
}
