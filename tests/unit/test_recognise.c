/* SPDX-License-Identifier: GPL-2.0-only */
/* From the name of a lock back to tool, schema and qualifier. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recognise.h"
#include "unit.h"

/* Every target that was found for a name, one a line. */
struct found {
    char text[4000];
    size_t most; /* stops after so many; 0: never */
    size_t count;
};

static bool note(void *arg, const struct mlk_target *target)
{
    struct found *f = arg;

    size_t used = strlen(f->text);

    assert_true((size_t)snprintf(f->text + used, sizeof f->text - used, "%s\n", target->text) <
                sizeof f->text - used);
    return ++f->count != f->most;
}

static struct mlk_recogniser *open_for(const char *const *schemas, size_t count, bool fold)
{
    struct mlk_recogniser *r;

    assert_int_equal(mlk_recogniser_open(schemas, count, NULL, 0, fold, &r), MLK_OK);
    return r;
}

static void finds(const struct mlk_recogniser *r, const char *name, const char *expected)
{
    struct found f = {.text = ""};

    mlk_recognise(r, name, note, &f);
    if (strcmp(f.text, expected) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", name, f.text, expected);
}

static const char *const few[] = {"app", "ghost", "shop_production", "Sch\xc3\xb6n", "a/b"};

static void names_of_the_page(void **state)
{
    static const struct {
        const char *name, *targets;
    } cases[] = {
        {"6939591962871035475", "rails:app\n"},
        {"114599985061278045", "rails:ghost\n"},
        {"2938252834", "golang-migrate:app\n"},
        {"620236277", "grafana:app\n"},
        {"3027310f4fd382c2", "sqlx:app\n"},
        {"Flyway--320650056", "flyway:app\n"},
        {"Flyway-2119152213", "flyway:app/schema_version\n"},
        {"Flyway--1968545898", "flyway:shop_production/schema_version\n"},
        {"prisma_migrate", "prisma:\n"},
        {"sqitch working on ghost", "sqitch:ghost\n"},
        {"ecto_MyApp.Repo", "ecto:MyApp.Repo\n"},
        {"__app_EFMigrationsLock", "efcore-pomelo:app\n"},
        {"gh-ost::app.users", "gh-ost:app/users\n"},
        {"app.users-4ae74a78", "spirit:app/users\n"},
        {"APP.DATABASECHANGELOGLOCK", "liquibase-sessionlock:app\n"},
        {"km_migration_ghost", "ghost-session:ghost\n"},
        {"sqitch working on a/b", "sqitch:`a/b`\n"},
        {"6939591962871035476", ""},
        {"an app's own lock", ""},
        {"gh-ost::", ""},
        {"", ""},
    };
    struct mlk_recogniser *r = open_for(few, UNIT_COUNT(few), false);

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        finds(r, cases[i].name, cases[i].targets);
    mlk_recogniser_close(r);
}

/* MySQL keeps names in lower case, and letters outside ASCII in its own way. */
static void folded_names(void **state)
{
    struct mlk_recogniser *folds = open_for(few, UNIT_COUNT(few), true);
    struct mlk_recogniser *strict = open_for(few, UNIT_COUNT(few), false);

    (void)state;
    finds(folds, "flyway--320650056", "flyway:app\n");
    finds(strict, "flyway--320650056", "");
    finds(folds, "sqitch working on sch\xc3\xb6n", "sqitch:Sch\xc3\xb6n\n");
    finds(strict, "sqitch working on sch\xc3\xb6n",
          "sqitch:sch\xc3\xb6n\n"); /* no such schema, but it says so */
    finds(folds, "app.databasechangeloglock", "liquibase-sessionlock:app\n");
    finds(folds, "ecto_myapp.repo", "ecto:myapp.repo\n");
    finds(folds, "SQITCH WORKING ON APP", "sqitch:app\n");
    mlk_recogniser_close(folds);
    mlk_recogniser_close(strict);
}

static void tables_that_were_found(void **state)
{
    const struct mlk_tool *flyway = mlk_tool_find("flyway", 6),
                          *migrate = mlk_tool_find("golang-migrate", 14);
    const struct mlk_qualifier qualifiers[] = {
        {flyway, "app", "history"},
        {flyway, "app", "flyway_schema_history"}, /* the usual one again */
        {migrate, "ghost", "versions"},
    };
    struct mlk_target target;
    struct mlk_recogniser *r;
    char error[MLK_ERROR_MAX];

    (void)state;
    assert_int_equal(mlk_recogniser_open(few, UNIT_COUNT(few), qualifiers, UNIT_COUNT(qualifiers), false, &r),
                     MLK_OK);
    assert_int_equal(mlk_target_parse("flyway:app/history", 18, &target, error, sizeof error), MLK_OK);
    finds(r, target.name, "flyway:app/history\n");
    assert_int_equal(mlk_target_parse("golang-migrate:ghost/versions", 29, &target, error, sizeof error),
                     MLK_OK);
    finds(r, target.name, "golang-migrate:ghost/versions\n");
    finds(r, "Flyway--320650056", "flyway:app\n");
    mlk_recogniser_close(r);
}

static void shared_names(void **state)
{
    static const char *const schemas[] = {"tenant_29685295", "tenant_32060020"}; /* the same CRC */
    struct mlk_recogniser *r = open_for(schemas, UNIT_COUNT(schemas), false);
    struct found first = {.text = "", .most = 1};

    (void)state;
    finds(r, "2404118920411885740", "rails:tenant_29685295\nrails:tenant_32060020\n");
    mlk_recognise(r, "2404118920411885740", note, &first);
    assert_string_equal(first.text, "rails:tenant_29685295\n");
    mlk_recogniser_close(r);
}

/* Whatever the schema is called: each name that is computed for it leads back to it. */
static void every_name_leads_back(void **state)
{
    char *schemas[300];
    struct mlk_target target;
    unsigned seed = 4711;

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(schemas); i++) {
        size_t len = 1 + (seed = seed * 1103515245u + 12345u) / 65536u % 64;

        schemas[i] = calloc(65, 1);
        assert_non_null(schemas[i]);
        for (size_t n = 0; n < len; n++)
            schemas[i][n] = (char)(' ' + 1 + (seed = seed * 1103515245u + 12345u) / 65536u % 94);
    }
    for (int fold = 0; fold < 2; fold++) {
        struct mlk_recogniser *r = open_for((const char *const *)schemas, UNIT_COUNT(schemas), fold);

        assert_true(mlk_recogniser_count(r) > 9 * UNIT_COUNT(schemas));
        for (size_t i = 0; i < mlk_recogniser_count(r); i++) {
            struct found f = {.text = ""};
            char name[MLK_NAME_MAX + 1], line[MLK_TARGET_MAX + 2];

            if (!mlk_recogniser_at(r, i, &target))
                continue;
            snprintf(name, sizeof name, "%s", target.name);
            for (char *c = name; fold && *c; c++)
                *c = (char)tolower((unsigned char)*c);
            mlk_recognise(r, name, note, &f);
            snprintf(line, sizeof line, "%s\n", target.text);
            if (!strstr(f.text, line))
                fail_msg("%s is \"%s\", not %s", name, f.text, target.text);
        }
        assert_false(mlk_recogniser_at(r, mlk_recogniser_count(r), &target));
        mlk_recogniser_close(r);
    }
    for (size_t i = 0; i < UNIT_COUNT(schemas); i++)
        free(schemas[i]);
}

/* However many schemas there are, memory has a bound; what is beyond is told. */
static void memory_is_bounded(void **state)
{
    enum { MANY = 120000 };
    const char **schemas = calloc(MANY, sizeof *schemas);
    struct mlk_recogniser *r;

    (void)state;
    assert_non_null(schemas);
    for (size_t i = 0; i < MANY; i++)
        schemas[i] = "tenant";
    r = open_for(schemas, 1000, false);
    assert_false(mlk_recogniser_cut(r));
    mlk_recogniser_close(r);
    r = open_for(schemas, MANY, false);
    assert_true(mlk_recogniser_cut(r));
    assert_int_equal(mlk_recogniser_count(r), MLK_CANDIDATES_MAX);
    mlk_recogniser_close(r);
    mlk_recogniser_close(NULL);
    free(schemas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_page),      cmocka_unit_test(folded_names),
        cmocka_unit_test(tables_that_were_found), cmocka_unit_test(shared_names),
        cmocka_unit_test(every_name_leads_back),  cmocka_unit_test(memory_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
