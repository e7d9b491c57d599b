/* SPDX-License-Identifier: GPL-2.0-only */
#include "scene_ending.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void scene_people_in(struct mlk_session *s, int phase, const char *rows)
{
    static const char *const lists[] = {"SHOW PROCESSLIST",
                                        "SELECT ID, USER...FROM information_schema.PROCESSLIST"};
    char table[8000];

    assert_true((size_t)snprintf(table, sizeof table, "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO\n%s", rows) <
                sizeof table);
    for (size_t i = 0; i < UNIT_COUNT(lists); i++) {
        mlk_fake_rows(s, lists[i], table);
        mlk_fake_when(s, phase);
    }
}

void scene_counter_of(struct mlk_session *s, uint64_t id, const char *counter)
{
    char match[200], rows[80];

    (void)snprintf(match, sizeof match,
                   s->flavour == MLK_MYSQL
                       ? "performance_schema.status_by_thread...t.PROCESSLIST_ID = %" PRIu64
                       : "SELECT QUERY_ID FROM information_schema.PROCESSLIST WHERE ID = %" PRIu64,
                   id);
    (void)snprintf(rows, sizeof rows, "counter\n%s\n", counter);
    mlk_fake_rows(s, match, rows);
}

struct mlk_session *scene_ending(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_cascade(flavour);

    scene_counter(s, "1000");
    scene_ended(s);
    return s;
}

void scene_ended(struct mlk_session *s)
{
    mlk_fake_affected(s, "KILL", 0);
    mlk_fake_then(s, ENDED);
    scene_people_in(s, ENDED,
                    "11|deploy|10.0.0.9:4|shop|Sleep|0||NULL\n"
                    "12|shop|10.0.0.7:3|shop|Sleep|0||NULL\n"
                    "15|shop|10.0.0.7:6|shop|Sleep|3||NULL\n");
    mlk_fake_rows(s, "SELECT DISTINCT OBJECT_TYPE...'PENDING'", "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME\n");
    mlk_fake_when(s, ENDED);
}

cJSON *scene_end(struct mlk_session *s, const char *text, const struct mlk_release_options *options)
{
    struct mlk_release_options o = *options;
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *report = NULL, *document = NULL;

    scene_target(text, &target);
    if (!o.token) {
        report = scene_report(s, text);
        o.token = scene_text(report, "token");
    }
    if (mlk_release(s, &target, &o, &document, error, sizeof error))
        fail_msg("nothing came of %s: %s", text, error);
    assert_non_null(document);
    cJSON_Delete(report);
    return document;
}

cJSON *scene_end_ddl(struct mlk_session *s, bool force)
{
    return scene_end(s, ORDERS, &(struct mlk_release_options){.force = force});
}

cJSON *scene_end_blocker(struct mlk_session *s, uint64_t id, bool force)
{
    return scene_end(s, ORDERS, &(struct mlk_release_options){.force = force, .blocker = id});
}

void scene_cannot_end(struct mlk_session *s, const char *text, const struct mlk_release_options *options,
                      enum mlk_status status, const char *part)
{
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *document = NULL;

    scene_target(text, &target);
    assert_int_equal(mlk_release(s, &target, options, &document, error, sizeof error), status);
    assert_null(document);
    if (!strstr(error, part))
        fail_msg("\"%s\" does not say \"%s\"", error, part);
    scene_expect_nobody_ended(s);
}

void scene_expect_nobody_ended(const struct mlk_session *s)
{
    assert_int_equal(mlk_fake_sent(s, "KILL"), 0);
    assert_int_equal(mlk_fake_sent(s, "CALL"), 0);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
}

void scene_expect_silent(const cJSON *document, const char *array, const char *part)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, scene_member(document, array))
    {
        if (strstr(item->valuestring, part))
            fail_msg("%s says \"%s\"", array, item->valuestring);
    }
}
