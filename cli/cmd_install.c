/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "install.h"

static const struct mlk_option options[] = {
    {"dry-run", 0, MLK_ARG_NONE, NULL, "print the statements, run none"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static void plan_mysql(const struct mlk_installation *found, struct mlk_plan *plan)
{
    if (found->library)
        return;
    mlk_buf_str(mlk_plan_add(plan, "INSERT on mysql.component"), "INSTALL COMPONENT 'file://miglock'");
    plan->steps[plan->count - 1].loads = true;
}

static void plan_mariadb(const struct mlk_installation *found, struct mlk_plan *plan)
{
    if (!found->library) {
        mlk_buf_str(mlk_plan_add(plan, "INSERT on mysql.plugin"), "INSTALL SONAME 'miglock'");
        plan->steps[plan->count - 1].loads = true;
    }
    for (size_t i = 0; i < MLK_FUNCTIONS; i++) {
        if (found->function[i])
            continue;
        mlk_buf_fmt(mlk_plan_add(plan, "INSERT on the schema mysql"),
                    "CREATE FUNCTION %s RETURNS STRING SONAME 'miglock.so'", mlk_function_name(i));
        plan->steps[plan->count - 1].loads = true;
    }
}

static void plan_view(const struct mlk_installation *found, struct mlk_plan *plan)
{
    if (!found->schema)
        mlk_buf_str(mlk_plan_add(plan, "CREATE on miglock.*"), "CREATE DATABASE IF NOT EXISTS `miglock`");
    if (found->view != MLK_VIEW_OURS)
        mlk_view_statement(mlk_plan_add(plan, "CREATE VIEW, SELECT and DROP on miglock.*"));
}

/* What stands in the way; MLK_EXIT_DONE where nothing does. */
static enum mlk_exit check(const struct mlk_backend *b, const struct mlk_cli *cli,
                           const struct mlk_installation *found)
{
    bool mariadb = b->session->flavour == MLK_MARIADB;

    if (found->view == MLK_VIEW_FOREIGN)
        return mlk_fail(
            cli, MLK_EXIT_FAILED, "unsupported",
            "miglock.locks exists and is not miglock's view (or SHOW VIEW on it is missing): nothing was "
            "changed; rename it, or use another server");
    if (found->answers && strcmp(found->version, mlk_version()) != 0)
        return mlk_fail(cli, MLK_EXIT_FAILED, "unsupported",
                        "the server runs miglock %s, this command is %s: nothing was changed. Run miglock "
                        "uninstall, put the "
                        "miglock.so of version %s into %s, then run miglock install again%s",
                        found->version, mlk_version(), mlk_version(), found->plugin_dir,
                        mariadb ? " (where it still finds the old one, restart the server in between)" : "");
    if (!mariadb && found->library && !found->answers)
        return mlk_fail(cli, MLK_EXIT_FAILED, "unsupported",
                        "the component is registered, but not loaded: see the server's error log (often "
                        "miglock.so is missing "
                        "in %s), then restart the server, or run miglock uninstall and install again",
                        found->plugin_dir);
    return MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct mlk_backend b;
    struct mlk_installation found;
    struct mlk_plan plan = {.count = 0};
    char error[MLK_ERROR_MAX * 2];
    enum mlk_status status;
    enum mlk_exit exit = mlk_backend_open(&b, cli);

    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_installation_look(&b, &found, error, sizeof error);
    if (status == MLK_OK) {
        exit = check(&b, cli, &found);
        if (exit != MLK_EXIT_DONE)
            goto done;
        status = mlk_plan_stay_local(&b, &plan);
        if (status != MLK_OK)
            snprintf(error, sizeof error, "%s", b.session->error);
    }
    if (status != MLK_OK) {
        exit = mlk_fail_status(cli, status, error);
        goto done;
    }
    if (b.session->flavour == MLK_MARIADB)
        plan_mariadb(&found, &plan);
    else
        plan_mysql(&found, &plan);
    plan_view(&found, &plan);
    exit = mlk_plan_run(&b, cli, &plan, found.plugin_dir, "installed", "already installed");
done:
    mlk_plan_free(&plan);
    mlk_backend_close(&b);
    return exit;
}

static const char *const examples[] = {
    "install -u root -p",
    "install --dry-run",
    NULL,
};

const struct mlk_command mlk_cmd_install = {
    .name = "install",
    .args = "",
    .summary = "put the functions and the view miglock.locks into a server",
    .examples = examples,
    .text = "miglock.so has to be in the server's plugin_dir before. What is there already is kept, what is "
            "missing is added.\n"
            "The statements are kept out of the binary log: install on each server that is to have the "
            "functions.\n",
    .options = options,
    .min_args = 0,
    .max_args = 0,
    .connects = true,
    .run = run,
};
