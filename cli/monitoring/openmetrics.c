/* SPDX-License-Identifier: GPL-2.0-only */
#include "openmetrics.h"

#include "exposition.h"
#include "json.h"

/* A figure of every lock. It has no sample where the document has null: nobody knows it. */
static const struct mlk_figure figures[] = {
    {"held", "held", "", "Whether somebody holds the lock (1) or not (0); no sample where nobody can know."},
    {"held_seconds", "held_seconds", "seconds",
     "For how long it has been held; 0 where it is free, no sample where nobody can know."},
    {"held_at_least_seconds", "held_at_least_seconds", "seconds",
     "For how long it has certainly been held, where that is not known exactly; only of a lock that is "
     "held."},
    {"waiters", "waiters", "", "Sessions that wait for the lock."},
    {"damaged", "damaged", "", "Whether its tool cannot work with the lock table (1)."},
    {"blind_spots", "blind_spots", "", "How many things about the lock are hidden from this account."},
};

static void info_family(struct mlk_buf *b, const cJSON *document, bool strict)
{
    static const char *const names[] = {"version", "server", "server_version"};
    static const char help[] = "The version of miglock, and the server that it looked at.";

    if (strict) /* the name of an info lacks the suffix of its sample */
        mlk_buf_fmt(b, "# HELP miglock %s\n# TYPE miglock info\n", help);
    else
        mlk_exposition_head(b, "info", "gauge", "", help);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        mlk_exposition_label(b, i ? "," : "miglock_info{", names[i], mlk_json_text(document, names[i]));
    mlk_buf_str(b, "}");
    mlk_exposition_number(b, 1);
}

static void node_family(struct mlk_buf *b, const cJSON *nodes)
{
    const cJSON *node;

    mlk_exposition_head(b, "node_up", "gauge", "", "Whether that server gave an answer (1) or not (0).");
    cJSON_ArrayForEach(node, nodes)
    {
        mlk_exposition_label(b, "miglock_node_up{", "node", mlk_json_text(node, "node"));
        mlk_buf_str(b, "}");
        mlk_exposition_number(b, mlk_json_text(node, "error") == NULL);
    }
}

static void lock_families(struct mlk_buf *b, const cJSON *locks, bool strict)
{
    static const char *const labels[] = {"target", "tool", "schema", "kind", NULL};
    const struct mlk_things things = {.word = "lock", .labels = labels, .list = locks};

    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        mlk_exposition_figure(b, &things, &figures[i]);
    mlk_exposition_verdicts(b, &things, strict, "1 for the verdict of the lock, 0 for the other verdicts.");
}

void mlk_openmetrics(struct mlk_buf *b, const cJSON *document, bool strict)
{
    const cJSON *locks = cJSON_GetObjectItemCaseSensitive(document, "locks");

    info_family(b, document, strict);
    mlk_exposition_single(b, document, "scrape_success", "success", "",
                          "Whether the locks could be looked at (1) or not (0).");
    mlk_exposition_single(b, document, "scrape_duration_seconds", "seconds", "seconds",
                          "How long it took to look.");
    mlk_exposition_single(b, document, "locks", "locks_found", "",
                          "Migration locks that were found, held or free.");
    mlk_exposition_single(b, document, "locks_left_out", "locks_left_out", "",
                          "Those of them that have no samples here, as there are more than --limit.");
    mlk_exposition_single(b, document, "other_locks", "other_locks", "",
                          "Held or awaited GET_LOCK() names of no known migration tool that have no samples "
                          "here.");
    mlk_exposition_single(b, document, "blind_spots", "blind_spots", "",
                          "How many different things are hidden from this account.");
    if (cJSON_GetObjectItemCaseSensitive(document, "nodes"))
        node_family(b, cJSON_GetObjectItemCaseSensitive(document, "nodes"));
    if (locks)
        lock_families(b, locks, strict);
    mlk_openmetrics_tables(b, document, strict);
    mlk_buf_str(b, "# EOF\n");
}
