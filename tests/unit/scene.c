/* SPDX-License-Identifier: GPL-2.0-only */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the line of column names. */
static void with_head(struct mlk_session *s, const char *match, const char *head, const char *rows)
{
    char *table = NULL;

    assert_true(asprintf(&table, "%s\n%s", head, rows) > 0);
    mlk_fake_rows(s, match, table);
    free(table);
}

void scene_people(struct mlk_session *s, const char *rows)
{
    static const char head[] = "ID|USER|HOST|DB|COMMAND|TIME|STATE|INFO";

    with_head(s, "SHOW PROCESSLIST", head, rows);
    if (s->flavour == MLK_MARIADB)
        with_head(s, "FROM information_schema.PROCESSLIST", head, rows);
    with_head(s, "FROM performance_schema.processlist", "ID|INFO", "");
    with_head(s, "@@GLOBAL.performance_schema_show_processlist", "show", "0");
}

void scene_transactions(struct mlk_session *s, const char *rows)
{
    with_head(s, "FROM information_schema.INNODB_TRX", "trx_mysql_thread_id|trx_rows_modified|trx_state",
              rows);
}

void scene_attributes(struct mlk_session *s, const char *rows)
{
    with_head(s, "FROM performance_schema.session_connect_attrs", "PROCESSLIST_ID|ATTR_NAME|ATTR_VALUE",
              rows);
}

void scene_counter(struct mlk_session *s, const char *counter)
{
    with_head(s, s->flavour == MLK_MYSQL ? "performance_schema.status_by_thread" : "SELECT QUERY_ID FROM",
              "counter", counter);
    if (s->flavour == MLK_MYSQL)
        with_head(s, "SELECT THREAD_OS_ID", "THREAD_OS_ID", "4242");
}

/* performance_schema numbers threads in its own way: here, each 40 above its connection. */
enum { THREAD_OFFSET = 40, LOCKS_ROOM = 4000 };
enum locks_kind { NAMED, TABLES, LOCKS_KINDS };

/* What the scene has of each kind, as the tests wrote it: the threads of all of them must be known. */
static char locks_told[LOCKS_KINDS][LOCKS_ROOM];

static void add_threads(const char *rows, char *threads)
{
    for (const char *line = rows; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        unsigned long id = strtoul(line, NULL, 10);
        size_t used = strlen(threads);

        assert_true((size_t)snprintf(threads + used, LOCKS_ROOM - used, "%lu|%lu|%lu|NULL\n",
                                     id + THREAD_OFFSET, id, id + 100000) < LOCKS_ROOM - used);
    }
}

/* Each line begins with a connection, and gets the number of its thread instead. Those on tables get a third
 * column. */
static void keep_locks(struct mlk_session *s, enum locks_kind kind, const char *match, const char *head,
                       const char *rows)
{
    char told[LOCKS_ROOM] = "", threads[2 * LOCKS_ROOM] = "";
    size_t used = 0;

    assert_true((size_t)snprintf(locks_told[kind], LOCKS_ROOM, "%s", rows) < LOCKS_ROOM);
    for (const char *line = rows; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *rest = strchr(line, '|');

        used += (size_t)snprintf(told + used, sizeof told - used, "%lu%.*s%s\n",
                                 strtoul(line, NULL, 10) + THREAD_OFFSET, (int)strcspn(rest, "\n"), rest,
                                 kind == TABLES ? "|1" : "");
        assert_true(used < sizeof told);
    }
    with_head(s, match, head, told);
    for (int i = 0; i < LOCKS_KINDS; i++)
        add_threads(locks_told[i], threads);
    with_head(s,
              "SELECT THREAD_ID, PROCESSLIST_ID, THREAD_OS_ID...FROM performance_schema.threads WHERE "
              "PROCESSLIST_ID IS NOT",
              "THREAD_ID|PROCESSLIST_ID|THREAD_OS_ID|INFO", threads);
}

void scene_named_locks(struct mlk_session *s, const char *rows)
{
    keep_locks(s, NAMED, "performance_schema.metadata_locks...USER LEVEL LOCK",
               "OWNER_THREAD_ID|OBJECT_NAME|GRANTED", rows);
}

void scene_table_locks(struct mlk_session *s, const char *rows)
{
    keep_locks(s, TABLES, "SELECT DISTINCT OWNER_THREAD_ID...performance_schema.metadata_locks",
               "OWNER_THREAD_ID|OBJECT_SCHEMA|1", rows);
}

void scene_holder(struct mlk_session *s, const char *name, const char *id)
{
    char match[300];

    snprintf(match, sizeof match, "SELECT IS_USED_LOCK('%s')", name);
    with_head(s, match, "holder", id);
}

void scene_table(struct mlk_session *s, const char *table, const char *rows)
{
    char match[300];

    snprintf(match, sizeof match, "READ TABLE %s", table);
    mlk_fake_rows(s, match, rows);
    snprintf(match, sizeof match, "READ TABLE DIRTY %s", table);
    mlk_fake_rows(s, match, rows);
}

