/* SPDX-License-Identifier: GPL-2.0-only */
#include "members_status.h"

#include "json.h"
#include "lookup.h"
#include "members.h"
#include "plain.h"
#include "render.h"

struct view {
    const struct mlk_cli *cli;
    bool ask;
    bool sql;             /* every server has the functions */
    cJSON *reports;       /* of all servers */
    struct mlk_buf names; /* of those that gave an answer */
    size_t count;
};

static enum mlk_status look(struct mlk_backend *b, const struct mlk_member *member, void *arg, char *error,
                            size_t error_size)
{
    struct view *v = arg;
    struct mlk_answer answer = {0};
    enum mlk_status status = mlk_lookup(b, v->cli, v->ask, &answer, error, error_size);
    cJSON *all, *report;

    if (status != MLK_OK) {
        mlk_answer_free(&answer);
        return status;
    }
    all = mlk_answer_all(&answer);
    if (!all || !mlk_members_mark(all, member))
        status = MLK_NO_MEMORY;
    while (status == MLK_OK && (report = cJSON_DetachItemFromArray(all, 0)))
        cJSON_AddItemToArray(v->reports, report);
    cJSON_Delete(all);
    v->sql = v->sql && b->functions;
    mlk_buf_fmt(&v->names, "%s%s", v->count++ ? ", " : "", member->name);
    return status;
}

static void show(struct view *v, const struct mlk_members_result *result)
{
    struct mlk_render r;
    struct mlk_buf line;

    mlk_render_start(&r, stdout, v->sql);
    if (!mlk_json_any_held(v->reports)) {
        mlk_buf_init(&line, MLK_RENDER_MAX);
        mlk_buf_fmt(&line, "no migration lock is held; looked at %zu server%s: %s", v->count,
                    v->count == 1 ? "" : "s", mlk_buf_text(&v->names));
        mlk_render_line(&r, 0, "", 0, mlk_buf_text(&line));
        mlk_buf_free(&line);
    }
    if (cJSON_GetArraySize(v->reports) > 0)
        mlk_render_table(&r, v->reports);
    mlk_render_lines(&r, 0, "not looked at: ", 15, result->blind_spots);
}

/* Where nobody reads the table: what was not looked at is no part of any report. */
static void tell_blind_spots(const struct mlk_cli *cli, const struct mlk_members_result *result)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, result->blind_spots) mlk_tell(cli, "not looked at: %s", text->valuestring);
}

static enum mlk_exit finish(struct view *v, const struct mlk_members_result *result)
{
    const struct mlk_cli *cli = v->cli;
    enum mlk_exit exit = mlk_members_tell(cli, result);
    bool ok = true;

    if (result->looked == 0)
        return exit;
    if (!mlk_for_people(cli))
        tell_blind_spots(cli, result);
    if (cli->json)
        ok = mlk_json_out(v->reports);
    else if (cli->plain)
        mlk_plain_print(MLK_PLAIN_REPORT, v->reports);
    else if (!cli->quiet)
        show(v, result);
    if (!ok)
        return mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    if (exit == MLK_EXIT_DONE && mlk_options_has(&cli->options, "exit-code") && mlk_json_any_held(v->reports))
        return MLK_EXIT_HELD;
    return exit;
}

enum mlk_exit mlk_members_status(struct mlk_cli *cli, bool ask)
{
    struct view v = {.cli = cli, .ask = ask, .sql = true, .reports = cJSON_CreateArray()};
    struct mlk_members_result result = {0};
    enum mlk_exit exit;

    mlk_buf_init(&v.names, MLK_RENDER_MAX);
    exit = v.reports ? mlk_members_each(cli, look, &v, &result)
                     : mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    if (exit == MLK_EXIT_DONE)
        exit = finish(&v, &result);
    mlk_members_result_free(&result);
    mlk_buf_free(&v.names);
    cJSON_Delete(v.reports);
    return exit;
}
