/* SPDX-License-Identifier: GPL-2.0-only */
/* What a message tells of the lock, and the commands that follow from it: never a password, never a word that
 * a shell would act upon. */
#include <stdio.h>
#include <string.h>

#include "miglock/miglock.h"
#include "scene.h"
#include "unit.h"

/* The match of tool, of the first where tool is NULL. *d: to be deleted. */
static const cJSON *match(const char *text, const char *tool, cJSON **d)
{
    const cJSON *m;

    *d = NULL;
    assert_int_equal(mlk_explain(text, strlen(text), d), MLK_OK);
    cJSON_ArrayForEach(m, cJSON_GetObjectItem(*d, "matches"))
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(m, "tool"));

        if (!tool || (id && strcmp(id, tool) == 0))
            return m;
    }
    fail_msg("\"%s\" is not of %s", text, tool);
    return NULL;
}

static void details(void **state)
{
    static const struct {
        const char *text, *tool, *details, *command;
    } cases[] = {
        {"Could not acquire change log lock.  Currently locked by web-1#x (10.0.0.7) since 2026-11-21 "
         "10:58:48.0",
         "liquibase", "{\"locked_by\":\"web-1#x (10.0.0.7)\",\"since\":\"2026-11-21 10:58:48.0\"}",
         "miglock status liquibase:SCHEMA"},
        {"Could not acquire change log lock.  Currently locked by a\n b (1.2.3.4) since 1/2/26 at "
         "liquibase.X",
         "liquibase", "{\"locked_by\":\"a b (1.2.3.4)\",\"since\":\"1/2/26\"}",
         "miglock status liquibase:SCHEMA"},
        {"Could not acquire change log lock.  Currently locked by web-1 (10.0.0.7)", "liquibase", "{}",
         "miglock status liquibase:SCHEMA"},
        {"\"Could not acquire change log lock.  Currently locked by h (a) since 1/2/26\"}", "liquibase",
         "{\"locked_by\":\"h (a)\",\"since\":\"1/2/26\"}", "miglock status liquibase:SCHEMA"},
        {"Migration table is already locked; release lock by deleting all the rows from migrations lock "
         "table: "
         "my_lock.",
         "knex", "{\"table\":\"my_lock\"}", "miglock status knex:SCHEMA/my_lock"},
        {"Failed to acquire migration lock after 3 attempt(s)", "msr", "{\"attempts\":\"3\"}",
         "miglock status msr:SCHEMA"},
        {"The [migrate] command is already running", "laravel", "{\"command\":\"migrate\"}",
         "miglock status laravel:SCHEMA"},
        {"Process 4711 has locked this database (run yoyo break-lock to remove this lock)", "yoyo",
         "{\"pid\":\"4711\"}", "miglock status yoyo:SCHEMA"},
        {"Unable to acquire MySQL named lock: Flyway--320650056", "flyway",
         "{\"name\":\"Flyway--320650056\"}", "miglock status named:Flyway--320650056"},
        {"jdbc:mysql://h/app Unable to acquire MySQL named lock: Flyway--320650056", "flyway",
         "{\"name\":\"Flyway--320650056\",\"schema\":\"app\"}", "miglock status flyway:app"},
        {"jdbc:mysql://h/app Unable to acquire MySQL named lock: Flyway-1", "flyway",
         "{\"name\":\"Flyway-1\",\"schema\":\"app\"}", "miglock status named:Flyway-1"},
        {"Dirty database version 3. Fix and force version.", "golang-migrate", "{\"version\":\"3\"}",
         "miglock status golang-migrate:SCHEMA"},
        {"another gh-ost process is already migrating `app`.`users`: migration lock gh-ost::app.users held "
         "by "
         "connection id 42",
         "gh-ost",
         "{\"schema\":\"app\",\"table\":\"users\",\"name\":\"gh-ost::app.users\",\"connection_id\":\"42\"}",
         "miglock status gh-ost:app/users"},
        {"could not acquire advisory lock for app.users-4ae74a78, lock is held by another connection",
         "spirit", "{\"name\":\"app.users-4ae74a78\"}", "miglock status spirit:app/users"},
        {"Blocked by another instance of Sqitch working on db:mysql:app; waiting 60 seconds...", "sqitch",
         "{\"destination\":\"db:mysql:app\"}", "miglock status sqitch:SCHEMA"},
        {"Unable to lock temp-schema workspace on localhost:3306: Unable to acquire lock before timeout",
         "skeema", "{\"instance\":\"localhost:3306\"}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        cJSON *d, *expected = cJSON_Parse(cases[i].details);
        const cJSON *m = match(cases[i].text, cases[i].tool, &d);
        const cJSON *found = cJSON_GetObjectItem(m, "details");
        const char *command = cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(m, "commands"), 0));

        if (!cJSON_Compare(found, expected, true))
            fail_msg("\"%s\" tells %s", cases[i].text, cJSON_PrintUnformatted(found));
        if (cases[i].command)
            assert_string_equal(command, cases[i].command);
        cJSON_Delete(expected);
        cJSON_Delete(d);
    }
}

