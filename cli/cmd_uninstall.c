/* SPDX-License-Identifier: GPL-2.0-only */
#include "install.h"

/* The name of the first view that is somebody else's; NULL: none is. */
static const char *first_foreign(const struct mlk_installation *found)
{
    for (size_t i = 0; i < MLK_VIEWS; i++) {
        if (found->view[i] == MLK_VIEW_FOREIGN)
            return mlk_view_name(i);
    }
    return NULL;
}

/* Only what is ours: views that read their functions, functions of miglock.so, a schema that nothing else
 * is in. */
static void plan_all(const struct mlk_backend *b, const struct mlk_installation *found, struct mlk_plan *plan)
{
    for (size_t i = 0; i < MLK_VIEWS; i++) {
        if (found->view[i] == MLK_VIEW_OURS || found->view[i] == MLK_VIEW_OLD)
            mlk_buf_fmt(mlk_plan_add(plan, "DROP on miglock.*"), "DROP VIEW `miglock`.`%s`",
                        mlk_view_name(i));
    }
    if (found->schema && !found->schema_in_use && !first_foreign(found))
        mlk_buf_str(mlk_plan_add(plan, "DROP on miglock.*"), "DROP DATABASE `miglock`");
    if (b->session->flavour != MLK_MARIADB) {
        if (found->library)
            mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.component"),
                        "UNINSTALL COMPONENT 'file://miglock'");
        if (found->unloaded) {
            mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.component"),
                        "DELETE FROM mysql.component WHERE component_urn = 'file://miglock'");
            plan->steps[plan->count - 1].forgets = true;
        }
        return;
    }
    for (size_t i = 0; i < MLK_FUNCTIONS; i++)
        if (found->function[i])
            mlk_buf_fmt(mlk_plan_add(plan, "DELETE on the schema mysql"), "DROP FUNCTION %s",
                        mlk_function_name(i));
    if (found->library)
        mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.plugin"), "UNINSTALL SONAME 'miglock'");
    else if (found->unloaded) /* SONAME knows loaded libraries only */
        mlk_buf_str(mlk_plan_add(plan, "DELETE on mysql.plugin"), "UNINSTALL PLUGIN IF EXISTS miglock");
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct mlk_install i;
    enum mlk_exit exit = mlk_install_begin(&i, cli);

    if (exit == MLK_EXIT_DONE) {
        plan_all(&i.backend, &i.found, &i.plan);
        exit = mlk_plan_run(&i.backend, cli, &i.plan, &i.found, "uninstalled",
                            "nothing of miglock is installed");
        if (exit == MLK_EXIT_DONE && first_foreign(&i.found))
            mlk_tell(cli, "miglock.%s is not miglock's view (or SHOW VIEW on it is missing): it stays",
                     first_foreign(&i.found));
        else if (exit == MLK_EXIT_DONE && i.found.schema && i.found.schema_in_use)
            mlk_tell(cli, "the schema miglock holds other things: it stays");
        if (exit == MLK_EXIT_DONE && i.found.lock_info)
            mlk_tell(cli, "MariaDB's plugin METADATA_LOCK_INFO stays, as others may use it "
                          "(UNINSTALL SONAME 'metadata_lock_info' takes it out)");
    }
    mlk_install_end(&i);
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
    .summary = "take the functions and the views out of a server",
    .examples = examples,
    .text = "The file miglock.so stays in plugin_dir. The schema miglock goes only when nothing else is in "
            "it. MariaDB's plugin METADATA_LOCK_INFO is left alone.\n",
    .options = mlk_uninstall_options,
    .min_args = 0,
    .max_args = 0,
    .connects = true,
    .run = run,
};
