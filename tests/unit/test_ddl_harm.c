/* SPDX-License-Identifier: GPL-2.0-only */
/* What no statement may have in it that is to run on a twin. */
#include <string.h>

#include "advise/ddl.h"
#include "unit.h"

static struct mlk_ddl ddl;
static struct mlk_tokens tokens;

static void parse(const char *sql)
{
    static const struct mlk_scan_mode plain = {false, false};
    char error[256];

    mlk_tokens_free(&tokens);
    assert_int_equal(mlk_sql_scan(sql, strlen(sql), plain, &tokens, error, sizeof error), MLK_OK);
    mlk_ddl_parse(tokens.list, tokens.count, &ddl);
}

static void not_judged(const char *sql, const char *part)
{
    parse(sql);
    if (!strstr(ddl.why_not, part))
        fail_msg("%s: '%s' lacks '%s'", sql, ddl.why_not, part);
}

static void op_is(const char *sql, enum mlk_op op)
{
    parse(sql);
    assert_string_equal(ddl.why_not, "");
    if (ddl.clause_count != 1 || ddl.clauses[0].op != op)
        fail_msg("%s: %zu clauses, the first is %d", sql, ddl.clause_count, (int)ddl.clauses[0].op);
}

static void harm(void **state)
{
    (void)state;
    not_judged("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "is not judged");
    not_judged("ALTER TABLE t DISCARD TABLESPACE", "is not judged");
    not_judged("ALTER TABLE t IMPORT TABLESPACE", "is not judged");
    not_judged("ALTER TABLE t TABLESPACE ts", "is not judged");
    not_judged("ALTER TABLE t COMMENT 'x' TABLESPACE ts", "tablespace");
    not_judged("ALTER TABLE t CONVERT PARTITION p TO TABLE u", "is not judged");
    not_judged("ALTER TABLE t ENGINE=FEDERATED", "of the engines");
    not_judged("ALTER TABLE t ENGINE='MERGE' UNION=(a, b)", "of the engines");
    not_judged("ALTER TABLE t ENGINE=InnoDB DATA DIRECTORY '/x'", "directory");
    not_judged("ALTER TABLE t PARTITION BY HASH (a) (PARTITION p DATA DIRECTORY '/x')", "directory");
    not_judged("ALTER TABLE t COMMENT 'x' CONNECTION='mysql://x'", "another server");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (SLEEP(5))", "function");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (NEXT VALUE FOR s)", "sequence");
    not_judged("ALTER TABLE t ADD CHECK (a IN (SELECT 1))", "query");
    not_judged("ALTER TABLE t DISABLE KEYS", "is not judged");
    not_judged("ALTER TABLE t ORDER BY a, b", "is not judged");
    not_judged("ALTER TABLE t COMMENT 'x' SECONDARY_ENGINE rapid", "another server");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (s.nextval)", "sequence");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (@a)", "variable");
    not_judged("ALTER TABLE t ADD c INT DEFAULT 1--ADD d INT", "a --");
    not_judged("CREATE INDEX i ON t (a) COMMENT 'x' --LOCK=NONE", "a --");
    not_judged("CREATE INDEX i ON t (a RENAME TO x)", "RENAME");
    not_judged("ALTER TABLE t COMMENT 'x' RENAME TO x", "RENAME");
    not_judged("ALTER TABLE t ADD CHECK ((a > 1)", "parenthesis");
    not_judged("ALTER TABLE t ADD CHECK (a > 1))", "parenthesis");
    not_judged("ALTER TABLE t DROP CONSTRAINT c.x", "too many parts");
    not_judged("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b.c.d (e)", "too many parts");
    not_judged("CREATE INDEX i ON t (a) LOCK", "lacks its value");
    not_judged("ALTER TABLE t ENGINE, REMOVE PARTITIONING", "a clause was expected");
    not_judged("ALTER TABLE t CHANGE PARTITION p INT, RENAME TO x", "is not judged");
    not_judged("DROP INDEX IF , i ON t", "EXISTS was expected");
    /* a column may be called so */
    op_is("ALTER TABLE t DROP COLUMN engine", MLK_OP_DROP_COLUMN);
    op_is("ALTER TABLE t ADD a INT AS (b.`rename`)", MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD data INT", MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD `select` INT", MLK_OP_ADD_COLUMN);
}

/* To the servers a number ends where it ends: what is right behind it is a word. */
static void behind_numbers(void **state)
{
    (void)state;
    not_judged("ALTER TABLE t MAX_ROWS=1e1UNION=(a)", "UNION");
    not_judged("ALTER TABLE t MAX_ROWS=1.UNION=(a)", "UNION");
    not_judged("ALTER TABLE t MAX_ROWS=.5TABLESPACE x", "tablespace");
    not_judged("ALTER TABLE t MAX_ROWS=1e+1ENGINE=ARCHIVE", "of the engines");
    not_judged("ALTER TABLE t MAX_ROWS=1.5e1DATA DIRECTORY='/x'", "directory");
    parse("ALTER TABLE t ADD c INT DEFAULT 1e1REFERENCES p(id)");
    assert_string_equal(ddl.why_not, "");
    assert_int_equal(ddl.spot_count, 1);
    assert_string_equal(ddl.spots[0].name, "p");
    parse("ALTER TABLE t ADD c INT DEFAULT 1.REFERENCES p(id)");
    assert_int_equal(ddl.spot_count, 1);
    parse("ALTER TABLE t MAX_ROWS=1e1PARTITION BY HASH (id)");
    assert_int_equal(ddl.clause_count, 2);
}

