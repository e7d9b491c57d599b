/* SPDX-License-Identifier: GPL-2.0-only */
/* From a lock's name back to the tool: its own names in any case, and nobody else's. */
#include <ctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "miglock/target.h"
#include "unit.h"

#define T10 "tttttttttt"
#define T50 T10 T10 T10 T10 T10
#define A20 "abcdefghijklmnopqrst"
#define B32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* The one tool that recognises the name, NULL for none; its parts are filled. */
static const struct mlk_tool *who(const char *name, char *schema, char *qualifier)
{
    const struct mlk_tool *tool, *found = NULL;

    schema[0] = qualifier[0] = '\0';
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        char s[MLK_IDENT_MAX + 1] = "", q[MLK_IDENT_MAX + 1] = "";
        char *copy = strdup(name); /* so that a sanitizer sees a step past the end */

        assert_non_null(copy);
        if (tool->recognise && tool->recognise(copy, s, q)) {
            if (found)
                fail_msg("'%s': both %s and %s", name, found->id, tool->id);
            found = tool;
            snprintf(schema, MLK_IDENT_MAX + 1, "%s", s);
            snprintf(qualifier, MLK_IDENT_MAX + 1, "%s", q);
        } else if (s[0] || q[0]) {
            fail_msg("'%s': %s says no and writes '%s' '%s'", name, tool->id, s, q);
        }
        free(copy);
    }
    return found;
}

static void own_names(void **state)
{
    static const struct {
        const char *name, *tool, *schema, *qualifier;
    } cases[] = {
        {"sqitch working on app", "sqitch", "app", ""},
        {"Sqitch Working On App", "sqitch", "App", ""},
        {"sqitch working on my app", "sqitch", "my app", ""},
        {"sqitch working on caf\xc3\xa9", "sqitch", "caf\xc3\xa9", ""},
        {"__app_EFMigrationsLock", "efcore-pomelo", "app", ""},
        {"__app_efmigrationslock", "efcore-pomelo", "app", ""},
        {"___x__efmigrationslock", "efcore-pomelo", "_x_", ""},
        {"APP.DATABASECHANGELOGLOCK", "liquibase-sessionlock", "APP", ""},
        {"app.databasechangeloglock", "liquibase-sessionlock", "app", ""},
        {"a.b.databasechangeloglock", "liquibase-sessionlock", "a.b", ""},
        {"gh-ost::app.users", "gh-ost", "app", "users"},
        {"gh-ost::app.users.old", "gh-ost", "app", "users.old"},
        {"gh-ost::app.databasechangeloglock", "gh-ost", "app", "databasechangeloglock"},
        {"gh-ost::app." T50 "tt", "gh-ost", "app", T50 "tt"},
        {"gh-ost.1562.lock", "gh-ost-cutover", "", "1562"},
        {"gh-ost.18446744073709551615.lock", "gh-ost-cutover", "", "18446744073709551615"},
        {"app.users-4ae74a78", "spirit", "app", "users"},
        {"App.Users-53c32c51", "spirit", "App", "Users"},
        {"a.b.c-d-8b30ed84", "spirit", "a.b", "c-d"},
        {A20 ".x-30086974", "spirit", A20, "x"},
        {"app." B32 "-4eaa0afb", "spirit", "app", B32},
        {"app.atomic-multi-table-2bb85d6a", "spirit-multi", "app", ""},
        {"skeema._skeema_tmp", "skeema", "", "_skeema_tmp"},
        {"skeema.app.databasechangeloglock", "skeema", "", "app.databasechangeloglock"},
        {"atlas_lint", "atlas-lint", "", ""},
        {"atlas_lint_dev", "atlas-lint", "", "dev"},
        {"ecto_MyApp.Repo", "ecto", "", "MyApp.Repo"},
        {"ecto_myapp.repo", "ecto", "", "myapp.repo"},
        {"ecto_Repo_2", "ecto", "", "Repo_2"},
        {"km_migration_blog", "ghost-session", "blog", ""},
        {"km_migration_" T50 "1", "ghost-session", T50 "1", ""},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char schema[MLK_IDENT_MAX + 1], qualifier[MLK_IDENT_MAX + 1];
        const struct mlk_tool *tool = who(cases[i].name, schema, qualifier);

        if (!tool || strcmp(tool->id, cases[i].tool) != 0)
            fail_msg("'%s': %s", cases[i].name, tool ? tool->id : "nobody");
        assert_string_equal(schema, cases[i].schema);
        assert_string_equal(qualifier, cases[i].qualifier);
    }
}

