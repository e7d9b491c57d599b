/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A release from the list is miglock release itself, with the token of what was shown: the same report,
 * questions, refusals and advice, on the plain terminal. Ctrl-C there ends the command, as it always does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "json.h"
#include "watch.h"

static bool give(struct mlk_options *o, const char *name, const char *value)
{
    const struct mlk_option *option = mlk_cmd_release.options;

    while (option->name && strcmp(option->name, name) != 0)
        option++;
    if (!option->name || o->count == MLK_OPTIONS_MAX)
        return false;
    o->given[o->count].option = option;
    o->given[o->count].value = value;
    o->given[o->count].of_connection = false;
    o->count++;
    return true;
}

static void converse(struct mlk_watch *w, char *target, const char *token, bool force)
{
    struct mlk_cli cli = *w->cli; /* its connection stays owned by the original */
    char *argv[] = {target, NULL};
    int c;

    mlk_note("release of %s%s", target, force ? " with --force" : "");
    cli.command = &mlk_cmd_release;
    cli.argc = 1;
    cli.argv = argv;
    cli.quiet = false;
    if (give(&cli.options, "token", token) && (!force || give(&cli.options, "force", NULL)))
        cli.command->run(&cli);
    else
        mlk_note("too many options");
    /* what was typed ahead must not take the answer away before it is read */
    tcflush(STDIN_FILENO, TCIFLUSH);
    fputs("\nPress Enter to go back to the list. ", stdout);
    fflush(stdout);
    do
        c = getchar();
    while (c != '\n' && c != EOF);
    clearerr(stdin);
}

/* The looker's connection ends first: an idle session too many could look like a holder. */
static void leave_and_return(struct mlk_watch *w, char *target, const char *token, bool force)
{
    mlk_looker_stop(&w->looker);
    w->probing = false;
    mlk_watch_screen_leave(&w->screen);
    tcflush(STDIN_FILENO, TCIFLUSH); /* keys meant for the list are no answers */
    mlk_signals_close(&w->signals);
    converse(w, target, token, force);
    if (!mlk_watch_hold_signals(w) || !mlk_looker_start(&w->looker, w->cli, true)) {
        mlk_watch_screen_close(&w->screen);
        w->exit = mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "cannot go on looking: %s", strerror(errno));
        w->quit = true;
        return;
    }
    mlk_watch_screen_return(&w->screen);
    mlk_watch_screen_size(&w->screen, &w->rows, &w->columns);
    w->next_ms = 0;
}

void mlk_watch_release(struct mlk_watch *w, const struct mlk_watch_row *row, bool force)
{
    const char *name = mlk_json_text(row->report, "target"), *shown = mlk_json_text(row->report, "token");
    char *target = name ? strdup(name) : NULL, *token = shown ? strdup(shown) : NULL;

    if (!row->may_be_held)
        mlk_watch_say(w, false, "%s is free: there is nothing to release", name ? name : "it");
    else if (row->table && !mlk_json_text(row->report, "table"))
        mlk_watch_say(w, true,
                      "a lock on a schema or the server is not released here: end who has it (KILL)");
    else if (mlk_json_text(row->report, "damage"))
        mlk_watch_say(w, true, "its lock table is damaged, which is another action: miglock repair %s",
                      name ? name : "");
    else if (!target || !token)
        mlk_watch_say(w, true, "%s cannot be released: it cannot be told whether it is held",
                      name ? name : "it");
    else
        leave_and_return(w, target, token, force);
    free(target);
    free(token);
}
