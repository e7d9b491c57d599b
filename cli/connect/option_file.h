/* SPDX-License-Identifier: GPL-2.0-only */
/* Which option files are read, in which order, and what is found in the groups that miglock reads. */
#ifndef MIGLOCK_CLI_OPTION_FILE_H
#define MIGLOCK_CLI_OPTION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "connection.h"
#include "miglock/status.h"
#include "options.h"

/* Any text may be NULL; they are not owned. */
struct mlk_option_files {
    bool none;              /* --no-defaults: the login file is read nevertheless */
    bool no_login;          /* --no-login-paths */
    const char *only;       /* --defaults-file */
    const char *extra;      /* --defaults-extra-file */
    const char *suffix;     /* --defaults-group-suffix */
    const char *login_path; /* --login-path */
};

/* One option, while it is being told. */
struct mlk_found_option {
    const char *name;  /* as the file spells it */
    const char *value; /* NULL where there is no '=' */
    bool own;          /* of [miglock] and not of a group that others read too */
};

/* What to do with each. MLK_USAGE with a line in error ends the reading; the file and the line are put before
 * it. */
typedef enum mlk_status (*mlk_option_found)(void *context, const struct mlk_found_option *found, char *error,
                                            size_t error_size);

/* What was said on the command line about the files. */
struct mlk_option_files mlk_option_files_given(const struct mlk_options *given);
/* Calls back for every option of the groups read, in the clients' own order: a later one beats an earlier
 * one. MLK_USAGE with a line in error for a file that cannot be used. */
enum mlk_status mlk_option_files_read(const struct mlk_option_files *files, mlk_option_found found,
                                      void *context, char *error, size_t error_size);
/* The same, with each applied to a connection. */
enum mlk_status mlk_option_files_apply(struct mlk_connection *c, const struct mlk_option_files *files,
                                       char *error, size_t error_size);

/* login_file.c: what mysql_config_editor wrote, as the text of an option file; the caller wipes and frees it.
 * must: its absence is an error. *out is NULL where there is nothing to read. */
enum mlk_status mlk_login_file_read(bool must, char **out, char *error, size_t error_size);

#endif
