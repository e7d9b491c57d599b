/* SPDX-License-Identifier: GPL-2.0-only */
/* The one document of a lock. Its members are described in docs/report.md. */
#include <string.h>

#include "ask.h"
#include "observe.h"
#include "text.h"

static void add_text(cJSON *o, const char *name, const char *text)
{
    if (text && text[0])
        cJSON_AddStringToObject(o, name, text);
    else
        cJSON_AddNullToObject(o, name);
}

static void add_time(cJSON *o, const char *name, int64_t seconds)
{
    char text[32] = "";

    if (seconds >= 0)
        mlk_time_format(seconds, text, sizeof text);
    add_text(o, name, text);
}

static void add_held(cJSON *o, const struct mlk_facts *f)
{
    if (f->uncommitted || f->lock == MLK_LOCK_HELD)
        cJSON_AddTrueToObject(o, "held");
    else if (f->lock == MLK_LOCK_FREE)
        cJSON_AddFalseToObject(o, "held");
    else
        cJSON_AddNullToObject(o, "held");
}

static void add_since(cJSON *o, const struct mlk_observation *ob)
{
    bool exact = ob->since_earliest >= 0 && ob->since_earliest == ob->since_latest;

    add_time(o, "since", exact ? ob->since_earliest : -1);
    if (exact)
        cJSON_AddNumberToObject(o, "held_seconds", (double)(ob->snapshot->server.now - ob->since_earliest));
    else
        cJSON_AddNullToObject(o, "held_seconds");
    add_text(o, "since_text", ob->row.since_text);
    add_time(o, "since_earliest", ob->since_earliest);
    add_time(o, "since_latest", ob->since_latest);
}

/* A holder whose session is hidden is still a number. */
static cJSON *holder_json(const struct mlk_observation *ob)
{
    struct mlk_person hidden = {.id = ob->holder_id, .pid = -1, .seconds = -1};

    if (!ob->holder_id)
        return cJSON_CreateNull();
    return mlk_person_json(ob->holder ? ob->holder : &hidden);
}

cJSON *mlk_observation_json(const struct mlk_observation *ob)
{
    const struct mlk_target *t = ob->target;
    cJSON *o = cJSON_CreateObject();

    if (!o)
        return NULL;
    cJSON_AddNumberToObject(o, "schema_version", MLK_SCHEMA_VERSION);
    cJSON_AddStringToObject(o, "target", t->text);
    cJSON_AddStringToObject(o, "tool", t->tool->id);
    cJSON_AddStringToObject(o, "kind", t->tool->kind == MLK_NAMED ? "named" : "row");
    add_text(o, "schema", t->schema);
    add_text(o, "name", t->name);
    if (t->table[0]) {
        struct mlk_buf b;

        mlk_buf_init(&b, sizeof t->schema + sizeof t->table);
        mlk_buf_fmt(&b, "%s.%s", t->schema, t->table);
        cJSON_AddStringToObject(o, "table", mlk_buf_text(&b));
        mlk_buf_free(&b);
    } else {
        cJSON_AddNullToObject(o, "table");
    }
    add_held(o, &ob->facts);
    add_since(o, ob);
    cJSON_AddItemToObject(o, "holder", holder_json(ob));
    cJSON_AddItemToObject(o, "siblings", cJSON_Duplicate(ob->siblings, true));
    cJSON_AddNumberToObject(o, "sibling_count", (double)ob->sibling_count);
    cJSON_AddItemToObject(o, "waiters", cJSON_Duplicate(ob->waiters, true));
    cJSON_AddNumberToObject(o, "waiter_count", (double)ob->waiter_count);
    cJSON_AddStringToObject(o, "verdict", mlk_verdict_text(ob->verdict));
    cJSON_AddItemToObject(o, "because", cJSON_Duplicate(ob->because, true));
    cJSON_AddItemToObject(o, "blind_spots", cJSON_Duplicate(ob->blind_spots, true));
    add_text(o, "damage", ob->damage);
    add_text(o, "token", ob->token);
    add_text(o, "next", mlk_buf_text(&ob->next));
    cJSON_AddStringToObject(o, "server", ob->snapshot->server.text);
    return o;
}

enum mlk_status mlk_report(struct mlk_session *s, const struct mlk_target *target, cJSON **out, char *error,
                           size_t error_size)
{
    struct mlk_snapshot snapshot;
    struct mlk_observation observation = {0};
    enum mlk_status status = mlk_snapshot_take(s, target->schema[0] ? target->schema : NULL, &snapshot);

    *out = NULL;
    if (!status) {
        status = mlk_observe(s, &snapshot, target, &observation);
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
