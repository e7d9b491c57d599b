/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitored.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blind_spots.h"
#include "json.h"
#include "miglock/text.h"
#include "table_figures.h"

static const cJSON *member(const cJSON *report, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(report, name);
}

/* A member's text; empty where it is none. */
static const char *text_of(const cJSON *report, const char *name)
{
    const char *text = mlk_json_text(report, name);

    return text ? text : "";
}

/* Locks on the whole server share a target. */
static bool has(const cJSON *reports, const cJSON *report)
{
    const cJSON *other;

    cJSON_ArrayForEach(other, reports)
    {
        if (strcmp(text_of(other, "target"), text_of(report, "target")) == 0 &&
            strcmp(text_of(other, "server_lock"), text_of(report, "server_lock")) == 0)
            return true;
    }
    return false;
}

/* A name that could be that of several tools is no stranger's. */
static bool of_no_tool(const cJSON *report)
{
    return mlk_same_text(mlk_json_text(report, "tool"), "named") &&
           cJSON_GetArraySize(member(report, "candidates")) == 0;
}

/* Puts one where it belongs, and takes it over; what was asked for twice counts once. */
static bool take_one(struct mlk_monitored *m, cJSON *report, bool named)
{
    bool table = mlk_is_table(report);
    cJSON *to = table ? m->tables : m->locks;

    m->tabled = m->tabled || table;
    if (has(to, report)) {
        cJSON_Delete(report);
        return true;
    }
    if (!mlk_blind_spots_add(m->blind_spots, report, INT_MAX)) {
        cJSON_Delete(report);
        return false;
    }
    if (!table && !named && of_no_tool(report)) {
        m->others++;
        cJSON_Delete(report);
        return true;
    }
    return cJSON_AddItemToArray(to, report);
}

static bool take(struct mlk_monitored *m, cJSON *from, bool named)
{
    cJSON *report;
    bool ok = true;

    while (ok && (report = cJSON_DetachItemFromArray(from, 0)))
        ok = take_one(m, report, named);
    return ok;
}

static enum mlk_status take_tables(struct mlk_backend *b, const struct mlk_cli *cli, struct mlk_monitored *m,
                                   char *error, size_t error_size)
{
    cJSON *documents = cJSON_CreateArray();
    enum mlk_status status =
        documents ? mlk_lookup_tables(b, cli, documents, error, error_size) : MLK_NO_MEMORY;

    m->tabled = m->tabled || mlk_lookup_asks_tables(cli);
    if (status == MLK_OK && !take(m, documents, true))
        status = MLK_NO_MEMORY;
    cJSON_Delete(documents);
    return status;
}

/* NULL where the server does not tell. */
static cJSON *number_of(struct mlk_backend *b, const char *sql, size_t column)
{
    struct mlk_rows *rows = NULL;
    const char *text = NULL;
    cJSON *number;

    if (mlk_backend_sql(b, sql, &rows) == MLK_OK)
        text = mlk_rows_text(rows, 0, column);
    number =
        text && *text >= '0' && *text <= '9' ? cJSON_CreateNumber(strtod(text, NULL)) : cJSON_CreateNull();
    mlk_rows_free(rows);
    return number;
}

static bool take_connections(struct mlk_backend *b, struct mlk_monitored *m)
{
    cJSON *one = cJSON_CreateObject();

    return cJSON_AddItemToArray(m->connections, one) &&
           cJSON_AddItemToObject(one, "used",
                                 number_of(b, "SHOW SESSION STATUS LIKE 'Threads_connected'", 1)) &&
           cJSON_AddItemToObject(one, "max", number_of(b, "SELECT @@GLOBAL.max_connections", 0));
}

enum mlk_status mlk_monitored_look(struct mlk_backend *b, const struct mlk_cli *cli, bool named,
                                   struct mlk_monitored *out, char *error, size_t error_size)
{
    struct mlk_answer answer = {0};
    enum mlk_status status = mlk_lookup(b, cli, false, &answer, error, error_size);
    bool ok = mlk_monitored_init(out);

    ok = ok && (status != MLK_OK || (take(out, answer.single, true) && take(out, answer.table, named)));
    if (ok && status == MLK_OK)
        status = take_tables(b, cli, out, error, error_size);
    if (ok && status == MLK_OK)
        ok = take_connections(b, out);
    if (ok && status == MLK_OK && cJSON_GetArraySize(out->locks) == 0)
        ok = mlk_blind_spots_of_nobody(b, out->blind_spots, INT_MAX);
    mlk_answer_free(&answer);
    if (ok && status != MLK_NO_MEMORY)
        return status;
    snprintf(error, error_size, "%s", mlk_status_text(MLK_NO_MEMORY));
    return MLK_NO_MEMORY;
}

bool mlk_monitored_init(struct mlk_monitored *m)
{
    *m = (struct mlk_monitored){.locks = cJSON_CreateArray(),
                                .tables = cJSON_CreateArray(),
                                .connections = cJSON_CreateArray(),
                                .blind_spots = cJSON_CreateArray()};
    return m->locks && m->tables && m->connections && m->blind_spots;
}

void mlk_monitored_free(struct mlk_monitored *m)
{
    cJSON_Delete(m->locks);
    cJSON_Delete(m->tables);
    cJSON_Delete(m->connections);
    cJSON_Delete(m->blind_spots);
    cJSON_Delete(m->nodes);
    *m = (struct mlk_monitored){0};
}
