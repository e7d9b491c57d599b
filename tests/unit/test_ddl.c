/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements taken to pieces and put together again: which are judged, about which table, and what would be
 * sent for the twin. */
#include <stdio.h>
#include <string.h>

#include "advise/ddl.h"
#include "unit.h"

static const struct mlk_form form = {"INPLACE", "NONE"};
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

static void writes(const struct mlk_rewrite *how, const char *wanted)
{
    struct mlk_buf b;

    mlk_buf_init(&b, 8192);
    assert_int_equal(mlk_ddl_write(&ddl, how, &b), MLK_OK);
    assert_string_equal(mlk_buf_text(&b), wanted);
    mlk_buf_free(&b);
}

/* As advised, and as it is sent for a twin. */
static void becomes(const char *sql, const char *advised, const char *sent)
{
    const struct mlk_rewrite own = {.form = &form}, twin = {.form = &form, .table = "`s`.`twin`"};

    parse(sql);
    assert_string_equal(ddl.why_not, "");
    writes(&own, advised);
    writes(&twin, sent);
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

static void alter_table(void **state)
{
    (void)state;
    becomes("alter table t add c int", "ALTER TABLE t add c int, ALGORITHM=INPLACE, LOCK=NONE",
            "ALTER TABLE `s`.`twin` add c int, ALGORITHM=INPLACE, LOCK=NONE");
    becomes("ALTER TABLE `a`.`b``c` ADD (x INT, y INT), DROP z",
            "ALTER TABLE `a`.`b``c` ADD (x INT, y INT), DROP z, ALGORITHM=INPLACE, LOCK=NONE",
            "ALTER TABLE `s`.`twin` ADD (x INT, y INT), DROP z, ALGORITHM=INPLACE, LOCK=NONE");
    assert_string_equal(ddl.schema, "a");
    assert_string_equal(ddl.table, "b`c");
    becomes("ALTER ONLINE IGNORE TABLE IF EXISTS t WAIT 5 ADD c INT",
            "ALTER IGNORE TABLE IF EXISTS t WAIT 5 ADD c INT, ALGORITHM=INPLACE, LOCK=NONE",
            "ALTER IGNORE TABLE `s`.`twin` ADD c INT, ALGORITHM=INPLACE, LOCK=NONE");
    becomes("ALTER TABLE t ADD c INT -- why\n COMMENT 'a;b' /* c */",
            "ALTER TABLE t ADD c INT COMMENT 'a;b', ALGORITHM=INPLACE, LOCK=NONE",
            "ALTER TABLE `s`.`twin` ADD c INT COMMENT 'a;b', ALGORITHM=INPLACE, LOCK=NONE");
}

static void guards(void **state)
{
    (void)state;
    becomes("ALTER TABLE t ALGORITHM = copy, ADD c INT, lock=shared",
            "ALTER TABLE t ADD c INT, ALGORITHM=INPLACE, LOCK=NONE",
            "ALTER TABLE `s`.`twin` ADD c INT, ALGORITHM=INPLACE, LOCK=NONE");
    assert_string_equal(ddl.algorithm, "COPY");
    assert_string_equal(ddl.lock, "SHARED");
    not_judged("ALTER TABLE t ALGORITHM=INSTANT", "it has no clause");
    not_judged("ALTER TABLE t ADD c INT, ALGORITHM=COPY LOCK=NONE", "not judged");
    not_judged("ALTER TABLE t LOCK 'x', ADD c INT", "not judged");
}

static void partitions(void **state)
{
    (void)state;
    becomes(
        "ALTER TABLE t ADD c INT PARTITION BY RANGE COLUMNS (a, b) (PARTITION p VALUES LESS THAN (1, 2))",
        "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, ADD c INT PARTITION BY RANGE COLUMNS (a, b) "
        "(PARTITION p VALUES LESS THAN (1, 2))",
        "ALTER TABLE `s`.`twin` ALGORITHM=INPLACE, LOCK=NONE, ADD c INT PARTITION BY RANGE COLUMNS (a, b) "
        "(PARTITION p VALUES LESS THAN (1, 2))");
    assert_int_equal(ddl.clause_count, 2);
    op_is("ALTER TABLE t DROP PARTITION a, b", MLK_OP_PARTITION_LIST);
    op_is("ALTER TABLE t ADD PARTITION (PARTITION p VALUES IN (1))", MLK_OP_PARTITION_LIST);
    op_is("ALTER TABLE t ADD PARTITION PARTITIONS 2", MLK_OP_PARTITION_ROWS);
    op_is("ALTER TABLE t REBUILD PARTITION a, b", MLK_OP_PARTITION_ROWS);
    op_is("ALTER TABLE t REMOVE PARTITIONING", MLK_OP_PARTITIONED);
    op_is("ALTER TABLE t PARTITION BY HASH (a)", MLK_OP_PARTITIONED);
}

static void indexes(void **state)
{
    const struct mlk_rewrite alter = {.form = &form, .as_alter = true};

    (void)state;
    becomes(
        "CREATE UNIQUE INDEX i USING BTREE ON s.t (a, b(10)) COMMENT 'x' ALGORITHM=COPY LOCK NONE",
        "CREATE UNIQUE INDEX i USING BTREE ON s.t (a, b(10)) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE",
        "CREATE UNIQUE INDEX i USING BTREE ON `s`.`twin` (a, b(10)) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE");
    becomes("DROP INDEX `i` ON t LOCK=NONE", "DROP INDEX `i` ON t ALGORITHM=INPLACE LOCK=NONE",
            "DROP INDEX `i` ON `s`.`twin` ALGORITHM=INPLACE LOCK=NONE");
    writes(&alter, "ALTER TABLE t DROP INDEX `i`, ALGORITHM=INPLACE, LOCK=NONE");
    op_is("CREATE FULLTEXT INDEX i ON t (a)", MLK_OP_ADD_OTHER_INDEX);
    not_judged("DROP INDEX i ON t, u", "does not parse");
    not_judged("CREATE INDEX i ON t", "( was expected at its end");
    not_judged("CREATE INDEX i ON t ALGORITHM=COPY", "( was expected");
    not_judged("CREATE OR REPLACE INDEX i ON t (a)", "DROP and a CREATE");
}

static void whole_tables(void **state)
{
    const struct mlk_rewrite alter = {.form = &form, .as_alter = true};

    (void)state;
    op_is("RENAME TABLE a.b TO c.d", MLK_OP_RENAME);
    op_is("ALTER TABLE a RENAME TO b", MLK_OP_RENAME);
    op_is("ALTER TABLE a RENAME b", MLK_OP_RENAME);
    op_is("OPTIMIZE LOCAL TABLE a", MLK_OP_REBUILD);
    writes(&alter, "ALTER TABLE a FORCE, ALGORITHM=INPLACE, LOCK=NONE");
    not_judged("OPTIMIZE TABLE a, b", "several tables");
    not_judged("ALTER TABLE a ADD c INT, RENAME TO b", "renames the table and changes it");
}

static void clauses(void **state)
{
    static const struct {
        const char *clause;
        enum mlk_op op;
    } list[] = {
        {"ADD c INT", MLK_OP_ADD_COLUMN},
        {"ADD COLUMN IF NOT EXISTS c INT", MLK_OP_ADD_COLUMN},
        {"ADD c INT AS (a) VIRTUAL", MLK_OP_ADD_COLUMN},
        {"ADD c INT GENERATED ALWAYS AS (a) STORED", MLK_OP_ADD_STORED},
        {"ADD COLUMN c INT AS (a) PERSISTENT", MLK_OP_ADD_STORED},
        {"ADD c INT AUTO_INCREMENT PRIMARY KEY", MLK_OP_ADD_COUNTER},
        {"ADD (a INT, b INT AUTO_INCREMENT)", MLK_OP_ADD_COUNTER},
        {"DROP c", MLK_OP_DROP_COLUMN},
        {"DROP COLUMN c", MLK_OP_DROP_COLUMN},
        {"MODIFY c INT", MLK_OP_CHANGE_COLUMN},
        {"CHANGE COLUMN a b INT", MLK_OP_CHANGE_COLUMN},
        {"RENAME COLUMN a TO b", MLK_OP_RENAME_COLUMN},
        {"ALTER a SET DEFAULT 1", MLK_OP_COLUMN_DEFAULT},
        {"ADD INDEX (a)", MLK_OP_ADD_INDEX},
        {"ADD CONSTRAINT u UNIQUE (a)", MLK_OP_ADD_INDEX},
        {"ADD FULLTEXT KEY (a)", MLK_OP_ADD_OTHER_INDEX},
        {"DROP KEY a", MLK_OP_DROP_INDEX},
        {"RENAME KEY a TO b", MLK_OP_INDEX_NAME},
        {"ALTER INDEX a INVISIBLE", MLK_OP_INDEX_NAME},
        {"ADD CONSTRAINT PRIMARY KEY (a)", MLK_OP_ADD_PRIMARY_KEY},
        {"DROP PRIMARY KEY", MLK_OP_DROP_PRIMARY_KEY},
        {"ADD FOREIGN KEY (a) REFERENCES p (a)", MLK_OP_ADD_FOREIGN_KEY},
        {"ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a)", MLK_OP_ADD_FOREIGN_KEY},
        {"DROP FOREIGN KEY f", MLK_OP_DROP_FOREIGN_KEY},
        {"ADD CHECK (a > 0)", MLK_OP_ADD_CHECK},
        {"DROP CHECK c", MLK_OP_DROP_CHECK},
        {"ALTER CHECK c NOT ENFORCED", MLK_OP_DROP_CHECK},
        {"DROP CONSTRAINT c", MLK_OP_DROP_CONSTRAINT},
        {"CONVERT TO CHARACTER SET utf8mb4", MLK_OP_CONVERT},
        {"ENGINE = InnoDB", MLK_OP_REBUILD},
        {"COMMENT 'x' ROW_FORMAT=DYNAMIC", MLK_OP_REBUILD},
        {"DEFAULT CHARACTER SET utf8mb4", MLK_OP_OPTION},
    };

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char sql[200];

        snprintf(sql, sizeof sql, "ALTER TABLE t %s", list[i].clause);
        op_is(sql, list[i].op);
    }
}

