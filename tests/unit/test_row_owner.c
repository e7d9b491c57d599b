/* SPDX-License-Identifier: GPL-2.0-only */
/* The owner that a row names, and the sessions that could be it. */
#include <stdio.h>
#include <string.h>

#include "row_owner.h"
#include "scene.h"

static void hosts(void **state)
{
    static const struct {
        const char *host, *session;
        bool fits;
    } cases[] = {
        {"10.0.0.7", "10.0.0.7:51234", true},
        {"10.0.0.7", "10.0.0.7", true}, /* MariaDB shows its own functions no port */
        {"10.0.0.7", "10.0.0.70:51234", false},
        {"10.0.0.7", "10.0.0.71", false},
        {"10.0.0.7", "app:51234", false},
        {"10.0.0.7", "localhost", false},
        {"10.0.0.7", NULL, false},
        {"10.0.0.7", "", false},
        {"10.0.0.7", "[::ffff:10.0.0.7]:51234", true},
        {"10.0.0.7", "::ffff:10.0.0.7", true},
        {"127.0.1.1", "localhost", true},
        {"127.0.1.1", "127.0.0.1:4", true},
        {"0:0:0:0:0:0:0:1", "localhost", true},
        {"localhost", "::1", true},
        {"localhost", "10.0.0.7:1", false},
        {"fe80:0:0:0:42:acff:fe11:2%eth0", "fe80::42:acff:fe11:2:51234", true},
        {"2001:db8::7", "2001:db8::7", true},
        {"2001:db8::7", "[2001:db8::7]:51234", true},
        {"2001:db8::7", "2001:db8::8", false},
        {"app-7", "app-7:51234", true},
        {"App-7", "app-7.example.org:51234", true},
        {"app-7.example.org", "app-7.example.com:51234", false},
        {"app-7.example.org", "app-7:51234", true},
        {"app-7", "app-70:51234", false},
        {"app-70", "app-7:51234", false},
        {"app-7", "10.0.0.7:51234", false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_row_state row = {.finding = MLK_ROW_HELD};
        const struct mlk_person p = {.host = cases[i].session, .pid = -1};

        snprintf(row.owner_host, sizeof row.owner_host, "%s", cases[i].host);
        if (mlk_row_owner_fits(&row, &p) != cases[i].fits)
            fail_msg("%s and %s", cases[i].host, cases[i].session ? cases[i].session : "NULL");
        row.finding = MLK_ROW_FREE;
        assert_false(mlk_row_owner_fits(&row, &p));
    }
}

static void processes(void **state)
{
    struct mlk_row_state row = {.finding = MLK_ROW_HELD, .owner_pid = 4711};
    struct mlk_person p = {.host = "10.0.0.7:1", .pid = 4711};

    (void)state;
    assert_true(mlk_row_owner_fits(&row, &p));
    p.pid = 4712;
    assert_false(mlk_row_owner_fits(&row, &p));
    /* where the host is known, any process of it may be the owner's, and none of another */
    snprintf(row.owner_host, sizeof row.owner_host, "10.0.0.7");
    assert_true(mlk_row_owner_fits(&row, &p));
    p.pid = 4711;
    p.host = "10.0.0.8:1";
    assert_false(mlk_row_owner_fits(&row, &p));
    row = (struct mlk_row_state){.finding = MLK_ROW_HELD};
    p.pid = 0;
    assert_false(mlk_row_owner_fits(&row, &p));
}

static struct mlk_session *open_liquibase(void **state, const char *by)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char text[200];

    snprintf(text, sizeof text, "ID|LOCKED|LOCKGRANTED|LOCKEDBY\n1|1|NULL|%s\n", by);
    scene_table(s, "app.DATABASECHANGELOGLOCK", text);
    return s;
}

