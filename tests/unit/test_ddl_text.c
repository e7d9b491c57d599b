/* SPDX-License-Identifier: GPL-2.0-only */
/* What a statement is, which table it is about, and how it is to be done, whatever stands around that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/ddl_text.h"
#include "unit.h"

static void kinds_tables_and_options(void **state)
{
    static const struct {
        const char *sql, *kind, *schema, *table, *algorithm, *lock;
        bool ddl;
    } cases[] = {
        {"ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE", "ALTER TABLE", "", "orders",
         "INPLACE", "NONE", true},
        {"alter online ignore table if exists `shop`.`or``ders` force,lock = shared , algorithm copy",
         "ALTER TABLE", "shop", "or`ders", "COPY", "SHARED", true},
        {"/* rake */ -- a comment\n# another\nALTER TABLE/**/shop . orders ADD lock INT", "ALTER TABLE",
         "shop", "orders", "", "", true},
        {"ALTER TABLE t COMMENT 'LOCK=NONE, ALGORITHM=COPY'", "ALTER TABLE", "", "t", "", "", true},
        {"ALTER TABLE t ADD c INT /* LOCK=NONE */", "ALTER TABLE", "", "t", "", "", true},
        {"ALTER TABLE t ADD c INT /*!50600 , LOCK=NONE */", "ALTER TABLE", "", "t", "", "NONE", true},
        {"ALTER TABLE t ADD c INT /*M!100000 , ALGORITHM=INSTANT*/", "ALTER TABLE", "", "t", "INSTANT", "",
         true},
        {"ALTER TABLE t ADD CHECK (lock = none)", "ALTER TABLE", "", "t", "", "", true},
        {"CREATE UNIQUE INDEX i USING BTREE ON shop.t (a, b) ALGORITHM NOCOPY LOCK=EXCLUSIVE", "CREATE INDEX",
         "shop", "t", "NOCOPY", "EXCLUSIVE", true},
        {"CREATE OR REPLACE INDEX i ON t (a)", "CREATE INDEX", "", "t", "", "", true},
        {"DROP INDEX i ON t LOCK=DEFAULT", "DROP INDEX", "", "t", "", "DEFAULT", true},
        {"TRUNCATE orders", "TRUNCATE TABLE", "", "orders", "", "", true},
        {"truncate table a.b", "TRUNCATE TABLE", "a", "b", "", "", true},
        {"DROP TABLE IF EXISTS a, b", "DROP TABLE", "", "a", "", "", true},
        {"RENAME TABLE a.b TO a.c", "RENAME TABLE", "a", "b", "", "", true},
        {"OPTIMIZE LOCAL TABLE t", "OPTIMIZE TABLE", "", "t", "", "", true},
        {"CREATE DEFINER=`root`@`%` TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW SET @a = 1", "CREATE TRIGGER",
         "s", "t", "", "", true},
        {"CREATE ALGORITHM=MERGE DEFINER=CURRENT_USER SQL SECURITY INVOKER VIEW v AS SELECT 1", "CREATE VIEW",
         "", "v", "", "", true},
        {"LOCK TABLES t WRITE, u READ", "LOCK TABLES", "", "t", "", "", true},
        {"ALTER TABLE `a\\` LOCK=NONE", "ALTER TABLE", "", "a\\", "", "NONE", true},
        {"FLUSH TABLES WITH READ LOCK", "FLUSH TABLES", "", "", "", "", true},
        {"FLUSH LOCAL TABLES t FOR EXPORT", "FLUSH TABLES", "", "t", "", "", true},
        {"BACKUP STAGE BLOCK_DDL", "BACKUP STAGE", "", "", "", "", true},
        {"DROP SCHEMA shop", "DROP DATABASE", "", "", "", "", true},
        {"PLUGIN: ALTER TABLE t FORCE", "ALTER TABLE", "", "t", "", "", true},
        {"SET STATEMENT max_statement_time = 0 FOR ALTER TABLE shop.t FORCE, LOCK=NONE", "ALTER TABLE",
         "shop", "t", "", "NONE", true},
        {"set statement sql_mode='FOR', lock_wait_timeout=(SELECT 1 FOR UPDATE) for truncate orders",
         "TRUNCATE TABLE", "", "orders", "", "", true},
        {"SET STATEMENT max_statement_time=1 FOR SELECT * FROM t", "SELECT", "", "", "", "", false},
        {"SET STATEMENT max_statement_time=1 FOR", "SET", "", "", "", "", false},
        {"SET STATEMENT max_statement_time=1", "SET", "", "", "", "", false},
        {"SET STATEMENT (max_statement_time=1 FOR ALTER TABLE t", "SET", "", "", "", "", false},
        {"SET SESSION statement = 1 FOR ALTER TABLE t", "SET", "", "", "", "", false},
        {"SET", "SET", "", "", "", "", false},
        {"(SELECT 1) UNION SELECT 2", "SELECT", "", "", "", "", false},
        {"WITH x AS (SELECT 1) SELECT * FROM x", "SELECT", "", "", "", "", false},
        {"insert into t values ('ALTER TABLE x')", "INSERT", "", "", "", "", false},
        {"ALTER USER u IDENTIFIED BY 'x'", "ALTER", "", "", "", "", false},
        {"FLUSH PRIVILEGES", "FLUSH", "", "", "", "", false},
        {"DROP USER u", "DROP", "", "", "", "", false},
        /* cut short by a process list */
        {"ALTER TABLE", "ALTER TABLE", "", "", "", "", true},
        {"ALTER TABLE shop.", "ALTER TABLE", "", "", "", "", true},
        {"ALTER TABLE `unfinis", "ALTER TABLE", "", "unfinis", "", "", true},
        {"ALTER TABLE t COMMENT 'it''s \\' LOCK=NONE", "ALTER TABLE", "", "t", "", "", true},
        {"ALTER TABLE t /* LOCK=NONE", "ALTER TABLE", "", "t", "", "", true},
        {"CREATE INDEX i", "CREATE INDEX", "", "", "", "", true},
        {"ALTER", "ALTER", "", "", "", "", false},
        {"", "", "", "", "", "", false},
        {NULL, "", "", "", "", "", false},
        {"/*", "", "", "", "", "", false},
        {"/*!", "", "", "", "", "", false},
        {"*/ ;;; '", "", "", "", "", "", false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_ddl_text t;

        mlk_ddl_text_read(cases[i].sql, &t);
        print_message("%s\n", cases[i].sql ? cases[i].sql : "NULL");
        assert_string_equal(t.kind, cases[i].kind);
        assert_string_equal(t.schema, cases[i].schema);
        assert_string_equal(t.table, cases[i].table);
        assert_string_equal(t.algorithm, cases[i].algorithm);
        assert_string_equal(t.lock, cases[i].lock);
        assert_int_equal(t.ddl, cases[i].ddl);
    }
}

