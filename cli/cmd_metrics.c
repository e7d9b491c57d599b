/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "figures_tables.h"
#include "json.h"
#include "lock_age.h"
#include "lookup.h"
#include "members.h"
#include "members_monitored.h"
#include "monitored.h"
#include "openmetrics.h"
#include "render.h"
#include "textfile.h"

enum { OUTPUT_MAX = 1 << 26, LIMIT = 500, LIMIT_MAX = 100000 };

static const struct mlk_option options[] = {
    {"textfile", 0, MLK_ARG_REQUIRED, "FILE",
     "write it to FILE at one stroke, and nothing to stdout; also when the server cannot be asked"},
    {"openmetrics", 0, MLK_ARG_NONE, NULL,
     "with the types that only OpenMetrics has (node_exporter's textfile collector refuses them)"},
    {"limit", 0, MLK_ARG_REQUIRED, "N", "samples of so many locks, and of so many tables, at most (500)"},
    {"named", 0, MLK_ARG_NONE, NULL, "GET_LOCK names of no known tool too; their number may have no end"},
    MLK_ALL_MEMBERS_OPTION,
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

struct scrape {
    struct mlk_cli *cli;
    struct timespec began;
    unsigned long limit;
    const char *textfile; /* NULL: stdout */
    cJSON *document;      /* the figures; docs/monitoring.md */
};

static enum mlk_exit no_memory(const struct mlk_cli *cli)
{
    return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}

/* ---- figures ---- */

/* Where nobody can know: null. */
static bool add_known(cJSON *to, const char *name, const cJSON *value)
{
    return cJSON_AddItemToObject(to, name, value ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
}

static bool add_text(cJSON *to, const char *name, const char *text)
{
    return cJSON_AddStringToObject(to, name, text ? text : "");
}

/* Who holds a lock changes with every migration: no connection, user or host is a label. */
static bool add_lock(cJSON *locks, const cJSON *report)
{
    static const char *const labels[] = {"target", "tool", "schema", "kind", "verdict", "node"};
    size_t count = sizeof labels / sizeof labels[0] - !mlk_json_text(report, "node");
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(report, "held");
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(report, "held_seconds");
    double least = (double)mlk_lock_age(report, time(NULL)).least;
    cJSON *lock = cJSON_CreateObject();
    bool ok = cJSON_AddItemToArray(locks, lock);

    for (size_t i = 0; ok && i < count; i++)
        ok = add_text(lock, labels[i], mlk_json_text(report, labels[i]));
    ok = ok && add_known(lock, "held", held);
    ok = ok && (cJSON_IsFalse(held) ? cJSON_AddNumberToObject(lock, "held_seconds", 0) != NULL
                                    : add_known(lock, "held_seconds", seconds));
    ok = ok && (!cJSON_IsTrue(held) || cJSON_AddNumberToObject(lock, "held_at_least_seconds", least));
    return ok &&
           cJSON_AddNumberToObject(lock, "waiters",
                                   (double)mlk_render_count(report, "waiters", "waiter_count")) &&
           cJSON_AddBoolToObject(lock, "damaged", mlk_json_text(report, "damage") != NULL) &&
           cJSON_AddNumberToObject(
               lock, "blind_spots",
               cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(report, "blind_spots")));
}

static bool add_locks(struct scrape *s, const struct mlk_monitored *m)
{
    int found = cJSON_GetArraySize(m->locks);
    cJSON *locks = cJSON_AddArrayToObject(s->document, "locks");
    const cJSON *report;
    unsigned long count = 0;
    bool ok = locks != NULL;

    cJSON_ArrayForEach(report, m->locks)
    {
        if (!ok || count == s->limit)
            break;
        ok = add_lock(locks, report);
        count++;
    }
    return ok && cJSON_AddNumberToObject(s->document, "locks_found", found) &&
           cJSON_AddNumberToObject(s->document, "locks_left_out", (double)found - (double)count) &&
           cJSON_AddNumberToObject(s->document, "other_locks", m->others) &&
           cJSON_AddNumberToObject(s->document, "blind_spots", cJSON_GetArraySize(m->blind_spots)) &&
           mlk_table_figures_add(s->document, m, s->limit) &&
           (!m->nodes || cJSON_AddItemToObject(s->document, "nodes", cJSON_Duplicate(m->nodes, true)));
}

/* A message for each of several servers that gave no answer; then the scrape has failed, too. */
static enum mlk_exit tell_silent(const struct mlk_monitored *m)
{
    enum mlk_exit exit = MLK_EXIT_DONE;
    const cJSON *node;

    cJSON_ArrayForEach(node, m->nodes)
    {
        if (!mlk_json_text(node, "error"))
            continue;
        mlk_note("%s: %s", mlk_json_text(node, "node"), mlk_json_text(node, "error"));
        exit = MLK_EXIT_FAILED;
    }
    return exit;
}

static bool add_server(struct scrape *s, const struct mlk_backend *b)
{
    unsigned v = b->session ? b->session->server_version : 0;
    char version[32] = "";

    if (b->session)
        snprintf(version, sizeof version, "%u.%u.%u", v / 10000, v / 100 % 100, v % 100);
    return add_text(s->document, "version", mlk_version()) &&
           add_text(s->document, "server",
                    !b->session                          ? ""
                    : b->session->flavour == MLK_MARIADB ? "MariaDB"
                                                         : "MySQL") &&
           add_text(s->document, "server_version", version);
}

static bool add_success(struct scrape *s, bool success)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return cJSON_AddBoolToObject(s->document, "success", success) &&
           cJSON_AddNumberToObject(s->document, "seconds",
                                   (double)(now.tv_sec - s->began.tv_sec) +
                                       (double)(now.tv_nsec - s->began.tv_nsec) / 1e9);
}

