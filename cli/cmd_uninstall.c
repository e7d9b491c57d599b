/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "install.h"

static const struct mlk_option options[] = {
    {"dry-run", 0, MLK_ARG_NONE, NULL, "print the statements, run none"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

/* Only what is ours: a view that reads miglock_locks(), functions of miglock.so, a schema that nothing else
 * is in. */
static void plan_all(const struct mlk_backend *b, const struct mlk_installation *found, struct mlk_plan *plan)
{
    bool view = found->view == MLK_VIEW_OURS || found->view == MLK_VIEW_OLD;

    if (view)
        mlk_buf_str(mlk_plan_add(plan, "DROP on miglock.locks"), "DROP VIEW `miglock`.`locks`");
    if (found->schema && !found->schema_in_use && found->view != MLK_VIEW_FOREIGN)
        mlk_buf_str(mlk_plan_add(plan, "DROP on miglock.*"), "DROP DATABASE `miglock`");
    if (b->session->flavour != MLK_MARIADB) {
        if (found->library)
            mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.component"),
                        "UNINSTALL COMPONENT 'file://miglock'");
        return;
    }
    for (size_t i = 0; i < MLK_FUNCTIONS; i++)
        if (found->function[i])
            mlk_buf_fmt(mlk_plan_add(plan, "DELETE on the schema mysql"), "DROP FUNCTION %s",
                        mlk_function_name(i));
    if (found->library)
        mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.plugin"), "UNINSTALL SONAME 'miglock'");
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
        status = mlk_plan_stay_local(&b, &plan);
        if (status != MLK_OK)
            snprintf(error, sizeof error, "%s", b.session->error);
    }
    if (status == MLK_OK) {
        plan_all(&b, &found, &plan);
        exit =
            mlk_plan_run(&b, cli, &plan, found.plugin_dir, "uninstalled", "nothing of miglock is installed");
        if (exit == MLK_EXIT_DONE && found.view == MLK_VIEW_FOREIGN)
            mlk_note("miglock.locks is not miglock's view (or SHOW VIEW on it is missing): it stays");
        else if (exit == MLK_EXIT_DONE && found.schema && found.schema_in_use)
            mlk_note("the schema miglock holds other things: it stays");
    } else {
        exit = mlk_fail_status(cli, status, error);
    }
    mlk_plan_free(&plan);
    mlk_backend_close(&b);
    return exit;
}

static const char *const examples[] = {
    "uninstall -u root -p",
    "uninstall --dry-run",
    NULL,
};

const struct mlk_command mlk_cmd_uninstall = {
    .name = "uninstall",
    .args = "",
    .summary = "take the functions and the view out of a server",
    .examples = examples,
    .text =
        "The file miglock.so stays in plugin_dir. The schema miglock goes only when nothing else is in it.\n",
    .options = options,
    .min_args = 0,
    .max_args = 0,
    .connects = true,
    .run = run,
};
