/* SPDX-License-Identifier: GPL-2.0-only */
#include "scene.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "miglock/text.h"

enum mlk_status mlk_table_scene_add(struct mlk_table_scene *scene, const struct mlk_table_lock *lock)
{
    if (scene->lock_count == scene->lock_room) {
        size_t room = scene->lock_room ? 2 * scene->lock_room : 64;
        struct mlk_table_lock *more = reallocarray(scene->locks, room, sizeof *more);

        if (!more)
            return MLK_NO_MEMORY;
        scene->locks = more;
        scene->lock_room = room;
    }
    scene->locks[scene->lock_count++] = *lock;
    return MLK_OK;
}

/* "Waiting for table metadata lock", "... schema metadata lock", "... global read lock", "... backup lock",
 * "... commit lock" (sql/mdl.cc of both servers). MySQL and MariaDB have "Waiting for table level lock" too,
 * which is none of these. */
bool mlk_person_awaits_lock(const struct mlk_person *p)
{
    static const char *const states[] = {"Waiting for table metadata lock",
                                         "Waiting for schema metadata lock", "Waiting for global read lock",
                                         "Waiting for backup lock", "Waiting for commit lock"};

    for (size_t i = 0; p->state && i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(p->state, states[i]) == 0)
            return true;
    }
    return false;
}

static int by_connection(const void *left, const void *right)
{
    const struct mlk_table_ddl *a = left, *b = right;

    return (a->person->id > b->person->id) - (a->person->id < b->person->id);
}

const struct mlk_table_ddl *mlk_table_scene_ddl(const struct mlk_table_scene *scene, uint64_t id)
{
    const struct mlk_person person = {.id = id};
    const struct mlk_table_ddl wanted = {.person = &person};

    return id && scene->ddl_count
               ? bsearch(&wanted, scene->ddl, scene->ddl_count, sizeof wanted, by_connection)
               : NULL;
}

static void fold(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* Where names ignore case the server keeps its locks under those in lower case. */
static void complete(const struct mlk_table_scene *scene, struct mlk_table_ddl *ddl)
{
    if (!ddl->text.schema[0] && ddl->person->db)
        mlk_copy(ddl->text.schema, sizeof ddl->text.schema, ddl->person->db);
    if (scene->server->names_fold) {
        fold(ddl->text.schema);
        fold(ddl->text.table);
    }
}

static enum mlk_status find_ddl(struct mlk_table_scene *scene)
{
    size_t room = 0;

    for (size_t i = 0; i < scene->people->count; i++) {
        const struct mlk_person *p = &scene->people->list[i];
        struct mlk_table_ddl one = {.person = p};

        if (!p->statement)
            continue;
        mlk_ddl_text_read(p->statement, &one.text);
        if (!one.text.ddl)
            continue;
        if (scene->ddl_count == room) {
            struct mlk_table_ddl *more;

            room = room ? 2 * room : 8;
            more = reallocarray(scene->ddl, room, sizeof *more);
            if (!more)
                return MLK_NO_MEMORY;
            scene->ddl = more;
        }
        complete(scene, &one);
        scene->ddl[scene->ddl_count++] = one;
    }
    if (scene->ddl_count)
        qsort(scene->ddl, scene->ddl_count, sizeof *scene->ddl, by_connection);
    return MLK_OK;
}

/* What a list of sessions cuts can be where ALGORITHM and LOCK stand: at the end. */
static void take_options(struct mlk_table_scene *scene, const struct mlk_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct mlk_ddl_text whole;
        struct mlk_table_ddl *ddl =
            (struct mlk_table_ddl *)mlk_table_scene_ddl(scene, mlk_rows_id(rows, i, 0));

        mlk_ddl_text_read(mlk_rows_text(rows, i, 1), &whole);
        if (!ddl || strcmp(ddl->text.kind, whole.kind) != 0)
            continue; /* it runs another one by now */
        memcpy(ddl->text.algorithm, whole.algorithm, sizeof whole.algorithm);
        memcpy(ddl->text.lock, whole.lock, sizeof whole.lock);
    }
}

/* Sessions are read with 400 characters of their statements; MySQL's process list has 100 bytes where
 * performance_schema does not have more, which can be few characters (session_details.c). */
static enum mlk_status read_long(struct mlk_table_scene *scene)
{
    enum { CUT_AT = 400, CUT_AT_WITHOUT = 46, LONG_MAX_READ = 20, ENOUGH = 16000 };
    size_t cut_at = scene->people->by_thread || scene->s->flavour == MLK_MARIADB ? CUT_AT : CUT_AT_WITHOUT;
    struct mlk_rows *rows;
    struct mlk_buf sql;
    size_t count = 0;
    enum mlk_status status = MLK_OK;

