/* SPDX-License-Identifier: GPL-2.0-only */
#include "exposition.h"
#include "json.h"
#include "openmetrics.h"

static const struct mlk_figure figures[] = {
    {"ddl_waiting_seconds", "ddl_waiting_seconds", "seconds",
     "For how long DDL has been waiting for the table, the one that waits the longest; no sample where none "
     "waits."},
    {"ddl_running_seconds", "ddl_running_seconds", "seconds",
     "For how long DDL has been running on the table, the one that runs the longest; no sample where none "
     "runs."},
    {"queue", "queue", "", "Sessions that wait for the table, without the DDL."},
    {"queue_oldest_seconds", "queue_oldest_seconds", "seconds",
     "For how long the oldest of them has been waiting; no sample where none waits."},
    {"blockers", "blockers", "", "Sessions whose locks keep others waiting for the table."},
};

/* Both figures of every server that was asked. */
static void connection_families(struct mlk_buf *b, const cJSON *connections)
{
    static const struct mlk_figure families[] = {
        {"connections_used", "used", "", "Connections that the server has (Threads_connected)."},
        {"connections_max", "max", "", "Connections that it takes (max_connections)."},
    };

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        const cJSON *server;

        mlk_exposition_head(b, families[i].name, "gauge", "", families[i].help);
        cJSON_ArrayForEach(server, connections)
        {
            const char *node = mlk_json_text(server, "node");
            const cJSON *value = cJSON_GetObjectItemCaseSensitive(server, families[i].member);

            if (!cJSON_IsNumber(value))
                continue;
            mlk_buf_fmt(b, "miglock_%s", families[i].name);
            if (node) {
                mlk_exposition_label(b, "{", "node", node);
                mlk_buf_str(b, "}");
            }
            mlk_exposition_number(b, value->valuedouble);
        }
    }
}

void mlk_openmetrics_tables(struct mlk_buf *b, const cJSON *document, bool strict)
{
    static const char *const labels[] = {"target", "object", "schema", "table", "server_lock", NULL};
    const struct mlk_things things = {
        .word = "table", .labels = labels, .list = cJSON_GetObjectItemCaseSensitive(document, "tables")};
    const cJSON *connections = cJSON_GetObjectItemCaseSensitive(document, "connections");

    mlk_exposition_single(b, document, "tables", "tables_found", "",
                          "Tables on which DDL runs or waits, or that sessions wait for.");
    mlk_exposition_single(b, document, "tables_left_out", "tables_left_out", "",
                          "Those of them that have no samples here, as there are more than --limit.");
    if (things.list) {
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
            mlk_exposition_figure(b, &things, &figures[i]);
        mlk_exposition_verdicts(
            b, &things, strict,
            "1 for the verdict of what stands at the root of it, 0 for the other verdicts.");
    }
    if (connections)
        connection_families(b, connections);
}