static void other_statements(void **state)
{
    static const char *const list[] = {"SELECT 1",
                                       "UPDATE t SET a = 1",
                                       "DROP TABLE t",
                                       "CREATE TABLE t (a INT)",
                                       "TRUNCATE t",
                                       "ALTER VIEW v AS SELECT 1",
                                       "ALTER USER u",
                                       "DELIMITER //",
                                       "KILL 1",
                                       "'x'",
                                       "(",
                                       "RENAME USER a TO b",
                                       "OPTIMIZE",
                                       "CREATE",
                                       "x; y"};

    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        parse(list[i]);
        assert_true(ddl.why_not[0] != '\0');
    }
    not_judged("ALTER TABLE t /*! ADD c INT */", "run as SQL");
    not_judged("ALTER TABLE t ADD c INT \\G", "backslash");
    not_judged("ALTER TABLE", "the name of a table was expected");
    not_judged("ALTER TABLE t ADD c INT,", "a clause was expected");
    not_judged("ALTER TABLE t , ADD c INT", "a clause was expected");
    not_judged("ALTER TABLE t ADD", "is not judged");
}

static void spots(void **state)
{
    const char *const texts[] = {"`f2`", "`s`.`p2`", "`c2`", "`old2`"};
    const struct mlk_rewrite how = {.table = "`s`.`twin`", .spots = texts};

    (void)state;
    parse("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES x . `p` (a), ADD CONSTRAINT c CHECK (a "
          "> 0), "
          "DROP FOREIGN KEY old, ADD CONSTRAINT u UNIQUE (a)");
    assert_string_equal(ddl.why_not, "");
    assert_int_equal(ddl.spot_count, 4);
    assert_int_equal(ddl.spots[0].kind, MLK_SPOT_NEW_CONSTRAINT);
    assert_string_equal(ddl.spots[0].name, "f");
    assert_int_equal(ddl.spots[1].kind, MLK_SPOT_PARENT);
    assert_string_equal(ddl.spots[1].schema, "x");
    assert_string_equal(ddl.spots[1].name, "p");
    assert_int_equal(ddl.spots[3].kind, MLK_SPOT_OLD_CONSTRAINT);
    assert_string_equal(ddl.spots[3].name, "old");
    writes(&how, "ALTER TABLE `s`.`twin` ADD CONSTRAINT `f2` FOREIGN KEY (a) REFERENCES `s`.`p2` (a), ADD "
                 "CONSTRAINT `c2` CHECK (a > 0), DROP FOREIGN KEY `old2`, ADD CONSTRAINT u UNIQUE (a)");
}

