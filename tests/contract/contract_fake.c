/* SPDX-License-Identifier: GPL-2.0-only */
/* The contract over the fake: its host scripts what a prepared server would say. What is proven here is that
 * the fake keeps the port's promises, and that the contract can be met. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "session_fake.h"

static void one(struct mlk_session *s, const char *match, const char *value)
{
    const char *const cells[] = {value};
    const char *const names[] = {"v"};
    struct mlk_rows *rows = mlk_rows_new(1, names);

    if (!rows || mlk_rows_add(rows, cells, NULL))
        abort();
    mlk_fake_result(s, match, rows);
}

/* count rows of 0, 1, 2 ... */
static void many(struct mlk_session *s, const char *match, int count)
{
    struct mlk_rows *rows = mlk_rows_new(1, NULL);

    for (int i = 0; rows && i < count; i++) {
        char text[16];
        const char *const cells[] = {text};

        snprintf(text, sizeof text, "%d", i);
        if (mlk_rows_add(rows, cells, NULL))
            abort();
    }
    mlk_fake_result(s, match, rows);
}

static void script_state(struct mlk_session *s)
{
    one(s, "@@SESSION.sql_mode", "");
    one(s, "@@SESSION.autocommit", "1");
    one(s, "@@SESSION.time_zone", "+00:00");
    one(s, "@@SESSION.character_set_", "utf8mb4");
    one(s, "lock_wait_timeout", "3");
    one(s, "BETWEEN 1 AND 10", "1");
    one(s, "_isolation", "REPEATABLE-READ");
    one(s, "SELECT VERSION()", s->flavour == MLK_MARIADB ? "10.11.19-MariaDB-0+deb12u1" : "9.7.4");
    one(s, "SELECT CONNECTION_ID()", "8");
}

static void script_values(struct mlk_session *s)
{
    static char long_value[65537];

    memset(long_value, 'x', sizeof long_value - 1);
    one(s, "SELECT 1", "1");
    one(s, "SELECT 2", "2");
    one(s, "SELECT 3", "3");
    one(s, "SELECT NULL", NULL);
    one(s, "SELECT ''", "");
    mlk_fake_rows(s, "SELECT 'a' AS first", "first|second|third|fourth|fifth\na|NULL|four|NULL|\n");
    one(s, "SELECT REPEAT", long_value);
    mlk_fake_rows(s, "SELECT 1 FROM DUAL WHERE 1 = 0", "v\n");
    mlk_fake_affected(s, "SET @", 0);
    many(s, "SELECT i FROM n", 900);
    many(s, "SELECT a.i FROM n AS a", 20100);
    one(s, "SELECT 'it", "it's \"quoted\" `here` ''");
    one(s, "SELECT '\\\\ ", "\\ \\\\ \\' \\0 \\n ends in \\");
    one(s, "SELECT 'a\\n", "a\nb\rc\td\x1a\x01\x7f");
    one(s, "SELECT '''; DROP", "'; DROP TABLE t; -- /* */ # %_");
    one(s, "SELECT '\xc3\xa9", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x92");
    one(s, "SELECT CHAR_LENGTH", "1");
    one(s, "SELECT HEX('a\\0b')", "610062");
}

static void script_errors(struct mlk_session *s)
{
    mlk_fake_error(s, "SELECT\nFROM\n(", 1064, "You have an error in your SQL syntax near 'FROM ('");
    mlk_fake_error(s, "SELECT 1; SELECT 2", 1064, "You have an error in your SQL syntax near 'SELECT 2'");
    mlk_fake_error(s, "(SELECT 1 UNION SELECT 2)", 1242, "Subquery returns more than 1 row");
    mlk_fake_error(s, "KILL CONNECTION IF(", 1094, "Unknown thread id: 0");
    mlk_fake_error(s, "FROM mlk_contract.missing", 1146, "Table 'mlk_contract.missing' doesn't exist");
    mlk_fake_error(s, "mlk_secret.t", 1142, "command denied to user 'mlk_contract' for table 't'");
}

static void table(struct mlk_session *s, const char *match, const char *first)
{
    char text[200];

    snprintf(text, sizeof text, "id|v|n\n1|%s|NULL\n2|two|2\n", first);
    mlk_fake_rows(s, match, text);
}

/* Phases: 0 all as prepared, 1 in a transaction, 2 'written' set in it, 3 committed, 4 putting back, 5 'one'
 * set again, 6 a transaction with a change that will be rolled back, 7 one in which all
 * rows were deleted and one added. */
static void script_writes(struct mlk_session *s)
{
    static const struct {
        const char *match;
        uint64_t affected;
        int when, then;
    } steps[] = {
        {"START TRANSACTION", 0, 0, 1},
        {"SET v = 'counted' WHERE id = 99", 0, 6, 6},
        {"SET v = 'counted' WHERE id = 1", 0, 6, 6},
        {"SET v = 'counted' WHERE id = 1", 1, 1, 6},
        {"SET v = 'all of them'", 2, 6, 6},
        {"SET v = 'half'", 1, 1, 6},
        {"DELETE FROM mlk_contract.t", 2, 1, 7},
        {"DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'two'", 0, 6, 6},
        {"DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'two'", 1, 1, 6},
        {"DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'other'", 0, 1, 1},
        {"INSERT INTO mlk_contract.t", 1, 7, 7},
        {"ROLLBACK", 0, 6, 0},
        {"ROLLBACK", 0, 7, 0},
        {"SET v = 'written' WHERE id = 1 AND v = 'one' AND n IS NULL", 1, 1, 2},
        {"COMMIT", 0, 2, 3},
        {"ROLLBACK", 0, 3, 3},
        {"START TRANSACTION", 0, 3, 4},
        {"SET v = 'never' WHERE id = 1 AND v = 'one'", 0, 4, 4},
        {"SET v = 'one' WHERE id = 1", 1, 4, 5},
        {"COMMIT", 0, 5, 0},
    };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        mlk_fake_affected(s, steps[i].match, steps[i].affected);
        mlk_fake_when(s, steps[i].when);
        mlk_fake_then(s, steps[i].then);
    }
    mlk_fake_error(s, "SET nothing_like_it", 1054, "Unknown column 'nothing_like_it' in 'field list'");
}