    mlk_buf_init(&sql, 2048);
    mlk_buf_fmt(&sql, MLK_TAG "SELECT ID, LEFT(INFO, %d) FROM information_schema.PROCESSLIST WHERE ID IN (",
                ENOUGH);
    for (size_t i = 0; i < scene->ddl_count && count < LONG_MAX_READ; i++) {
        const struct mlk_table_ddl *ddl = &scene->ddl[i];

        if (strlen(ddl->person->statement) >= cut_at && !ddl->text.algorithm[0] && !ddl->text.lock[0])
            mlk_buf_fmt(&sql, "%s%" PRIu64, count++ ? ", " : "", ddl->person->id);
    }
    mlk_buf_str(&sql, ")");
    if (count) {
        status = mlk_ask_buf(scene->s, &mlk_need_process, &sql, &rows, NULL);
        if (!status)
            take_options(scene, rows);
        mlk_rows_free(rows);
    }
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status add_named(struct mlk_table_scene *scene)
{
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < scene->ddl_count; i++) {
        const struct mlk_table_ddl *ddl = &scene->ddl[i];
        struct mlk_table_lock lock = {.id = ddl->person->id,
                                      .object = MLK_ON_TABLE,
                                      .schema = ddl->text.schema,
                                      .name = ddl->text.table,
                                      .mdl = MLK_MDL_NONE,
                                      .granted = true};

        if (ddl->text.table[0] && ddl->text.schema[0])
            status = mlk_table_scene_add(scene, &lock);
    }
    return status;
}

static enum mlk_status read_number(struct mlk_session *s, const char *sql, size_t column, int64_t *out)
{
    struct mlk_rows *rows;
    enum mlk_status status = mlk_ask(s, &mlk_need_nothing, sql, &rows);

    *out = status ? -1 : mlk_rows_int(rows, 0, column, -1);
    mlk_rows_free(rows);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* Both are open to everyone. The status of a session does not add up all sessions. */
static enum mlk_status read_connections(struct mlk_table_scene *scene)
{
    enum mlk_status status =
        read_number(scene->s, MLK_TAG "SHOW SESSION STATUS LIKE 'Threads_connected'", 1, &scene->connections);

    return status
               ? status
               : read_number(scene->s, MLK_TAG "SELECT @@GLOBAL.max_connections", 0, &scene->connections_max);
}

static enum mlk_status read_sessions(struct mlk_table_scene *out)
{
    enum mlk_status status = mlk_server_read(out->s, false, &out->own_server, out->blind_spots);

    out->server = &out->own_server;
    out->people = &out->own_people;
    if (!status)
        status = mlk_people_read(out->s, out->server, out->people, out->blind_spots);
    return status;
}

/* The sessions come first: who is in no list when the locks are read has come since. */
static enum mlk_status take(struct mlk_table_scene *out)
{
    enum mlk_status status = out->people ? MLK_OK : read_sessions(out);

    if (!status)
        status = mlk_people_know_threads(out->s, out->server, out->people, NULL);
    if (!status)
        status = find_ddl(out);
    if (!status)
        status = read_long(out);
    if (!status)
        status = mlk_table_read(out);
    if (!status)
        status = add_named(out);
    if (!status && (out->lock_count || out->source == MLK_TABLES_GUESSED))
        status = mlk_people_know_transactions(out->s, out->people);
    if (!status && out->source != MLK_TABLES_RECORDED)
        status = mlk_table_guess(out);
    if (!status)
        status = mlk_table_waits_build(out->locks, out->lock_count, &out->waits);
    return status;
}

static enum mlk_status begin(struct mlk_table_scene *out)
{
    enum mlk_status status;

    out->blind_spots = cJSON_CreateArray();
    status = out->blind_spots ? take(out) : MLK_NO_MEMORY;
    if (status)
        mlk_table_scene_free(out);
    return status;
}

enum mlk_status mlk_table_scene_take(struct mlk_session *s, struct mlk_table_scene *out)
{
    enum mlk_status status;

    *out = (struct mlk_table_scene){.s = s, .connections = -1, .connections_max = -1};
    status = begin(out);
    if (!status)
        status = read_connections(out);
    if (status)
        mlk_table_scene_free(out);
    return status;
}

enum mlk_status mlk_table_scene_about(struct mlk_session *s, const char *schema, const char *table,
                                      struct mlk_table_scene *out)
{
    *out = (struct mlk_table_scene){
        .s = s, .about_schema = schema, .about_table = table, .connections = -1, .connections_max = -1};
    return begin(out);
}

enum mlk_status mlk_table_scene_over(struct mlk_session *s, const struct mlk_server *server,
                                     struct mlk_people *people, struct mlk_table_scene *out)
{
    *out = (struct mlk_table_scene){
        .s = s, .server = server, .people = people, .connections = -1, .connections_max = -1};
    return begin(out);
}

void mlk_table_scene_free(struct mlk_table_scene *scene)
{
    cJSON_Delete(scene->blind_spots);
    mlk_people_free(&scene->own_people);
    mlk_table_waits_free(&scene->waits);
    free(scene->ddl);
    free(scene->locks);
    mlk_rows_free(scene->rows);
    memset(scene, 0, sizeof *scene);
}