static void a_session_of_the_owners_host_is_a_suspect(void **state)
{
    struct mlk_session *s = open_liquibase(state, "web (10.0.0.7)");
    cJSON *d;

    scene_people(
        s, "21|other|10.0.0.7:4000|elsewhere|Sleep|60||NULL\n22|x|10.0.0.8:1|else|Query|1|x|SELECT 1\n");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "idle");
    scene_expect(d, "owner_text", "web (10.0.0.7)");
    assert_int_equal(scene_number(d, "sibling_count"), 1);
    scene_expect_says(
        d, "because",
        "connection 21 (other@10.0.0.7:4000) comes from 10.0.0.7, as the row says of its owner");
    cJSON_Delete(d);
    scene_people(s, "21|other|10.0.0.7:4000|elsewhere|Query|60|x|ALTER TABLE t ADD x INT\n");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "active");
    scene_expect_says(d, "because", "perhaps for this lock, connection 21");
    cJSON_Delete(d);
    scene_close(s);
}

/* A missing owner proves nothing while others are in the schema. */
static void no_session_of_the_owners_host(void **state)
{
    struct mlk_session *s = open_liquibase(state, "web (10.0.0.7)");
    cJSON *d;

    scene_people(s, "21|app|10.0.0.9:4000|app|Sleep|60||NULL\n");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "idle");
    scene_expect_says(d, "because", "no session comes from 10.0.0.7, where the row says that its owner is");
    cJSON_Delete(d);
    scene_people(s, "");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "no session comes from 10.0.0.7");
    cJSON_Delete(d);
    scene_stranger(s);
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "unknown");
    scene_expect_says(d, "because", "no session that this account may see comes from 10.0.0.7");
    cJSON_Delete(d);
    scene_close(s);
}

static void who_asks_is_no_suspect(void **state)
{
    struct mlk_session *s = open_liquibase(state, "web (10.0.0.7)");
    cJSON *d;

    scene_people(s, "7|shop|10.0.0.7:1|NULL|Query|0|x|SELECT miglock_status('liquibase:app')\n");
    d = scene_report(s, "liquibase:app");
    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "no session comes from 10.0.0.7");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_loopback_address_names_no_host(void **state)
{
    struct mlk_session *s = open_liquibase(state, "web (127.0.1.1)");
    cJSON *d = scene_report(s, "liquibase:app");

    scene_expect_says(d, "because", "127.0.1.1, which is the owner's own host");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_name_and_a_process(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "app.migration_locks",
                "executor_id|locked_at|expires_at\n"
                "web-4711-0f8fad5b-d9cb-469f-a165-70867728950e|NULL|NULL\n");
    scene_people(s, "21|app|web.example:4000|NULL|Sleep|60||NULL\n");
    scene_attributes(s, "21|_pid|4711\n");
    d = scene_report(s, "msr:app");
    scene_expect(d, "verdict", "idle");
    scene_expect_says(d, "because",
                      "comes from web, as the row says of its owner, and has the same process id");
    cJSON_Delete(d);
    scene_people(s, "21|app|10.0.0.7:4000|NULL|Sleep|60||NULL\n");
    d = scene_report(s, "msr:app");
    scene_expect_says(d, "because", "no session shows the host name web");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_process_without_a_host(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "app.yoyo_lock", "locked|ctime|pid\n1|NULL|4711\n");
    scene_people(s, "21|app|10.0.0.7:4000|NULL|Sleep|60||NULL\n");
    scene_attributes(s, "21|_pid|4711\n");
    d = scene_report(s, "yoyo:app");
    scene_expect(d, "verdict", "idle");
    scene_expect_says(d, "because", "is a process 4711, as the row says of its owner");
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(processes),
        SCENE_BOTH(a_session_of_the_owners_host_is_a_suspect),
        SCENE_BOTH(no_session_of_the_owners_host),
        SCENE_BOTH(who_asks_is_no_suspect),
        SCENE_BOTH(a_loopback_address_names_no_host),
        SCENE_BOTH(a_name_and_a_process),
        SCENE_BOTH(a_process_without_a_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
