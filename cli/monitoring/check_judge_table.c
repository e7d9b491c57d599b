/* SPDX-License-Identifier: GPL-2.0-only */
/* One table that waits: which state, and why. */
#include <inttypes.h>

#include "check.h"
#include "json.h"
#include "miglock/text.h"
#include "render.h"
#include "table_figures.h"
#include "times.h"

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Whether two documents are of the same server. */
static bool same_node(const cJSON *a, const cJSON *b)
{
    const char *left = mlk_json_text(a, "node"), *right = mlk_json_text(b, "node");

    return left ? mlk_same_text(left, right) : !right;
}

/* How long what stands at the root has done nothing: the oldest blocker there. -1 where nobody knows. */
static int64_t rested(const cJSON *document, const cJSON *all)
{
    const char *root = mlk_json_text(document, "root");
    const cJSON *one, *there = document;

    cJSON_ArrayForEach(one, all)
    {
        if (root && !mlk_same_text(mlk_json_text(document, "target"), root) && same_node(one, document) &&
            mlk_same_text(mlk_json_text(one, "target"), root))
            there = one;
    }
    return mlk_json_int(cJSON_GetArrayItem(member(there, "blockers"), 0), "seconds", -1);
}

/* Who it is at the root does not change what waits, so a root that is hidden is no finding of its own where
 * the wait can be seen. */
static void judge_root(const struct mlk_check_options *o, const cJSON *all, const struct mlk_table_figures *f,
                       struct mlk_judged *j)
{
    const char *verdict = mlk_json_text(j->report, "verdict");
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(member(j->report, "because"), 0));
    enum mlk_finding finding = mlk_check_finding(verdict);
    int64_t rest = finding == MLK_FINDING_IDLE ? rested(j->report, all) : -1;

    if (finding == MLK_FINDING_UNKNOWN && (f->ddl_waiting || f->queue))
        finding = MLK_FINDING_ACTIVE;
    if (finding == MLK_FINDING_IDLE && rest >= 0 && rest < (int64_t)o->idle_s)
        finding = MLK_FINDING_ACTIVE;
    j->state = o->on[finding];
    mlk_buf_str(&j->reason, verdict ? verdict : "unknown");
    if (rest >= 0) {
        mlk_buf_str(&j->reason, " for ");
        mlk_times_age(&j->reason, rest);
    }
    if (first && (mlk_check_table_busy(j->report) || finding == MLK_FINDING_UNKNOWN))
        mlk_buf_fmt(&j->reason, ": %s", first);
}

static void judge_number(const struct mlk_check_options *o, enum mlk_finding finding, const char *word,
                         const struct mlk_threshold *range, int64_t value, struct mlk_judged *j)
{
    if (value < 0 || mlk_threshold_judge(range, (double)value, (double)value) != MLK_ALERT)
        return;
    mlk_buf_fmt(&j->reason, " (%s: %s)", word, range->text);
    j->state = mlk_state_worst(j->state, o->on[finding]);
}

static void judge_ddl(const struct mlk_check_options *o, const struct mlk_table_figures *f,
                      struct mlk_judged *j)
{
    if (!f->ddl_waiting)
        return;
    if (f->ddl_waiting == 1)
        mlk_buf_str(&j->reason, "; DDL waits");
    else
        mlk_buf_fmt(&j->reason, "; %" PRId64 " DDL statements wait", f->ddl_waiting);
    if (f->ddl_waiting_s >= 0) {
        mlk_buf_str(&j->reason, f->ddl_waiting == 1 ? " for " : ", the oldest for ");
        mlk_times_age(&j->reason, f->ddl_waiting_s);
    }
    judge_number(o, MLK_FINDING_DDL_WAITING, "ddl-waiting", &o->ddl_waiting, f->ddl_waiting_s, j);
}

static void judge_queue(const struct mlk_check_options *o, const struct mlk_table_figures *f,
                        struct mlk_judged *j)
{
    const cJSON *connections = member(j->report, "connections");
    int64_t part = mlk_check_connections(connections);

    if (f->queue) {
        mlk_buf_fmt(&j->reason, "; %" PRId64 " session%s", f->queue, f->queue == 1 ? " waits" : "s wait");
        if (f->queue_oldest_s >= 0) {
            mlk_buf_str(&j->reason, f->queue == 1 ? " for " : ", the oldest for ");
            mlk_times_age(&j->reason, f->queue_oldest_s);
        }
    }
    judge_number(o, MLK_FINDING_QUEUE, "queue", &o->queue, f->queue, j);
    if (!f->queue || part < 0 ||
        mlk_threshold_judge(&o->connections, (double)part, (double)part) != MLK_ALERT)
        return;
    mlk_buf_fmt(&j->reason, "; %" PRId64 " of %" PRId64 " connections in use",
                mlk_json_int(connections, "used", 0), mlk_json_int(connections, "max", 0));
    judge_number(o, MLK_FINDING_CONNECTIONS, "connections", &o->connections, part, j);
}

/* The command that is next: ending DDL that waits and has not begun costs nothing and lets the queue go on;
 * the rest is to be looked at. */
static void add_next(const struct mlk_table_figures *f, struct mlk_judged *j)
{
    const char *target = mlk_json_text(j->report, "target"), *node = mlk_json_text(j->report, "node");
    bool table = mlk_same_text(mlk_json_text(j->report, "object"), "table");
    const cJSON *ddl;
    bool first = false;

    if (!f->ddl_waiting && !f->queue)
        return;
    cJSON_ArrayForEach(ddl, member(j->report, "ddl"))
    {
        first = first || (mlk_same_text(mlk_json_text(ddl, "phase"), "waiting") &&
                          cJSON_IsFalse(member(ddl, "begun")));
    }
    mlk_buf_str(&j->reason, "; next: miglock ");
    if (table && target) {
        mlk_buf_str(&j->reason, first ? "release " : "status ");
        mlk_render_word(&j->reason, target);
    } else {
        mlk_buf_str(&j->reason, "tables");
    }
    if (node) {
        mlk_buf_str(&j->reason, " --host ");
        mlk_render_word(&j->reason, node);
    }
}

bool mlk_check_table_busy(const cJSON *document)
{
    struct mlk_table_figures f;

    mlk_table_figures(document, &f);
    return f.ddl_waiting || f.ddl_running || f.queue;
}

int64_t mlk_check_connections(const cJSON *connections)
{
    int64_t used = mlk_json_int(connections, "used", -1), max = mlk_json_int(connections, "max", -1);

    return used < 0 || max <= 0 ? -1 : used * 100 / max;
}

void mlk_check_judge_table(const struct mlk_check_options *options, const cJSON *document, const cJSON *all,
                           struct mlk_judged *out)
{
    struct mlk_table_figures f;
    int64_t wait;

    *out = (struct mlk_judged){.report = document, .table = true};
    mlk_buf_init(&out->reason, MLK_REASON_MAX);
    mlk_table_figures(document, &f);
    judge_root(options, all, &f, out);
    judge_ddl(options, &f, out);
    judge_queue(options, &f, out);
    wait = mlk_table_longest_wait(&f);
    if (f.ddl_waiting || f.queue)
        mlk_check_judge_age(options, (struct mlk_age){.least = wait < 0 ? 0 : wait, .most = wait}, out);
    add_next(&f, out);
}
