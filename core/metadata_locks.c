/* SPDX-License-Identifier: GPL-2.0-only */
#include "metadata_locks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"
#include "miglock/target.h"
#include "miglock/text.h"

static const struct mlk_access locks_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "metadata_locks"};

bool mlk_metadata_locks_recorded(struct mlk_session *s, cJSON *blind_spots)
{
    static const struct mlk_access need = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "setup_instruments"};
    struct mlk_rows *rows;
    bool on = true;

    if (mlk_ask(s, &need,
                MLK_TAG "SELECT ENABLED FROM performance_schema.setup_instruments "
                        "WHERE NAME = 'wait/lock/metadata/sql/mdl'",
                &rows) == MLK_OK &&
        rows->count)
        on = mlk_rows_text(rows, 0, 0) && strcasecmp(mlk_rows_text(rows, 0, 0), "YES") == 0;
    mlk_rows_free(rows);
    if (!on)
        mlk_say(blind_spots,
                "the instrument wait/lock/metadata/sql/mdl is off: performance_schema does not record locks");
    return on;
}

void mlk_metadata_locks_say_lost(const struct mlk_server *server, cJSON *blind_spots)
{
    /* a lock of a session without a place in performance_schema has no owner there */
    if (server->threads_lost > 0)
        mlk_say(
            blind_spots,
            "performance_schema had no room for %" PRId64
            " sessions (performance_schema_max_thread_instances): their locks and programs are not visible",
            server->threads_lost);
    if (server->locks_lost > 0)
        mlk_say(blind_spots,
                "performance_schema lost %" PRId64
                " metadata locks for lack of room: some holders and waiters may be missing",
                server->locks_lost);
}

/* Takes the rows over: owner, name, 1 or GRANTED for granted. people: the owners are performance_schema's
 * numbers of their threads; NULL: they are connection ids. Locks of the server's own threads are left out. */
static enum mlk_status take(struct mlk_metadata_lock_list *out, struct mlk_rows *rows,
                            const struct mlk_people *people)
{
    out->rows = rows;
    out->items = calloc(rows->count + 1, sizeof *out->items);
    if (!out->items)
        return MLK_NO_MEMORY;
    for (size_t i = 0; i < rows->count; i++) {
        struct mlk_metadata_lock *one = &out->items[out->count];

        one->connection_id = mlk_rows_id(rows, i, 0);
        if (people)
            one->connection_id = mlk_people_of_thread(people, one->connection_id);
        one->name = mlk_rows_text(rows, i, 1);
        one->granted =
            mlk_rows_int(rows, i, 2, 0) == 1 || mlk_same_text(mlk_rows_text(rows, i, 2), "GRANTED");
        out->count += one->connection_id != 0 && one->name != NULL;
    }
    return MLK_OK;
}

#define NAMED "SELECT OWNER_THREAD_ID, OBJECT_NAME, LOCK_STATUS FROM performance_schema.metadata_locks WHERE "

/* MySQL keeps names in lower case, of letters outside ASCII by rules of its own. */
static bool lower(const struct mlk_session *s, const char *name, char *out, size_t size)
{
    size_t i = 0;

    for (; name[i] && i + 1 < size; i++) {
        if ((unsigned char)name[i] >= 0x80)
            return false;
        out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    }
    out[i] = '\0';
    return s->flavour == MLK_MYSQL && !name[i];
}

/* The locks of that name and those of that thread (0: nobody's), among many others. */
static void among_many(const struct mlk_session *s, const char *name, uint64_t holder_thread,
                       struct mlk_buf *sql)
{
    char stored[MLK_NAME_MAX + 1];

    /* Both halves use an index of MySQL's, which each condition of it decides: with OR, or with
     * OBJECT_TYPE = ... beside the thread, the server goes through all locks (2 ms against 0.3 on 5,000). */
    if (lower(s, name, stored, sizeof stored)) {
        mlk_buf_str(sql, MLK_TAG NAMED
                    "OBJECT_TYPE = 'USER LEVEL LOCK' AND OBJECT_SCHEMA IS NULL AND OBJECT_NAME = ");
        mlk_sql_string(sql, stored, strlen(stored));
        if (holder_thread)
            mlk_buf_fmt(sql,
                        " UNION ALL " NAMED "OWNER_THREAD_ID = %" PRIu64
                        " AND OBJECT_TYPE LIKE 'USER LEVEL LOC_'",
                        holder_thread);
        return;
    }
    /* in whatever case: the core compares them in the end */
    mlk_buf_str(sql, MLK_TAG NAMED "OBJECT_TYPE = 'USER LEVEL LOCK' AND (OBJECT_NAME = ");
    mlk_sql_string(sql, name, strlen(name));
    if (holder_thread)
        mlk_buf_fmt(sql, " OR OWNER_THREAD_ID = %" PRIu64, holder_thread);
    mlk_buf_str(sql, ")");
}