static void script_tables(struct mlk_session *s)
{
    table(s, "READ TABLE mlk_contract.t", "one");
    table(s, "READ TABLE mlk_contract.t", "written");
    mlk_fake_when(s, 3);
    mlk_fake_rows(s, "READ TABLE mlk_contract.t", "id|v|n\n3|three|NULL\n");
    mlk_fake_when(s, 7);
    table(s, "SELECT * FROM mlk_contract.t LIMIT 3 FOR UPDATE", "one");
    table(s, "READ TABLE DIRTY mlk_contract.t", "one");
    mlk_fake_rows(s, "READ TABLE mlk_contract.empty", "id|v\n");
    mlk_fake_rows(s, "READ TABLE mlk_contract.q`uo.te'd", "id|v\n7|odd\n");
    mlk_fake_error(s, "READ TABLE mlk_contract.missing", 1146, "Table 'mlk_contract.missing' doesn't exist");
    mlk_fake_error(s, "READ TABLE mlk_contract.v", 1347, "'mlk_contract.v' is not of type 'BASE TABLE'");
    mlk_fake_error(s, "READ TABLE DIRTY mlk_contract.v", 1347,
                   "'mlk_contract.v' is not of type 'BASE TABLE'");
    mlk_fake_error(s, "READ TABLE mlk_secret.t", 1142, "SELECT command denied to user 'mlk_contract'");
}

static int run(enum mlk_flavour flavour, struct mlk_buf *out)
{
    struct mlk_session *s = mlk_fake_open(flavour);
    const char *first = NULL;
    int failures;

    if (!s)
        return 1;
    snprintf(s->user, sizeof s->user, "mlk_contract");
    snprintf(s->host, sizeof s->host, "%%");
    script_values(s);
    script_state(s);
    script_errors(s);
    script_writes(s);
    script_tables(s);
    failures = mlk_contract_run(s, out);
    if (mlk_fake_unscripted(s, &first)) {
        failures++;
        mlk_buf_fmt(out, "not ok - no reply to: %s\n", first);
    }
    s->ops->close(s);
    return failures;
}

/* A contract that holds whatever the session does proves nothing: a session that is wrong must be found
 * wrong. */
static int can_fail(struct mlk_buf *out)
{
    struct mlk_session *s = mlk_fake_open(MLK_MARIADB);
    struct mlk_buf ignored;
    int failures;

    if (!s)
        return 1;
    mlk_buf_init(&ignored, MLK_CONTRACT_OUT_MAX);
    failures = mlk_contract_run(s, &ignored);
    mlk_buf_free(&ignored);
    s->ops->close(s);
    mlk_buf_fmt(out, "%sok - fake: a session that answers nothing breaks the contract (%d failures)\n",
                failures > 50 ? "" : "not ", failures);
    return failures > 50 ? 0 : 1;
}

int main(void)
{
    struct mlk_buf out;
    int failures;

    mlk_buf_init(&out, 4 * MLK_CONTRACT_OUT_MAX);
    failures = run(MLK_MARIADB, &out) + run(MLK_MYSQL, &out) + can_fail(&out);
    fputs(mlk_buf_text(&out), stdout);
    mlk_buf_free(&out);
    return failures ? 1 : 0;
}
