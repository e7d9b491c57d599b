/* SPDX-License-Identifier: GPL-2.0-only */
#include "figures_tables.h"

#include "json.h"
#include "table_figures.h"

static bool add_seconds(cJSON *to, const char *name, int64_t seconds)
{
    return cJSON_AddItemToObject(to, name,
                                 seconds < 0 ? cJSON_CreateNull() : cJSON_CreateNumber((double)seconds));
}

/* As with locks no session is a label: sessions are others each time. */
static bool add_table(cJSON *tables, const cJSON *document)
{
    static const char *const labels[] = {"target", "object", "schema", "table", "server_lock", "verdict"};
    const char *node = mlk_json_text(document, "node");
    cJSON *table = cJSON_CreateObject();
    struct mlk_table_figures f;
    bool ok = cJSON_AddItemToArray(tables, table);

    mlk_table_figures(document, &f);
    for (size_t i = 0; ok && i < sizeof labels / sizeof labels[0]; i++) {
        const char *text = mlk_json_text(document, labels[i]);

        ok = cJSON_AddStringToObject(table, labels[i], text ? text : "");
    }
    return ok && (!node || cJSON_AddStringToObject(table, "node", node)) &&
           add_seconds(table, "ddl_waiting_seconds", f.ddl_waiting_s) &&
           add_seconds(table, "ddl_running_seconds", f.ddl_running_s) &&
           cJSON_AddNumberToObject(table, "queue", (double)f.queue) &&
           add_seconds(table, "queue_oldest_seconds", f.queue_oldest_s) &&
           cJSON_AddNumberToObject(table, "blockers", (double)f.blockers);
}

bool mlk_table_figures_add(cJSON *document, const struct mlk_monitored *m, unsigned long limit)
{
    const cJSON *one;
    cJSON *tables;
    unsigned long count = 0;
    bool ok = cJSON_AddItemToObject(document, "connections", cJSON_Duplicate(m->connections, true));

    if (!ok || !m->tabled)
        return ok;
    tables = cJSON_AddArrayToObject(document, "tables");
    ok = tables != NULL;
    cJSON_ArrayForEach(one, m->tables)
    {
        if (!ok || count == limit)
            break;
        ok = add_table(tables, one);
        count++;
    }
    return ok && cJSON_AddNumberToObject(document, "tables_found", cJSON_GetArraySize(m->tables)) &&
           cJSON_AddNumberToObject(document, "tables_left_out",
                                   (double)cJSON_GetArraySize(m->tables) - (double)count);
}
