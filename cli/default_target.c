/* SPDX-License-Identifier: GPL-2.0-only */
#include "default_target.h"

#include <string.h>

#include "ghost_site.h"
#include "miglock/target.h"

enum mlk_exit mlk_default_target(struct mlk_cli *cli)
{
    const char *directory = mlk_options_value(&cli->options, "ghost");
    char error[MLK_ERROR_MAX] = "";
    struct mlk_target target;
    enum mlk_status status;

    /* the usage line is where a command says what it takes; --url beside --ghost is an error told later */
    if (!directory || mlk_options_has(&cli->options, "url") || cli->argc > 0 ||
        !strstr(cli->command->args, "TARGET"))
        return MLK_EXIT_DONE;
    status = mlk_ghost_site_read(directory, &cli->connection.ghost, error, sizeof error);
    if (status == MLK_OK)
        status =
            mlk_target_make("ghost", strlen("ghost"), cli->connection.ghost->schema,
                            strlen(cli->connection.ghost->schema), NULL, 0, &target, error, sizeof error);
    if (status == MLK_OK)
        status = mlk_connection_text(&cli->connection.target, target.text);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    cli->argc = 1;
    cli->argv = &cli->connection.target;
    if (cli->verbose)
        mlk_note("the target is %s (%s)", cli->connection.target, cli->connection.ghost->path);
    return MLK_EXIT_DONE;
}
