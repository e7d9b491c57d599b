/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command is and what it gets. A new command is one file with one struct mlk_command, one line below
 * and one line in main.c; parser and help read the struct.
 */
#ifndef MIGLOCK_CLI_COMMAND_H
#define MIGLOCK_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "connection.h"
#include "exit_codes.h"
#include "miglock/status.h"
#include "note.h"
#include "options.h"

struct mlk_cli;

struct mlk_command {
    const char *name;
    const char *args;                       /* "TARGET ...", for the usage line; "" where it takes none */
    const char *summary;                    /* one line, starts in lower case */
    const char *const *examples;            /* command lines without "miglock "; NULL-terminated */
    const char *text;                       /* what else its user should know; may be NULL */
    const struct mlk_option *options;       /* its own; ends with a NULL name; may be NULL */
    int min_args, max_args;                 /* max_args -1: any number */
    bool connects;                          /* the help then mentions the connection options */
    bool several;                           /* --host can name several servers; see members.h */
    const struct mlk_exit_code *exit_codes; /* its own, for the help; NULL: those of exit_codes.h */
    enum mlk_exit (*run)(struct mlk_cli *cli);
    /* A command whose exit codes are those of a monitoring plugin tells every failure its own way, mistakes
     * in the command line included; gives the exit code. NULL: as mlk_fail() does. */
    enum mlk_exit (*fail)(const struct mlk_cli *cli, const char *code, const char *message);
};

struct mlk_cli {
    const struct mlk_command *const *commands; /* all of them; NULL-terminated */
    const struct mlk_command *command;         /* the one to run; NULL until it is known */
    struct mlk_options options;                /* every option that was given */
    int argc;                                  /* the command's arguments */
    char **argv;
    struct mlk_connection connection;
    bool resolved; /* connection is complete: the files were read, the password asked for */
    bool json;
    bool plain; /* one record a line, columns parted by tabs */
    bool quiet; /* no text but errors; the answers of --json and --plain are printed all the same */
    bool utc;   /* times in text are in UTC, not in the zone of this machine */
    bool verbose;
};

extern const struct mlk_command mlk_cmd_status;
extern const struct mlk_command mlk_cmd_wait;
extern const struct mlk_command mlk_cmd_watch;
extern const struct mlk_command mlk_cmd_release;
extern const struct mlk_command mlk_cmd_repair;
extern const struct mlk_command mlk_cmd_probe;
extern const struct mlk_command mlk_cmd_advise;
extern const struct mlk_command mlk_cmd_explain;
extern const struct mlk_command mlk_cmd_name;
extern const struct mlk_command mlk_cmd_tables;
extern const struct mlk_command mlk_cmd_tools;
extern const struct mlk_command mlk_cmd_install;
extern const struct mlk_command mlk_cmd_uninstall;
extern const struct mlk_command mlk_cmd_check;
extern const struct mlk_command mlk_cmd_metrics;
extern const struct mlk_command mlk_cmd_completion;
extern const struct mlk_command mlk_cmd_help;
extern const struct mlk_command mlk_cmd_version;

/* By name; NULL where there is none. */
const struct mlk_command *mlk_command_find(const struct mlk_cli *cli, const char *name);

/* Reports a failure, as a line on stderr or, with --json, as a document on stdout. Returns exit. */
enum mlk_exit mlk_fail(const struct mlk_cli *cli, enum mlk_exit exit, const char *code, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));
/* The same for a status of the core: MLK_USAGE is exit code 2, everything else 1. */
enum mlk_exit mlk_fail_status(const struct mlk_cli *cli, enum mlk_status status,
                              const char *error); /* "denied" for MLK_DENIED. */
void mlk_status_code(enum mlk_status status, char *out, size_t size);

/* A message beside the answer, on stderr; nothing with --quiet. */
void mlk_tell(const struct mlk_cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether a person reads the answer: neither --json nor --plain nor --quiet was given. */
bool mlk_for_people(const struct mlk_cli *cli);

#endif
