/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether DDL that waits has begun: only what InnoDB lists at this moment can say that it has not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene_tables.h"

enum { NOT_KNOWN = -1, NO, YES };

static void expect_begun(struct mlk_session *s, int wanted, const char *blind_spot)
{
    cJSON *list = scene_tables(s, NULL);
    const cJSON *d = scene_table_of(list, "table:shop/orders");
    const cJSON *ddl = cJSON_GetArrayItem(scene_member(d, "ddl"), 0);
    const cJSON *begun = scene_member(ddl, "begun");

    assert_true(wanted == YES  ? cJSON_IsTrue(begun)
                : wanted == NO ? cJSON_IsFalse(begun)
                               : cJSON_IsNull(begun));
    scene_expect(ddl, "phase", wanted == YES ? "finishing" : "waiting");
    if (wanted == NO)
        assert_non_null(strstr(scene_text(d, "next"), "SELECT miglock_release("));
    else
        assert_null(scene_text(d, "next"));
    if (blind_spot)
        scene_expect_says(d, "blind_spots", blind_spot);
    cJSON_Delete(list);
}

/* The cascade's ALTER is that of connection 11, 60 s old; INNODB_TRX shows connection 10 alone. */
static void what_innodb_lists_counts(void **state)
{
    static const struct {
        const char *status;
        int wanted;
    } cases[] = {
        {SCENE_INNODB_NONE, NO},
        {SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MySQL", "11", "ALTER TABLE orders") SCENE_INNODB_END, YES},
        {SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MariaDB", "11", "ALTER TABLE orders") SCENE_INNODB_END, YES},
        {SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MySQL", "12", "x") SCENE_INNODB_OPEN("MySQL", "11", "x")
             SCENE_INNODB_OPEN("MySQL", "9", "x") SCENE_INNODB_END,
         YES},
        /* neither another number nor a session without a transaction */
        {SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MySQL", "111", "x") SCENE_INNODB_OPEN("MySQL", "1", "x")
             SCENE_INNODB_END,
         NO},
        {SCENE_INNODB_BEGIN "---TRANSACTION 7, not started\n0 lock struct(s)\nMySQL thread id 11, OS thread "
                            "handle 1, query id 2 localhost root\n" SCENE_INNODB_END,
         NO},
        /* a statement's text that looks like the list takes nobody away */
        {SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MySQL", "11",
                                              "ALTER\n---TRANSACTION 7, not started\nMySQL thread "
                                              "id 11, OS") SCENE_INNODB_END,
         YES},
        {SCENE_INNODB_BEGIN "---TRANSACTION 8, ACTIVE (PREPARED) 5 sec\nMySQL thread id 11, OS\nx, not "
                            "started\n" SCENE_INNODB_END,
         YES},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_cascade(scene_flavour(state));

        scene_innodb_now(s, cases[i].status);
        expect_begun(s, cases[i].wanted, NULL);
        scene_close(s);
    }
}

static void a_list_that_is_not_whole(void **state)
{
    static const char *const cut[] = {
        "",
        "=====\nTRANSACTIONS\n",
        "FAIL TO OBTAIN LOCK MUTEX, SKIP LOCK INFO PRINTING\nEND OF INNODB MONITOR OUTPUT\n",
        SCENE_INNODB_BEGIN SCENE_INNODB_OPEN("MySQL", "10", "x"),
    };
    struct mlk_session *s;
    char *whole;

    for (size_t i = 0; i < UNIT_COUNT(cut); i++) {
        s = scene_cascade(scene_flavour(state));
        scene_innodb_now(s, cut[i]);
        expect_begun(s, NOT_KNOWN, "InnoDB does not list all transactions of this moment");
        scene_close(s);
    }

    /* so long that InnoDB may have left out its middle */
    whole = calloc(1, 1100000);
    assert_non_null(whole);
    (void)snprintf(whole, 1100000, "%s%01048000d%s", SCENE_INNODB_BEGIN, 0, "\n" SCENE_INNODB_END);
    s = scene_cascade(scene_flavour(state));
    scene_innodb_now(s, whole);
    expect_begun(s, NOT_KNOWN, "InnoDB does not list all transactions of this moment");
    scene_close(s);
    free(whole);

    s = scene_cascade(scene_flavour(state));
    mlk_fake_error(s, "SHOW ENGINE INNODB STATUS", 1286, "Unknown storage engine 'INNODB'");
    expect_begun(s, NOT_KNOWN, "Unknown storage engine");
    scene_close(s);
}

/* A copy that is older than the DDL shows what the session did before it. */
static void an_old_copy(void **state)
{
    static const struct {
        const char *transactions;
        int wanted;
    } cases[] = {
        {"10|4|RUNNING|320\n11|0|RUNNING|300\n", NO}, /* was committed when the DDL began */
        {"10|4|RUNNING|320\n11|0|RUNNING|61\n", YES},
        {"10|4|RUNNING|320\n11|0|RUNNING|5\n", YES},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_cascade(scene_flavour(state));

        scene_open_transactions(s, cases[i].transactions);
        expect_begun(s, cases[i].wanted, NULL);
        scene_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(what_innodb_lists_counts),
        SCENE_BOTH(a_list_that_is_not_whole),
        SCENE_BOTH(an_old_copy),
    };

    return cmocka_run_group_tests_name("table_begun", tests, NULL, NULL);
}
