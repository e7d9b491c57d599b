/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that runs out at any allocation: an error or a poorer answer, never a crash, a leak, or a lock in
 * between. Leaks of JSON are counted here; a sanitizer build sees the others too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "scene_ending.h"

enum { MANY = 20000 };

enum what { REPORT, RELEASE, REPAIR };

struct call {
    const char *target;
    enum what what;
    struct mlk_session *(*open)(enum mlk_flavour flavour);
};

static struct mlk_session *open_rails(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_rails(s);
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n1563|shop|10.0.0.7:51235|shop|Query|3|x|"
                    "ALTER TABLE t\n"
                    "1564|shop|10.0.0.9:1|shop|Query|5|User lock|SELECT GET_LOCK('" SCENE_RAILS "', 60)\n");
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n1564|" SCENE_RAILS "|0\n");
    scene_holder(s, SCENE_RAILS, "NULL");
    mlk_fake_when(s, 2);
    mlk_fake_affected(s, "KILL", 0);
    mlk_fake_then(s, 2);
    return s;
}

static struct mlk_session *open_ghost(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_ghost(s);
    mlk_fake_affected(s, "UPDATE", 1);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_when(s, 1);
    mlk_fake_then(s, 2);
    return s;
}

static struct mlk_session *open_damaged(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_ghost(s);
    scene_table(s, "blog.migrations_lock", "lock_key|locked|acquired_at|released_at\n");
    return s;
}

/* A time of the server's zone, and an owner with a session. */
static struct mlk_session *open_liquibase(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_table(s, "app.DATABASECHANGELOGLOCK",
                "ID|LOCKED|LOCKGRANTED|LOCKEDBY\n1|1|2026-11-21 08:00:00|web (10.0.0.7)\n");
    mlk_fake_rows(s, "SELECT DATA_TYPE", "DATA_TYPE\ndatetime\n");
    mlk_fake_rows(s, "CONVERT_TZ", "seconds|zone\n1795244400|CET\n");
    scene_people(s, "21|app|10.0.0.7:1|other|Sleep|60||NULL\n");
    return s;
}

/* An expired row, to be deleted. */
static struct mlk_session *open_msr(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_table(s, "app.migration_locks",
                "executor_id|locked_at|expires_at\n"
                "web-1-0f8fad5b-d9cb-469f-a165-70867728950e|2026-11-21 08:00:00|2026-11-21 08:10:00\n");
    mlk_fake_rows(s, "SELECT DATA_TYPE", "DATA_TYPE\ntimestamp\n");
    mlk_fake_affected(s, "DELETE", 1);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_when(s, 1);
    mlk_fake_then(s, 2);
    return s;
}

static struct mlk_session *open_several(enum mlk_flavour flavour)
{
    void *state = (void *)(uintptr_t)(flavour == MLK_MYSQL ? &scene_mysql : &scene_mariadb);

    return scene_open_damaged(&state);
}

static struct mlk_session *open_stranger(enum mlk_flavour flavour)
{
    struct mlk_session *s = open_ghost(flavour);

    scene_stranger(s);
    return s;
}

static enum mlk_status act(const struct call *call, struct mlk_session *s, const char *token, cJSON **out)
{
    const struct mlk_release_options options = {.token = token, .force = true};
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    enum mlk_status status;

    if (mlk_target_parse(call->target, strlen(call->target), &target, error, sizeof error))
        return MLK_NO_MEMORY;
    status = call->what == RELEASE  ? mlk_release(s, &target, &options, out, error, sizeof error)
             : call->what == REPAIR ? mlk_repair(s, &target, &options, out, error, sizeof error)
                                    : mlk_report(s, &target, false, out, error, sizeof error);
    if (status != MLK_OK && error[0] == '\0')
        fail_msg("an error without a text");
    return status;
}

/* A document is whole, and claims no more than it would with memory enough. */
static void check(const struct call *call, const struct mlk_session *s, enum mlk_status status,
                  const cJSON *out, const char *verdict, size_t n)
{
    const char *got;

    assert_true((status == MLK_OK) == (out != NULL));
    if (!out)
        return;
    assert_true(cJSON_IsArray(scene_member(out, "because")));
    got = scene_text(out, "verdict");
    /* a repair's is of the sessions, where the report's is of the table, and nobody is connected here */
    if (strcmp(got, verdict) != 0 && strcmp(got, "unknown") != 0 && call->what != REPAIR)
        fail_msg("verdict \"%s\" instead of \"%s\", allocation %zu failed", got, verdict, n);
    if (call->what == REPAIR && strcmp(scene_text(out, "outcome"), "repaired") == 0 && mlk_fake_phase(s) != 3)
        fail_msg("\"repaired\" in phase %d, allocation %zu failed", mlk_fake_phase(s), n);
    if (call->what == RELEASE && strcmp(scene_text(out, "outcome"), "released") == 0 &&
        mlk_fake_phase(s) != 2)
        fail_msg("\"released\" in phase %d, allocation %zu failed", mlk_fake_phase(s), n);
}

