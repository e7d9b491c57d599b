/* SPDX-License-Identifier: GPL-2.0-only */
/* Every migration lock that this account may see: lock tables found by their columns, named locks by their
 * names, or by the names that the tools would use for each schema. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "lock_tables.h"
#include "miglock/sql.h"
#include "observe.h"
#include "recognise.h"
#include "miglock/text.h"

struct search {
    struct mlk_session *s;
    const char *schema; /* NULL: all */
    struct mlk_snapshot snapshot;
    struct mlk_rows *schemata; /* private: the texts of names */
    const char **names;        /* the schemas this account may see, without the server's own */
    size_t name_count;
    struct mlk_qualifier *qualifiers; /* own their texts */
    size_t qualifier_count;
    struct mlk_recogniser *recogniser;
    cJSON *list;
};

/* Looks at one lock and appends its report; a free named lock is no news. candidates: every target that the
 * lock's name could stand for, where these are several, or NULL; taken over. */
static enum mlk_status report(struct search *f, const struct mlk_target *target, cJSON *candidates)
{
    struct mlk_observation o = {0};
    enum mlk_status status = mlk_observe(f->s, &f->snapshot, target, MLK_PROBE_LOOK, &o);

    if (status)
        cJSON_Delete(candidates);
    else
        mlk_observation_candidates(&o, candidates);
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
    if (f->schemata->truncated)
        mlk_say(f->snapshot.blind_spots, "only the locks of the first %zu schemas are recognised",
                f->name_count);
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
    return report(arg, target, NULL);
}

static enum mlk_status keep_qualifier(void *arg, const struct mlk_tool *tool, const char *schema,
                                      const char *table)
{
    struct search *f = arg;
    struct mlk_qualifier *more = reallocarray(f->qualifiers, f->qualifier_count + 1, sizeof *more);
    struct mlk_qualifier *one;

    if (!more)
        return MLK_NO_MEMORY;
    f->qualifiers = more;
    one = &more[f->qualifier_count];
    *one = (struct mlk_qualifier){tool, strdup(schema), strdup(table)};
    f->qualifier_count++;
    return one->schema && one->text ? MLK_OK : MLK_NO_MEMORY;
}

/* What a lock's name could stand for. */
struct meanings {
    const char *schema; /* of interest; NULL: all */
    struct mlk_target first;
    size_t count;
    cJSON *all;
};

static bool add_meaning(void *arg, const struct mlk_target *candidate)
{
    struct meanings *m = arg;

    if (m->schema && candidate->tool->scope == MLK_PER_SCHEMA && strcmp(candidate->schema, m->schema) != 0)
        return true;
    if (m->count++ == 0)
        m->first = *candidate;
    mlk_say(m->all, "%s", candidate->text);
    return true;
}

/* A lock that no tool is known for is of no schema. */
static enum mlk_status report_name(struct search *f, const char *name)
{
    struct meanings m = {.schema = f->schema, .all = cJSON_CreateArray()};
    char error[MLK_ERROR_MAX];

    if (!m.all)
        return MLK_NO_MEMORY;
    mlk_recognise(f->recogniser, name, add_meaning, &m);
    if (m.count == 0 && (f->schema || mlk_target_make("named", 5, name, strlen(name), NULL, 0, &m.first,
                                                      error, sizeof error))) {
        cJSON_Delete(m.all);
        return MLK_OK;
    }
    if (m.count < 2) {
        cJSON_Delete(m.all);
        m.all = NULL;
    }
    return report(f, &m.first, m.all);
}

static enum mlk_status report_listed(struct search *f)
{
    const struct mlk_metadata_lock_list *named = &f->snapshot.locks.named;
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < named->count; i++) {
        /* sorted by name: further holders and waiters of the same lock */
        if (i == 0 || strcmp(named->items[i - 1].name, named->items[i].name) != 0)
            status = report_name(f, named->items[i].name);
    }
    return status;
}

/* Names of computed candidates that are asked for in one statement. */
enum { TOGETHER = 200 };

static enum mlk_status ask_together(struct search *f, struct mlk_target *targets, size_t count,
                                    struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, TOGETHER * (size_t)(2 * MLK_NAME_MAX + 32));
    mlk_buf_str(&sql, MLK_TAG "SELECT ");
    for (size_t i = 0; i < count; i++) {
        mlk_buf_str(&sql, i ? ", IS_USED_LOCK(" : "IS_USED_LOCK(");
        mlk_sql_string(&sql, targets[i].name, strlen(targets[i].name));
        mlk_buf_str(&sql, ")");
    }
    status = mlk_ask_buf(f->s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* Without a list of names: asks for each name that a tool would use. Two of them can be the same. */
static enum mlk_status report_computed(struct search *f)
{
    struct mlk_target *targets = calloc(TOGETHER, sizeof *targets);
    enum mlk_status status = targets ? MLK_OK : MLK_NO_MEMORY;
    char last[MLK_NAME_MAX + 1] = "";
    size_t next = 0;

    while (!status && next < mlk_recogniser_count(f->recogniser)) {
        struct mlk_rows *rows;
        size_t count = 0;

        for (; count < TOGETHER && next < mlk_recogniser_count(f->recogniser); next++) {
            char error[MLK_ERROR_MAX];

            count += mlk_recogniser_at(f->recogniser, next, &targets[count]) &&
                     !mlk_target_fits(&targets[count], f->s->flavour, error, sizeof error);
        }
        if (!count)
            continue;
        status = ask_together(f, targets, count, &rows);
        for (size_t i = 0; !status && i < count; i++) {
            if (!mlk_rows_id(rows, 0, i) || strcmp(last, targets[i].name) == 0)
                continue;
            mlk_copy(last, sizeof last, targets[i].name);
            status = report_name(f, targets[i].name);
        }
        mlk_rows_free(rows);
    }
    free(targets);
    return status;
}

static enum mlk_status report_named(struct search *f)
{
    enum mlk_status status = mlk_recogniser_open(f->names, f->name_count, f->qualifiers, f->qualifier_count,
                                                 f->s->flavour == MLK_MYSQL, &f->recogniser);

    if (status)
        return status;
    if (mlk_recogniser_cut(f->recogniser))
        mlk_say(f->snapshot.blind_spots, "only the first %d names of locks are recognised",
                MLK_CANDIDATES_MAX);
    return f->snapshot.locks.named.items ? report_listed(f) : report_computed(f);
}

static void close_search(struct search *f)
{
    mlk_recogniser_close(f->recogniser);
    for (size_t i = 0; i < f->qualifier_count; i++) {
        free((char *)f->qualifiers[i].schema);
        free((char *)f->qualifiers[i].text);
    }
    free(f->qualifiers);
    free(f->names);
    mlk_rows_free(f->schemata);
    mlk_snapshot_free(&f->snapshot);
}

enum mlk_status mlk_locks(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                          size_t error_size)
{
    struct search f = {.s = s, .schema = schema, .list = cJSON_CreateArray()};
    const struct mlk_table_finder finder = {.lock = report_table, .qualifier = keep_qualifier, .arg = &f};
    enum mlk_status status = f.list ? MLK_OK : MLK_NO_MEMORY;

    *out = NULL;
    if (!status)
        status = mlk_snapshot_take(s, schema, true, &f.snapshot);
    f.snapshot.of_many = true;
    if (!status)
        status = read_schemata(&f);
    if (!status)
        status = mlk_lock_tables_find(s, schema, &finder, f.snapshot.blind_spots);
    if (!status)
        status = report_named(&f);
    if (status) {
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
        cJSON_Delete(f.list);
    } else {
        *out = f.list;
    }
    close_search(&f);
    return status;
}