static void foreign_names(void **state)
{
    static const char *const names[] = {
        "",
        "app job",
        "6939591962871035475",
        "3027310f4fd382c2",
        "Flyway--320650056",
        "prisma_migrate",
        "evolve",
        "ea586330-2c93-47c8-908d-981d9d270f9d",
        "atlas_migrate_execute",
        "sqitch working",
        "sqitch working on",
        "sqitch working on ",
        "sqitch working on \xff",
        "sqitch working on \xc3",
        "sqitch working on " T50 T10 "ttttt", /* 65 characters */
        "not sqitch working on app",
        "__EFMigrationsLock",
        "___EFMigrationsLock",
        "app_EFMigrationsLock",
        "_app_EFMigrationsLock",
        "__app_EFMigrationsLock_",
        "__app_EFMigrationsLoc",
        "DATABASECHANGELOGLOCK",
        ".DATABASECHANGELOGLOCK",
        "appDATABASECHANGELOGLOCK",
        "app.DATABASECHANGELOGLOCK2",
        T50 ".DATABASECHANGELOGLOCK", /* the tool would have cut it */
        "gh-ost",
        "gh-ost::",
        "gh-ost::app",
        "gh-ost::.users",
        "gh-ost::app.",
        "gh-ost:app.users",
        "gh-ost::b94fa20cf3977668b4903d73b85feb177e7aa273",
        "gh-ost::app." T50 "ttt", /* it would be a hash */
        "gh-ost..lock",
        "gh-ost.0.lock",
        "gh-ost.01.lock",
        "gh-ost.-1.lock",
        "gh-ost.1562",
        "gh-ost.1562.lock.lock",
        "gh-ost.15a2.lock",
        "gh-ost.123456789012345678901.lock",
        "app.users-4ae74a79",
        "app.users-4ae74a7",
        "app.users-4ae74a788",
        "app.users4ae74a78",
        "appusers-4ae74a78",
        "ap.pusers-",
        ".appusers-4ae74a78",
        "appusers.-4ae74a78",
        "app.users-53c32c51",   /* of App and Users */
        A20 ".x-4eb68689",      /* of a longer schema, cut */
        "app." B32 "-d6335a0e", /* of a longer table, cut */
        "app.atomic-multi-table-2bb85d6b",
        ".atomic-multi-table-2bb85d6a",
        A20 ".atomic-multi-table-10af11c3",
        "skeema",
        "skeema.",
        "skeema_tmp",
        "atlas_lint_",
        "atlas_linter",
        "ecto",
        "ecto_",
        "ecto_1",
        "ecto__Repo",
        "ecto_.Repo",
        "ecto_MyApp.",
        "ecto_MyApp..Repo",
        "ecto_MyApp.2",
        "ecto_my repo",
        "ecto_caf\xc3\xa9",
        "km_migration_",
        "km_migration",
        "km_migration_" T50 "12", /* it would have been cut */
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        char schema[MLK_IDENT_MAX + 1], qualifier[MLK_IDENT_MAX + 1];
        const struct mlk_tool *tool = who(names[i], schema, qualifier);

        if (tool)
            fail_msg("'%s': %s", names[i], tool->id);
    }
}

static uint32_t next(uint32_t *random)
{
    *random = *random * 1103515245u + 12345u;
    return *random >> 16u;
}

/* One to max of these characters. */
static void any_text(uint32_t *random, const char *alphabet, size_t max, char *to)
{
    size_t len = 1 + next(random) % max;

    for (size_t i = 0; i < len; i++)
        to[i] = alphabet[next(random) % strlen(alphabet)];
    to[len] = '\0';
}