void scene_server(struct mlk_session *s, const char *read_only, const char *performance_schema)
{
    char row[200];

    snprintf(row, sizeof row, "%s|%s|%s|" SCENE_NOW "|0|-1|-1",
             s->flavour == MLK_MYSQL ? "9.7.4" : "10.11.19-MariaDB", read_only, performance_schema);
    with_head(s, "SELECT @@version", "@@version|read_only|performance_schema|now|names|max_threads|max_locks",
              row);
    with_head(s, "@@GLOBAL.innodb_read_only", "innodb_read_only", "0");
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* As the core asks: first for the names, then for the columns of all of them, by number in the order of
 * names. */
void scene_lock_tables(struct mlk_session *s, const char *tables)
{
    enum { ROOM = 4000, MOST = 50 };
    char names[ROOM] = "TABLE_SCHEMA|TABLE_NAME\n", columns[ROOM] = "number|COLUMN_NAME\n";
    char *copy = strdup(tables), *lines[MOST], *rest;
    size_t count = 0, names_used = strlen(names), columns_used = strlen(columns);

    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_true(count < MOST);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++) {
        char *schema = strtok_r(lines[i], "|", &rest), *table = strtok_r(NULL, "|", &rest);

        names_used += (size_t)snprintf(names + names_used, ROOM - names_used, "%s|%s\n", schema, table);
        for (char *column = strtok_r(NULL, ",", &rest); column; column = strtok_r(NULL, ",", &rest))
            columns_used +=
                (size_t)snprintf(columns + columns_used, ROOM - columns_used, "%zu|%s\n", i, column);
        assert_true(names_used < ROOM && columns_used < ROOM);
    }
    free(copy);
    mlk_fake_rows(s, "SELECT 0, c.COLUMN_NAME FROM information_schema.COLUMNS", columns);
    mlk_fake_rows(s, "FROM information_schema.TABLES WHERE TABLE_NAME LIKE", names);
    mlk_fake_rows(s, "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.COLUMNS", names);
    mlk_fake_rows(s, "FROM information_schema.INNODB_SYS_COLUMNS", names);
}

void scene_started(struct mlk_session *s, const char *started)
{
    char row[100];

    snprintf(row, sizeof row, "Uptime|%lld|" SCENE_NOW,
             strtoll(SCENE_NOW, NULL, 10) - strtoll(started, NULL, 10));
    with_head(s, "_status WHERE VARIABLE_NAME", "VARIABLE_NAME|VARIABLE_VALUE|now", row);
}

struct mlk_session *scene_open(enum mlk_flavour flavour)
{
    struct mlk_session *s = mlk_fake_open(flavour);

    assert_non_null(s);
    scene_server(s, "0", "1");
    scene_started(s, SCENE_STARTED);
    mlk_fake_error(s, "@@GLOBAL.wsrep_on", 1193, "Unknown system variable 'wsrep_on'");
    mlk_fake_error(s, "@@GLOBAL.group_replication_group_name", 1193,
                   "Unknown system variable 'group_replication_group_name'");
    scene_people(s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT miglock_status('x')\n"
                    "5|event_scheduler|localhost|NULL|Daemon|99|Waiting on empty queue|NULL\n");
    scene_transactions(s, "");
    scene_attributes(s, "");
    with_head(s, "performance_schema.session_account_connect_attrs", "PROCESSLIST_ID|ATTR_NAME|ATTR_VALUE",
              "");
    with_head(s, "FROM performance_schema.setup_instruments", "ENABLED", "YES");
    scene_table_locks(s, "");
    scene_named_locks(s, "");
    scene_counter(s, "1000");
    mlk_fake_rows(s, s->flavour == MLK_MYSQL ? "SHOW REPLICA STATUS" : "SHOW ALL SLAVES STATUS",
                  "Source_Host|Channel_Name\n");
    mlk_fake_error(s, "information_schema.METADATA_LOCK_INFO", 1109,
                   "Unknown table 'METADATA_LOCK_INFO' in information_schema");
    /* the schema has tables of its own beside the tool's */
    with_head(s, "FROM information_schema.TABLES WHERE TABLE_SCHEMA", "1", "1");
    with_head(s, "SELECT e.TRANSACTIONS FROM information_schema.TABLES", "TRANSACTIONS", "YES");
    mlk_fake_affected(s, "START TRANSACTION", 0);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_affected(s, "ROLLBACK", 0);
    /* after COMMIT, which is the name of a lock too */
    with_head(s, "SELECT DISTINCT OBJECT_TYPE...'PENDING'", "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME", "");
    with_head(s, "FROM performance_schema.setup_consumers", "NAME|ENABLED",
              "events_statements_current|NO\nevents_stages_current|NO");
    return s;
}

