/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether DDL that waits has begun its work: what each source shows, and that doubt is none for "not". */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

enum begun { NO, YES, UNKNOWN };

#define UPGRADABLE "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n"
#define REST       "10|TABLE|shop|orders|SHARED_WRITE|1\n11|TABLE|shop|orders|EXCLUSIVE|0\n"

/* 11 runs that statement and waits. */
static void runs(struct mlk_session *s, const char *statement)
{
    char rows[1000];

    (void)snprintf(rows, sizeof rows,
                   "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                   "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|%s\n",
                   statement);
    scene_people(s, rows);
}

static void expect(struct mlk_session *s, enum begun begun, const char *of)
{
    static const char *const says[] = {"has not begun: it waits for its turn",
                                       "has done its work and waits for its last step",
                                       "whether it has worked before it waited does not show"};
    cJSON *d = scene_report(s, ORDERS);
    const cJSON *ddl = cJSON_GetArrayItem(scene_member(d, "ddl"), 0), *member;

    if (!ddl)
        fail_msg("%s: no DDL", of);
    member = scene_member(ddl, "begun");
    if (begun == UNKNOWN ? !cJSON_IsNull(member)
        : begun == YES   ? !cJSON_IsTrue(member)
                         : !cJSON_IsFalse(member))
        fail_msg("%s: begun is %s, wanted %d", of,
                 cJSON_IsNull(member)   ? "null"
                 : cJSON_IsTrue(member) ? "true"
                                        : "false",
                 (int)begun);
    scene_expect(ddl, "phase", begun == YES ? "finishing" : "waiting");
    scene_expect_says(d, "because", says[begun]);
    if ((scene_text(d, "next") != NULL) != (begun == NO))
        fail_msg("%s: next is %s", of, scene_text(d, "next") ? scene_text(d, "next") : "null");
    cJSON_Delete(d);
    scene_close(s);
}

static struct mlk_session *recorded(void **state)
{
    return scene_ending(scene_flavour(state));
}

static void nothing_shows_that_it_has(void **state)
{
    expect(recorded(state), NO, "recorded");
}

/* A transaction of its own: in-place work; on MySQL copies too. Another session's is none. */
static void a_transaction_shows_it(void **state)
{
    struct mlk_session *s = recorded(state);

    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|50\n");
    expect(s, YES, "a transaction");
    s = recorded(state);
    scene_open_transactions(s, "10|4|RUNNING|320\n15|9|RUNNING|50\n");
    expect(s, NO, "another session's transaction");
}

/* Of performance_schema on MySQL and of METADATA_LOCK_INFO. MariaDB's performance_schema shows the first
 * type. */
static void a_lock_that_keeps_writers_out_shows_it(void **state)
{
    static const char *const types[] = {"SHARED_NO_WRITE", "SHARED_NO_READ_WRITE", "EXCLUSIVE"};

    for (size_t i = 0; i < UNIT_COUNT(types); i++) {
        struct mlk_session *s = recorded(state);
        char rows[400];

        (void)snprintf(rows, sizeof rows, REST "11|TABLE|shop|orders|%s|1\n", types[i]);
        scene_waits(s, rows);
        expect(s, YES, types[i]);

        s = recorded(state);
        (void)snprintf(rows, sizeof rows, REST UPGRADABLE "15|TABLE|shop|orders|%s|1\n", types[i]);
        scene_waits(s, rows);
        expect(s, NO, "another session's lock");
    }
}

static void a_lock_on_another_table_is_none(void **state)
{
    struct mlk_session *s = recorded(state);

    scene_waits(s, REST UPGRADABLE "11|TABLE|shop|others|EXCLUSIVE|1\n12|TABLE|shop|others|SHARED_READ|0\n");
    expect(s, NO, "a lock on another table");
}

static void without_transactions_it_is_not_known(void **state)
{
    struct mlk_session *s = recorded(state);

    mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
    expect(s, UNKNOWN, "no transactions");
    s = recorded(state);
    mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
    scene_waits(s, REST "11|TABLE|shop|orders|SHARED_NO_WRITE|1\n");
    expect(s, YES, "no transactions, but a lock");
}

/* What waits only once, before it changes anything. */
static void other_ddl_waits_once(void **state)
{
    static const char *const once[] = {
        "DROP TABLE orders", "TRUNCATE TABLE orders", "RENAME TABLE orders TO o",
        "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW SET @a = 1", "LOCK TABLES orders WRITE"};
    static const char *const twice[] = {
        "ALTER TABLE orders FORCE", "CREATE INDEX i ON orders (a)", "DROP INDEX i ON orders",
        "OPTIMIZE TABLE orders", "alter online table orders force",
        /* by its first words no DDL, but it waits as only DDL does */
        "SET STATEMENT lock_wait_timeout = 5 FOR ALTER TABLE orders FORCE", "EXECUTE s", "CALL migrate()"};

    for (size_t i = 0; i < UNIT_COUNT(once); i++) {
        struct mlk_session *s = recorded(state);

        runs(s, once[i]);
        mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
        expect(s, NO, once[i]);
    }
    for (size_t i = 0; i < UNIT_COUNT(twice); i++) {
        struct mlk_session *s = recorded(state);

        runs(s, twice[i]);
        scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|50\n");
        expect(s, YES, twice[i]);
        s = recorded(state);
        runs(s, twice[i]);
        mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
        expect(s, UNKNOWN, twice[i]);
        s = recorded(state);
        runs(s, twice[i]);
        expect(s, NO, twice[i]);
    }
}

