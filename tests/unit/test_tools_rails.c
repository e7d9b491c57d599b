/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of Rails' lock, against values that Rails itself computed or that are published. */
#include <string.h>

#include "miglock/tool.h"
#include "unit.h"

static const struct mlk_tool *rails(void)
{
    const struct mlk_tool *tool = mlk_tool_find("rails", 5);

    assert_non_null(tool);
    return tool;
}

static void published_names(void **state)
{
    /* MIGRATOR_SALT * Zlib.crc32(current_database), from Ruby; app was seen in a running Rails 6.1 */
    static const struct {
        const char *schema, *name;
    } cases[] = {
        {"app", "6939591962871035475"},
        {"ghost", "114599985061278045"},
        {"shop_production", "5843596595875314990"},
        {"grafana", "5764989789699710745"},
        {"blog_production", "1831787705280969765"},
        {"shop", "5939944341529942170"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_buf name;

        mlk_buf_init(&name, 64);
        assert_int_equal(rails()->name(cases[i].schema, "", &name), MLK_OK);
        assert_string_equal(mlk_buf_text(&name), cases[i].name);
        mlk_buf_free(&name);
    }
}

/* crc32 of "" is 0: no schema has that name, but nothing may break. */
static void borders(void **state)
{
    struct mlk_buf name;

    (void)state;
    mlk_buf_init(&name, 64);
    assert_int_equal(rails()->name("", "", &name), MLK_OK);
    assert_string_equal(mlk_buf_text(&name), "0");
    mlk_buf_free(&name);
    mlk_buf_init(&name, 3);
    assert_int_equal(rails()->name("app", "", &name), MLK_TOO_LONG);
    mlk_buf_free(&name);
}

static void what_it_is(void **state)
{
    (void)state;
    assert_int_equal(rails()->kind, MLK_NAMED);
    assert_false(rails()->takes_qualifier);
    assert_null(rails()->default_table);
    assert_non_null(rails()->advice[0]);
    assert_non_null(strstr(rails()->message, "ConcurrentMigrationError"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_names),
        cmocka_unit_test(borders),
        cmocka_unit_test(what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