/* Only the servers' own functions; somebody else's may do anything, and MariaDB calls them in a DEFAULT. */
static void functions(void **state)
{
    (void)state;
    op_is("ALTER TABLE t ADD c CHAR(36) DEFAULT (uuid())", MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD c DATE DEFAULT (ADD_MONTHS(ADDDATE(NOW(), INTERVAL (1) DAY), 1))",
          MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD c VARCHAR(9) AS (IF(IS_IPV4(a) AND (b IN (1, 2)), JSON_VALUE(d, '$'), "
          "YEARWEEK(d))) VIRTUAL",
          MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD c INT DEFAULT 1 REFERENCES loaded(id)", MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD (c INT DEFAULT 1, KEY loaded (c))", MLK_OP_ADD_COLUMN);
    op_is("ALTER TABLE t ADD CHECK (CONVERT(a USING utf8mb4) > ABS(-1))", MLK_OP_ADD_CHECK);
    op_is("ALTER TABLE t ADD INDEX loaded (a, b(10))", MLK_OP_ADD_INDEX);
    not_judged("ALTER TABLE t ADD c INT DEFAULT (loaded())", "a function that is not known");
    not_judged("ALTER TABLE t ADD c INT DEFAULT loaded(1)", "loaded");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (`abs`(1))", "abs");
    not_judged("ALTER TABLE t ADD c INT DEFAULT (s.abs(1))", "abs");
    not_judged("ALTER TABLE t ADD c INT AS (1 + GET_LOCK('a', 1))", "GET_LOCK");
    not_judged("ALTER TABLE t ADD INDEX ((loaded(a)))", "loaded");
    not_judged("CREATE INDEX i ON t ((loaded(a)))", "loaded");
    not_judged("ALTER TABLE t ADD (c INT, d INT DEFAULT (loaded()))", "loaded");
    not_judged("ALTER TABLE t ALTER c SET DEFAULT (loaded())", "loaded");
}

static void long_expression(int count, const char *term, const char *why)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, 1 << 16);
    mlk_buf_str(&sql, "ALTER TABLE t ADD c INT DEFAULT (1");
    for (int i = 0; i < count; i++)
        mlk_buf_str(&sql, term);
    mlk_buf_str(&sql, ")");
    parse(mlk_buf_text(&sql));
    assert_string_equal(ddl.why_not, why);
    mlk_buf_free(&sql);
}

/* What servers run out of stack with, or do not survive. */
static void too_much(void **state)
{
    const char *why = "it has an expression with more terms than are judged";

    (void)state;
    long_expression(150, " + 1", "");
    long_expression(250, " + 1", why);
    long_expression(100, " + (1, 2)", "");
    long_expression(150, " + (1 + 1)", why);
    /* beside each other they are no deeper */
    long_expression(5000, ", 1", "");
    not_judged("ALTER TABLE t ADD c INT DEFAULT "
               "((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))",
               why);
    parse("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 4");
    assert_int_equal(mlk_ddl_partitions(&ddl), 4);
    parse("ALTER TABLE t ADD PARTITION (PARTITION a VALUES IN (1) (SUBPARTITION x, SUBPARTITION y, "
          "SUBPARTITION z))");
    assert_int_equal(mlk_ddl_partitions(&ddl), 3);
    parse("ALTER TABLE t PARTITION BY RANGE (id) SUBPARTITION BY HASH (b) SUBPARTITIONS 50 (PARTITION a "
          "VALUES LESS THAN (1))");
    assert_int_equal(mlk_ddl_partitions(&ddl), 100); /* the word of PARTITION BY counts as well */
    parse("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 0x4000");
    assert_true(mlk_ddl_partitions(&ddl) > MLK_PARTITIONS_MAX);
    parse("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 99999999999999999999");
    assert_true(mlk_ddl_partitions(&ddl) > MLK_PARTITIONS_MAX);
    parse("ALTER TABLE t COMMENT 'x', AUTOEXTEND_SIZE = 4G");
    assert_true(mlk_ddl_takes_room(&ddl));
    parse("ALTER TABLE t COMMENT 'AUTOEXTEND_SIZE'");
    assert_false(mlk_ddl_takes_room(&ddl));
}

static int finish(void **state)
{
    (void)state;
    mlk_tokens_free(&tokens);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harm),
        cmocka_unit_test(behind_numbers),
        cmocka_unit_test(functions),
        cmocka_unit_test(too_much),
    };

    return cmocka_run_group_tests(tests, NULL, finish);
}
