/* SPDX-License-Identifier: GPL-2.0-only */
/* Look, decide, ask, act, as a release does. */
#include "act.h"

static const struct mlk_option options[] = {
    {"token", 0, MLK_ARG_REQUIRED, "TOKEN", "repair only the table that was shown with this token"},
    {"force", 0, MLK_ARG_NONE, NULL, "repair also when somebody could be migrating"},
    {"yes", 0, MLK_ARG_NONE, NULL, "do not ask; beside somebody who works it then needs --token as well"},
    {"dry-run", 0, MLK_ARG_NONE, NULL, "say what would be done, change nothing"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static bool would_repair(const struct mlk_act *a)
{
    return mlk_act_is(a->result, "outcome", "would_repair");
}

/* A dry run tells beforehand what the answer will be, so nobody is asked in vain; and once more after the
 * person has thought: who has begun to work meanwhile was not what they agreed to. */
static enum mlk_exit work(struct mlk_act *a)
{
    enum mlk_status status = mlk_act_look(a);
    enum mlk_exit exit;
    bool active;

    if (status != MLK_OK)
        return mlk_fail_status(a->cli, status, a->error);
    mlk_act_show(a);
    status = mlk_act_run(a, true);
    if (status != MLK_OK)
        return mlk_fail_status(a->cli, status, a->error);
    if (a->dry_run || !would_repair(a))
        return mlk_act_finish(a);
    active = mlk_act_is(a->result, "verdict", "active");
    exit = mlk_act_confirm(a, active, NULL);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (!active && !a->yes) {
        status = mlk_act_run(a, true);
        if (status != MLK_OK)
            return mlk_fail_status(a->cli, status, a->error);
        if (mlk_act_is(a->result, "verdict", "active"))
            return mlk_act_refuse(a,
                                  "somebody has begun to work in this schema since it was shown; look again");
        if (!would_repair(a))
            return mlk_act_finish(a);
    }
    status = mlk_act_run(a, false);
    return status == MLK_OK ? mlk_act_finish(a) : mlk_act_fail(a, status);
}

static const char *const good[] = {"repaired", "nothing_to_repair", "would_repair", NULL};

static const struct mlk_act_kind kind = {
    .run = mlk_backend_repair,
    .good = good,
    .verb = "Repair",
    .at_work = "somebody is at work in this schema",
    .at_risk = "somebody is at work in this schema: if that is a migration, a repair lets a second one start "
               "beside it",
    .unsure = "the table is either as it was or repaired",
    .work = work,
};

static enum mlk_exit run(struct mlk_cli *cli)
{
    return mlk_act(cli, &kind,
                   "is a named lock: it has no table that could be damaged; see miglock help release");
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