/* name: the locks of that name and those of holder_thread; NULL: all. */
static enum mlk_status ask_named(struct mlk_session *s, const char *name, uint64_t holder_thread,
                                 struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 4096);
    if (name)
        among_many(s, name, holder_thread, &sql);
    else
        mlk_buf_str(&sql, MLK_TAG NAMED "OBJECT_TYPE = 'USER LEVEL LOCK'");
    status = mlk_ask_buf(s, &locks_table, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status ask_tables(struct mlk_session *s, const char *schema, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG "SELECT DISTINCT OWNER_THREAD_ID, OBJECT_SCHEMA, 1 FROM "
                              "performance_schema.metadata_locks WHERE OBJECT_TYPE = 'TABLE'");
    if (schema) {
        /* in whatever case: lower_case_table_names can be on */
        mlk_buf_str(&sql, " AND LOWER(OBJECT_SCHEMA) = LOWER(");
        mlk_sql_string(&sql, schema, strlen(schema));
        mlk_buf_str(&sql, ")");
    } else {
        mlk_buf_str(&sql,
                    " AND OBJECT_SCHEMA NOT IN ('performance_schema', 'information_schema', 'mysql', 'sys')");
    }
    status = mlk_ask_buf(s, &locks_table, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* Whether a lock that is held is in the list: then the server does record locks. */
static bool has_lock_of(const struct mlk_metadata_lock_list *named, uint64_t connection_id)
{
    for (size_t i = 0; i < named->count; i++) {
        if (named->items[i].connection_id == connection_id && named->items[i].granted)
            return true;
    }
    return false;
}

static int by_name(const void *left, const void *right)
{
    const struct mlk_metadata_lock *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    if (order)
        return order;
    if (a->granted != b->granted)
        return a->granted ? -1 : 1;
    return (a->connection_id > b->connection_id) - (a->connection_id < b->connection_id);
}

static enum mlk_status read_named(struct mlk_session *s, const struct mlk_metadata_locks_wanted *wanted,
                                  const struct mlk_people *people, struct mlk_metadata_lock_list *out)
{
    const char *name = people->count > MLK_FEW_SESSIONS ? wanted->name : NULL;
    struct mlk_rows *rows;
    enum mlk_status status = ask_named(s, name, mlk_people_thread_number(people, wanted->holder), &rows);

    if (!status)
        status = take(out, rows, people);
    if (!status && out->count)
        qsort(out->items, out->count, sizeof *out->items, by_name);
    return status;
}

/* MLK_NOT_FOUND: the server records no locks. */
static enum mlk_status read_performance_schema(struct mlk_session *s,
                                               const struct mlk_metadata_locks_wanted *wanted,
                                               const struct mlk_people *people,
                                               struct mlk_metadata_locks *out, cJSON *blind_spots)
{
    struct mlk_rows *tables;
    enum mlk_status status = people->by_thread ? MLK_OK : MLK_DENIED;

    if (!status)
        status = read_named(s, wanted, people, &out->named);
    /* of a lock that nobody has there is nothing to record */
    if (!status && !(wanted->name && (!wanted->holder || has_lock_of(&out->named, wanted->holder))) &&
        !mlk_metadata_locks_recorded(s, blind_spots))
        status = MLK_NOT_FOUND;
    if (!status && wanted->tables) {
        status = ask_tables(s, wanted->schema, &tables);
        if (!status)
            status = take(&out->tables, tables, people);
    }
    out->waiters = !status;
    return status;
}

static enum mlk_status read_plugin(struct mlk_session *s, const struct mlk_metadata_locks_wanted *wanted,
                                   struct mlk_metadata_locks *out)
{
    struct mlk_rows *rows;
    struct mlk_buf sql;
    enum mlk_status status;

    /* the plugin puts the lock's name into TABLE_SCHEMA and knows no waiters */
    status = mlk_ask(s, &mlk_need_nothing,
                     MLK_TAG "SELECT THREAD_ID, TABLE_SCHEMA, 1 FROM "
                             "information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE = 'User lock' "
                             "ORDER BY 2, 1",
                     &rows);
    if (status)
        return status;
    status = take(&out->named, rows, NULL);
    if (status || !wanted->tables)
        return status;
    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG
                "SELECT DISTINCT THREAD_ID, TABLE_SCHEMA, 1 FROM information_schema.METADATA_LOCK_INFO "
                "WHERE LOCK_TYPE = 'Table metadata lock'");
    if (wanted->schema) {
        mlk_buf_str(&sql, " AND TABLE_SCHEMA = ");
        mlk_sql_string(&sql, wanted->schema, strlen(wanted->schema));
    }
    status = mlk_ask_buf(s, &mlk_need_process, &sql, &rows, NULL);
    mlk_buf_free(&sql);
    return status ? status : take(&out->tables, rows, NULL);
}

enum mlk_status mlk_metadata_locks_read(struct mlk_session *s, const struct mlk_server *server,
                                        const struct mlk_metadata_locks_wanted *wanted,
                                        const struct mlk_people *people, struct mlk_metadata_locks *out,
                                        cJSON *blind_spots)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    if (server->performance_schema) {
        status = read_performance_schema(s, wanted, people, out, blind_spots);
        if (status == MLK_OK) {
            mlk_metadata_locks_say_lost(server, blind_spots);
            return MLK_OK;
        }
        mlk_metadata_locks_free(out);
        if (mlk_ask_over(status))
            return status;
        if (s->flavour == MLK_MYSQL && status != MLK_NOT_FOUND)
            mlk_say(blind_spots,
                    "without SELECT on performance_schema.metadata_locks and threads, waiters are found by "
                    "their statements only, and named locks only where their name can be computed");
    }
    if (s->flavour == MLK_MARIADB) {
        status = read_plugin(s, wanted, out);
        if (mlk_ask_over(status)) {
            mlk_metadata_locks_free(out);
            return status;
        }
        if (status == MLK_OK || out->named.items)
            return MLK_OK;
        if (!server->performance_schema)
            mlk_say(
                blind_spots,
                "performance_schema is off and the plugin METADATA_LOCK_INFO is not installed: waiters are "
                "found by their statements only, and named locks only where their name can be computed "
                "(INSTALL SONAME 'metadata_lock_info' shows them all)");
    }
    return MLK_OK;
}

static void drop(struct mlk_metadata_lock_list *list)
{
    free(list->items);
    mlk_rows_free(list->rows);
    memset(list, 0, sizeof *list);
}

void mlk_metadata_locks_free(struct mlk_metadata_locks *locks)
{
    drop(&locks->named);
    drop(&locks->tables);
    memset(locks, 0, sizeof *locks);
}