static void every_allocation_may_fail(void **state)
{
    static const struct call calls[] = {
        {"rails:shop", REPORT, open_rails},      {"rails:shop", RELEASE, open_rails},
        {"ghost:blog", REPORT, open_ghost},      {"ghost:blog", RELEASE, open_ghost},
        {"ghost:blog", REPORT, open_damaged},    {"ghost:blog", RELEASE, open_damaged},
        {"ghost:blog", REPORT, open_stranger},   {"knex:app", REPORT, open_several},
        {"knex:app", REPAIR, open_several},      {"liquibase:app", REPORT, open_liquibase},
        {"msr:app", REPORT, open_msr},           {"msr:app", RELEASE, open_msr},
        {"rails:shop", REPORT, scene_migration},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(calls) * 4; i++) {
        const struct call *call = &calls[i / 4];
        enum mlk_flavour flavour = i % 2 ? MLK_MYSQL : MLK_MARIADB;
        bool again = true;
        char token[MLK_TOKEN_LEN + 1] = "0123456789ab";
        char verdict[16];
        struct mlk_session *s = call->open(flavour);
        cJSON *d = scene_report(s, call->target);

        if (scene_text(d, "token"))
            memcpy(token, scene_text(d, "token"), sizeof token);
        snprintf(verdict, sizeof verdict, "%s", scene_text(d, "verdict"));
        cJSON_Delete(d);
        scene_close(s);
        for (size_t n = 1; again; n++) {
            long before = heap_json_blocks();
            enum mlk_status status;

            assert_true(n < MANY);
            d = NULL;
            s = call->open(flavour);
            heap_arm(n, i / 2 % 2 != 0);
            status = act(call, s, token, &d);
            again = heap_disarm();
            check(call, s, status, d, verdict, n);
            cJSON_Delete(d);
            s->ops->close(s);
            if (heap_json_blocks() != before)
                fail_msg("call %d of %s leaks %ld blocks of JSON when allocation %zu fails%s",
                         (int)call->what, call->target, heap_json_blocks() - before, n,
                         i / 2 % 2 ? " and all after it" : "");
        }
    }
}

static void every_allocation_of_the_list_may_fail(void **state)
{
    bool again = true;

    (void)state;
    for (size_t n = 1; again; n++) {
        struct mlk_session *s = open_rails(MLK_MYSQL);
        char error[MLK_ERROR_MAX] = "";
        long before = heap_json_blocks();
        enum mlk_status status;
        cJSON *d = NULL;

        assert_true(n < MANY);
        scene_ghost(s);
        mlk_fake_rows(s, "FROM information_schema.SCHEMATA", "SCHEMA_NAME\nblog\nshop\n");
        scene_lock_tables(s, ""
                             "blog|migrations_lock|lock_key,locked,acquired_at,released_at\n");
        heap_arm(n, false);
        status = mlk_locks(s, NULL, &d, error, sizeof error);
        again = heap_disarm();
        assert_true((status == MLK_OK) == (d != NULL));
        cJSON_Delete(d);
        s->ops->close(s);
        if (heap_json_blocks() != before)
            fail_msg("the list leaks %ld blocks of JSON when allocation %zu fails",
                     heap_json_blocks() - before, n);
    }
}

static void every_allocation_of_tables_may_fail(void **state)
{
    bool again = true;

    (void)state;
    for (size_t n = 2; again; n++) {
        struct mlk_session *s = scene_cascade(n % 2 ? MLK_MYSQL : MLK_MARIADB);
        char error[MLK_ERROR_MAX] = "";
        long before = heap_json_blocks();
        enum mlk_status status;
        cJSON *d = NULL;

        assert_true(n < MANY);
        if (n / 2 % 2)
            scene_waits_plugin(s, NULL);
        heap_arm(n / 4 + 1, false);
        status = mlk_table_locks(s, NULL, &d, error, sizeof error);
        again = heap_disarm();
        assert_true((status == MLK_OK) == (d != NULL));
        assert_true(status == MLK_OK || error[0]);
        cJSON_Delete(d);
        s->ops->close(s);
        if (heap_json_blocks() != before)
            fail_msg("the tables leak %ld blocks of JSON when allocation %zu fails",
                     heap_json_blocks() - before, n / 4 + 1);
    }
}

