/* SPDX-License-Identifier: GPL-2.0-only */
/* The one document of a lock. Its members are described in docs/report.md. */
#include <string.h>

#include "document.h"
#include "observe.h"
#include "tables/look.h"
#include "miglock/text.h"

/* "" stands for what is not there. */
static const char *or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

static void add_time(struct mlk_doc *j, const char *name, int64_t seconds)
{
    char text[32] = "";

    if (seconds >= 0)
        mlk_time_format(seconds, text, sizeof text);
    mlk_doc_text(j, name, or_null(text));
}

static void add_held(struct mlk_doc *j, const struct mlk_facts *f)
{
    if (f->uncommitted || f->lock == MLK_LOCK_HELD)
        mlk_doc_bool(j, "held", true);
    else if (f->lock == MLK_LOCK_FREE)
        mlk_doc_bool(j, "held", false);
    else
        mlk_doc_text(j, "held", NULL);
}

static void add_since(struct mlk_doc *j, const struct mlk_observation *o)
{
    bool exact = o->since_earliest >= 0 && o->since_earliest == o->since_latest;

    add_time(j, "since", exact ? o->since_earliest : -1);
    mlk_doc_known_number(j, "held_seconds",
                         exact ? (double)(o->snapshot->server.now - o->since_earliest) : -1);
    mlk_doc_text(j, "since_text", o->row.since.text);
    add_time(j, "since_earliest", o->since_earliest);
    add_time(j, "since_latest", o->since_latest);
}

static void add_expiry(struct mlk_doc *j, const struct mlk_observation *o)
{
    add_time(j, "expires", o->expires_earliest == o->expires_latest ? o->expires_latest : -1);
    mlk_doc_text(j, "expires_text", o->row.expires.text);
    add_time(j, "expires_earliest", o->expires_earliest);
    add_time(j, "expires_latest", o->expires_latest);
}

static void add_table(struct mlk_doc *j, const struct mlk_target *t)
{
    struct mlk_buf b;

    mlk_buf_init(&b, sizeof t->schema + sizeof t->table);
    if (t->table[0])
        mlk_buf_fmt(&b, "%s.%s", t->schema, t->table);
    mlk_doc_text(j, "table", or_null(mlk_buf_text(&b)));
    j->failed = j->failed || b.status;
    mlk_buf_free(&b);
}

/* A holder whose session is hidden is still a number. */
static cJSON *holder_json(const struct mlk_observation *o)
{
    struct mlk_person hidden = {.id = o->holder_id, .pid = -1, .seconds = -1};

    if (!o->holder_id)
        return cJSON_CreateNull();
    return mlk_person_json(o->holder ? o->holder : &hidden,
                           o->holder && !o->held_by_caller ? &o->peer : NULL);
}

cJSON *mlk_statements_json(const struct mlk_statements *statements)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; list && i < statements->count; i++) {
        if (!cJSON_AddItemToArray(list, cJSON_CreateString(mlk_buf_text(&statements->list[i].sql)))) {
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return list;
}

cJSON *mlk_observation_json(const struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_number(&j, "schema_version", MLK_SCHEMA_VERSION);
    mlk_doc_text(&j, "target", t->text);
    mlk_doc_text(&j, "tool", t->tool->id);
    mlk_doc_text(&j, "kind", t->tool->kind == MLK_NAMED ? "named" : "row");
    mlk_doc_text(&j, "schema", or_null(t->schema));
    mlk_doc_text(&j, "name", or_null(t->name));
    mlk_doc_bool(&j, "server_wide", t->tool->scope == MLK_PER_SERVER && t->tool->name);
    mlk_doc_item(&j, "candidates",
                 o->candidates ? cJSON_Duplicate(o->candidates, true) : cJSON_CreateArray());
    add_table(&j, t);
    add_held(&j, &o->facts);
    add_since(&j, o);
    add_expiry(&j, o);
    mlk_doc_text(&j, "owner_text", o->row.owner);
    mlk_doc_item(&j, "holder", holder_json(o));
    mlk_doc_item(&j, "holder_locks",
                 o->holder_locks ? cJSON_Duplicate(o->holder_locks, true) : cJSON_CreateNull());
    mlk_doc_copy(&j, "siblings", o->siblings);
    mlk_doc_number(&j, "sibling_count", (double)o->sibling_count);
    mlk_doc_copy(&j, "ddl", o->ddl);
    mlk_doc_copy(&j, "waiters", o->waiters);
    mlk_doc_number(&j, "waiter_count", (double)o->waiter_count);
    mlk_doc_text(&j, "verdict", mlk_verdict_text(o->verdict));
    mlk_doc_copy(&j, "because", o->because);
    mlk_doc_copy(&j, "blind_spots", o->blind_spots);
    mlk_doc_text(&j, "damage", o->damage);
    mlk_doc_item(&j, "repair", o->repair.count ? mlk_statements_json(&o->repair) : cJSON_CreateNull());
    mlk_doc_text(&j, "token", or_null(o->token));
    mlk_doc_text(&j, "next", or_null(mlk_buf_text(&o->next)));
    mlk_doc_text(&j, "server", o->snapshot->server.text);
    return mlk_doc_end(&j);
}

enum mlk_status mlk_report(struct mlk_session *s, const struct mlk_target *target, bool ask, cJSON **out,
                           char *error, size_t error_size)
{
    struct mlk_snapshot snapshot;
    struct mlk_observation observation = {0};
    enum mlk_status status;

    if (target->tool->kind == MLK_TABLE)
        return mlk_table_report(s, target, ask, out, error, error_size);
    *out = NULL;
    status = mlk_snapshot_for(s, target, &snapshot);
    if (!status) {
        status = mlk_observe(s, &snapshot, target, ask ? MLK_PROBE_ASK : MLK_PROBE_LOOK, &observation);
        if (!status) {
            *out = mlk_observation_json(&observation);
            status = *out ? MLK_OK : MLK_NO_MEMORY;
        }
        mlk_observation_free(&observation);
        mlk_snapshot_free(&snapshot);
    }
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    return status;
}

/* Texts come from other people's tables and statements; a byte that is not UTF-8 would make the whole
 * document unreadable for a server's JSON functions. Such bytes only occur inside strings, so replacing them
 * one by one keeps the form. */
static void repair_utf8(char *text)
{
    size_t len = strlen(text);

    if (mlk_utf8_valid(text, len))
        return;
    mlk_printable(text, len + 1, text, len);
}

char *mlk_json_print(const cJSON *document)
{
    char *text = document ? cJSON_PrintUnformatted(document) : NULL;

    if (!text)
        return NULL;
    if (strlen(text) > MLK_JSON_MAX) {
        cJSON_free(text);
        return NULL;
    }
    repair_utf8(text);
    return text;
}
