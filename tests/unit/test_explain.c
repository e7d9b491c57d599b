/* SPDX-License-Identifier: GPL-2.0-only */
/* From a message to its tool: the real texts of the tools, wherever they stand, and nothing else. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "miglock/miglock.h"
#include "miglock/tool.h"
#include "scene.h"
#include "unit.h"

/* Caller: cJSON_Delete. */
static cJSON *explain(const char *text, size_t len)
{
    cJSON *d = NULL;

    assert_int_equal(mlk_explain(text, len, &d), MLK_OK);
    assert_int_equal(cJSON_GetObjectItem(d, "schema_version")->valueint, 1);
    assert_true(cJSON_IsArray(cJSON_GetObjectItem(d, "matches")));
    assert_true((cJSON_GetArraySize(cJSON_GetObjectItem(d, "matches")) > 0) ==
                cJSON_IsNull(cJSON_GetObjectItem(d, "unknown")));
    return d;
}

/* The match of a tool; of a title where tool is NULL. */
static const cJSON *match_of(const cJSON *d, const char *tool, const char *title)
{
    const cJSON *m;

    cJSON_ArrayForEach(m, cJSON_GetObjectItem(d, "matches"))
    {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(m, tool ? "tool" : "title"));

        if (text && strcmp(text, tool ? tool : title) == 0)
            return m;
    }
    return NULL;
}

static const char *text_of(const cJSON *object, const char *member)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, member));

    return text ? text : "";
}

/* What the tools really print: their sources, and the threads of their users. */
static void real_messages(void **state)
{
    static const struct {
        const char *text, *tool, *matched;
        bool taken;
    } cases[] = {
        {"[2026-11-21 10:58:48] ERROR Migration lock was never released or currently a migration is running.",
         "ghost", "Migration lock was never released or currently a migration is running", true},
        {"{\"err\":{\"name\":\"MigrationsAreLockedError\",\"message\":\"Migrations are running at the "
         "moment. Please "
         "wait that the lock get`s released.\"}}",
         "ghost", NULL, true},
        {"Can't take lock to run migrations: Migration table is already locked\nIf you are sure migrations "
         "are not "
         "running you can release the lock manually by running 'knex migrate:unlock'",
         "knex", NULL, true},
        {"rake aborted!\nActiveRecord::ConcurrentMigrationError: Cannot run migrations because another "
         "migration "
         "process is currently running.",
         "rails", NULL, true},
        {"liquibase.exception.LockException: Could not acquire change log lock.  Currently locked by web-1 "
         "(10.0.0.7) "
         "since 11/21/26, 10:58 AM",
         "liquibase", NULL, true},
        {"INFO [liquibase.lockservice] Waiting for changelog lock....", "liquibase",
         "Waiting for changelog lock", true},
        {"Could not acquire change log lock within specified timeout 900 seconds.  Currently locked by other "
         "transaction",
         "liquibase", NULL, false},
        {"rake aborted!\nActiveRecord::ConcurrentMigrationError:", "rails",
         "ActiveRecord::ConcurrentMigrationError", true},
        {"Error: Failed to acquire migration lock after 3 attempt(s). Lock is held", "msr", NULL, true},
        {"migrate: migrations table is already locked (Error 1062 (23000): Duplicate entry)", "bun", NULL,
         true},
        {"  INFO  The [migrate] command is already running.", "laravel", NULL, true},
        {"Process 4711 has locked this database (run yoyo break-lock to remove this lock)", "yoyo", NULL,
         true},
        {"ERROR: Unable to acquire MySQL named lock: Flyway--320650056", "flyway", NULL, false},
        {"error: can't acquire lock", "golang-migrate", NULL, true},
        {"error: timeout: can't acquire database lock", "golang-migrate", NULL, true},
        {"error: Dirty database version 3. Fix and force version.", "golang-migrate", NULL, false},
        {"migration 20260101 is partially applied; fix and remove row from `_sqlx_migrations` table", "sqlx",
         NULL, false},
        {"Error: P3009\n\nmigrate found failed migrations in the target database, new migrations will not be "
         "applied.",
         "prisma", NULL, false},
        {"Blocked by another instance of Sqitch working on db:mysql:app; waiting 60 seconds...", "sqitch",
         NULL, true},
        {"Acquiring an exclusive lock for migration application. See "
         "https://aka.ms/efcore-docs-migrations-lock",
         "efcore-pomelo", NULL, false},
        {"Error: acquiring database lock: sql/schema: lock is held by other session", "atlas", NULL, true},
        {"Cannot acquire Evolve application lock. Another migration is running.", "evolve", NULL, true},
        {"another gh-ost process is already migrating `app`.`users`: migration lock gh-ost::app.users held "
         "by "
         "connection id 42",
         "gh-ost", NULL, true},
        {"could not acquire advisory lock for app.users-4ae74a78, lock is held by another connection",
         "spirit", NULL, true},
        {"Unable to lock temp-schema workspace on localhost:3306: Unable to acquire lock before timeout",
         "skeema", NULL, true},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        cJSON *d = explain(cases[i].text, strlen(cases[i].text));
        const cJSON *m = match_of(d, cases[i].tool, NULL);

        if (!m)
            fail_msg("\"%s\" is not found to be of %s", cases[i].text, cases[i].tool);
        if (cJSON_IsTrue(cJSON_GetObjectItem(m, "taken")) != cases[i].taken)
            fail_msg("\"%s\" is taken, or not", cases[i].text);
        if (cases[i].matched)
            assert_string_equal(text_of(m, "matched"), cases[i].matched);
        assert_true(*text_of(m, "means") != '\0');
        assert_true(*text_of(m, "title") != '\0');
        assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(m, "commands")) > 0);
        cJSON_Delete(d);
    }
}

