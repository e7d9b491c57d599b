/* SPDX-License-Identifier: GPL-2.0-only */
/* What all session adapters share: the check of a fresh session, the table of error numbers, the set-up; and
 * the fake. */
#include <string.h>

#include "session_fake.h"
#include "unit.h"

static const struct mlk_access nothing = {.need = MLK_NEED_NOTHING};

static enum mlk_status ask(struct mlk_session *s, const char *sql, struct mlk_rows **rows)
{
    return s->ops->query(s, &nothing, sql, strlen(sql), rows, NULL);
}

static void a_session_must_be_complete(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MYSQL);
    const struct mlk_session_ops *whole = s->ops;
    struct mlk_session_ops part;

    (void)state;
    assert_int_equal(mlk_session_check(s), MLK_OK);
    assert_int_equal(mlk_session_check(NULL), MLK_UNSUPPORTED);
#define WITHOUT(member)                                                                                      \
    do {                                                                                                     \
        part = *whole;                                                                                       \
        part.member = 0;                                                                                     \
        s->ops = &part;                                                                                      \
        assert_int_equal(mlk_session_check(s), MLK_UNSUPPORTED);                                             \
    } while (0)
    WITHOUT(version);
    WITHOUT(name);
    WITHOUT(query);
    WITHOUT(read_table);
    WITHOUT(may);
    WITHOUT(now_ms);
    WITHOUT(pause_ms);
    WITHOUT(close);
    s->ops = NULL;
    assert_int_equal(mlk_session_check(s), MLK_UNSUPPORTED);
    s->ops = whole;
    s->user[0] = '\0'; /* nobody's rights are no rights */
    assert_int_equal(mlk_session_check(s), MLK_UNSUPPORTED);
    s->ops->close(s);
}

static void errors_have_a_status(void **state)
{
    static const struct {
        unsigned number;
        enum mlk_status status;
    } cases[] = {
        {0, MLK_OK},           {1044, MLK_DENIED},    {1045, MLK_DENIED},    {1095, MLK_DENIED},
        {1142, MLK_DENIED},    {1143, MLK_DENIED},    {1227, MLK_DENIED},    {1049, MLK_NOT_FOUND},
        {1094, MLK_NOT_FOUND}, {1146, MLK_NOT_FOUND}, {1205, MLK_BUSY},      {1213, MLK_BUSY},
        {1290, MLK_READ_ONLY}, {1792, MLK_READ_ONLY}, {1836, MLK_READ_ONLY}, {1053, MLK_GONE},
        {1927, MLK_GONE},      {2006, MLK_GONE},      {2013, MLK_GONE},      {2055, MLK_GONE},
        {1317, MLK_KILLED},    {1969, MLK_BUSY},      {3024, MLK_BUSY},      {1235, MLK_UNSUPPORTED},
        {1064, MLK_SQL},       {99999, MLK_SQL},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        if (mlk_status_of_error(cases[i].number) != cases[i].status)
            fail_msg("error %u: %s", cases[i].number, mlk_status_text(mlk_status_of_error(cases[i].number)));
    }
}

static bool sets_up(enum mlk_flavour flavour, const char *what)
{
    const char *sql;
    bool optional;

    for (size_t i = 0; (sql = mlk_session_setup(flavour, i, &optional)); i++) {
        if (strstr(sql, what))
            return true;
    }
    return false;
}

