/* SPDX-License-Identifier: GPL-2.0-only */
#include "scene_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 16000, THREAD_OFFSET = 40 };

struct text {
    char text[ROOM];
    size_t used;
};

static void add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    t->used += (size_t)vsnprintf(t->text + t->used, ROOM - t->used, format, args);
    va_end(args);
    assert_true(t->used < ROOM);
}

void scene_waits(struct mlk_session *s, const char *rows)
{
    struct text *objects = calloc(1, sizeof *objects), *locks = calloc(1, sizeof *locks),
                *threads = calloc(1, sizeof *threads);

    assert_true(objects && locks && threads);
    add(objects, "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME\n");
    add(locks, "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME|LOCK_TYPE|GRANTED|OWNER_THREAD_ID\n");
    add(threads, "THREAD_ID|PROCESSLIST_ID|THREAD_OS_ID|INFO\n");
    for (const char *line = rows; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        unsigned long id = strtoul(line, NULL, 10);
        int len = (int)strcspn(line, "\n"), head = (int)strcspn(line, "|") + 1, tail = len;
        char object[300];

        for (int bars = 0; bars < 2; tail--)
            bars += line[tail - 1] == '|';
        (void)snprintf(object, sizeof object, "%.*s\n", tail - head, line + head);
        if (line[len - 1] == '0' && !strstr(objects->text, object))
            add(objects, "%s", object);
        add(locks, "%.*s|%lu\n", len - head, line + head, id ? id + THREAD_OFFSET : 9);
        if (id)
            add(threads, "%lu|%lu|%lu|NULL\n", id + THREAD_OFFSET, id, id + 100000);
    }
    mlk_fake_rows(s, "SELECT DISTINCT OBJECT_TYPE...'PENDING'", objects->text);
    mlk_fake_rows(s, "SELECT OBJECT_TYPE...performance_schema.metadata_locks WHERE (1", locks->text);
    mlk_fake_rows(s, "SELECT THREAD_ID, PROCESSLIST_ID, THREAD_OS_ID...FROM performance_schema.threads",
                  threads->text);
    free(objects);
    free(locks);
    free(threads);
}

void scene_waits_plugin(struct mlk_session *s, const char *rows)
{
    struct text *locks = calloc(1, sizeof *locks);

    assert_non_null(locks);
    scene_server(s, "0", "0");
    if (rows) {
        add(locks, "LOCK_TYPE|TABLE_SCHEMA|TABLE_NAME|LOCK_MODE|1|THREAD_ID\n%s", rows);
        mlk_fake_rows(s, "FROM information_schema.METADATA_LOCK_INFO", locks->text);
    } else {
        mlk_fake_error(s, "FROM information_schema.METADATA_LOCK_INFO", 1109, "Unknown table");
    }
    free(locks);
}

void scene_open_transactions(struct mlk_session *s, const char *rows)
{
    struct text *t = calloc(1, sizeof *t);

    assert_non_null(t);
    add(t, "trx_mysql_thread_id|trx_rows_modified|trx_state|more\n%s", rows);
    mlk_fake_rows(s, "FROM information_schema.INNODB_TRX", t->text);
    t->used = 0;
    add(t, "trx_mysql_thread_id|seconds\n");
    for (const char *line = rows; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *end = line + strcspn(line, "\n"), *seconds = end;

        while (seconds[-1] != '|')
            seconds--;
        add(t, "%lu|%.*s\n", strtoul(line, NULL, 10), (int)(end - seconds), seconds);
    }
    mlk_fake_rows(s, "SELECT trx_mysql_thread_id, TIMESTAMPDIFF", t->text);
    free(t);
}

void scene_begun(struct mlk_session *s, int copies, bool innodb)
{
    char rows[80];

    (void)snprintf(rows, sizeof rows, "copies|tables\n%d|%d\n", copies, copies + innodb);
    mlk_fake_rows(s, "FROM information_schema.INNODB_SYS_TABLES", rows);
}

void scene_innodb_now(struct mlk_session *s, const char *status)
{
    static const char *const names[] = {"Type", "Name", "Status"};
    const char *const cells[] = {"InnoDB", "", status};
    struct mlk_rows *rows = mlk_rows_new(3, names);

    assert_non_null(rows);
    assert_int_equal(mlk_rows_add(rows, cells, NULL), MLK_OK);
    mlk_fake_result(s, "SHOW ENGINE INNODB STATUS", rows);
}