/* Every start of a statement, and each byte of it changed: it ends, within the text (a sanitizer build sees
 * more). */
static void any_text_is_read_to_its_end(void **state)
{
    static const char sql[] =
        "/*!50600 ALTER*/ TABLE /* c */ `a``b`.\"c\" ADD d INT DEFAULT 'x\\'y''z', -- e\n "
        "LOCK=NONE, ALGORITHM = INPLACE # f";
    static const char odd[] = "'`\"\\/*!#-(). \n\xc3\xff";

    (void)state;
    for (size_t len = 0; len < sizeof sql; len++) {
        for (size_t o = 0; o < sizeof odd; o++) {
            char *text = malloc(len + 2);
            struct mlk_ddl_text t;
            struct mlk_words w;
            size_t words = 0;

            assert_non_null(text);
            memcpy(text, sql, len);
            text[len] = odd[o];
            text[len + (odd[o] != '\0')] = '\0';
            mlk_ddl_text_read(text, &t);
            for (mlk_words_begin(&w, text); mlk_words_next(&w);)
                assert_true(++words <= len + 1);
            assert_true(w.at == text + strlen(text));
            free(text);
        }
    }
}

static void long_words_are_cut(void **state)
{
    char sql[2000] = "ALTER TABLE ";
    struct mlk_ddl_text t;

    (void)state;
    memset(sql + 12, 'a', 1000);
    (void)snprintf(sql + 1012, sizeof sql - 1012, ".b");
    mlk_ddl_text_read(sql, &t);
    assert_int_equal(strlen(t.schema), MLK_IDENT_MAX);
    assert_string_equal(t.table, "b");
    memset(sql, 'x', sizeof sql - 1);
    sql[sizeof sql - 1] = '\0';
    mlk_ddl_text_read(sql, &t);
    assert_int_equal(strlen(t.kind), MLK_DDL_KIND_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_tables_and_options),
        cmocka_unit_test(any_text_is_read_to_its_end),
        cmocka_unit_test(long_words_are_cut),
    };

    return cmocka_run_group_tests_name("ddl_text", tests, NULL, NULL);
}
