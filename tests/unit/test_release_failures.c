/* SPDX-License-Identifier: GPL-2.0-only */
/* Releases and repairs in which a call to the server fails: whichever, and however. Never "released" without
 * proof, and nobody is left in the dark about something that was done. Leaks and crashes are for the
 * sanitizers to see.
 */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define UPDATE "UPDATE `blog`.`migrations_lock` SET locked = 0"

static const enum mlk_status statuses[] = {
    MLK_USAGE, MLK_DENIED, MLK_NOT_FOUND, MLK_BUSY,        MLK_READ_ONLY, MLK_SQL,
    MLK_GONE,  MLK_KILLED, MLK_TOO_LONG,  MLK_UNSUPPORTED, MLK_NO_MEMORY,
};

/* "released" means that a COMMIT was answered, and a COMMIT that an UPDATE was. */
static void a_row(void **state)
{
    struct mlk_target target;
    char token[MLK_TOKEN_LEN + 1];
    struct mlk_session *s = scene_open_stuck(state);
    cJSON *d = scene_report(s, "ghost:blog");

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_close(s);
    scene_target("ghost:blog", &target);
    for (size_t k = 0; k < UNIT_COUNT(statuses) * 2; k++) {
        enum mlk_status failure = statuses[k / 2];
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            const struct mlk_release_options options = {.token = token};
            char error[MLK_ERROR_MAX] = "";
            enum mlk_status status;

            s = scene_open_stuck(state);
            if (k % 2)
                mlk_fake_fail_from(s, n, failure);
            else
                mlk_fake_fail(s, n, failure);
            d = NULL;
            status = mlk_release(s, &target, &options, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 200);
            assert_true((status == MLK_OK) == (d != NULL));
            if (status != MLK_OK && error[0] == '\0')
                fail_msg("call %zu failed with \"%s\" and the error says nothing", n,
                         mlk_status_text(failure));
            if (d && (strcmp(scene_text(d, "outcome"), "released") == 0) != (mlk_fake_phase(s) == 2))
                fail_msg("outcome \"%s\" in phase %d after call %zu failed with \"%s\"",
                         scene_text(d, "outcome"), mlk_fake_phase(s), n, mlk_status_text(failure));
            if (!d && mlk_fake_phase(s) == 2 && failure != MLK_NO_MEMORY)
                fail_msg("it was released, but call %zu failed with \"%s\" and nobody is told", n,
                         mlk_status_text(failure));
            if (mlk_fake_sent(s, "COMMIT"))
                assert_int_equal(mlk_fake_answered(s, UPDATE), 1);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

/* "repaired" means that a COMMIT was answered, and a COMMIT that each statement was. */
static void a_damaged_table(void **state)
{
    struct mlk_target target;
    char token[MLK_TOKEN_LEN + 1];
    struct mlk_session *s = scene_open_damaged(state);
    cJSON *d = scene_report(s, "knex:app");

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_close(s);
    scene_target("knex:app", &target);
    for (size_t k = 0; k < UNIT_COUNT(statuses) * 4; k++) {
        enum mlk_status failure = statuses[k / 4];
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            const struct mlk_release_options options = {.token = token, .force = k / 2 % 2 != 0};
            char error[MLK_ERROR_MAX] = "";
            enum mlk_status status;

            s = scene_open_damaged(state);
            if (k % 2)
                mlk_fake_fail_from(s, n, failure);
            else
                mlk_fake_fail(s, n, failure);
            d = NULL;
            status = mlk_repair(s, &target, &options, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 200);
            assert_true((status == MLK_OK) == (d != NULL));
            assert_true(status == MLK_OK || error[0]);
            if (d && (strcmp(scene_text(d, "outcome"), "repaired") == 0) != (mlk_fake_phase(s) == 3))
                fail_msg("outcome \"%s\" in phase %d after call %zu failed with \"%s\"",
                         scene_text(d, "outcome"), mlk_fake_phase(s), n, mlk_status_text(failure));
            if (!d && mlk_fake_phase(s) == 3 && failure != MLK_NO_MEMORY)
                fail_msg("it was repaired, but call %zu failed with \"%s\" and nobody is told", n,
                         mlk_status_text(failure));
            if (mlk_fake_sent(s, "COMMIT") &&
                (mlk_fake_answered(s, "FOR UPDATE") != 1 || mlk_fake_answered(s, "DELETE FROM") != 2 ||
                 mlk_fake_answered(s, "INSERT INTO") != 1))
                fail_msg("a COMMIT of half a repair, call %zu failed", n);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

/* At most one KILL, and "released" only after one that was answered. */
static void a_named_lock(void **state)
{
    struct mlk_target target;
    char token[MLK_TOKEN_LEN + 1];
    struct mlk_session *s = scene_open_held(state);
    cJSON *d = scene_report(s, "rails:shop");

    memcpy(token, scene_text(d, "token"), sizeof token);
    cJSON_Delete(d);
    scene_close(s);
    scene_target("rails:shop", &target);
    for (size_t k = 0; k < UNIT_COUNT(statuses) * 2; k++) {
        enum mlk_status failure = statuses[k / 2];
        bool failed = true;

        for (size_t n = 1; failed; n++) {
            const struct mlk_release_options options = {.token = token, .force = true};
            char error[MLK_ERROR_MAX] = "";
            enum mlk_status status;

            s = scene_open_held(state);
            if (k % 2)
                mlk_fake_fail_from(s, n, failure);
            else
                mlk_fake_fail(s, n, failure);
            d = NULL;
            status = mlk_release(s, &target, &options, &d, error, sizeof error);
            failed = mlk_fake_calls(s) >= n;
            assert_true(n < 200);
            assert_true((status == MLK_OK) == (d != NULL));
            assert_true(status == MLK_OK || error[0]);
            assert_true(mlk_fake_sent(s, "KILL") <= 1);
            if (d && strcmp(scene_text(d, "outcome"), "released") == 0)
                assert_int_equal(mlk_fake_answered(s, "KILL"), 1);
            if (!d && mlk_fake_answered(s, "KILL") && failure != MLK_NO_MEMORY)
                fail_msg("a connection was killed, but call %zu failed with \"%s\" and nobody is told: %s", n,
                         mlk_status_text(failure), error);
            cJSON_Delete(d);
            scene_close(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_row),
        SCENE_BOTH(a_damaged_table),
        SCENE_BOTH(a_named_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
