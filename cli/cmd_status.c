/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "blind_spots.h"
#include "command.h"
#include "json.h"
#include "lookup.h"
#include "members.h"
#include "members_status.h"
#include "nearby.h"
#include "plain.h"
#include "render.h"

enum { BLIND_SPOTS_MAX = 100 };

static const struct mlk_option options[] = {
    {"exit-code", 0, MLK_ARG_NONE, NULL, "exit with 3 when a shown lock is held, or it cannot be told"},
    {"probe", 0, MLK_ARG_NONE, NULL, "ask the holder's client whether it is still there; with targets only"},
    MLK_ALL_MEMBERS_OPTION,
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

/* Silence would not say whether it looked in the right place. */
static void say_none(const struct mlk_render *r, const struct mlk_backend *b, const struct mlk_cli *cli)
{
    struct mlk_buf text;
    int schemas = 0;

    mlk_buf_init(&text, 65536);
    mlk_buf_str(&text, "no migration lock is held; looked at ");
    if (cli->argc == 0)
        mlk_buf_str(&text, "all schemas");
    for (int i = 0; i < cli->argc; i++)
        schemas += !mlk_is_target(cli->argv[i]);
    if (schemas > 0)
        mlk_buf_str(&text, schemas > 1 ? "schemas " : "schema ");
    for (int i = 0, said = 0; i < cli->argc; i++)
        if (!mlk_is_target(cli->argv[i]))
            mlk_buf_fmt(&text, "%s%s", said++ ? ", " : "", cli->argv[i]);
    mlk_buf_fmt(&text, " of %s", b->where);
    mlk_render_line(r, 0, "", 0, mlk_buf_text(&text));
    mlk_buf_free(&text);
}

static void say_blind_spots(const struct mlk_render *r, struct mlk_backend *b)
{
    cJSON *texts = cJSON_CreateArray();

    mlk_blind_spots_of_nobody(b, texts, BLIND_SPOTS_MAX); /* where it fails the answer stands without them */
    mlk_render_lines(r, 0, "not seen: ", 10, texts);
    cJSON_Delete(texts);
}

static void show(struct mlk_backend *b, const struct mlk_cli *cli, const struct mlk_answer *a)
{
    const cJSON *report;
    struct mlk_render r;
    bool first = true;

    mlk_render_start(&r, stdout, b->functions);
    cJSON_ArrayForEach(report, a->single)
    {
        if (!first)
            putchar('\n');
        mlk_render_report(&r, report);
        mlk_nearby_hint(b, cli, report);
        first = false;
    }
    if (!a->tabled)
        return;
    if (!first)
        putchar('\n');
    if (!mlk_json_any_held(a->table))
        say_none(&r, b, cli);
    if (cJSON_GetArraySize(a->table) > 0)
        mlk_render_table(&r, a->table);
    else
        say_blind_spots(&r, b);
}

static enum mlk_exit finish(struct mlk_backend *b, const struct mlk_cli *cli, struct mlk_answer *a)
{
    bool held = mlk_json_any_held(a->single) || mlk_json_any_held(a->table), ok = true;
    cJSON *all;

    if (cli->json || cli->plain) {
        all = mlk_answer_all(a);
        if (cli->plain)
            mlk_plain_print(MLK_PLAIN_REPORT, all);
        else
            ok = mlk_json_out(all);
        cJSON_Delete(all);
    } else if (!cli->quiet) {
        show(b, cli, a);
    }
    if (!ok)
        return mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    return held && mlk_options_has(&cli->options, "exit-code") ? MLK_EXIT_HELD : MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    bool ask = mlk_options_has(&cli->options, "probe");
    char error[MLK_ERROR_MAX * 2];
    struct mlk_answer a = {0};
    struct mlk_backend b;
    enum mlk_status status = mlk_lookup_check(cli, ask, error, sizeof error);
    enum mlk_exit exit;

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    exit = mlk_backend_resolve(cli);
    if (exit == MLK_EXIT_DONE && mlk_members_several(cli))
        return mlk_members_status(cli, ask);
    if (exit == MLK_EXIT_DONE)
        exit = mlk_backend_open(&b, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_lookup(&b, cli, ask, &a, error, sizeof error);
    exit = status == MLK_OK ? finish(&b, cli, &a) : mlk_fail_status(cli, status, error);
    mlk_answer_free(&a);
    mlk_backend_close(&b);
    return exit;
}

static const char *const examples[] = {
    "status",
    "status shop",
    "status rails:shop",
    "status rails:shop --probe",
    "status ghost:blog --exit-code || echo 'still locked'",
    "status --plain | cut -f 1,2",
    "status rails:shop --host db1,db2:3307",
    NULL,
};

const struct mlk_command mlk_cmd_status = {
    .name = "status",
    .args = "[TARGET or SCHEMA ...]",
    .summary = "who holds the locks, and is the holder still there",
    .examples = examples,
    .text = "Without an argument: a table of every migration lock that this account may see.\n"
            "A target (with a colon) is shown in full, a schema as a table.\n"
            "--probe does for the holder of each target what miglock probe does for a connection, with the "
            "same one effect: a client that does not answer loses its connection (miglock help probe). Needs "
            "the functions in the server.\n"
            "Named locks are local to a server: --host can name several, with commas between them, and "
            "--all-members finds those of its cluster and its replication. Then there is one table, with a "
            "verdict for each. A server that cannot be looked at is told, and the exit code is 1.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .several = true,
    .run = run,
};
