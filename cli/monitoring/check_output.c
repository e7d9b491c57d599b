/* SPDX-License-Identifier: GPL-2.0-only */
/* What a monitoring plugin prints: Monitoring Plugins Development Guidelines, "Plugin Output for Nagios". */
#include <string.h>

#include "check.h"
#include "json.h"
#include "miglock/miglock.h"
#include "perfdata.h"
#include "render.h"

/* Monitoring systems cut the output after some kilobytes. */
enum { NAMED_FIRST = 3, DETAILED = 20 };

static const cJSON *member(const cJSON *report, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(report, name);
}

bool mlk_check_busy(const struct mlk_judged *judged)
{
    return judged->table ? mlk_check_table_busy(judged->report)
                         : cJSON_IsTrue(member(judged->report, "held"));
}

/* Whether one of several servers gave no answer. */
static bool any_silent(const struct mlk_check_result *r)
{
    const cJSON *node;

    cJSON_ArrayForEach(node, r->monitored->nodes)
    {
        if (mlk_json_text(node, "error"))
            return true;
    }
    return false;
}

enum mlk_state mlk_check_state(const struct mlk_check_result *r)
{
    enum mlk_state state = MLK_STATE_OK;

    for (size_t i = 0; i < r->count; i++)
        state = mlk_state_worst(state, r->judged[i].state);
    return any_silent(r) ? mlk_state_worst(state, MLK_STATE_UNKNOWN) : state;
}

void mlk_check_name(struct mlk_buf *b, const cJSON *report)
{
    mlk_buf_str(b, mlk_json_text(report, "target") ? mlk_json_text(report, "target") : "");
    if (mlk_json_text(report, "node"))
        mlk_buf_fmt(b, " on %s", mlk_json_text(report, "node"));
}

static void add_one(struct mlk_buf *b, const struct mlk_judged *one)
{
    struct mlk_buf name;

    mlk_buf_init(&name, MLK_RENDER_MAX);
    mlk_check_name(&name, one->report);
    mlk_perfdata_text(b, mlk_buf_text(&name));
    mlk_buf_free(&name);
    mlk_buf_str(b, " ");
    mlk_perfdata_text(b, mlk_buf_text(&one->reason));
}

/* What makes the state what it is; where all is well, what is held or waits. */
static bool counts(const struct mlk_check_result *r, enum mlk_state state, const struct mlk_judged *one)
{
    return state == MLK_STATE_OK ? mlk_check_busy(one) || r->count == 1 : one->state == state;
}

static void add_reason(struct mlk_buf *b, const struct mlk_check_result *r)
{
    enum mlk_state state = mlk_check_state(r);
    size_t named = 0, all = 0;
    const cJSON *node;

    cJSON_ArrayForEach(node, r->monitored->nodes)
    {
        if (state != MLK_STATE_UNKNOWN || !mlk_json_text(node, "error") || ++all > NAMED_FIRST)
            continue;
        mlk_buf_str(b, named++ ? "; no answer from " : "no answer from ");
        mlk_perfdata_text(b, mlk_json_text(node, "node"));
    }
    for (size_t i = 0; i < r->count; i++) {
        if (!counts(r, state, &r->judged[i]) || ++all > NAMED_FIRST)
            continue;
        mlk_buf_str(b, named++ ? "; " : "");
        add_one(b, &r->judged[i]);
    }
    if (all > named)
        mlk_buf_fmt(b, "; and %zu more", all - named);
    if (!all)
        mlk_buf_str(b, r->monitored->tabled ? "no migration lock is held, and no table is waited for"
                                            : "no migration lock is held");
}

static void add_texts(struct mlk_buf *b, const char *before, const cJSON *texts)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, texts)
    {
        mlk_buf_str(b, before);
        mlk_perfdata_text(b, cJSON_GetStringValue(text));
        mlk_buf_str(b, "\n");
    }
}

