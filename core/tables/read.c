/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads metadata locks. Never touches a table that they are on: these sources are lists in memory, and
 * information_schema.TABLES, which would wait for the lock like everybody else, is not asked. */
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "../metadata_locks.h"
#include "miglock/sql.h"
#include "miglock/text.h"
#include "scene.h"

enum { TYPE, SCHEMA, NAME, MODE, GRANTED, OWNER };

static const struct mlk_access locks_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "metadata_locks"};

/* OBJECT_TYPE of performance_schema, LOCK_TYPE of METADATA_LOCK_INFO. */
static enum mlk_object object_of(const char *type, const char **name)
{
    static const struct {
        const char *type;
        enum mlk_object object;
        const char *name; /* NULL: that of the row */
    } objects[] = {
        {"TABLE", MLK_ON_TABLE, NULL},
        {"Table metadata lock", MLK_ON_TABLE, NULL},
        {"SCHEMA", MLK_ON_SCHEMA, ""},
        {"Schema metadata lock", MLK_ON_SCHEMA, ""},
        {"GLOBAL", MLK_ON_SERVER, "GLOBAL"},
        {"COMMIT", MLK_ON_SERVER, "COMMIT"},
        {"BACKUP LOCK", MLK_ON_SERVER, "BACKUP LOCK"},
        {"BACKUP", MLK_ON_SERVER, "BACKUP"},
        {"Backup lock", MLK_ON_SERVER, "BACKUP"},
    };

    for (size_t i = 0; type && i < sizeof objects / sizeof objects[0]; i++) {
        if (strcmp(type, objects[i].type) != 0)
            continue;
        *name = objects[i].name ? objects[i].name : *name;
        return objects[i].object;
    }
    return MLK_ON_NOTHING;
}

/* MariaDB's performance_schema goes on showing a lock under the type that it was first taken with: ALTER's
 * SHARED_UPGRADABLE that has become SHARED_NO_WRITE or EXCLUSIVE, FLUSH TABLES WITH READ LOCK's first step,
 * a backup's first stage (seen on 10.11; MySQL shows the type it has). So such a one counts as the strongest
 * it can be. */
static enum mlk_mdl strongest(enum mlk_mdl type)
{
    switch (type) {
    case MLK_MDL_SHARED_UPGRADABLE:
        return MLK_MDL_EXCLUSIVE;
    case MLK_MDL_BACKUP_FTWRL1:
        return MLK_MDL_BACKUP_FTWRL2;
    case MLK_MDL_BACKUP_START:
    case MLK_MDL_BACKUP_FLUSH:
    case MLK_MDL_BACKUP_WAIT_FLUSH:
    case MLK_MDL_BACKUP_WAIT_DDL:
    case MLK_MDL_BACKUP_BLOCK_DDL:
        return MLK_MDL_BACKUP_WAIT_COMMIT;
    default:
        return type;
    }
}

/* Of performance_schema the owners are threads, of the plugin connections. A request without a session is one
 * of the server's own threads (InnoDB's purge). */
static enum mlk_status take(struct mlk_table_scene *scene)
{
    bool recorded = scene->source == MLK_TABLES_RECORDED;
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < scene->rows->count; i++) {
        const char *type = mlk_rows_text(scene->rows, i, MODE), *name = mlk_rows_text(scene->rows, i, NAME);
        struct mlk_table_lock lock = {.granted = mlk_rows_int(scene->rows, i, GRANTED, 1) != 0};

        lock.object = object_of(mlk_rows_text(scene->rows, i, TYPE), &name);
        lock.schema = mlk_rows_text(scene->rows, i, SCHEMA);
        lock.schema = lock.schema && lock.object != MLK_ON_SERVER ? lock.schema : "";
        lock.name = name ? name : "";
        lock.type = type && strncmp(type, "MDL_", 4) == 0 ? type + 4 : type;
        lock.mdl = mlk_mdl_of(type);
        if (lock.mdl == MLK_MDL_OTHER)
            mlk_say(scene->blind_spots, "locks of type %s are not known: they count as keeping everybody out",
                    type ? type : "?");
        if (lock.granted && recorded && scene->s->flavour == MLK_MARIADB)
            lock.mdl = strongest(lock.mdl);
        lock.id = mlk_rows_id(scene->rows, i, OWNER);
        if (recorded)
            lock.id = mlk_people_of_thread(scene->people, lock.id);
        if (lock.object != MLK_ON_NOTHING && (lock.granted || lock.id))
            status = mlk_table_scene_add(scene, &lock);
    }
    if (scene->rows->truncated)
        mlk_say(scene->blind_spots, "only the first %zu metadata locks were looked at", scene->rows->count);
    return status;
}

/* DDL's own tables while it works on them: nobody else's business. */
#define OF_INTEREST                                                                                          \
    "OBJECT_TYPE IN ('TABLE', 'SCHEMA', 'GLOBAL', 'COMMIT', 'BACKUP LOCK', 'BACKUP') AND (OBJECT_NAME IS "   \
    "NULL OR OBJECT_NAME NOT LIKE '#sql%%')"

static enum mlk_status ask_objects(struct mlk_table_scene *scene, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 1024);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM "
                        "performance_schema.metadata_locks WHERE LOCK_STATUS = 'PENDING' AND " OF_INTEREST
                        " LIMIT %d",
                MLK_TABLE_OBJECTS_MAX + 1);
    status = mlk_ask_buf(scene->s, &locks_table, &sql, rows, NULL);
    mlk_buf_free(&sql);
    if (!status && (*rows)->count > MLK_TABLE_OBJECTS_MAX)
        mlk_say(scene->blind_spots, "only %d of the tables that sessions wait for were looked at",
                MLK_TABLE_OBJECTS_MAX);
    return status;
}