static void the_setup_promises_what_the_port_says(void **state)
{
    static const char *const both[] = {
        "SET NAMES utf8mb4",
        "sql_mode = ''",
        "autocommit = 1",
        "time_zone = '+00:00'",
        "lock_wait_timeout = 3",
        "innodb_lock_wait_timeout = 3",
        /* global values that would hide rows, cut texts, or make a statement fail */
        "sql_select_limit = 18446744073709551615",
        "max_join_size = 18446744073709551615",
        "sql_big_selects = 1",
        "sql_safe_updates = 0",
        "completion_type = 0",
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(both); i++) {
        assert_true(sets_up(MLK_MYSQL, both[i]));
        assert_true(sets_up(MLK_MARIADB, both[i]));
    }
    assert_true(sets_up(MLK_MYSQL, "max_execution_time"));
    assert_false(sets_up(MLK_MYSQL, "max_statement_time"));
    assert_true(sets_up(MLK_MARIADB, "max_statement_time"));
    assert_false(sets_up(MLK_MARIADB, "max_execution_time"));
    assert_true(sets_up(MLK_MYSQL, "SET ROLE ALL"));
    assert_false(sets_up(MLK_MARIADB, "SET ROLE ALL"));
}

static void every_status_has_a_text(void **state)
{
    (void)state;
#define HAS_TEXT(name, text) assert_string_equal(mlk_status_text(MLK_##name), text);
    MLK_STATUS_LIST(HAS_TEXT)
#undef HAS_TEXT
    assert_non_null(mlk_status_text((enum mlk_status)999));
}

static void the_fake_follows_its_script(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MARIADB);
    struct mlk_rows *rows = NULL;
    const char *first = NULL;
    uint64_t affected = 9;

    (void)state;
    mlk_fake_rows(s, "FROM a", "x|y\n1|NULL\n|two\n");
    mlk_fake_affected(s, "UPDATE...WHERE", 3);
    mlk_fake_error(s, "FROM secret", 1142, "denied to shop");
    assert_int_equal(ask(s, "SELECT x, y FROM a", &rows), MLK_OK);
    assert_int_equal(rows->count, 2);
    assert_null(mlk_rows_text(rows, 0, 1));
    assert_string_equal(mlk_rows_text(rows, 1, 0), "");
    assert_int_equal(mlk_rows_column(rows, "y"), 1);
    mlk_rows_free(rows);
    assert_int_equal(s->ops->query(s, &nothing, "UPDATE t WHERE", 14, &rows, &affected), MLK_OK);
    assert_null(rows);
    assert_int_equal(affected, 3);
    assert_int_equal(ask(s, "SELECT 1 FROM secret", &rows), MLK_DENIED);
    assert_int_equal(s->error_number, 1142);
    assert_string_equal(s->error, "denied to shop");
    assert_int_equal(mlk_fake_unscripted(s, NULL), 0);
    assert_int_equal(ask(s, "WHERE then UPDATE", &rows), MLK_SQL);
    assert_int_equal(mlk_fake_unscripted(s, &first), 1);
    assert_string_equal(first, "WHERE then UPDATE");
    mlk_fake_lenient(s);
    assert_int_equal(ask(s, "WHERE then UPDATE", &rows), MLK_OK);
    assert_int_equal(mlk_fake_calls(s), 5);
    assert_int_equal(mlk_fake_sent(s, "UPDATE"), 3);
    assert_int_equal(mlk_fake_answered(s, "UPDATE"), 2);
    assert_string_equal(mlk_fake_sql(s, 1, NULL), "UPDATE t WHERE");
    assert_null(mlk_fake_sql(s, 5, NULL));
    s->ops->close(s);
}

static void the_fake_changes_its_mind(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MARIADB);
    struct mlk_rows *rows = NULL;
    static const char *const expected[] = {"once", "before", "before", "after"};

    (void)state;
    mlk_fake_rows(s, "SELECT", "v\nbefore\n");
    mlk_fake_rows(s, "SELECT", "v\nafter\n");
    mlk_fake_when(s, 1);
    mlk_fake_rows(s, "SELECT", "v\nonce\n");
    mlk_fake_times(s, 1);
    mlk_fake_affected(s, "KILL", 0);
    mlk_fake_then(s, 1);
    for (size_t i = 0; i < UNIT_COUNT(expected); i++) {
        if (i == 3)
            assert_int_equal(ask(s, "KILL 5", &rows), MLK_OK);
        assert_int_equal(ask(s, "SELECT v", &rows), MLK_OK);
        assert_string_equal(mlk_rows_text(rows, 0, 0), expected[i]);
        mlk_rows_free(rows);
    }
    assert_int_equal(mlk_fake_phase(s), 1);
    s->ops->close(s);
}

