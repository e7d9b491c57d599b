/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "install.h"

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

/* Only where it was asked for: it is MariaDB's own plugin, and everybody who may ask sees more with it. */
static void plan_lock_info(const struct mlk_cli *cli, const struct mlk_installation *found,
                           struct mlk_plan *plan)
{
    if (mlk_options_has(&cli->options, "metadata-lock-info") && !found->lock_info)
        mlk_buf_str(mlk_plan_add(plan, "INSERT on mysql.plugin"), "INSTALL SONAME 'metadata_lock_info'");
}

static void say_lock_info(const struct mlk_backend *b, const struct mlk_cli *cli,
                          const struct mlk_installation *found)
{
    bool asked = mlk_options_has(&cli->options, "metadata-lock-info");

    if (b->session->flavour != MLK_MARIADB) {
        if (asked)
            mlk_tell(cli, "--metadata-lock-info is for MariaDB: MySQL shows its locks without it");
    } else if (!asked && !found->lock_info && !found->performance_schema) {
        mlk_tell(cli,
                 "performance_schema is off, so only named locks whose names can be computed are found; "
                 "miglock install --metadata-lock-info adds MariaDB's plugin METADATA_LOCK_INFO, which shows "
                 "all of them and who has locks on tables");
    }
}

static void plan_view(const struct mlk_installation *found, struct mlk_plan *plan)
{
    if (!found->schema)
        mlk_buf_str(mlk_plan_add(plan, "CREATE on miglock.*"), "CREATE DATABASE IF NOT EXISTS `miglock`");
    for (size_t i = 0; i < MLK_VIEWS; i++) {
        if (found->view[i] != MLK_VIEW_OURS)
            mlk_view_statement(i, mlk_plan_add(plan, "CREATE VIEW, SELECT and DROP on miglock.*"));
    }
}

/* What stands in the way; MLK_EXIT_DONE where nothing does. */
static enum mlk_exit check(const struct mlk_backend *b, const struct mlk_cli *cli,
                           const struct mlk_installation *found)
{
    bool mariadb = b->session->flavour == MLK_MARIADB;

    for (size_t i = 0; i < MLK_VIEWS; i++) {
        if (found->view[i] == MLK_VIEW_FOREIGN)
            return mlk_fail(
                cli, MLK_EXIT_FAILED, "unsupported",
                "miglock.%s exists and is not miglock's view (or SHOW VIEW on it is missing): nothing was "
                "changed; rename it, or use another server",
                mlk_view_name(i));
    }
    if (found->answers && strcmp(found->version, mlk_version()) != 0)
        return mlk_fail(
            cli, MLK_EXIT_FAILED, "unsupported",
            "the server runs miglock %s, this command is %s: nothing was changed. Run miglock "
            "uninstall, see that "
            "miglock.so of version %s is in %s (package miglock-plugin), then run miglock install "
            "again%s",
            found->version, mlk_version(), mlk_version(), found->plugin_dir,
            mariadb ? " (where it still finds the old one, restart the server in between)" : "");
    if (found->unloaded)
        return mlk_fail(
            cli, MLK_EXIT_FAILED, "unsupported",
            "miglock is registered, but the server could not load it when it started: nothing was "
            "changed. Its error log says why, often miglock.so was missing in %s (package "
            "miglock-plugin). When that is mended, restart the server; or run miglock uninstall, "
            "then miglock install",
            found->plugin_dir);
    return MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct mlk_install i;
    enum mlk_exit exit = mlk_install_begin(&i, cli);

    if (exit == MLK_EXIT_DONE)
        exit = check(&i.backend, cli, &i.found);
    if (exit == MLK_EXIT_DONE) {
        if (i.backend.session->flavour == MLK_MARIADB) {
            plan_mariadb(&i.found, &i.plan);
            plan_lock_info(cli, &i.found, &i.plan);
        } else {
            plan_mysql(&i.found, &i.plan);
        }
        plan_view(&i.found, &i.plan);
        exit = mlk_plan_run(&i.backend, cli, &i.plan, &i.found, "installed", "already installed");
        if (exit == MLK_EXIT_DONE)
            say_lock_info(&i.backend, cli, &i.found);
    }
    mlk_install_end(&i);
    return exit;
}

static const char *const examples[] = {
    "install -u root -p",
    "install --dry-run",
    "install --metadata-lock-info",
    NULL,
};

static const struct mlk_option options[] = {
    {"dry-run", 0, MLK_ARG_NONE, NULL, "print the statements, run none"},
    {"metadata-lock-info", 0, MLK_ARG_NONE, NULL,
     "MariaDB: also its plugin METADATA_LOCK_INFO, which shows all named locks where performance_schema is "
     "off"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

const struct mlk_command mlk_cmd_install = {
    .name = "install",
    .args = "",
    .summary = "put the functions and the views of miglock into a server",
    .examples = examples,
    .text = "miglock.so has to be in the server's plugin_dir before: this command copies nothing. Debian "
            "package: miglock-plugin. What is there already is kept, what is missing is added.\n"
            "The statements are kept out of the binary log: install on each server that is to have the "
            "functions.\n",
    .options = options,
    .min_args = 0,
    .max_args = 0,
    .connects = true,
    .run = run,
};