/* ---- output ---- */

/* failed: stdout has the message already where it is a document. */
static enum mlk_exit print(const struct scrape *s, enum mlk_exit failed)
{
    bool file = s->textfile != NULL, json = s->cli->json;
    char error[512] = "";
    struct mlk_buf b;
    bool ok;

    mlk_buf_init(&b, OUTPUT_MAX);
    mlk_openmetrics(&b, s->document, mlk_options_has(&s->cli->options, "openmetrics"));
    ok = b.status == MLK_OK;
    if (!ok)
        snprintf(error, sizeof error, "%s", mlk_status_text(b.status));
    else if (file)
        ok = mlk_textfile_write(s->textfile, mlk_buf_text(&b), b.len, error, sizeof error);
    else if (!json && !s->cli->quiet)
        fputs(mlk_buf_text(&b), stdout);
    mlk_buf_free(&b);
    if (!ok && failed == MLK_EXIT_DONE)
        return mlk_fail(s->cli, MLK_EXIT_FAILED, "write", "%s", error);
    if (!ok)
        mlk_note("%s", error);
    if (json && failed == MLK_EXIT_DONE && !mlk_json_out(s->document))
        return no_memory(s->cli);
    return failed;
}

/* ---- the command ---- */

/* One server or several. A failure has been reported. */
static enum mlk_exit look(struct scrape *s, struct mlk_backend *b, struct mlk_monitored *m)
{
    bool named = mlk_options_has(&s->cli->options, "named");
    char error[MLK_ERROR_MAX * 2] = "";
    enum mlk_status status = mlk_lookup_check(s->cli, false, error, sizeof error);
    enum mlk_exit exit = status == MLK_OK ? mlk_backend_resolve(s->cli) : MLK_EXIT_DONE;

    if (exit == MLK_EXIT_DONE && status == MLK_OK && mlk_members_several(s->cli))
        return mlk_members_monitored(s->cli, named, m);
    if (exit == MLK_EXIT_DONE && status == MLK_OK)
        exit = mlk_backend_open(b, s->cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (status == MLK_OK)
        status = mlk_monitored_look(b, s->cli, named, m, error, sizeof error);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(s->cli, status, error);
}

/* A failure has been reported; the document says then that there was one. */
static enum mlk_exit scrape(struct scrape *s)
{
    struct mlk_backend b = {0};
    struct mlk_monitored m = {0};
    enum mlk_exit exit = look(s, &b, &m), some = MLK_EXIT_DONE;
    bool ok;

    if (exit == MLK_EXIT_DONE)
        some = tell_silent(&m);
    ok = add_server(s, &b) && add_success(s, exit == MLK_EXIT_DONE && some == MLK_EXIT_DONE) &&
         (exit != MLK_EXIT_DONE || add_locks(s, &m));
    if (!ok && exit == MLK_EXIT_DONE)
        exit = no_memory(s->cli);
    mlk_monitored_free(&m);
    mlk_backend_close(&b);
    if (ok)
        exit = print(s, exit);
    return exit == MLK_EXIT_DONE ? some : exit;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    const char *limit = mlk_options_value(&cli->options, "limit");
    struct scrape s = {.cli = cli,
                       .limit = LIMIT,
                       .textfile = mlk_options_value(&cli->options, "textfile"),
                       .document = cJSON_CreateObject()};
    enum mlk_exit exit = MLK_EXIT_DONE;
    char *end = NULL;

    clock_gettime(CLOCK_MONOTONIC, &s.began);
    errno = 0;
    if (limit)
        s.limit = *limit >= '0' && *limit <= '9' ? strtoul(limit, &end, 10) : 0;
    if (limit && (!end || *end || errno || s.limit > LIMIT_MAX))
        exit = mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--limit must be a number from 0 to %d", LIMIT_MAX);
    else if (!cJSON_AddNumberToObject(s.document, "schema_version", MLK_SCHEMA_VERSION))
        exit = no_memory(cli);
    if (exit == MLK_EXIT_DONE)
        exit = scrape(&s);
    cJSON_Delete(s.document);
    return exit;
}

static const char *const examples[] = {
    "metrics",
    "metrics --textfile /var/lib/prometheus/node-exporter/miglock.prom",
    "metrics rails:shop ghost:blog --openmetrics",
    NULL,
};

const struct mlk_command mlk_cmd_metrics = {
    .name = "metrics",
    .args = "[TARGET or SCHEMA ...]",
    .summary = "figures of locks and tables for Prometheus, as OpenMetrics text",
    .examples = examples,
    .text =
        "Held, for how long, waiters and the verdict of each lock, and what could not be seen. Without an "
        "argument: of every migration lock that this account may see.\n"
        "Without an argument, and of schemas, also the tables on which DDL runs or waits, or that sessions "
        "wait for: for how long, how many sessions queue, how many block; and the connections in use.\n"
        "Where the server cannot be asked, miglock_scrape_success is 0, with --textfile too, and the exit "
        "code is not 0. FILE is replaced whole or not at all; it must be a regular file or none.\n"
        "The text is good for readers of OpenMetrics and of the older text format; --openmetrics gives the "
        "same samples with stricter types.\n"
        "Of several servers (--host db1,db2, --all-members) each has the label node, and "
        "miglock_node_up tells which servers gave an answer.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .several = true,
    .run = run,
};
