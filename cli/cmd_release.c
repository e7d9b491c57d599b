/* SPDX-License-Identifier: GPL-2.0-only */
/* Look, decide, ask, act. Only the last step changes anything, and it carries the token of what was looked
 * at. */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "command.h"
#include "confirm.h"
#include "json.h"
#include "render.h"

static const struct mlk_option options[] = {
    {"token", 0, MLK_ARG_REQUIRED, "TOKEN",
     "release only the lock generation that was shown with this token"},
    {"force", 0, MLK_ARG_NONE, NULL, "release also when nothing proves that the holder is gone"},
    {"yes", 0, MLK_ARG_NONE, NULL, "do not ask; an active lock then needs --token as well"},
    {"dry-run", 0, MLK_ARG_NONE, NULL, "say what would be done, change nothing"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

struct release {
    struct mlk_cli *cli;
    struct mlk_backend backend;
    struct mlk_target target;
    const char *given; /* --token */
    bool force, yes, dry_run;
    cJSON *seen;   /* the report that the person sees */
    cJSON *result; /* what the release came to */
    char error[MLK_ERROR_MAX * 2];
};

static bool is(const cJSON *object, const char *name, const char *word)
{
    const char *text = mlk_json_text(object, name);

    return text && strcmp(text, word) == 0;
}

/* How the document ends the command; never by its format. */
static enum mlk_exit finish(struct release *r)
{
    struct mlk_render render;

    if (r->cli->json) {
        if (!mlk_json_out(r->result))
            return mlk_fail_status(r->cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    } else {
        mlk_render_start(&render, stdout, r->backend.functions);
        mlk_render_release(&render, r->result);
    }
    if (is(r->result, "outcome", "released") || is(r->result, "outcome", "free") ||
        is(r->result, "outcome", "would_release"))
        return MLK_EXIT_DONE;
    if (is(r->result, "outcome", "refused") || is(r->result, "outcome", "changed"))
        return MLK_EXIT_REFUSED;
    return MLK_EXIT_FAILED;
}

static enum mlk_status look(struct release *r)
{
    cJSON_Delete(r->seen);
    r->seen = NULL;
    return mlk_backend_report(&r->backend, &r->target, false, &r->seen, r->error, sizeof r->error);
}

static enum mlk_status release(struct release *r, bool dry_run)
{
    struct mlk_release_options o = {.token = r->given ? r->given : mlk_json_text(r->seen, "token"),
                                    .force = r->force,
                                    .dry_run = dry_run};
    enum mlk_status status;

    cJSON_Delete(r->result);
    r->result = NULL;
    status = mlk_backend_release(&r->backend, &r->target, &o, &r->result, r->error, sizeof r->error);
    if (status == MLK_OK && !r->dry_run) /* "dry_run" says what was asked for, not how it was found out */
        cJSON_ReplaceItemInObjectCaseSensitive(r->result, "dry_run", cJSON_CreateFalse());
    return status;
}

/* Whether the release will ask the holder's client, whose answer may prove it gone. */
static bool asks_client(const struct release *r)
{
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(r->seen, "holder");

    return r->backend.functions && is(r->seen, "kind", "named") && is(holder, "peer", "unknown") &&
           (is(r->seen, "verdict", "idle") || is(r->seen, "verdict", "unknown"));
}

/*
 * Whether a dry run can tell beforehand that the answer is no, or that there is nothing to do: then nobody is
 * asked in vain. It changes nothing, so it cannot release what nobody has confirmed. Only a proof of death
 * that the server's own functions bring (the kernel's word on the client) is out of its reach, as it looks
 * over this connection.
 */
static bool try_dry(const struct release *r)
{
    const char *token = mlk_json_text(r->seen, "token");
    bool proven = is(r->seen, "verdict", "abandoned");
    bool token_differs = r->given && token && strcmp(token, r->given) != 0;

    if (r->dry_run || token_differs)
        return true;
    return r->force || !r->backend.functions || (!proven && !asks_client(r));
}

static enum mlk_exit refuse(const struct release *r, const char *why)
{
    return mlk_fail(r->cli, MLK_EXIT_REFUSED, "refused", "refused, nothing was changed: %s", why);
}

/* MLK_EXIT_DONE: go on. */
static enum mlk_exit confirm(struct release *r)
{
    bool active = is(r->seen, "verdict", "active");
    const char *token = mlk_json_text(r->seen, "token");
    char question[MLK_TARGET_MAX + 200], why[300];

    if (r->yes && active && !r->given) {
        snprintf(why, sizeof why, "work is going on under this lock; --yes then needs --token %s as well",
                 token ? token : "TOKEN");
        return refuse(r, why);
    }
    if (r->yes)
        return MLK_EXIT_DONE;
    if (!mlk_confirm_possible())
        return refuse(r, "there is no terminal to ask on; --yes says it beforehand");
    if (!active && !r->force && asks_client(r))
        mlk_note("nothing proves that its holder is gone: the release will ask the holder's client, and "
                 "refuses where it answers");
    if (active) {
        mlk_note("work is going on under this lock: a release interrupts it, or lets a second migration "
                 "start beside it");
        snprintf(question, sizeof question,
                 "To release it all the same, type its name (%s):", r->target.text);
    } else {
        snprintf(question, sizeof question, "Release %s? Only 'yes' is taken:", r->target.text);
    }
    if (!mlk_confirm(question, active ? r->target.text : "yes"))
        return refuse(r, "it was not confirmed");
    return MLK_EXIT_DONE;
}

/* The person may have thought for minutes: a holder that has begun to work meanwhile was not what they agreed
 * to. */
static enum mlk_exit look_after_asking(struct release *r)
{
    bool was_active = is(r->seen, "verdict", "active");
    enum mlk_status status;
    cJSON *agreed;

    if (was_active || r->yes)
        return MLK_EXIT_DONE;
    agreed = r->seen; /* its token is the one that counts */
    r->seen = NULL;
    status = look(r);
    if (status == MLK_OK && is(r->seen, "verdict", "active")) {
        cJSON_Delete(agreed);
        return refuse(r, "its holder has begun to work since it was shown; look again");
    }
    cJSON_Delete(r->seen);
    r->seen = agreed;
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(r->cli, status, r->error);
}

static void show_seen(const struct release *r)
{
    struct mlk_render render;

    if (r->cli->json)
        return;
    mlk_render_start(&render, stderr, false);
    mlk_render_report(&render, r->seen);
    fputc('\n', stderr);
}

/* The answer is lost on the way, not the release: say how to find out. */
static enum mlk_exit fail_acting(struct release *r, enum mlk_status status)
{
    char code[32];

    if (status != MLK_GONE && status != MLK_KILLED)
        return mlk_fail_status(r->cli, status, r->error);
    mlk_status_code(status, code, sizeof code);
    return mlk_fail(
        r->cli, MLK_EXIT_FAILED, code,
        "%s; the lock is either as it was or released: miglock status %s tells, and a second release is safe",
        r->error, r->target.text);
}

static enum mlk_exit work(struct release *r)
{
    enum mlk_exit exit;
    enum mlk_status status = look(r);

    if (status != MLK_OK)
        return mlk_fail_status(r->cli, status, r->error);
    show_seen(r);
    if (try_dry(r)) {
        status = release(r, true);
        if (status != MLK_OK)
            return mlk_fail_status(r->cli, status, r->error);
        /* it may have changed for the better since it was shown: then ask after all */
        if (r->dry_run || !is(r->result, "outcome", "would_release"))
            return finish(r);
    }
    exit = confirm(r);
    if (exit == MLK_EXIT_DONE)
        exit = look_after_asking(r);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = release(r, false);
    return status == MLK_OK ? finish(r) : fail_acting(r, status);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct release r = {
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
    "release ghost:blog",
    "release rails:shop --token 9f3a61c2e0b7 --force",
    "release ghost:blog --yes --json",
    "release ghost:blog --dry-run",
    NULL,
};

const struct mlk_command mlk_cmd_release = {
    .name = "release",
    .args = "TARGET",
    .summary = "give a lock back, if that is safe",
    .examples = examples,
    .text =
        "Shows the lock, asks on a terminal, and releases it only while it is still the one that was shown. "
        "Without --force it releases only a lock whose holder is proven to be gone. A holder that is at work "
        "needs --force, and its name typed (or --yes with --token).\n"
        "With the functions in the server, a release of a named lock asks the holder's client first (miglock "
        "help probe); one that does not answer is gone. --dry-run asks nobody.\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .connects = true,
    .run = run,
};
