/* SPDX-License-Identifier: GPL-2.0-only */
#include "table_figures.h"

#include "json.h"
#include "miglock/text.h"
#include "render.h"

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* DDL at its last step has worked before it began to wait, and no server tells when that was: certain is only
 * that it has waited for as long as whoever came behind it. */
static int64_t waited(const cJSON *ddl, int64_t queue_oldest_s)
{
    return mlk_same_text(mlk_json_text(ddl, "phase"), "finishing") ? greater(queue_oldest_s, 0)
                                                                   : mlk_json_int(ddl, "seconds", -1);
}

void mlk_table_figures(const cJSON *document, struct mlk_table_figures *out)
{
    const cJSON *queue = cJSON_GetObjectItemCaseSensitive(document, "queue"), *ddl;

    *out = (struct mlk_table_figures){
        .ddl_waiting_s = -1,
        .ddl_running_s = -1,
        .queue = mlk_json_int(queue, "count", 0),
        .queue_oldest_s = mlk_json_int(queue, "oldest_seconds", -1),
        .blockers = mlk_render_count(document, "blockers", "blocker_count"),
    };
    cJSON_ArrayForEach(ddl, cJSON_GetObjectItemCaseSensitive(document, "ddl"))
    {
        if (mlk_same_text(mlk_json_text(ddl, "phase"), "running")) {
            out->ddl_running++;
            out->ddl_running_s = greater(out->ddl_running_s, mlk_json_int(ddl, "seconds", -1));
        } else {
            out->ddl_waiting++;
            out->ddl_waiting_s = greater(out->ddl_waiting_s, waited(ddl, out->queue_oldest_s));
        }
    }
}

int64_t mlk_table_longest_wait(const struct mlk_table_figures *f)
{
    return greater(f->ddl_waiting_s, f->queue ? f->queue_oldest_s : -1);
}

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
           add_seconds(table, "queue_oldest_seconds", f.queue ? f.queue_oldest_s : -1) &&
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