static void add_details(struct mlk_buf *b, const struct mlk_check_result *r)
{
    size_t shown = 0, left_out = 0;
    const cJSON *node;

    cJSON_ArrayForEach(node, r->monitored->nodes)
    {
        if (!mlk_json_text(node, "error"))
            continue;
        mlk_buf_fmt(b, "%s: ", mlk_state_text(MLK_STATE_UNKNOWN));
        mlk_perfdata_text(b, mlk_json_text(node, "node"));
        mlk_buf_str(b, ": ");
        mlk_perfdata_text(b, mlk_json_text(node, "error"));
        mlk_buf_str(b, "\n");
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct mlk_judged *one = &r->judged[i];

        if (one->state == MLK_STATE_OK && !r->verbose)
            continue;
        if (shown++ >= DETAILED) {
            left_out++;
            continue;
        }
        mlk_buf_fmt(b, "%s: ", mlk_state_text(one->state));
        add_one(b, one);
        mlk_buf_str(b, "\n");
        add_texts(b, "  because ", member(one->report, "because"));
    }
    if (left_out)
        mlk_buf_fmt(b, "and %zu more\n", left_out);
    add_texts(b, "not seen: ", r->monitored->blind_spots);
    if (r->monitored->others)
        mlk_buf_fmt(b, "%d GET_LOCK names of no known migration tool are not judged (--named does)\n",
                    r->monitored->others);
    if (r->count > MLK_GRAPHED)
        mlk_buf_fmt(b, "the performance data lacks %zu locks or tables\n", r->count - MLK_GRAPHED);
}

void mlk_check_text(struct mlk_buf *b, const struct mlk_check_result *r)
{
    mlk_buf_fmt(b, "MIGLOCK %s - ", mlk_state_text(mlk_check_state(r)));
    add_reason(b, r);
    mlk_check_performance(b, r);
    mlk_buf_str(b, "\n");
    add_details(b, r);
}

static bool add_state(cJSON *object, enum mlk_state state, const char *reason)
{
    return cJSON_AddStringToObject(object, "state", mlk_state_text(state)) &&
           cJSON_AddStringToObject(object, "reason", reason);
}

static bool add_judged(cJSON *to, const struct mlk_judged *one)
{
    cJSON *item = cJSON_CreateObject();

    return cJSON_AddItemToArray(to, item) && add_state(item, one->state, mlk_buf_text(&one->reason)) &&
           cJSON_AddItemToObject(item, "report", cJSON_Duplicate(one->report, true));
}

cJSON *mlk_check_document(const struct mlk_check_result *r)
{
    cJSON *document = cJSON_CreateObject(), *locks = NULL, *tables = NULL;
    enum mlk_state state = mlk_check_state(r);
    struct mlk_buf reason;
    bool ok;

    mlk_buf_init(&reason, MLK_RENDER_MAX);
    add_reason(&reason, r);
    ok = cJSON_AddNumberToObject(document, "schema_version", MLK_SCHEMA_VERSION) &&
         add_state(document, state, mlk_buf_text(&reason)) &&
         cJSON_AddNumberToObject(document, "exit_code", state) &&
         (locks = cJSON_AddArrayToObject(document, "locks")) &&
         (tables = cJSON_AddArrayToObject(document, "tables"));
    for (size_t i = 0; ok && i < r->count; i++)
        ok = add_judged(r->judged[i].table ? tables : locks, &r->judged[i]);
    ok = ok &&
         cJSON_AddItemToObject(document, "connections", cJSON_Duplicate(r->monitored->connections, true)) &&
         cJSON_AddNumberToObject(document, "other_locks", r->monitored->others) &&
         cJSON_AddItemToObject(document, "blind_spots", cJSON_Duplicate(r->monitored->blind_spots, true)) &&
         (!r->monitored->nodes ||
          cJSON_AddItemToObject(document, "nodes", cJSON_Duplicate(r->monitored->nodes, true)));
    mlk_buf_free(&reason);
    if (!ok)
        cJSON_Delete(document);
    return ok ? document : NULL;
}

cJSON *mlk_check_failure_document(const char *code, const char *message)
{
    cJSON *document = cJSON_CreateObject(), *error;

    if (cJSON_AddNumberToObject(document, "schema_version", MLK_SCHEMA_VERSION) &&
        add_state(document, MLK_STATE_UNKNOWN, message) &&
        cJSON_AddNumberToObject(document, "exit_code", MLK_STATE_UNKNOWN) &&
        (error = cJSON_AddObjectToObject(document, "error")) &&
        cJSON_AddStringToObject(error, "code", code) && cJSON_AddStringToObject(error, "message", message))
        return document;
    cJSON_Delete(document);
    return NULL;
}

void mlk_check_failure_text(struct mlk_buf *b, const char *message)
{
    mlk_buf_fmt(b, "MIGLOCK %s - ", mlk_state_text(MLK_STATE_UNKNOWN));
    mlk_perfdata_text(b, message);
    mlk_buf_str(b, "\n");
}
