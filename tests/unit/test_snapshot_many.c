/* SPDX-License-Identifier: GPL-2.0-only */
/* What is asked of a server with many sessions, and that it makes no difference to what is told. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"
#include "scene_tables.h"

#define WAITS "Waiting for table metadata lock"
#define ALTER "ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE"

/* The holder of 1562 and so many others of somebody else. */
static void among(struct mlk_session *s, size_t others)
{
    char people[6000] =
        "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
        "1563|shop|10.0.0.7:51235|shop|Sleep|1||NULL\n"
        "1570|cron|10.0.0.8:1|shop|Query|3|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n";
    size_t used = strlen(people);

    for (size_t i = 0; i < others; i++)
        used += (size_t)snprintf(people + used, sizeof people - used,
                                 "%zu|other|10.0.0.9:%zu|shop|Sleep|312||NULL\n", 2000 + i, 51234 + i);
    assert_true(used < sizeof people);
    scene_people(s, people);
}

/* Among many sessions only the locks of interest are asked for, of MySQL by what it has an index for, where
 * the stored form of the name is known. */
static void locks_among_many(void **state)
{
    static const struct {
        const char *target, *name, *mysql, *mariadb;
    } cases[] = {
        {"rails:shop", SCENE_RAILS,
         "OBJECT_TYPE = 'USER LEVEL LOCK' AND OBJECT_SCHEMA IS NULL AND OBJECT_NAME = '" SCENE_RAILS
         "' UNION ALL SELECT OWNER_THREAD_ID, OBJECT_NAME, LOCK_STATUS FROM "
         "performance_schema.metadata_locks WHERE OWNER_THREAD_ID = 1602 AND OBJECT_TYPE LIKE 'USER LEVEL "
         "LOC_'",
         "(OBJECT_NAME = '" SCENE_RAILS "' OR OWNER_THREAD_ID = 1602)"},
        {"named:Nightly Job[", "Nightly Job[", "OBJECT_NAME = 'nightly job[' UNION ALL",
         "(OBJECT_NAME = 'Nightly Job[' OR OWNER_THREAD_ID = 1602)"},
        {"named:\xc3\x84rger", "\xc3\x84rger", "(OBJECT_NAME = '\xc3\x84rger' OR OWNER_THREAD_ID = 1602)",
         "(OBJECT_NAME = '\xc3\x84rger' OR OWNER_THREAD_ID = 1602)"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        enum mlk_flavour flavour = scene_flavour(state);
        struct mlk_session *s = scene_open(flavour);
        char locks[300];

        scene_rails(s);
        scene_holder(s, cases[i].name, "1562");
        among(s, 62);
        snprintf(locks, sizeof locks, "1562|%s|1\n1570|%s|0\n", cases[i].name, cases[i].name);
        scene_named_locks(s, locks);
        cJSON_Delete(scene_report(s, cases[i].target));
        assert_int_equal(mlk_fake_sent(s, flavour == MLK_MYSQL ? cases[i].mysql : cases[i].mariadb), 1);
        assert_int_equal(mlk_fake_sent(s, "setup_instruments"), 0);
        scene_close(s);
    }
}

/* What is asked differs with the number of sessions; what is told does not. Of the threads only those of the
 * holder, its siblings and those that wait are asked for. */
static void few_and_many(void **state)
{
    const char *const some = "FROM performance_schema.threads WHERE PROCESSLIST_ID IS NOT NULL AND "
                             "PROCESSLIST_ID IN (1562, 1563, 1570)";
    cJSON *told[2];

    for (size_t i = 0; i < 2; i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));

        scene_rails(s);
        scene_holder(s, SCENE_RAILS, "1562");
        among(s, i ? 62 : 61);
        scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1562|other|1\n1570|" SCENE_RAILS "|0\n");
        told[i] = scene_report(s, "rails:shop");
        assert_int_equal((int)scene_number(told[i], "waiter_count"), 1);
        assert_int_equal((int)scene_number(told[i], "sibling_count"), 1);
        assert_int_equal(cJSON_GetArraySize(scene_member(told[i], "holder_locks")), 2);
        assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.threads"), 1);
        assert_int_equal(mlk_fake_sent(s, some), i);
        scene_close(s);
    }
    assert_true(cJSON_Compare(told[0], told[1], true));
    cJSON_Delete(told[0]);
    cJSON_Delete(told[1]);
}

/* Among many sessions not all threads are read at first. Who is in the way of the DDL can be anybody, so then
 * they are; and where that fails nobody is told to be in the way of whom nothing is known. */
static void ddl_among_many(void **state)
{
    for (int fails = 0; fails < 2; fails++) {
        struct mlk_session *s = scene_migration(scene_flavour(state));
        char people[8000] = "9|deploy|10.0.0.9:3|shop|Sleep|61||NULL\n"
                            "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                            "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n"
                            "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders\n";
        size_t used = strlen(people);
        cJSON *d;

        for (int i = 0; i < 64; i++)
            used += (size_t)snprintf(people + used, sizeof people - used,
                                     "%d|other|10.0.0.3:%d|shop|Sleep|312||NULL\n", 2000 + i, 51234 + i);
        assert_true(used < sizeof people);
        scene_people(s, people);
        if (fails)
            mlk_fake_error(s, "FROM performance_schema.threads WHERE PROCESSLIST_ID IS NOT NULL", 1205,
                           "Lock wait timeout exceeded");
        mlk_fake_rows(s, "FROM performance_schema.threads...PROCESSLIST_ID IN (9, 11)",
                      "THREAD_ID|PROCESSLIST_ID|THREAD_OS_ID|INFO\n49|9|100009|NULL\n51|11|100011|NULL\n");
        d = scene_report(s, "rails:shop");
        scene_expect(d, "verdict", "active");
        assert_int_equal(mlk_fake_sent(s, "FROM performance_schema.threads"), 2);
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "ddl")), 1);
        if (!fails) {
            const cJSON *blocker = scene_first(scene_first(d, "ddl"), "blockers");

            assert_int_equal(scene_number(blocker, "connection_id"), 10);
            assert_true(cJSON_IsFalse(scene_member(blocker, "guessed")));
            scene_expect_says(d, "because", "connection 10 (shop@10.0.0.7:51234");
        }
        scene_expect_silent(d, "because", "something without a connection");
        cJSON_Delete(d);
        scene_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(locks_among_many),
        SCENE_BOTH(few_and_many),
        SCENE_BOTH(ddl_among_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