/* What lies within something longer, or only looks alike, is not told as well. */
static void one_and_no_other(void **state)
{
    static const struct {
        const char *text, *tool;
        bool taken;
    } cases[] = {
        {"update t set `is_locked` = 1 where `is_locked` = 0 - Lock wait timeout exceeded", "knex", false},
        {"ActiveRecord::ConcurrentMigrationError: Failed to release advisory lock", "rails", false},
        {"can't acquire lock: a row exists", "golang-migrate", true},
        {"can't acquire lock.\nThe table exists", "golang-migrate", true},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        cJSON *d = explain(cases[i].text, strlen(cases[i].text));
        const cJSON *m = match_of(d, cases[i].tool, NULL);

        if (!m || cJSON_GetArraySize(cJSON_GetObjectItem(d, "matches")) != 1)
            fail_msg("\"%s\" is not of %s alone", cases[i].text, cases[i].tool);
        if (cJSON_IsTrue(cJSON_GetObjectItem(m, "taken")) != cases[i].taken)
            fail_msg("\"%s\" is taken, or not", cases[i].text);
        /* what is not taken needs no release */
        assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(m, "commands")), cases[i].taken ? 2 : 1);
        cJSON_Delete(d);
    }
}

/* Liquibase says the same whichever of its locks is taken: both are told, its own first. */
static void the_same_message_of_two(void **state)
{
    static const char text[] = "Could not acquire change log lock.  Currently locked by h (a) since 1/2/26";
    cJSON *d = explain(text, sizeof text - 1);
    const cJSON *matches = cJSON_GetObjectItem(d, "matches");

    (void)state;
    assert_int_equal(cJSON_GetArraySize(matches), 2);
    scene_expect(cJSON_GetArrayItem(matches, 0), "tool", "liquibase");
    scene_expect(cJSON_GetArrayItem(matches, 1), "tool", "liquibase-sessionlock");
    cJSON_Delete(d);
}

static void errors_of_the_server(void **state)
{
    static const struct {
        const char *text, *title;
    } cases[] = {
        {"ERROR 1205 (HY000) at line 1: Lock wait timeout exceeded; try restarting transaction",
         "Error 1205: a lock was waited for too long"},
        {"SQLSTATE[HY000]: General error: 1205", "Error 1205: a lock was waited for too long"},
        {"Error: ER_LOCK_WAIT_TIMEOUT", "Error 1205: a lock was waited for too long"},
        {"Deadlock found when trying to get lock; try restarting transaction", "Error 1213: a deadlock"},
        {"error code: 1213", "Error 1213: a deadlock"},
        {"Deadlock found when trying to get user-level lock; try rolling back",
         "Error 3058: a deadlock between named "
         "locks"},
        {"| 12 | app | Waiting for table metadata lock | ALTER TABLE", "A statement waits for a table"},
        {"1235 This version of MariaDB doesn't yet support 'GET_LOCK in cluster (WSREP_ON=ON)'",
         "This cluster refuses GET_LOCK()"},
        {"Can't acquire lock. /app/umzug.lock exists", "umzug (Sequelize): a lock file"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        cJSON *d = explain(cases[i].text, strlen(cases[i].text));
        const cJSON *m = match_of(d, NULL, cases[i].title);

        if (!m || cJSON_GetArraySize(cJSON_GetObjectItem(d, "matches")) != 1)
            fail_msg("\"%s\" is not \"%s\" alone", cases[i].text, cases[i].title);
        assert_true(cJSON_IsNull(cJSON_GetObjectItem(m, "tool")));
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(m, "taken")));
        scene_expect_says(m, "commands", "miglock status SCHEMA");
        cJSON_Delete(d);
    }
}

