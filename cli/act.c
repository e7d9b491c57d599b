/* SPDX-License-Identifier: GPL-2.0-only */
#include "act.h"

#include <stdio.h>
#include <string.h>

#include "confirm.h"
#include "json.h"
#include "miglock/connection_id.h"
#include "nearby.h"
#include "plain.h"
#include "render.h"

bool mlk_act_is(const cJSON *object, const char *name, const char *word)
{
    const char *text = mlk_json_text(object, name);

    return text && strcmp(text, word) == 0;
}

enum mlk_status mlk_act_look(struct mlk_act *a)
{
    cJSON_Delete(a->seen);
    a->seen = NULL;
    return mlk_backend_report(&a->backend, &a->target, false, &a->seen, a->error, sizeof a->error);
}

void mlk_act_show(struct mlk_act *a)
{
    struct mlk_render render;

    /* what will be asked about is shown to whoever is asked, however quiet it is to be */
    if (!mlk_for_people(a->cli) && (a->yes || a->dry_run || !mlk_confirm_possible()))
        return;
    mlk_render_start(&render, stderr, false);
    mlk_render_report(&render, a->seen);
    mlk_nearby_hint(&a->backend, a->cli, a->seen);
    fputc('\n', stderr);
}

enum mlk_status mlk_act_run(struct mlk_act *a, bool dry_run)
{
    struct mlk_release_options o = {.token = a->given ? a->given : mlk_json_text(a->seen, "token"),
                                    .force = a->force,
                                    .dry_run = dry_run,
                                    .blocker = a->blocker};
    enum mlk_status status;

    cJSON_Delete(a->result);
    a->result = NULL;
    status = a->kind->run(&a->backend, &a->target, &o, &a->result, a->error, sizeof a->error);
    if (status == MLK_OK && !a->dry_run) /* "dry_run" says what was asked for, not how it was found out */
        cJSON_ReplaceItemInObjectCaseSensitive(a->result, "dry_run", cJSON_CreateFalse());
    return status;
}

enum mlk_exit mlk_act_refuse(const struct mlk_act *a, const char *why)
{
    return mlk_fail(a->cli, MLK_EXIT_REFUSED, "refused", "refused, nothing was changed: %s", why);
}

static void lower(char *to, size_t size, const char *verb)
{
    snprintf(to, size, "%s", verb);
    to[0] = (char)(to[0] - 'A' + 'a');
}

enum mlk_exit mlk_act_confirm(const struct mlk_act *a, bool active, const char *note)
{
    const char *token = mlk_json_text(a->seen, "token");
    char question[MLK_TARGET_MAX + 200], why[300], verb[20];

    if (a->yes && active && !a->given) {
        snprintf(why, sizeof why, "%s; --yes then needs --token %s as well", a->kind->at_work,
                 token ? token : "TOKEN");
        return mlk_act_refuse(a, why);
    }
    if (a->yes)
        return MLK_EXIT_DONE;
    if (!mlk_confirm_possible())
        return mlk_act_refuse(a, "there is no terminal to ask on; --yes says it beforehand");
    if (note)
        mlk_note("%s", note);
    if (active) {
        mlk_note("%s", a->kind->at_risk);
        lower(verb, sizeof verb, a->kind->verb);
        snprintf(question, sizeof question, "To %s it all the same, type its name (%s):", verb,
                 a->target.text);
    } else {
        snprintf(question, sizeof question, "%s %s? Only 'yes' is taken:", a->kind->verb, a->target.text);
    }
    if (!mlk_confirm(question, active ? a->target.text : "yes"))
        return mlk_act_refuse(a, "it was not confirmed");
    return MLK_EXIT_DONE;
}

static bool good(const struct mlk_act *a)
{
    for (const char *const *word = a->kind->good; *word; word++) {
        if (mlk_act_is(a->result, "outcome", *word))
            return true;
    }
    return false;
}

enum mlk_exit mlk_act_finish(const struct mlk_act *a)
{
    struct mlk_render render;
    /* quiet is about what went as it should */
    bool on_error = a->cli->quiet && !good(a), text = mlk_for_people(a->cli) || on_error;

    if (a->cli->json) {
        if (!mlk_json_out(a->result))
            return mlk_fail_status(a->cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    } else if (a->cli->plain) {
        mlk_plain_print(MLK_PLAIN_RESULT, a->result);
    } else if (text) {
        mlk_render_start(&render, on_error ? stderr : stdout, a->backend.functions);
        mlk_render_release(&render, a->result);
    }
    if (good(a))
        return MLK_EXIT_DONE;
    if (mlk_act_is(a->result, "outcome", "refused") || mlk_act_is(a->result, "outcome", "changed"))
        return MLK_EXIT_REFUSED;
    return MLK_EXIT_FAILED;
}

enum mlk_exit mlk_act_fail(const struct mlk_act *a, enum mlk_status status)
{
    char code[32], verb[20];

    if (status != MLK_GONE && status != MLK_KILLED)
        return mlk_fail_status(a->cli, status, a->error);
    mlk_status_code(status, code, sizeof code);
    lower(verb, sizeof verb, a->kind->verb);
    return mlk_fail(a->cli, MLK_EXIT_FAILED, code, "%s; %s: miglock status %s tells, and a second %s is safe",
                    a->error, a->kind->unsure, a->target.text, verb);
}

/* --blocker. MLK_USAGE with a line in error. */
static enum mlk_status read_blocker(struct mlk_act *a)
{
    const char *text = mlk_options_value(&a->cli->options, "blocker");

    if (!text)
        return MLK_OK;
    if (a->target.tool->kind != MLK_TABLE) {
        snprintf(a->error, sizeof a->error, "--blocker is for tables, as in table:shop/orders");
        return MLK_USAGE;
    }
    return mlk_connection_id_parse(text, strlen(text), &a->blocker, a->error, sizeof a->error);
}

enum mlk_exit mlk_act(struct mlk_cli *cli, const struct mlk_act_kind *kind, const char *rows_only)
{
    struct mlk_act a = {
        .kind = kind,
        .cli = cli,
        .given = mlk_options_value(&cli->options, "token"),
        .force = mlk_options_has(&cli->options, "force"),
        .yes = mlk_options_has(&cli->options, "yes"),
        .dry_run = mlk_options_has(&cli->options, "dry-run"),
    };
    enum mlk_status status =
        mlk_target_parse(cli->argv[0], strlen(cli->argv[0]), &a.target, a.error, sizeof a.error);
    enum mlk_exit exit;

    if (status == MLK_OK)
        status = read_blocker(&a);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, a.error);
    if (rows_only && a.target.tool->kind == MLK_TABLE)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "that is for a tool's lock table, as in ghost:blog; %s is no lock of a tool",
                        a.target.text);
    if (rows_only && a.target.tool->kind == MLK_NAMED)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "%s %s", a.target.text, rows_only);
    if (kind->of_table && a.target.tool->kind == MLK_TABLE)
        a.kind = kind->of_table;
    if (a.given && (strlen(a.given) != MLK_TOKEN_LEN || a.given[strspn(a.given, "0123456789abcdef")]))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "a token is %d hexadecimal digits, as miglock status %s shows it", MLK_TOKEN_LEN,
                        a.target.text);
    exit = mlk_backend_open(&a.backend, cli);
    if (exit == MLK_EXIT_DONE)
        exit = a.kind->work(&a);
    cJSON_Delete(a.seen);
    cJSON_Delete(a.result);
    mlk_backend_close(&a.backend);
    return exit;
}