static void the_fake_fails_on_demand(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MARIADB);
    struct mlk_rows *rows = NULL;
    const struct mlk_access process = {.need = MLK_NEED_PROCESS};

    (void)state;
    mlk_fake_rows(s, "SELECT", "v\n1\n");
    mlk_fake_fail(s, 2, MLK_GONE);
    assert_int_equal(ask(s, "SELECT v", NULL), MLK_OK);
    assert_int_equal(ask(s, "SELECT v", &rows), MLK_GONE);
    assert_null(rows);
    assert_string_not_equal(s->error, "");
    assert_int_equal(ask(s, "SELECT v", NULL), MLK_OK);
    mlk_fake_fail_from(s, 1, MLK_KILLED);
    assert_int_equal(s->ops->pause_ms(s, 5), MLK_KILLED);
    assert_int_equal(s->ops->may(s, &nothing), MLK_DENIED);
    assert_int_equal(s->ops->read_table(s, "a", "b", true, 5, &rows), MLK_KILLED);
    mlk_fake_fail(s, 0, MLK_OK);
    mlk_fake_deny(s, MLK_NEED_PROCESS);
    assert_int_equal(s->ops->may(s, &nothing), MLK_OK);
    assert_int_equal(s->ops->may(s, &process), MLK_DENIED);
    assert_int_equal(s->ops->query(s, &process, "SELECT v", 8, &rows, NULL), MLK_DENIED);
    s->ops->close(s);
}

static void count_pauses(struct mlk_session *s, void *arg)
{
    (void)s;
    ++*(int *)arg;
}

static void the_fake_has_a_clock(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MYSQL);
    int pauses = 0;

    (void)state;
    mlk_fake_set_clock(s, 1000);
    mlk_fake_on_pause(s, count_pauses, &pauses);
    assert_int_equal(s->ops->now_ms(s), 1000);
    assert_int_equal(s->ops->pause_ms(s, 250), MLK_OK);
    assert_int_equal(s->ops->now_ms(s), 1250);
    assert_int_equal(pauses, 1);
    s->ops->close(s);
}

static void the_fake_reads_tables(void **state)
{
    struct mlk_session *s = mlk_fake_open(MLK_MYSQL);
    struct mlk_rows *rows = NULL;
    struct mlk_access need;

    (void)state;
    mlk_fake_rows(s, "READ TABLE blog.t", "id\n1\n2\n3\n");
    mlk_fake_rows(s, "READ TABLE DIRTY blog.t", "id\n4\n");
    assert_int_equal(s->ops->read_table(s, "blog", "t", false, 2, &rows), MLK_OK);
    assert_int_equal(rows->count, 2);
    mlk_rows_free(rows);
    assert_int_equal(s->ops->read_table(s, "blog", "t", true, 2, &rows), MLK_OK);
    assert_int_equal(rows->count, 1);
    assert_string_equal(mlk_rows_text(rows, 0, 0), "4");
    mlk_rows_free(rows);
    assert_non_null(mlk_fake_sql(s, 1, &need));
    assert_int_equal(need.need, MLK_NEED_SELECT);
    assert_string_equal(need.schema, "blog");
    assert_string_equal(need.table, "t");
    s->ops->close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_must_be_complete),
        cmocka_unit_test(errors_have_a_status),
        cmocka_unit_test(the_setup_promises_what_the_port_says),
        cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(the_fake_follows_its_script),
        cmocka_unit_test(the_fake_changes_its_mind),
        cmocka_unit_test(the_fake_fails_on_demand),
        cmocka_unit_test(the_fake_has_a_clock),
        cmocka_unit_test(the_fake_reads_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
