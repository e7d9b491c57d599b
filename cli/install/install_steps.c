/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "install.h"

const struct mlk_option mlk_uninstall_options[] = {
    {"dry-run", 0, MLK_ARG_NONE, NULL, "print the statements, run none"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

enum mlk_exit mlk_install_begin(struct mlk_install *i, struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX * 2];
    enum mlk_status status;
    enum mlk_exit exit;

    i->plan.count = 0;
    exit = mlk_backend_open(&i->backend, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_installation_look(&i->backend, &i->found, error, sizeof error);
    if (status == MLK_OK) {
        status = mlk_plan_stay_local(&i->backend, &i->plan);
        if (status != MLK_OK)
            snprintf(error, sizeof error, "%s", i->backend.session->error);
    }
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, error);
}

void mlk_install_end(struct mlk_install *i)
{
    mlk_plan_free(&i->plan);
    mlk_backend_close(&i->backend);
}