/* What is sent begins with its kind and the twin's name, so it is about the twin, whatever else stands in it.
 */
static void any_statement(void **state)
{
    static const char *const words[] = {"ALTER",     "TABLE",  "real", "ADD",        "DROP", "COLUMN",
                                        "INDEX",     "CREATE", "ON",   "(",          ")",    ",",
                                        "PARTITION", "BY",     "`x`",  "'y'",        "LOCK", "=",
                                        "NONE",      "FORCE",  ".",    "REFERENCES", "KEY",  "TO"};
    const char *texts[MLK_SPOTS_MAX];
    const struct mlk_rewrite how = {.form = &form, .table = "`s`.`twin`", .spots = texts};
    unsigned seed = 7;

    (void)state;
    for (size_t i = 0; i < MLK_SPOTS_MAX; i++)
        texts[i] = "`s`.`other`";
    for (int round = 0; round < 20000; round++) {
        struct mlk_buf sql, out;
        const char *begins;

        mlk_buf_init(&sql, 4096);
        mlk_buf_init(&out, 8192);
        mlk_buf_str(&sql, round % 2 ? "ALTER TABLE real " : "CREATE INDEX i ON real ");
        for (int i = 0; i < round % 12; i++) {
            seed = seed * 1103515245u + 12345u;
            mlk_buf_str(&sql, words[(seed >> 16) % (sizeof words / sizeof words[0])]);
            mlk_buf_str(&sql, " ");
        }
        parse(mlk_buf_text(&sql));
        if (!ddl.why_not[0]) {
            assert_int_equal(mlk_ddl_write(&ddl, &how, &out), MLK_OK);
            begins = round % 2 ? "ALTER TABLE `s`.`twin` " : "CREATE INDEX i ON `s`.`twin` (";
            assert_int_equal(strncmp(mlk_buf_text(&out), begins, strlen(begins)), 0);
        }
        mlk_buf_free(&sql);
        mlk_buf_free(&out);
    }
    mlk_tokens_free(&tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alter_table),      cmocka_unit_test(guards),       cmocka_unit_test(partitions),
        cmocka_unit_test(indexes),          cmocka_unit_test(whole_tables), cmocka_unit_test(clauses),
        cmocka_unit_test(other_statements), cmocka_unit_test(spots),        cmocka_unit_test(any_statement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
