/* SPDX-License-Identifier: GPL-2.0-only */
/* Every migration lock that this account may see: lock tables found by their columns, named locks by name or
 * by computing the names that the tools would use for each schema. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "holder.h"
#include "lock_tables.h"
#include "miglock/sql.h"
#include "observe.h"
#include "miglock/text.h"

struct search {
    struct mlk_session *s;
    const char *schema; /* NULL: all */
    struct mlk_snapshot snapshot;
    struct mlk_rows *schemata; /* private: the texts of names */
    const char **names;        /* the schemas this account may see, without the server's own */
    size_t name_count;
    cJSON *list;
};

/* Looks at one lock and appends its report; a free named lock is no news. */
static enum mlk_status report(struct search *f, const struct mlk_target *target)
{
    struct mlk_observation o = {0};
    enum mlk_status status = mlk_observe(f->s, &f->snapshot, target, MLK_PROBE_LOOK, &o);

    if (!status && !(target->tool->kind == MLK_NAMED && o.facts.lock == MLK_LOCK_FREE)) {
        cJSON *item = mlk_observation_json(&o);

        if (!cJSON_AddItemToArray(f->list, item))
            status = MLK_NO_MEMORY;
    }
    mlk_observation_free(&o);
    return status;
}

/* Inside MariaDB the session itself sees every schema. */
static enum mlk_status keep_visible(struct search *f)
{
    f->names = calloc(f->schemata->count ? f->schemata->count : 1, sizeof *f->names);
    if (!f->names)
        return MLK_NO_MEMORY;
    for (size_t r = 0; r < f->schemata->count; r++) {
        const char *schema = mlk_rows_text(f->schemata, r, 0);

        if (schema && mlk_schema_visible(f->s, schema))
            f->names[f->name_count++] = schema;
    }
    return MLK_OK;
}

static enum mlk_status read_schemata(struct search *f)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 1024);
    mlk_buf_str(&sql, MLK_TAG "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA");
    if (f->schema) {
        mlk_buf_str(&sql, " WHERE SCHEMA_NAME = ");
        mlk_sql_string(&sql, f->schema, strlen(f->schema));
    }
    mlk_buf_str(&sql, " ORDER BY 1");
    status = mlk_ask_buf(f->s, &mlk_need_nothing, &sql, &f->schemata, NULL);
    mlk_buf_free(&sql);
    return status ? status : keep_visible(f);
}

static enum mlk_status report_table(void *arg, const struct mlk_target *target)
{
    return report(arg, target);
}

/* The tool and schema whose lock has this name, as the server keeps it; else named:NAME. */
static enum mlk_status target_of_name(struct search *f, const char *name, struct mlk_target *out)
{
    char error[MLK_ERROR_MAX];
    const struct mlk_tool *tool;

    for (size_t t = 0; (tool = mlk_tool_at(t)); t++) {
        if (tool->kind != MLK_NAMED || !tool->name)
            continue;
        for (size_t i = 0; i < f->name_count; i++) {
            const char *schema = f->names[i];

            if (mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), NULL, 0, out, error,
                                sizeof error) == MLK_OK &&
                strcasecmp(out->name, name) == 0)
                return MLK_OK;
        }
    }
    return f->schema ? MLK_NOT_FOUND
                     : mlk_target_make("named", 5, name, strlen(name), NULL, 0, out, error, sizeof error);
}

static enum mlk_status report_known_names(struct search *f)
{
    const struct mlk_metadata_lock_list *named = &f->snapshot.locks.named;
    const char *last = NULL;
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < named->count; i++) {
        const char *name = named->items[i].name;
        struct mlk_target target;

        if (last && strcmp(last, name) == 0)
            continue; /* sorted by name: further holders and waiters of the same lock */
        last = name;
        if (target_of_name(f, name, &target) == MLK_OK)
            status = report(f, &target);
    }
    return status;
}

/* Without a list of names: ask for each name that a tool would use. */
static enum mlk_status report_computed_names(struct search *f)
{
    const struct mlk_tool *tool;
    enum mlk_status status = MLK_OK;
    char error[MLK_ERROR_MAX];

    for (size_t i = 0; !status && (tool = mlk_tool_at(i)); i++) {
        for (size_t r = 0; tool->kind == MLK_NAMED && tool->name && !status && r < f->name_count; r++) {
            const char *schema = f->names[r];
            struct mlk_target target;
            uint64_t holder;

            if (mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), NULL, 0, &target, error,
                                sizeof error))
                continue;
            status = mlk_named_holder(f->s, target.name, &holder);
            if (!status && holder)
                status = report(f, &target);
        }
    }
    return status;
}

enum mlk_status mlk_locks(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                          size_t error_size)
{
    struct search f = {.s = s, .schema = schema, .list = cJSON_CreateArray()};
    enum mlk_status status = f.list ? MLK_OK : MLK_NO_MEMORY;

    *out = NULL;
    if (!status)
        status = mlk_snapshot_take(s, schema, true, &f.snapshot);
    if (!status)
        status = read_schemata(&f);
    if (!status)
        status = mlk_lock_tables_find(s, schema, report_table, &f, f.snapshot.blind_spots);
    if (!status)
        status = f.snapshot.locks.named.items ? report_known_names(&f) : report_computed_names(&f);
    if (status) {
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
        cJSON_Delete(f.list);
    } else {
        *out = f.list;
    }
    free(f.names);
    mlk_rows_free(f.schemata);
    mlk_snapshot_free(&f.snapshot);
    return status;
}
