/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock, the command: a table of commands. */
#include <errno.h>
#include <fcntl.h>
#include <mysql.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "defaults.h"
#include "help.h"
#include "text.h"

static const struct mlk_command *const commands[] = {
    &mlk_cmd_status,
    &mlk_cmd_release,
    &mlk_cmd_repair,
    &mlk_cmd_tables,
    &mlk_cmd_wait,
    &mlk_cmd_watch,
    &mlk_cmd_probe,
    &mlk_cmd_advise,
    &mlk_cmd_explain,
    &mlk_cmd_check,
    &mlk_cmd_metrics,
    &mlk_cmd_name,
    &mlk_cmd_tools,
    &mlk_cmd_install,
    &mlk_cmd_uninstall,
    &mlk_cmd_completion,
    &mlk_cmd_help,
    &mlk_cmd_version,
    NULL,
};

const struct mlk_command *mlk_command_find(const struct mlk_cli *cli, const char *name)
{
    for (size_t i = 0; cli->commands[i]; i++)
        if (strcmp(cli->commands[i]->name, name) == 0)
            return cli->commands[i];
    return NULL;
}

static enum mlk_exit run(struct mlk_cli *cli, int argc, char **argv)
{
    enum mlk_exit exit;

    if (mlk_defaults_print_wanted(argc, argv))
        return mlk_defaults_print(cli, argc, argv);
    exit = mlk_options_parse(cli, argc, argv);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (mlk_options_has(&cli->options, "help") && cli->command != &mlk_cmd_help) {
        mlk_help_command(cli->command);
        return MLK_EXIT_DONE;
    }
    return cli->command->run(cli);
}

/* An answer that did not arrive is no answer. A reader that has gone (head, a closed pager) needs no message.
 */
static enum mlk_exit flush(const struct mlk_cli *cli, enum mlk_exit exit)
{
    if (!ferror(stdout) && fflush(stdout) == 0)
        return exit;
    if (ferror(stdout)) { /* it may have failed long ago: once more, for the reason */
        clearerr(stdout);
        if (putchar('\n') != EOF && fflush(stdout) == 0)
            errno = EIO;
    }
    if (errno != EPIPE)
        mlk_note("cannot write the answer: %s", strerror(errno));
    return cli->command && cli->command->fail ? (enum mlk_exit)MLK_STATE_UNKNOWN : MLK_EXIT_FAILED;
}

/* A descriptor that the caller has closed would be given to the connection next, and the answer written into
 * it. What takes its place cannot be used. */
static void occupy_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(MLK_EXIT_FAILED);
    }
}

int main(int argc, char **argv)
{
    struct mlk_cli cli = {.commands = commands};
    enum mlk_exit exit;

    occupy_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a closed stdout or a lost server is an error to report, not a death */
    mlk_text_locale();
    exit = flush(&cli, run(&cli, argc, argv));
    mlk_connection_free(&cli.connection);
    mysql_library_end();
    return (int)exit;
}