static void the_schema(void **state)
{
    static const struct {
        const char *text, *schema;
    } cases[] = {
        {"jdbc:mysql://localhost:3306/app?useSSL=false", "app"},
        {"jdbc:mysql:loadbalance://a:1,b:2/app", "app"},
        {"url=mysql2://u:secret@db.internal/shop_1.", "shop_1"},
        {"MARIADB://h/app", "app"},
        {"mysql://u:p@tcp(h:3306)/app)", "app"},
        {"Database: jdbc:mysql://h/app (MySQL 8.0)", "app"},
        {"trilogy://h/app jdbc:mysql://h/app", "app"},
        {"Current version of schema `shop`: 3", "shop"},
        {"schema \"shop\"", "shop"},
        {"mysql://h/app mysql://h/shop", NULL}, /* which of them? */
        {"mysql://u:p/secret@h/app", NULL},     /* a password with a slash */
        {"mysql://u:p/secret/x@h/app", NULL},
        {"mysql://u:p/secret?x@h/app", NULL},
        {"mysql://h/", NULL},
        {"mysql://h", NULL},
        {"mysql://h/a.b", NULL},
        {"mysql://h/a%20b", NULL},
        {"postgres://h/app", NULL},
        {"https://mysql.example.com/app", NULL},
        {"mysql https://h/app", NULL},
        {"schema `a b`", NULL},
        {"schema `app", NULL},
        {"schema ''", NULL},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[200];
        cJSON *d;
        const char *schema;

        (void)snprintf(text, sizeof text, "Migration table is already locked %s", cases[i].text);
        schema = cJSON_GetStringValue(
            cJSON_GetObjectItem(cJSON_GetObjectItem(match(text, "knex", &d), "details"), "schema"));
        if (!schema != !cases[i].schema || (schema && strcmp(schema, cases[i].schema) != 0))
            fail_msg("\"%s\" has the schema %s", cases[i].text, schema ? schema : "(none)");
        cJSON_Delete(d);
    }
}

/* Whoever writes into a log must not get commands run by whoever copies ours. */
static void commands_are_quoted(void **state)
{
    static const struct {
        const char *table, *command;
    } cases[] = {
        {"a$(id)", "miglock status 'knex:SCHEMA/a$(id'"},
        {"a&b", "miglock status 'knex:SCHEMA/a&b'"},
        {"$HOME", "miglock status 'knex:SCHEMA/$HOME'"},
        {"a\\b", "miglock status 'knex:SCHEMA/a\\b'"},
        {"\xc3\xa9", "miglock status 'knex:SCHEMA/\xc3\xa9'"},
        {"a/b", "miglock status 'knex:SCHEMA/`a/b`'"},
        {"a\x01\xff", "miglock status 'knex:SCHEMA/a?"
                      "?'"},
        {"", "miglock status knex:SCHEMA"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[200];
        const cJSON *m;
        cJSON *d;

        (void)snprintf(text, sizeof text,
                       "Migration table is already locked: rows from migrations lock table: %s",
                       cases[i].table);
        m = match(text, "knex", &d);
        assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItem(m, "commands"), 0)),
                            cases[i].command);
        cJSON_Delete(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details),
        cmocka_unit_test(the_schema),
        cmocka_unit_test(commands_are_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
