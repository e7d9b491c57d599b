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

bool mlk_is_table(const cJSON *report)
{
    return cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(report, "queue"));
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
    return greater(f->ddl_waiting_s, f->queue_oldest_s);
}