static void add_condition(struct mlk_buf *sql, const char *column, const char *value)
{
    mlk_buf_fmt(sql, " AND %s", column);
    if (!value) {
        mlk_buf_str(sql, " IS NULL");
        return;
    }
    mlk_buf_str(sql, " = ");
    mlk_sql_string(sql, value, strlen(value));
}

/* The table that is asked about, and what DDL on it asks the server for. */
static void add_about(const struct mlk_table_scene *scene, bool first, struct mlk_buf *sql)
{
    if (!scene->about_table)
        return;
    mlk_buf_str(sql, first ? "(1" : " OR (1");
    add_condition(sql, "OBJECT_TYPE", "TABLE");
    add_condition(sql, "OBJECT_SCHEMA", scene->about_schema);
    add_condition(sql, "OBJECT_NAME", scene->about_table);
    mlk_buf_str(sql, ") OR OBJECT_TYPE IN ('GLOBAL', 'BACKUP LOCK', 'BACKUP')");
}

/* All locks on these objects, and all requests, in one reading. */
static enum mlk_status ask_locks(struct mlk_table_scene *scene, const struct mlk_rows *objects)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 1 << 20);
    mlk_buf_str(&sql, MLK_TAG "SELECT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME, LOCK_TYPE, LOCK_STATUS = "
                              "'GRANTED', OWNER_THREAD_ID FROM performance_schema.metadata_locks WHERE ");
    for (size_t i = 0; i < objects->count && i < MLK_TABLE_OBJECTS_MAX; i++) {
        mlk_buf_str(&sql, i ? " OR (1" : "(1");
        add_condition(&sql, "OBJECT_TYPE", mlk_rows_text(objects, i, 0));
        add_condition(&sql, "OBJECT_SCHEMA", mlk_rows_text(objects, i, 1));
        add_condition(&sql, "OBJECT_NAME", mlk_rows_text(objects, i, 2));
        mlk_buf_str(&sql, ")");
    }
    add_about(scene, objects->count == 0, &sql);
    status = mlk_ask_buf(scene->s, &locks_table, &sql, &scene->rows, NULL);
    mlk_buf_free(&sql);
    return status ? status : take(scene);
}

/* MLK_NOT_FOUND: the server records no locks. */
static enum mlk_status read_recorded(struct mlk_table_scene *scene)
{
    struct mlk_rows *objects = NULL;
    enum mlk_status status = scene->people->by_thread ? MLK_OK : MLK_DENIED;

    scene->source = MLK_TABLES_RECORDED;
    if (!status)
        status = ask_objects(scene, &objects);
    if (!status && !objects->count && !mlk_metadata_locks_recorded(scene->s, scene->blind_spots))
        status = MLK_NOT_FOUND;
    if (!status && (objects->count || scene->about_table))
        status = ask_locks(scene, objects);
    mlk_rows_free(objects);
    return status;
}

static bool anybody_waits(const struct mlk_people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        if (mlk_person_awaits_lock(&people->list[i]))
            return true;
    }
    return false;
}

/* The plugin goes through all locks of the server, which nobody needs where nobody waits. */
static enum mlk_status read_plugin(struct mlk_table_scene *scene)
{
    enum mlk_status status;

    scene->source = MLK_TABLES_PLUGIN;
    status = mlk_ask(scene->s, &mlk_need_process,
                     scene->about_table || anybody_waits(scene->people)
                         ? MLK_TAG "SELECT LOCK_TYPE, TABLE_SCHEMA, TABLE_NAME, LOCK_MODE, 1, THREAD_ID FROM "
                                   "information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE <> 'User lock'"
                         : MLK_TAG "SELECT LOCK_TYPE, TABLE_SCHEMA, TABLE_NAME, LOCK_MODE, 1, THREAD_ID FROM "
                                   "information_schema.METADATA_LOCK_INFO LIMIT 0",
                     &scene->rows);
    return status ? status : take(scene);
}

static void forget(struct mlk_table_scene *scene)
{
    scene->lock_count = 0;
    mlk_rows_free(scene->rows);
    scene->rows = NULL;
}

static void say_guessed(struct mlk_table_scene *scene)
{
    if (scene->source == MLK_TABLES_PLUGIN)
        mlk_say(scene->blind_spots,
                "METADATA_LOCK_INFO shows who has a lock, not who waits: which table a session waits for is "
                "guessed from its statement");
    else if (scene->s->flavour == MLK_MARIADB)
        mlk_say(scene->blind_spots,
                "metadata locks are not visible: which table a session waits for is guessed from its "
                "statement, and who keeps it waiting from the open transactions (INSTALL SONAME "
                "'metadata_lock_info' shows who has which lock)");
    else
        mlk_say(scene->blind_spots,
                "without SELECT on performance_schema.metadata_locks and threads, or with the instrument "
                "wait/lock/metadata/sql/mdl off, which table a session waits for is guessed from its "
                "statement, and who keeps it waiting from the open transactions");
}

enum mlk_status mlk_table_read(struct mlk_table_scene *scene)
{
    enum mlk_status status = MLK_NOT_FOUND;

    if (scene->server->performance_schema) {
        status = read_recorded(scene);
        if (!status)
            mlk_metadata_locks_say_lost(scene->server, scene->blind_spots);
        if (!status || mlk_ask_over(status))
            return status;
        forget(scene);
    }
    if (scene->s->flavour == MLK_MARIADB) {
        status = read_plugin(scene);
        if (mlk_ask_over(status))
            return status;
    }
    if (status) {
        forget(scene);
        scene->source = MLK_TABLES_GUESSED;
    }
    say_guessed(scene);
    return MLK_OK;
}
