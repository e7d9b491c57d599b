/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "json.h"
#include "lookup.h"
#include "members.h"
#include "members_monitored.h"
#include "render.h"

enum { OUTPUT_MAX = 1 << 20, SERVERS_IN_TIME = 4 };

/* To stdout, where a monitoring system reads it. */
static enum mlk_exit fail(const struct mlk_cli *cli, const char *code, const char *message)
{
    cJSON *document = cli->json ? mlk_check_failure_document(code, message) : NULL;
    struct mlk_buf b;

    mlk_buf_init(&b, OUTPUT_MAX);
    mlk_check_failure_text(&b, message);
    if (!document || !mlk_json_out(document))
        fputs(mlk_buf_text(&b), stdout);
    mlk_buf_free(&b);
    cJSON_Delete(document);
    return (enum mlk_exit)MLK_STATE_UNKNOWN;
}

/* Nothing of the answer is printed while it could still turn out to be none. */
static enum mlk_exit print(const struct mlk_cli *cli, const struct mlk_check_result *r)
{
    cJSON *document = cli->json ? mlk_check_document(r) : NULL;
    bool ok = !cli->json || document;
    struct mlk_buf b;

    mlk_buf_init(&b, OUTPUT_MAX);
    if (document) {
        ok = mlk_json_out(document);
    } else if (ok && !cli->quiet) {
        mlk_check_text(&b, r);
        ok = b.status == MLK_OK;
        if (ok)
            fputs(mlk_buf_text(&b), stdout);
    }
    mlk_buf_free(&b);
    cJSON_Delete(document);
    return ok ? (enum mlk_exit)mlk_check_state(r)
              : mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
}

static enum mlk_exit judge(const struct mlk_cli *cli, const struct mlk_check_options *o,
                           const struct mlk_monitored *m)
{
    size_t count = (size_t)cJSON_GetArraySize(m->locks) + (size_t)cJSON_GetArraySize(m->tables), i = 0;
    struct mlk_judged *judged = calloc(count ? count : 1, sizeof *judged);
    struct mlk_check_result r = {.options = o, .monitored = m, .judged = judged, .count = count};
    enum mlk_exit exit;
    const cJSON *report;

    if (!judged)
        return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    r.verbose = cli->verbose;
    cJSON_ArrayForEach(report, m->locks) mlk_check_judge(o, report, time(NULL), &judged[i++]);
    cJSON_ArrayForEach(report, m->tables) mlk_check_judge_table(o, report, m->tables, &judged[i++]);
    exit = print(cli, &r);
    while (i > 0)
        mlk_buf_free(&judged[--i].reason);
    free(judged);
    return exit;
}

/* Connects, looks, and leaves; a failure has been reported. */
static enum mlk_exit look(struct mlk_cli *cli, const struct mlk_check_options *o, struct mlk_monitored *out)
{
    char error[MLK_ERROR_MAX * 2] = "";
    struct mlk_backend b;
    enum mlk_status status;
    enum mlk_exit exit = mlk_backend_resolve(cli);

    if (exit == MLK_EXIT_DONE && mlk_members_several(cli)) {
        if (!cli->connection.connect_timeout) /* one that does not answer leaves time for the others */
            cli->connection.connect_timeout = o->timeout_s / SERVERS_IN_TIME + 1;
        return mlk_members_monitored(cli, o->named, out);
    }
    if (exit == MLK_EXIT_DONE)
        exit = mlk_backend_open(&b, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_monitored_look(&b, cli, o->named, out, error, sizeof error);
    mlk_backend_close(&b);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, error);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX * 2];
    struct mlk_check_options o;
    struct mlk_check_timer timer = {0};
    struct mlk_monitored m = {0};
    enum mlk_exit exit = mlk_check_options_read(cli, &o);
    enum mlk_status status;

    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_lookup_check(cli, false, error, sizeof error);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    if (mlk_check_timer_start(&timer, cli->json, o.timeout_s))
        exit = look(cli, &o, &m);
    else
        exit = mlk_fail(cli, MLK_EXIT_FAILED, "timeout", "there is no timer to be had for --timeout");
    mlk_check_timer_stop(&timer);
    if (exit == MLK_EXIT_DONE)
        exit = judge(cli, &o, &m);
    mlk_monitored_free(&m);
    return exit;
}

static const char *const examples[] = {
    "check",
    "check ghost:blog",
    "check shop -w 600 -c 3600",
    "check rails:shop --on active=warning --on idle=critical",
    "check shop --ddl-waiting 30 --queue 5 --on ddl-waiting=critical",
    NULL,
};

static const struct mlk_exit_code exit_codes[] = {
#define STATE_ROW(name, number, text) {number, text},
    MLK_STATE_LIST(STATE_ROW)
#undef STATE_ROW
        {0, NULL},
};

const struct mlk_command mlk_cmd_check = {
    .name = "check",
    .args = "[TARGET or SCHEMA ...]",
    .summary = "judge locks and tables that wait, as a plugin of a monitoring system",
    .examples = examples,
    .text =
        "For Nagios, Icinga and others that run plugins. Without an argument all migration locks are judged; "
        "the worst one makes the state: CRITICAL before WARNING before UNKNOWN before OK. Nothing is "
        "changed.\n"
        "A lock is CRITICAL when it is abandoned or its table is damaged, WARNING when it has been idle for "
        "--idle seconds, UNKNOWN when something is hidden that could change the answer, else OK.\n"
        "Without an argument, and of schemas, tables that somebody waits for are judged too: WARNING when "
        "DDL "
        "has been waiting for more than 60 seconds (--ddl-waiting), CRITICAL when more than 10 sessions wait "
        "(--queue), or any while more than 80 per cent of the connections are in use (--connections); by "
        "what "
        "stands at the root of it as a lock is by its holder. DDL that runs and keeps nobody waiting is OK.\n"
        "-w and -c are ranges of seconds that a lock may be held, or a table waited for: 600 is 0 to 600; "
        "10: is 10 and more; ~:600 "
        "is 600 and less; @10:20 alerts inside and not outside. A free lock is not judged by them. Few tools "
        "store when they took a lock: where it cannot be told on which side of a range the time lies, that "
        "is "
        "no-age.\n"
        "Of several servers (--host db1,db2, --all-members) each lock is judged on each; one that does not "
        "answer is UNKNOWN.\n",
    .options = mlk_check_option_table,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .several = true,
    .exit_codes = exit_codes,
    .run = run,
    .fail = fail,
};