/* Every name that shows its parts gives them back, from MySQL in lower case too, and to its own tool only. */
static void names_come_back(void **state)
{
    static const char printable[] = "abcxyz0189_-$ !'\"#%&()*+,/:;<=>?@[\\]^`{|}~";
    const struct mlk_tool *tool;
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        bool module = strcmp(tool->id, "ecto") == 0;
        bool number = strcmp(tool->id, "gh-ost-cutover") == 0;

        for (size_t n = 0; tool->recognise && n < 2000; n++) {
            char schema[70], qualifier[70], back_schema[MLK_IDENT_MAX + 1], back_qualifier[MLK_IDENT_MAX + 1];
            char memory[MLK_NAME_MAX + 1];
            const struct mlk_tool *found;
            struct mlk_buf name;

            any_text(&random, printable, 20, schema);
            any_text(&random, module ? "abcXYZ" : number ? "123" : printable, number ? 19 : 32, qualifier);
            if (tool->scope == MLK_PER_SERVER)
                schema[0] = '\0';
            if (!tool->takes_qualifier || strcmp(tool->id, "liquibase-sessionlock") == 0)
                qualifier[0] = '\0';
            mlk_buf_fixed(&name, memory, sizeof memory);
            assert_int_equal(
                tool->name(schema,
                           tool->takes_qualifier && !qualifier[0] ? tool->default_qualifier : qualifier,
                           &name),
                MLK_OK);
            for (size_t c = 0; n % 2 && memory[c]; c++)
                memory[c] = (char)tolower((unsigned char)memory[c]);
            found = who(memory, back_schema, back_qualifier);
            if (found != tool)
                fail_msg("%s: '%s' is %s's", tool->id, memory, found ? found->id : "nobody");
            if (strcasecmp(back_schema, schema) != 0 || strcasecmp(back_qualifier, qualifier) != 0)
                fail_msg("%s: '%s' gives '%s' and '%s'", tool->id, memory, back_schema, back_qualifier);
        }
    }
}

/* Pieces of names in any order, also cut in the middle: whoever says yes makes that very name again. */
static void pieces_of_names(void **state)
{
    static const char *const pieces[] = {
        "gh-ost",
        "::",
        ".",
        ".lock",
        "sqitch working on ",
        "__",
        "_EFMigrationsLock",
        "app",
        "users",
        "-4ae74a78",
        "skeema",
        "ecto_",
        "1562",
        "atlas_lint",
        "_",
        "km_migration_",
        ".DATABASECHANGELOGLOCK",
        ".atomic-multi-table",
        "-2bb85d6a",
        "\xc3\x89",
        "\xff",
        T50,
    };
    size_t accepted = 0;
    uint32_t random = 7;

    (void)state;
    for (size_t n = 0; n < 100000; n++) {
        char text[300] = "", schema[MLK_IDENT_MAX + 1], qualifier[MLK_IDENT_MAX + 1],
             memory[MLK_NAME_MAX + 1];
        const struct mlk_tool *tool;
        struct mlk_buf b;

        mlk_buf_fixed(&b, text, sizeof text);
        for (size_t k = 1 + next(&random) % 5; k > 0; k--)
            mlk_buf_str(&b, pieces[next(&random) % UNIT_COUNT(pieces)]);
        if (next(&random) % 4 == 0)
            text[next(&random) % b.len] = '\0';
        for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
            schema[0] = qualifier[0] = '\0';
            if (!tool->recognise || !tool->recognise(text, schema, qualifier))
                continue;
            accepted++;
            mlk_buf_fixed(&b, memory, sizeof memory);
            assert_int_equal(
                tool->name(schema,
                           tool->default_qualifier && !qualifier[0] ? tool->default_qualifier : qualifier,
                           &b),
                MLK_OK);
            if (strcasecmp(memory, text) != 0)
                fail_msg("%s: '%s' would be '%s'", tool->id, text, memory);
        }
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_names),
        cmocka_unit_test(foreign_names),
        cmocka_unit_test(names_come_back),
        cmocka_unit_test(pieces_of_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
