/* SPDX-License-Identifier: GPL-2.0-only */
/* The tools' document: each has a worked example, which is the lock that its target really is. */
#include <string.h>

#include "miglock/miglock.h"
#include "miglock/target.h"
#include "scene.h"
#include "unit.h"

static const char *text_of(const cJSON *object, const char *member)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, member));
}

static void every_tool_has_an_example(void **state)
{
    cJSON *list = NULL;
    const cJSON *t;
    size_t i = 0;

    (void)state;
    assert_int_equal(mlk_tools(&list), MLK_OK);
    cJSON_ArrayForEach(t, list)
    {
        const struct mlk_tool *tool = mlk_tool_at(i++);
        const cJSON *example = cJSON_GetObjectItem(t, "example");
        const char *target = text_of(example, "target"), *sql = text_of(example, "sql");
        char error[MLK_ERROR_MAX];
        struct mlk_target parsed;

        assert_string_equal(text_of(t, "tool"), tool->id);
        if (!target || !sql)
            fail_msg("%s has no example", tool->id);
        assert_int_equal(mlk_target_parse(target, strlen(target), &parsed, error, sizeof error), MLK_OK);
        assert_ptr_equal(parsed.tool, tool);
        scene_expect(example, "name", tool->kind == MLK_NAMED ? parsed.name : NULL);
        scene_expect(example, "table", tool->kind == MLK_ROW ? parsed.table : NULL);
        assert_non_null(strstr(sql, tool->kind == MLK_NAMED ? parsed.name : parsed.table));
        scene_expect(t, "scope", tool->scope == MLK_PER_SERVER ? "server" : "schema");
        scene_expect(t, "release",
                     tool->kind == MLK_NAMED ? "kill"
                     : tool->release_deletes ? "delete"
                                             : "update");
    }
    assert_null(mlk_tool_at(i));
    cJSON_Delete(list);
}

/* For the schema app, as computed by the tools themselves. */
static void known_examples(void **state)
{
    static const struct {
        const char *tool, *target, *name, *sql;
    } cases[] = {
        {"rails", "rails:app", "6939591962871035475", "SELECT IS_USED_LOCK('6939591962871035475')"},
        {"flyway", "flyway:app", "Flyway--320650056", "SELECT IS_USED_LOCK('Flyway--320650056')"},
        {"ecto", "ecto:MyApp.Repo", "ecto_MyApp.Repo", "SELECT IS_USED_LOCK('ecto_MyApp.Repo')"},
        {"gh-ost", "gh-ost:app/users", "gh-ost::app.users", "SELECT IS_USED_LOCK('gh-ost::app.users')"},
        {"ghost", "ghost:app", NULL, "SELECT * FROM `app`.`migrations_lock`"},
        {"named", "named:nightly import", "nightly import", "SELECT IS_USED_LOCK('nightly import')"},
    };
    cJSON *list = NULL;

    (void)state;
    assert_int_equal(mlk_tools(&list), MLK_OK);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const cJSON *t, *found = NULL;

        cJSON_ArrayForEach(t, list)
        {
            if (strcmp(text_of(t, "tool"), cases[i].tool) == 0)
                found = cJSON_GetObjectItem(t, "example");
        }
        scene_expect(found, "target", cases[i].target);
        scene_expect(found, "name", cases[i].name);
        scene_expect(found, "sql", cases[i].sql);
        scene_expect(found, "companion", strcmp(cases[i].tool, "ghost") == 0 ? "km_migration_app" : NULL);
    }
    cJSON_Delete(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tool_has_an_example),
        cmocka_unit_test(known_examples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