static void what_is_no_message(void **state)
{
    static const char *const cases[] = {
        "",
        " \n",
        "Migrations completed",
        "the account is locked",
        "can't acquire locks",
        "MyConcurrentMigrationErrors",
        "Error 12051",
        "Error 11205",
        "Migration table is already lockedx",
        "Migration lock was never",
        "Can't acquire lockfile.\nThe table exists",
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        cJSON *d = explain(cases[i], strlen(cases[i]));
        const cJSON *unknown = cJSON_GetObjectItem(d, "unknown");

        if (cJSON_GetArraySize(cJSON_GetObjectItem(d, "matches")) != 0)
            fail_msg("\"%s\" is taken for a message", cases[i]);
        assert_true(*text_of(unknown, "because") != '\0');
        scene_expect_says(unknown, "reads", "Rails (ActiveRecord)");
        scene_expect_says(unknown, "reads", "Error 1205");
        scene_expect_says(unknown, "commands", "miglock status");
        cJSON_Delete(d);
    }
}

/* Every text of the table leads to its tool: as it is, and as a log may show it. */
static void leads_to(const struct mlk_tool *tool, const char *text)
{
    char shown[2048] = "12:00 [ERROR] \x1b[31m";
    size_t len = strlen(shown);
    cJSON *d = explain(text, strlen(text));

    if (!match_of(d, tool->id, NULL))
        fail_msg("\"%s\" does not lead to %s", text, tool->id);
    cJSON_Delete(d);
    for (; *text && len + 8 < sizeof shown; text++) {
        if (*text == ' ')
            len += (size_t)snprintf(shown + len, sizeof shown - len, " \r\n\t");
        else if (*text == '\'')
            len += (size_t)snprintf(shown + len, sizeof shown - len, "\xe2\x80\x99");
        else
            shown[len++] = (char)toupper((unsigned char)*text);
    }
    shown[len] = '\0';
    d = explain(shown, len);
    if (!match_of(d, tool->id, NULL))
        fail_msg("\"%s\" does not lead to %s", shown, tool->id);
    cJSON_Delete(d);
}

static void every_phrase_of_the_table(void **state)
{
    const struct mlk_tool *tool;
    size_t texts = 0;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (tool->message) {
            leads_to(tool, tool->message);
            texts++;
        }
        for (const struct mlk_phrase *p = tool->phrases; p && p->text; p++) {
            leads_to(tool, p->text);
            texts++;
        }
    }
    assert_true(texts > 10);
}

/* A log of several: each tool once, the longest first, what it says beside. */
static void several_in_a_log(void **state)
{
    static const char log[] =
        "Waiting for changelog lock....\nWaiting for changelog lock....\n"
        "Migration table is already locked\n"
        "Could not acquire change log lock within specified timeout 900 seconds.  Currently locked by other "
        "transaction\n"
        "Did not update change log lock correctly.\n"
        "Could not acquire change log lock.  Currently locked by old (10.0.0.1) since 1/2/26, 3:04 AM\n"
        "Could not acquire change log lock.  Currently locked by web-1 (10.0.0.7) since 11/21/26, "
        "10:58\xe2\x80\xaf"
        "AM\n\tat liquibase.lockservice.StandardLockService\n"
        "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction\n";
    cJSON *d = explain(log, sizeof log - 1);
    const cJSON *matches = cJSON_GetObjectItem(d, "matches"), *m = match_of(d, "liquibase", NULL);
    size_t last = SIZE_MAX;

    (void)state;
    assert_int_equal(cJSON_GetArraySize(matches), 4); /* liquibase-sessionlock prints the same */
    scene_expect_says(m, "commands", "miglock status liquibase:SCHEMA");
    scene_expect_says(m, "commands", "miglock release liquibase:SCHEMA");
    /* the last one counts, whole */
    scene_expect(cJSON_GetObjectItem(m, "details"), "locked_by", "web-1 (10.0.0.7)");
    scene_expect(cJSON_GetObjectItem(m, "details"), "since", "11/21/26, 10:58 AM");
    /* two texts of one meaning are told once */
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(m, "also")), 2);
    scene_expect(cJSON_GetArrayItem(cJSON_GetObjectItem(m, "also"), 1), "matched",
                 "Did not update change log lock correctly");
    cJSON_ArrayForEach(m, matches)
    {
        assert_true(strlen(text_of(m, "matched")) <= last);
        last = strlen(text_of(m, "matched"));
    }
    cJSON_Delete(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_messages),           cmocka_unit_test(one_and_no_other),
        cmocka_unit_test(the_same_message_of_two), cmocka_unit_test(errors_of_the_server),
        cmocka_unit_test(what_is_no_message),      cmocka_unit_test(every_phrase_of_the_table),
        cmocka_unit_test(several_in_a_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
