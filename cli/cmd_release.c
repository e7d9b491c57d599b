/* SPDX-License-Identifier: GPL-2.0-only */
/* Look, decide, ask, act. */
#include <string.h>

#include "act.h"
#include "json.h"

static const struct mlk_option options[] = {
    {"token", 0, MLK_ARG_REQUIRED, "TOKEN",
     "release only the lock generation that was shown with this token"},
    {"force", 0, MLK_ARG_NONE, NULL, "release also when nothing proves that the holder is gone"},
    {"blocker", 0, MLK_ARG_REQUIRED, "ID",
     "of a table: end that session, which keeps others waiting, and not the DDL that waits"},
    {"yes", 0, MLK_ARG_NONE, NULL, "do not ask; an active lock then needs --token as well"},
    {"dry-run", 0, MLK_ARG_NONE, NULL, "say what would be done, change nothing"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

/* Whether the release will ask the holder's client, whose answer may prove it gone. */
static bool asks_client(const struct mlk_act *a)
{
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(a->seen, "holder");

    return a->backend.functions && mlk_act_is(a->seen, "kind", "named") &&
           mlk_act_is(holder, "peer", "unknown") &&
           (mlk_act_is(a->seen, "verdict", "idle") || mlk_act_is(a->seen, "verdict", "unknown"));
}

/*
 * Whether a dry run can tell beforehand that the answer is no, or that there is nothing to do: then nobody is
 * asked in vain. It changes nothing, so it cannot release what nobody has confirmed. Only a proof of death
 * that the server's own functions bring (the kernel's word on the client) is out of its reach, as it looks
 * over this connection.
 */
static bool try_dry(const struct mlk_act *a)
{
    const char *token = mlk_json_text(a->seen, "token");
    bool proven = mlk_act_is(a->seen, "verdict", "abandoned");
    bool token_differs = a->given && token && strcmp(token, a->given) != 0;

    if (a->dry_run || token_differs)
        return true;
    return a->force || !a->backend.functions || (!proven && !asks_client(a));
}

/* The person may have thought for minutes: a holder that has begun to work meanwhile was not what they agreed
 * to. */
static enum mlk_exit look_after_asking(struct mlk_act *a)
{
    bool was_active = mlk_act_is(a->seen, "verdict", "active");
    enum mlk_status status;
    cJSON *agreed;

    if (was_active || a->yes)
        return MLK_EXIT_DONE;
    agreed = a->seen; /* its token is the one that counts */
    a->seen = NULL;
    status = mlk_act_look(a);
    if (status == MLK_OK && mlk_act_is(a->seen, "verdict", "active")) {
        cJSON_Delete(agreed);
        return mlk_act_refuse(a, "its holder has begun to work since it was shown; look again");
    }
    cJSON_Delete(a->seen);
    a->seen = agreed;
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(a->cli, status, a->error);
}

static enum mlk_exit work(struct mlk_act *a)
{
    enum mlk_exit exit;
    enum mlk_status status = mlk_act_look(a);
    bool active;

    if (status != MLK_OK)
        return mlk_fail_status(a->cli, status, a->error);
    mlk_act_show(a);
    if (try_dry(a)) {
        status = mlk_act_run(a, true);
        if (status != MLK_OK)
            return mlk_fail_status(a->cli, status, a->error);
        /* it may have changed for the better since it was shown: then ask after all */
        if (a->dry_run || !mlk_act_is(a->result, "outcome", "would_release"))
            return mlk_act_finish(a);
    }
    active = mlk_act_is(a->seen, "verdict", "active");
    exit = mlk_act_confirm(a, active,
                           !active && !a->force && asks_client(a)
                               ? "nothing proves that its holder is gone: the release will ask the holder's "
                                 "client, and refuses where it answers"
                               : NULL);
    if (exit == MLK_EXIT_DONE)
        exit = look_after_asking(a);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_act_run(a, false);
    return status == MLK_OK ? mlk_act_finish(a) : mlk_act_fail(a, status);
}

/* Of a table the token covers everything that was shown, and a dry run knows all that the release will. */
static enum mlk_exit work_on_table(struct mlk_act *a)
{
    enum mlk_exit exit;
    enum mlk_status status = mlk_act_look(a);

    if (status != MLK_OK)
        return mlk_fail_status(a->cli, status, a->error);
    mlk_act_show(a);
    status = mlk_act_run(a, true);
    if (status != MLK_OK)
        return mlk_fail_status(a->cli, status, a->error);
    if (a->dry_run || !mlk_act_is(a->result, "outcome", "would_release"))
        return mlk_act_finish(a);
    exit = mlk_act_confirm(a, a->force, NULL);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_act_run(a, false);
    return status == MLK_OK ? mlk_act_finish(a) : mlk_act_fail(a, status);
}

static const char *const good[] = {"released", "free", "would_release", NULL};

static const struct mlk_act_kind of_table = {
    .run = mlk_backend_release,
    .good = good,
    .verb = "Release",
    .at_work = "--force ends work that is lost by it",
    .at_risk = "--force ends work that is lost by it: DDL that has begun, or what a session has changed and "
               "not committed",
    .unsure = "what waits for the table is either as it was or ended",
    .work = work_on_table,
};

static const struct mlk_act_kind kind = {
    .run = mlk_backend_release,
    .good = good,
    .verb = "Release",
    .at_work = "work is going on under this lock",
    .at_risk = "work is going on under this lock: a release interrupts it, or lets a second migration start "
               "beside it",
    .unsure = "the lock is either as it was or released",
    .work = work,
    .of_table = &of_table,
};

static enum mlk_exit run(struct mlk_cli *cli)
{
    return mlk_act(cli, &kind, NULL);
}

static const char *const examples[] = {
    "release ghost:blog",
    "release rails:shop --token 9f3a61c2e0b7 --force",
    "release ghost:blog --yes --json",
    "release ghost:blog --dry-run",
    "release table:shop/orders",
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
        "help probe); one that does not answer is gone. --dry-run asks nobody.\n"
        "Of a table (miglock tables) it ends the statement of DDL that waits and has not begun; DDL that has "
        "begun needs --force. A session that keeps others waiting is ended only where --blocker names it.\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .connects = true,
    .run = run,
};
