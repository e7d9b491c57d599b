/* SPDX-License-Identifier: GPL-2.0-only */
/* The performance data of a check. Locks and tables come and go; the sums are always there. */
#include "check.h"
#include "json.h"
#include "perfdata.h"
#include "render.h"
#include "table_figures.h"

static int64_t count_busy(const struct mlk_check_result *r, bool tables)
{
    int64_t count = 0;

    for (size_t i = 0; i < r->count; i++)
        count += r->judged[i].table == tables && mlk_check_busy(&r->judged[i]);
    return count;
}

/* A range stands in the column of the state that it makes. */
static void set_range(struct mlk_perfdata *item, const struct mlk_threshold *range, enum mlk_state state)
{
    item->warning = state == MLK_STATE_WARNING ? range : NULL;
    item->critical = state == MLK_STATE_CRITICAL ? range : NULL;
}

static void add_lock(struct mlk_buf *b, const struct mlk_check_options *o, const cJSON *report,
                     const char *name)
{
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(report, "held");
    struct mlk_perfdata item = {.label = name, .what = "held", .unit = ""};

    item.value = cJSON_IsBool(held) ? cJSON_IsTrue(held) : -1;
    mlk_perfdata_item(b, &item);
    item.what = "waiters";
    item.value = mlk_render_count(report, "waiters", "waiter_count");
    mlk_perfdata_item(b, &item);
    item.what = "seconds";
    item.unit = "s";
    item.value = cJSON_IsFalse(held) ? 0 : mlk_json_int(report, "held_seconds", -1);
    item.warning = &o->warning;
    item.critical = &o->critical;
    mlk_perfdata_item(b, &item);
}

static void add_table(struct mlk_buf *b, const struct mlk_check_options *o, const cJSON *document,
                      const char *name)
{
    struct mlk_perfdata item = {.label = name, .what = "queue", .unit = ""};
    struct mlk_table_figures f;

    mlk_table_figures(document, &f);
    item.value = f.queue;
    set_range(&item, &o->queue, o->on[MLK_FINDING_QUEUE]);
    mlk_perfdata_item(b, &item);
    item.unit = "s";
    item.what = "ddl waiting";
    item.value = f.ddl_waiting ? f.ddl_waiting_s : 0;
    set_range(&item, &o->ddl_waiting, o->on[MLK_FINDING_DDL_WAITING]);
    mlk_perfdata_item(b, &item);
    item.what = "waiting";
    item.value = f.ddl_waiting || f.queue ? mlk_table_longest_wait(&f) : 0;
    item.warning = &o->warning;
    item.critical = &o->critical;
    mlk_perfdata_item(b, &item);
}

static void add_connections(struct mlk_buf *b, const struct mlk_check_result *r)
{
    struct mlk_perfdata item = {.what = "used", .unit = "%"};
    const cJSON *server;
    struct mlk_buf label;

    set_range(&item, &r->options->connections, r->options->on[MLK_FINDING_CONNECTIONS]);
    mlk_buf_init(&label, MLK_RENDER_MAX);
    cJSON_ArrayForEach(server, r->monitored->connections)
    {
        const char *node = mlk_json_text(server, "node");

        mlk_buf_reset(&label);
        mlk_buf_str(&label, "connections");
        if (node)
            mlk_buf_fmt(&label, " on %s", node);
        item.label = mlk_buf_text(&label);
        item.value = mlk_check_connections(server);
        mlk_perfdata_item(b, &item);
    }
    mlk_buf_free(&label);
}

void mlk_check_performance(struct mlk_buf *b, const struct mlk_check_result *r)
{
    struct mlk_buf name;

    mlk_buf_str(b, " |");
    mlk_perfdata_item(b, &(struct mlk_perfdata){
                             .label = "locks", .what = "held", .unit = "", .value = count_busy(r, false)});
    if (r->monitored->tabled) {
        mlk_perfdata_item(
            b, &(struct mlk_perfdata){
                   .label = "tables", .what = "waiting", .unit = "", .value = count_busy(r, true)});
        add_connections(b, r);
    }
    mlk_buf_init(&name, MLK_RENDER_MAX);
    for (size_t i = 0; i < r->count && i < MLK_GRAPHED; i++) {
        mlk_buf_reset(&name);
        mlk_check_name(&name, r->judged[i].report);
        if (r->judged[i].table)
            add_table(b, r->options, r->judged[i].report, mlk_buf_text(&name));
        else
            add_lock(b, r->options, r->judged[i].report, mlk_buf_text(&name));
    }
    mlk_buf_free(&name);
}
