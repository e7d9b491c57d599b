/* SPDX-License-Identifier: GPL-2.0-only */
#include "openmetrics.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "text.h"

enum { LABEL_MAX = 1 << 16 };

static const char *const verdicts[] = {"free", "active", "idle", "abandoned", "unknown"};

/* A figure of every lock. It has no sample where the document has null: nobody knows it. */
struct figure {
    const char *name; /* behind miglock_lock_ */
    const char *member;
    const char *unit; /* "" for none; the name then ends with it */
    const char *help;
};

static const struct figure figures[] = {
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

void mlk_openmetrics_label(struct mlk_buf *b, const char *value)
{
    struct mlk_buf clean;

    mlk_buf_init(&clean, LABEL_MAX);
    mlk_text_clean(&clean, value);
    for (const char *p = mlk_buf_text(&clean); *p; p++) {
        if (*p == '\\' || *p == '"')
            mlk_buf_fmt(b, "\\%c", *p);
        else
            mlk_buf_add(b, p, 1); /* a line feed is "\\n" by then */
    }
    mlk_buf_free(&clean);
}

static void head(struct mlk_buf *b, const char *name, const char *type, const char *unit, const char *help)
{
    mlk_buf_fmt(b, "# HELP miglock_%s %s\n# TYPE miglock_%s %s\n", name, help, name, type);
    if (*unit)
        mlk_buf_fmt(b, "# UNIT miglock_%s %s\n", name, unit);
}

/* Whole numbers as such: a scrape is read by people too. */
static void number(struct mlk_buf *b, double value)
{
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
        mlk_buf_fmt(b, " %" PRId64 "\n", (int64_t)value);
    else
        mlk_buf_fmt(b, " %.6f\n", value);
}

static void label(struct mlk_buf *b, const char *before, const char *name, const char *value)
{
    mlk_buf_fmt(b, "%s%s=\"", before, name);
    mlk_openmetrics_label(b, value);
    mlk_buf_str(b, "\"");
}

/* The labels of a lock, without the closing brace. */
static void labels(struct mlk_buf *b, const cJSON *lock)
{
    static const char *const names[] = {"target", "tool", "schema", "kind"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        label(b, i ? "," : "{", names[i], mlk_json_text(lock, names[i]));
    if (mlk_json_text(lock, "node"))
        label(b, ",", "node", mlk_json_text(lock, "node"));
}

/* Null is what nobody knows. */
static bool value_of(const cJSON *lock, const char *member, double *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(lock, member);

    if (cJSON_IsBool(item))
        *out = cJSON_IsTrue(item);
    else if (cJSON_IsNumber(item))
        *out = item->valuedouble;
    return cJSON_IsBool(item) || cJSON_IsNumber(item);
}

static void figure_family(struct mlk_buf *b, const struct figure *f, const cJSON *locks)
{
    const cJSON *lock;
    char name[64];
    double value = 0;

    snprintf(name, sizeof name, "lock_%s", f->name);
    head(b, name, "gauge", f->unit, f->help);
    cJSON_ArrayForEach(lock, locks)
    {
        if (!value_of(lock, f->member, &value))
            continue;
        mlk_buf_fmt(b, "miglock_%s", name);
        labels(b, lock);
        mlk_buf_str(b, "}");
        number(b, value);
    }
}

/* A state set: each verdict has a sample, whose label has the name of the metric. */
static void verdict_family(struct mlk_buf *b, const cJSON *locks, bool strict)
{
    const cJSON *lock;

    head(b, "lock_verdict", strict ? "stateset" : "gauge", "",
         "1 for the verdict of the lock, 0 for the other verdicts.");
    cJSON_ArrayForEach(lock, locks)
    {
        const char *verdict = mlk_json_text(lock, "verdict");

        for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
            mlk_buf_str(b, "miglock_lock_verdict");
            labels(b, lock);
            label(b, ",", "miglock_lock_verdict", verdicts[i]);
            mlk_buf_str(b, "}");
            number(b, verdict && strcmp(verdict, verdicts[i]) == 0);
        }
    }
}

static void info_family(struct mlk_buf *b, const cJSON *document, bool strict)
{
    static const char *const names[] = {"version", "server", "server_version"};
    static const char help[] = "The version of miglock, and the server that it looked at.";

    if (strict) /* the name of an info lacks the suffix of its sample */
        mlk_buf_fmt(b, "# HELP miglock %s\n# TYPE miglock info\n", help);
    else
        head(b, "info", "gauge", "", help);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        label(b, i ? "," : "miglock_info{", names[i], mlk_json_text(document, names[i]));
    mlk_buf_str(b, "}");
    number(b, 1);
}

static void single(struct mlk_buf *b, const cJSON *document, const char *name, const char *member,
                   const char *unit, const char *help)
{
    double value = 0;

    if (!value_of(document, member, &value))
        return;
    head(b, name, "gauge", unit, help);
    mlk_buf_fmt(b, "miglock_%s", name);
    number(b, value);
}

static void node_family(struct mlk_buf *b, const cJSON *nodes)
{
    const cJSON *node;

    head(b, "node_up", "gauge", "", "Whether that server gave an answer (1) or not (0).");
    cJSON_ArrayForEach(node, nodes)
    {
        label(b, "miglock_node_up{", "node", mlk_json_text(node, "node"));
        mlk_buf_str(b, "}");
        number(b, mlk_json_text(node, "error") == NULL);
    }
}

void mlk_openmetrics(struct mlk_buf *b, const cJSON *document, bool strict)
{
    const cJSON *locks = cJSON_GetObjectItemCaseSensitive(document, "locks");

    info_family(b, document, strict);
    single(b, document, "scrape_success", "success", "",
           "Whether the locks could be looked at (1) or not (0).");
    single(b, document, "scrape_duration_seconds", "seconds", "seconds", "How long it took to look.");
    single(b, document, "locks", "locks_found", "", "Migration locks that were found, held or free.");
    single(b, document, "locks_left_out", "locks_left_out", "",
           "Those of them that have no samples here, as there are more than --limit.");
    single(b, document, "other_locks", "other_locks", "",
           "Held or awaited GET_LOCK() names of no known migration tool that have no samples here.");
    single(b, document, "blind_spots", "blind_spots", "",
           "How many different things are hidden from this account.");
    if (cJSON_GetObjectItemCaseSensitive(document, "nodes"))
        node_family(b, cJSON_GetObjectItemCaseSensitive(document, "nodes"));
    if (locks) {
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
            figure_family(b, &figures[i], locks);
        verdict_family(b, locks, strict);
    }
    mlk_buf_str(b, "# EOF\n");
}
