/* SPDX-License-Identifier: GPL-2.0-only */
/* Look, decide, ask, act, as a release does: only the last step changes anything, and it carries the token of
 * what was looked at. */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "command.h"
#include "confirm.h"
#include "json.h"
#include "render.h"

static const struct mlk_option options[] = {
    {"token", 0, MLK_ARG_REQUIRED, "TOKEN", "repair only the table that was shown with this token"},
    {"force", 0, MLK_ARG_NONE, NULL, "repair also when somebody could be migrating"},
    {"yes", 0, MLK_ARG_NONE, NULL, "do not ask; beside somebody who works it then needs --token as well"},
    {"dry-run", 0, MLK_ARG_NONE, NULL, "say what would be done, change nothing"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

struct repair {
    struct mlk_cli *cli;
    struct mlk_backend backend;
    struct mlk_target target;
    const char *given; /* --token */
    bool force, yes, dry_run;
    cJSON *seen;   /* the report that the person sees; its token is the one that counts */
    cJSON *result; /* what the repair came to */
    char error[MLK_ERROR_MAX * 2];
};

static bool is(const cJSON *object, const char *name, const char *word)
{
    const char *text = mlk_json_text(object, name);

    return text && strcmp(text, word) == 0;
}

/* How the document ends the command; never by its format. */
static enum mlk_exit finish(struct repair *r)
{
    struct mlk_render render;

    if (r->cli->json) {
        if (!mlk_json_out(r->result))
            return mlk_fail_status(r->cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    } else {
        mlk_render_start(&render, stdout, r->backend.functions);
        mlk_render_release(&render, r->result);
    }
    if (is(r->result, "outcome", "repaired") || is(r->result, "outcome", "nothing_to_repair") ||
        is(r->result, "outcome", "would_repair"))
        return MLK_EXIT_DONE;
    if (is(r->result, "outcome", "refused") || is(r->result, "outcome", "changed"))
        return MLK_EXIT_REFUSED;
    return MLK_EXIT_FAILED;
}

static enum mlk_status repair(struct repair *r, bool dry_run)
{
    struct mlk_release_options o = {.token = r->given ? r->given : mlk_json_text(r->seen, "token"),
                                    .force = r->force,
                                    .dry_run = dry_run};
    enum mlk_status status;

    cJSON_Delete(r->result);
    r->result = NULL;
    status = mlk_backend_repair(&r->backend, &r->target, &o, &r->result, r->error, sizeof r->error);
    if (status == MLK_OK && !r->dry_run) /* "dry_run" says what was asked for, not how it was found out */
        cJSON_ReplaceItemInObjectCaseSensitive(r->result, "dry_run", cJSON_CreateFalse());
    return status;
}

static enum mlk_exit refuse(const struct repair *r, const char *why)
{
    return mlk_fail(r->cli, MLK_EXIT_REFUSED, "refused", "refused, nothing was changed: %s", why);
}

/* MLK_EXIT_DONE: go on. active: somebody is at work who could be migrating. */
static enum mlk_exit confirm(struct repair *r, bool active)
{
    const char *token = mlk_json_text(r->seen, "token");
    char question[MLK_TARGET_MAX + 200], why[300];

    if (r->yes && active && !r->given) {
        snprintf(why, sizeof why, "somebody is at work in this schema; --yes then needs --token %s as well",
                 token ? token : "TOKEN");
        return refuse(r, why);
    }
    if (r->yes)
        return MLK_EXIT_DONE;
    if (!mlk_confirm_possible())
        return refuse(r, "there is no terminal to ask on; --yes says it beforehand");
    if (active) {
        mlk_note("somebody is at work in this schema: if that is a migration, a repair lets a second one "
                 "start beside it");
        snprintf(question, sizeof question, "To repair it all the same, type its name (%s):", r->target.text);
    } else {
        snprintf(question, sizeof question, "Repair %s? Only 'yes' is taken:", r->target.text);
    }
    if (!mlk_confirm(question, active ? r->target.text : "yes"))
        return refuse(r, "it was not confirmed");
    return MLK_EXIT_DONE;
}

static void show_seen(const struct repair *r)
{
    struct mlk_render render;

    if (r->cli->json)
        return;
    mlk_render_start(&render, stderr, false);
    mlk_render_report(&render, r->seen);
    fputc('\n', stderr);
}

/* The answer is lost on the way, not the repair: say how to find out. */
static enum mlk_exit fail_acting(struct repair *r, enum mlk_status status)
{
    char code[32];

    if (status != MLK_GONE && status != MLK_KILLED)
        return mlk_fail_status(r->cli, status, r->error);
    mlk_status_code(status, code, sizeof code);
    return mlk_fail(
        r->cli, MLK_EXIT_FAILED, code,
        "%s; the table is either as it was or repaired: miglock status %s tells, and a second repair is safe",
        r->error, r->target.text);
}

static bool would_repair(const struct repair *r)
{
    return is(r->result, "outcome", "would_repair");
}

/* A dry run tells beforehand what the answer will be, so nobody is asked in vain; and once more after the
 * person has thought: who has begun to work meanwhile was not what they agreed to. */
static enum mlk_exit work(struct repair *r)
{
    enum mlk_status status =
        mlk_backend_report(&r->backend, &r->target, false, &r->seen, r->error, sizeof r->error);
    enum mlk_exit exit;
    bool active;

    if (status != MLK_OK)
        return mlk_fail_status(r->cli, status, r->error);
    show_seen(r);
    status = repair(r, true);
    if (status != MLK_OK)
        return mlk_fail_status(r->cli, status, r->error);
    if (r->dry_run || !would_repair(r))
        return finish(r);
    active = is(r->result, "verdict", "active");
    exit = confirm(r, active);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (!active && !r->yes) {
        status = repair(r, true);
        if (status != MLK_OK)
            return mlk_fail_status(r->cli, status, r->error);
        if (is(r->result, "verdict", "active"))
            return refuse(r, "somebody has begun to work in this schema since it was shown; look again");
        if (!would_repair(r))
            return finish(r);
    }
    status = repair(r, false);
    return status == MLK_OK ? finish(r) : fail_acting(r, status);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct repair r = {
        .cli = cli,
        .given = mlk_options_value(&cli->options, "token"),
        .force = mlk_options_has(&cli->options, "force"),
        .yes = mlk_options_has(&cli->options, "yes"),
        .dry_run = mlk_options_has(&cli->options, "dry-run"),
    };
    enum mlk_status status =
        mlk_target_parse(cli->argv[0], strlen(cli->argv[0]), &r.target, r.error, sizeof r.error);
    enum mlk_exit exit;

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, r.error);
    if (r.target.tool->kind == MLK_NAMED)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "%s is a named lock: it has no table that could be damaged; see miglock help release",
                        r.target.text);
    if (r.given && (strlen(r.given) != MLK_TOKEN_LEN || r.given[strspn(r.given, "0123456789abcdef")]))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "a token is %d hexadecimal digits, as miglock status %s shows it", MLK_TOKEN_LEN,
                        r.target.text);
    exit = mlk_backend_open(&r.backend, cli);
    if (exit == MLK_EXIT_DONE)
        exit = work(&r);
    cJSON_Delete(r.seen);
    cJSON_Delete(r.result);
    mlk_backend_close(&r.backend);
    return exit;
}

static const char *const examples[] = {
    "repair knex:app",
    "repair knex:app --dry-run",
    "repair ghost:blog --token 2cf4fe1a8b27 --yes --json",
    NULL,
};

const struct mlk_command mlk_cmd_repair = {
    .name = "repair",
    .args = "TARGET",
    .summary = "put a damaged lock table right, if that is safe",
    .examples = examples,
    .text =
        "For a lock table that its tool cannot work with: the row is missing, there are several, or the flag "
        "is NULL. Shows it, asks on a terminal, and runs the statements that it has shown in one "
        "transaction, "
        "if the table is still the one that was shown.\n"
        "Without --force it does so only where nobody is connected who could be migrating. Beside somebody "
        "who works it needs --force, and the lock's name typed (or --yes with --token).\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .connects = true,
    .run = run,
};
