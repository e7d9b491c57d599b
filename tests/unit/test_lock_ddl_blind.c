/* SPDX-License-Identifier: GPL-2.0-only */
/* The DDL under a migration lock, where the server or the account cannot see it all. */
#include <string.h>

#include "scene_tables.h"

#define WAITS  "Waiting for table metadata lock"
#define ALTER  "ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE"
#define HOLDER "9|deploy|10.0.0.9:3|shop|Sleep|61||NULL\n"

static void guessed_on_mariadb(void **state)
{
    struct mlk_session *s = scene_migration(MLK_MARIADB);
    const cJSON *blocker;
    cJSON *d;

    (void)state;
    scene_waits_plugin(s, NULL);
    d = scene_report(s, "rails:shop");
    scene_expect(scene_first(d, "ddl"), "target", "table:shop/orders");
    blocker = scene_first(scene_first(d, "ddl"), "blockers");
    assert_int_equal(scene_number(blocker, "connection_id"), 10);
    assert_true(cJSON_IsTrue(scene_member(blocker, "guessed")));
    scene_expect_says(d, "because", "connection 10 (shop@10.0.0.7:51234) could have a lock on shop.orders");
    scene_expect_says(d, "blind_spots", "metadata locks are not visible");
    cJSON_Delete(d);
    /* nobody is told to end a session on a guess */
    d = scene_release(s, "rails:shop", NULL, false);
    assert_false(scene_says(d, "because", "waits behind connection 10"));
    scene_expect_says(d, "because", "release table:shop/orders");
    cJSON_Delete(d);
    scene_close(s);
}

static void with_the_plugin_on_mariadb(void **state)
{
    struct mlk_session *s = scene_migration(MLK_MARIADB);
    cJSON *d;

    (void)state;
    scene_waits_plugin(s, "Table metadata lock|shop|orders|MDL_SHARED_WRITE|1|10\n"
                          "Table metadata lock|shop|orders|MDL_SHARED_UPGRADABLE|1|11\n");
    d = scene_report(s, "rails:shop");
    assert_true(cJSON_IsFalse(scene_member(scene_first(scene_first(d, "ddl"), "blockers"), "guessed")));
    assert_int_equal(scene_number(scene_member(scene_first(d, "ddl"), "queue"), "count"), 3);
    scene_expect_says(d, "blind_spots", "METADATA_LOCK_INFO shows who has a lock");
    cJSON_Delete(d);
    scene_close(s);
}

/* Sees its own sessions only. */
static void a_stranger(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    cJSON *d;

    scene_stranger(s);
    mlk_fake_error(s, "FROM performance_schema.setup_consumers", 1142, "SELECT command denied");
    scene_people(s, HOLDER "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|" ALTER "\n");
    d = scene_report(s, "rails:shop");
    scene_expect(d, "verdict", "active");
    scene_expect(scene_first(d, "ddl"), "phase", "waiting");
    assert_int_equal(cJSON_GetArraySize(scene_member(scene_first(d, "ddl"), "blockers")), 0);
    scene_expect_says(d, "because", "ALTER TABLE of connection 11, 60 s old, waits for its turn");
    scene_expect_says(d, "blind_spots", "is guessed");
    cJSON_Delete(d);
    scene_close(s);
}

/* A lost connection is an error, at whichever statement. */
static void lost_at_any_statement(void **state)
{
    struct mlk_session *s = scene_migration(scene_flavour(state));
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    cJSON *d = scene_report(s, "rails:shop");
    size_t calls = mlk_fake_calls(s);

    cJSON_Delete(d);
    scene_target("rails:shop", &target);
    for (size_t n = 1; n <= calls; n++) {
        mlk_fake_fail_from(s, n, MLK_GONE);
        d = NULL;
        assert_int_not_equal(mlk_report(s, &target, false, &d, error, sizeof error), MLK_OK);
        assert_null(d);
    }
    mlk_fake_fail_from(s, 0, MLK_OK);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guessed_on_mariadb),
        cmocka_unit_test(with_the_plugin_on_mariadb),
        SCENE_BOTH(a_stranger),
        SCENE_BOTH(lost_at_any_statement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