static void what_is_hidden_is_not_known(void **state)
{
    struct mlk_session *s = recorded(state);

    scene_people(s, "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    expect(s, UNKNOWN, "no such session in the list");
    s = recorded(state);
    runs(s, "NULL");
    expect(s, UNKNOWN, "no statement");
}

/* ---- MariaDB: InnoDB's own tables ---- */

static struct mlk_session *mariadb(int copies, bool innodb)
{
    struct mlk_session *s = scene_ending(MLK_MARIADB);

    scene_begun(s, copies, innodb);
    return s;
}

static void half_made_tables_show_it(void **state)
{
    (void)state;
    expect(mariadb(1, true), YES, "a half-made table");
    expect(mariadb(2, true), YES, "two");
    expect(mariadb(0, true), NO, "none");
    expect(mariadb(1, false), YES, "only the half-made one");
    expect(mariadb(0, false), UNKNOWN, "another engine's table");
}

static void without_innodbs_tables_it_is_not_known(void **state)
{
    struct mlk_session *s = mariadb(0, true);

    (void)state;
    mlk_fake_error(s, "FROM information_schema.INNODB_SYS_TABLES", 1227, "Access denied; you need PROCESS");
    expect(s, UNKNOWN, "InnoDB's tables are denied");
}

/* The process list alone. */
static void guessed_on_mariadb(void **state)
{
    struct mlk_session *s = mariadb(0, true);

    (void)state;
    scene_waits_plugin(s, NULL);
    expect(s, NO, "guessed, none");
    s = mariadb(1, true);
    scene_waits_plugin(s, NULL);
    expect(s, YES, "guessed, a half-made table");
    s = mariadb(0, false);
    scene_waits_plugin(s, NULL);
    expect(s, UNKNOWN, "guessed, another engine's table");
    s = mariadb(0, false);
    scene_waits_plugin(s, NULL);
    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|50\n");
    expect(s, YES, "guessed, a transaction");
}

#define PLUGIN(type)                                                                                         \
    "Table metadata lock|shop|orders|MDL_SHARED_WRITE|1|10\n"                                                \
    "Table metadata lock|shop|orders|" type "|1|11\n"

/* It shows which lock the DDL has by now: InnoDB need not be asked. */
static void the_plugin_shows_its_lock(void **state)
{
    struct mlk_session *s = mariadb(0, false);

    (void)state;
    scene_waits_plugin(s, PLUGIN("MDL_SHARED_UPGRADABLE"));
    expect(s, NO, "the plugin, upgradable");
    s = mariadb(0, false);
    scene_waits_plugin(s, PLUGIN("MDL_SHARED_NO_WRITE"));
    expect(s, YES, "the plugin, no write");
    s = mariadb(0, false);
    scene_waits_plugin(s, PLUGIN("MDL_SHARED_UPGRADABLE"));
    scene_open_transactions(s, "11|0|RUNNING|50\n");
    expect(s, YES, "the plugin, a transaction");
}

/* The table by its name as InnoDB has it, and the half-made one by the connection's number. */
static void what_innodb_is_asked(void **state)
{
    struct mlk_session *s = mariadb(0, true);
    cJSON *d = scene_report(s, ORDERS);

    (void)state;
    assert_int_equal(mlk_fake_sent(s, "CAST(CONVERT('shop' USING filename) AS BINARY)"), 1);
    assert_int_equal(mlk_fake_sent(s, "CAST(CONVERT('orders' USING filename) AS BINARY)"), 1);
    assert_int_equal(mlk_fake_sent(s, "LIKE '%/#sql-alter-%-b'"), 1); /* 11 */
    cJSON_Delete(d);
    scene_close(s);
    s = scene_ending(MLK_MYSQL);
    d = scene_report(s, ORDERS);
    assert_int_equal(mlk_fake_sent(s, "INNODB_SYS_TABLES"), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* ---- MySQL ---- */

/* Without the list of locks there is no word on copies that end. */
static void guessed_on_mysql(void **state)
{
    struct mlk_session *s = scene_ending(MLK_MYSQL);

    (void)state;
    mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    expect(s, UNKNOWN, "guessed");
    s = scene_ending(MLK_MYSQL);
    mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|50\n");
    expect(s, YES, "guessed, a transaction");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(nothing_shows_that_it_has),
        SCENE_BOTH(a_transaction_shows_it),
        SCENE_BOTH(a_lock_that_keeps_writers_out_shows_it),
        SCENE_BOTH(a_lock_on_another_table_is_none),
        SCENE_BOTH(without_transactions_it_is_not_known),
        SCENE_BOTH(other_ddl_waits_once),
        SCENE_BOTH(what_is_hidden_is_not_known),
        cmocka_unit_test(half_made_tables_show_it),
        cmocka_unit_test(without_innodbs_tables_it_is_not_known),
        cmocka_unit_test(guessed_on_mariadb),
        cmocka_unit_test(the_plugin_shows_its_lock),
        cmocka_unit_test(what_innodb_is_asked),
        cmocka_unit_test(guessed_on_mysql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