/* A KILL that was answered is told, or the call ends with an error; "released" is never said without one. */
static void every_allocation_of_a_tables_release_may_fail(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        enum mlk_flavour flavour = kind % 2 ? MLK_MYSQL : MLK_MARIADB;
        struct mlk_session *s = scene_ending(flavour);
        struct mlk_release_options options = {.force = kind / 4 != 0, .blocker = kind / 2 % 2 ? IDLE : 0};
        char error[MLK_ERROR_MAX], token[MLK_TOKEN_LEN + 1];
        cJSON *d = scene_report(s, ORDERS);
        struct mlk_target target;
        bool again = true;

        memcpy(token, scene_text(d, "token"), sizeof token);
        options.token = token;
        cJSON_Delete(d);
        scene_close(s);
        scene_target(ORDERS, &target);
        for (size_t n = 1; again; n++) {
            long before = heap_json_blocks();
            enum mlk_status status;

            assert_true(n < MANY);
            d = NULL;
            error[0] = '\0';
            s = scene_ending(flavour);
            heap_arm(n, options.force);
            status = mlk_release(s, &target, &options, &d, error, sizeof error);
            again = heap_disarm();
            assert_true((status == MLK_OK) == (d != NULL));
            assert_true(status == MLK_OK || error[0]);
            if (d && scene_text(d, "outcome") && strcmp(scene_text(d, "outcome"), "released") == 0)
                assert_int_equal(mlk_fake_phase(s), ENDED);
            cJSON_Delete(d);
            s->ops->close(s);
            if (heap_json_blocks() != before)
                fail_msg("a release leaks %ld blocks of JSON when allocation %zu fails",
                         heap_json_blocks() - before, n);
        }
    }
}

static void every_allocation_of_the_tools_may_fail(void **state)
{
    bool again = true;

    (void)state;
    for (size_t n = 1; again; n++) {
        long before = heap_json_blocks();
        cJSON *d = NULL;
        enum mlk_status status;

        assert_true(n < MANY);
        heap_arm(n, false);
        status = mlk_tools(&d);
        again = heap_disarm();
        assert_true((status == MLK_OK) == (d != NULL));
        cJSON_Delete(d);
        if (heap_json_blocks() != before)
            fail_msg("the tools leak %ld blocks of JSON when allocation %zu fails",
                     heap_json_blocks() - before, n);
    }
}

static void every_allocation_of_explain_may_fail(void **state)
{
    static const char *const texts[] = {"mysql://h/app Could not acquire change log lock.  Currently locked "
                                        "by web-1 (10.0.0.7) since 1/2/26\n"
                                        "Did not update change log lock correctly. Lock wait timeout "
                                        "exceeded. Migration table is already locked",
                                        "nothing known"};

    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        bool again = true;

        for (size_t n = 1; again; n++) {
            long before = heap_json_blocks();
            cJSON *d = NULL;
            enum mlk_status status;

            assert_true(n < MANY);
            heap_arm(n, false);
            status = mlk_explain(texts[t], strlen(texts[t]), &d);
            again = heap_disarm();
            assert_true(status == (again ? MLK_NO_MEMORY : MLK_OK) && (status == MLK_OK) == (d != NULL));
            cJSON_Delete(d);
            if (heap_json_blocks() != before)
                fail_msg("explain leaks %ld blocks of JSON when allocation %zu fails",
                         heap_json_blocks() - before, n);
        }
    }
}

static void rows_and_texts(void **state)
{
    static const char *const names[] = {"a", "b"};
    static const char *const cells[] = {"1", "two"};
    bool again = true;

    (void)state;
    for (size_t n = 1; again; n++) {
        struct mlk_rows *rows;
        struct mlk_buf b;
        size_t kept = 0;

        heap_arm(n, false);
        rows = mlk_rows_new(2, names);
        for (int i = 0; rows && i < 20; i++)
            kept += mlk_rows_add(rows, cells, NULL) == MLK_OK;
        mlk_buf_init(&b, 5000);
        for (int i = 0; i < 300; i++)
            mlk_buf_str(&b, "0123456789");
        again = heap_disarm();
        if (rows)
            assert_int_equal(rows->count, kept);
        for (size_t i = 0; rows && i < rows->count; i++)
            assert_string_equal(mlk_rows_text(rows, i, 1), "two");
        assert_true(b.status == MLK_NO_MEMORY || b.len == 3000);
        assert_true(b.len % 10 == 0);
        mlk_buf_free(&b);
        mlk_rows_free(rows);
    }
}

int main(void)
{
    cJSON_Hooks hooks = {.malloc_fn = heap_json_malloc, .free_fn = heap_json_free};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_texts),
        cmocka_unit_test(every_allocation_of_tables_may_fail),
        cmocka_unit_test(every_allocation_of_a_tables_release_may_fail),
        cmocka_unit_test(every_allocation_of_the_tools_may_fail),
        cmocka_unit_test(every_allocation_of_explain_may_fail),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_allocation_of_the_list_may_fail),
    };

    cJSON_InitHooks(&hooks);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