void scene_now(struct mlk_session *s, const char *rows)
{
    struct text *t = calloc(1, sizeof *t);

    assert_non_null(t);
    scene_open_transactions(s, rows);
    add(t, "%s", SCENE_INNODB_BEGIN);
    for (const char *line = rows; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *changes = line + strcspn(line, "|") + 1;

        add(t,
            "---TRANSACTION 1614, ACTIVE 5 sec\n1 lock struct(s), heap size 1128, 1 row lock(s), undo log "
            "entries %ld\nMySQL thread id %lu, OS thread handle 1, query id 206 localhost root\n",
            strtol(changes, NULL, 10), strtoul(line, NULL, 10));
    }
    add(t, "%s", SCENE_INNODB_END);
    scene_innodb_now(s, t->text);
    free(t);
}

#define WAITS "Waiting for table metadata lock"

struct mlk_session *scene_cascade(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_open(flavour);

    scene_people(s, "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS
                    "|ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE\n"
                    "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders WHERE id = 1\n"
                    "13|shop|10.0.0.7:4|shop|Query|50|" WAITS "|INSERT INTO orders VALUES (9)\n"
                    "14|shop|10.0.0.7:5|other|Query|40|" WAITS "|SELECT * FROM shop.orders\n"
                    "15|shop|10.0.0.7:6|shop|Sleep|3||NULL\n");
    scene_open_transactions(s, "10|4|RUNNING|320\n");
    scene_waits(s, "10|TABLE|shop|orders|SHARED_WRITE|1\n"
                   "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n"
                   "11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "12|TABLE|shop|orders|SHARED_READ|0\n"
                   "13|TABLE|shop|orders|SHARED_WRITE|0\n"
                   "14|TABLE|shop|orders|SHARED_READ|0\n");
    scene_attributes(s, "10|program_name|rake\n10|_pid|991\n");
    mlk_fake_rows(s, "FROM performance_schema.setup_consumers",
                  "NAME|ENABLED\nevents_statements_current|YES\nevents_stages_current|YES\n");
    mlk_fake_rows(s, "FROM performance_schema.events_statements_current",
                  "THREAD_ID|SQL_TEXT|LEVEL\n50|UPDATE orders SET note = 'x'|0\n50|SELECT 1 FROM inner|1\n");
    mlk_fake_rows(s, "FROM performance_schema.events_stages_current", "THREAD_ID|DONE|ALL\n");
    mlk_fake_rows(s, "SHOW SESSION STATUS LIKE 'Threads_connected'", "Variable_name|Value\nx|150\n");
    mlk_fake_rows(s, "SELECT @@GLOBAL.max_connections", "max\n151\n");
    scene_begun(s, 0, true);
    scene_innodb_now(s, SCENE_INNODB_NONE);
    return s;
}

struct mlk_session *scene_migration(enum mlk_flavour flavour)
{
    struct mlk_session *s = scene_cascade(flavour);

    scene_holder(s, SCENE_RAILS, "9");
    scene_named_locks(s, "9|" SCENE_RAILS "|1\n");
    scene_people(s, "9|deploy|10.0.0.9:3|shop|Sleep|61||NULL\n"
                    "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"
                    "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS
                    "|ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE\n"
                    "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders WHERE id = 1\n"
                    "13|shop|10.0.0.7:4|shop|Query|50|" WAITS "|INSERT INTO orders VALUES (9)\n"
                    "14|shop|10.0.0.7:5|other|Query|40|" WAITS "|SELECT * FROM shop.orders\n");
    scene_waits(s, "9|TABLE|shop|schema_migrations|SHARED_READ|1\n"
                   "10|TABLE|shop|orders|SHARED_WRITE|1\n"
                   "11|TABLE|shop|orders|SHARED_UPGRADABLE|1\n"
                   "11|TABLE|shop|orders|EXCLUSIVE|0\n"
                   "12|TABLE|shop|orders|SHARED_READ|0\n"
                   "13|TABLE|shop|orders|SHARED_WRITE|0\n"
                   "14|TABLE|shop|orders|SHARED_READ|0\n");
    scene_attributes(s, "9|_pid|77\n9|program_name|rake\n11|_pid|77\n11|program_name|rake\n"
                        "10|program_name|puma\n10|_pid|991\n");
    return s;
}

cJSON *scene_tables(struct mlk_session *s, const char *schema)
{
    char error[MLK_ERROR_MAX] = "";
    cJSON *list = NULL;

    if (mlk_table_locks(s, schema, &list, error, sizeof error))
        fail_msg("%s", error);
    assert_true(cJSON_IsArray(list));
    return list;
}

const cJSON *scene_table_of(const cJSON *list, const char *target)
{
    const cJSON *one;

    cJSON_ArrayForEach(one, list)
    {
        if (strcmp(scene_text(one, "target"), target) == 0)
            return one;
    }
    return NULL;
}

const cJSON *scene_first(const cJSON *document, const char *array)
{
    const cJSON *one = cJSON_GetArrayItem(scene_member(document, array), 0);

    assert_non_null(one);
    return one;
}