const enum mlk_flavour scene_mysql = MLK_MYSQL;
const enum mlk_flavour scene_mariadb = MLK_MARIADB;

enum mlk_flavour scene_flavour(void **state)
{
    return *(const enum mlk_flavour *)*state;
}

void scene_close(struct mlk_session *s)
{
    const char *first = NULL;

    if (mlk_fake_unscripted(s, &first) > 0)
        fail_msg("the test has no reply to: %s", first);
    s->ops->close(s);
}

void scene_stranger(struct mlk_session *s)
{
    mlk_fake_deny(s, MLK_NEED_PROCESS);
    mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied to user 'shop'");
    mlk_fake_error(s, "performance_schema.session_connect_attrs", 1142,
                   "SELECT command denied to user 'shop'");
    mlk_fake_error(s, "performance_schema.setup_instruments", 1142, "SELECT command denied to user 'shop'");
}

void scene_rails(struct mlk_session *s)
{
    scene_holder(s, SCENE_RAILS, "1562");
    scene_named_locks(s, "1562|" SCENE_RAILS "|1\n");
    scene_attributes(s, "1562|_pid|991\n1562|program_name|rake\n");
    scene_people(s, "1562|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
}

void scene_session_ends(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_holder(s, SCENE_RAILS, "NULL");
    scene_people(s, "7|shop|app.example:1|NULL|Query|0|executing|SELECT 1\n");
}

void scene_next_one_takes_it(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_holder(s, SCENE_RAILS, "1600");
    scene_people(s, "1600|shop|10.0.0.9:40000|shop|Sleep|0||NULL\n");
}

void scene_ghost(struct mlk_session *s)
{
    scene_table(s, "blog.migrations_lock",
                "lock_key|locked|acquired_at|released_at\nkm01|1|2026-11-21 08:00:00|2026-11-01 00:00:00\n");
    scene_holder(s, "km_migration_blog", "NULL");
}

void scene_target(const char *text, struct mlk_target *out)
{
    char error[300];

    if (mlk_target_parse(text, strlen(text), out, error, sizeof error))
        fail_msg("%s: %s", text, error);
}

cJSON *scene_report(struct mlk_session *s, const char *text)
{
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *document = NULL;

    scene_target(text, &target);
    if (mlk_report(s, &target, false, &document, error, sizeof error))
        fail_msg("no report of %s: %s", text, error);
    assert_non_null(document);
    return document;
}

typedef enum mlk_status act_fn(struct mlk_session *s, const struct mlk_target *target,
                               const struct mlk_release_options *options, cJSON **out, char *error,
                               size_t error_size);

static cJSON *act(struct mlk_session *s, act_fn *function, const char *text, const char *token, bool force)
{
    struct mlk_release_options options = {.token = token, .force = force};
    struct mlk_target target;
    char error[MLK_ERROR_MAX] = "";
    cJSON *document = NULL;
    cJSON *report = NULL;

    scene_target(text, &target);
    if (!token) {
        report = scene_report(s, text);
        options.token = scene_text(report, "token");
        if (!options.token)
            options.token = "000000000000";
    }
    if (function(s, &target, &options, &document, error, sizeof error))
        fail_msg("nothing came of %s: %s", text, error);
    assert_non_null(document);
    cJSON_Delete(report);
    return document;
}

cJSON *scene_release(struct mlk_session *s, const char *text, const char *token, bool force)
{
    return act(s, mlk_release, text, token, force);
}

cJSON *scene_repair(struct mlk_session *s, const char *text, const char *token, bool force)
{
    return act(s, mlk_repair, text, token, force);
}

const cJSON *scene_member(const cJSON *document, const char *member)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, member);

    if (!item)
        fail_msg("the document has no %s", member);
    return item;
}

const char *scene_text(const cJSON *document, const char *member)
{
    return cJSON_GetStringValue(scene_member(document, member));
}

double scene_number(const cJSON *document, const char *member)
{
    const cJSON *item = scene_member(document, member);

    if (!cJSON_IsNumber(item))
        fail_msg("%s is no number", member);
    return item->valuedouble;
}

bool scene_says(const cJSON *document, const char *array, const char *part)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, scene_member(document, array))
    {
        if (cJSON_IsString(item) && strstr(item->valuestring, part))
            return true;
    }
    return false;
}

static void fail_with(const cJSON *document, const char *what, const char *expected)
{
    char *text = cJSON_Print(document);

    print_error("%s\n", text);
    cJSON_free(text);
    fail_msg("%s is not \"%s\"", what, expected ? expected : "null");
}

void scene_expect(const cJSON *document, const char *member, const char *text)
{
    const char *got = scene_text(document, member);

    if (text ? !got || strcmp(got, text) != 0 : !cJSON_IsNull(scene_member(document, member)))
        fail_with(document, member, text);
}

void scene_expect_says(const cJSON *document, const char *array, const char *part)
{
    if (!scene_says(document, array, part))
        fail_with(document, array, part);
}
