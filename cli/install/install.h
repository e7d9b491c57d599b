/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting miglock.so's functions and the views miglock.locks and miglock.table_locks into a server, and
 * taking them out. */
#ifndef MIGLOCK_CLI_INSTALL_H
#define MIGLOCK_CLI_INSTALL_H

#include <stdbool.h>

#include "backend.h"
#include "miglock/buf.h"

#include "miglock/functions.h"

/* The functions that miglock.so registers; MariaDB needs a CREATE FUNCTION for each. */
enum mlk_function_index {
#define MLK_FUNCTION_ENUM(name) MLK_FUNCTION_##name,
    MLK_FUNCTION_LIST(MLK_FUNCTION_ENUM)
#undef MLK_FUNCTION_ENUM
        MLK_FUNCTIONS
};
/* "miglock_version" and so on. */
const char *mlk_function_name(size_t index);

/* The views, in the order in which they are made. */
enum { MLK_VIEWS = 2 };
/* Of a view: its name, "locks", and the function that it reads. */
const char *mlk_view_name(size_t view);
const char *mlk_view_function(size_t view);

/* What is there. */
struct mlk_installation {
    bool library;                 /* INSTALL COMPONENT or INSTALL SONAME has been done */
    bool unloaded;                /* and yet it is not loaded: the server did not find it when it started */
    bool function[MLK_FUNCTIONS]; /* MariaDB: created, from miglock.so */
    bool answers;                 /* miglock_version() works */
    char version[32];             /* what it says */
    bool schema;                  /* the schema miglock exists */
    bool schema_in_use;           /* and holds something else than our views */
    enum mlk_view_state { MLK_VIEW_NONE, MLK_VIEW_OURS, MLK_VIEW_OLD, MLK_VIEW_FOREIGN } view[MLK_VIEWS];
    bool performance_schema; /* is on */
    bool lock_info;          /* MariaDB: its plugin METADATA_LOCK_INFO is there */
    char plugin_dir[512];    /* ends in a slash */
    char host[256];          /* what the server takes its host to be called */
};
/* Looks. On failure error has a line that names the privilege where one is missing. */
enum mlk_status mlk_installation_look(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                      size_t error_size);

/* Appends the statement that creates a view. */
void mlk_view_statement(size_t view, struct mlk_buf *sql);
/* Its columns, "target,tool,...", in their order. */
void mlk_view_columns(size_t view, struct mlk_buf *names);

/* Statements to run, in order. */
enum { MLK_STEPS_MAX = 24 };
struct mlk_plan {
    size_t count;
    struct {
        struct mlk_buf sql;
        const char *needs; /* the privilege */
        bool loads;        /* the server has to find the library for it */
        bool housekeeping; /* no change to the server, so alone it is nothing to do */
        bool forgets;      /* only where the step before found that the component is not loaded */
    } steps[MLK_STEPS_MAX];
};
/* Adds an empty step and gives the buffer for its text. */
struct mlk_buf *mlk_plan_add(struct mlk_plan *plan, const char *needs);
/* Keeps what follows on this server: a replica or another node without miglock.so would stop at it. */
enum mlk_status mlk_plan_stay_local(struct mlk_backend *b, struct mlk_plan *plan);
/* Runs the plan, or only shows it with --dry-run; reports. done is "installed", nothing "already installed".
 */
enum mlk_exit mlk_plan_run(struct mlk_backend *b, const struct mlk_cli *cli, struct mlk_plan *plan,
                           const struct mlk_installation *found, const char *done, const char *nothing);
void mlk_plan_free(struct mlk_plan *plan);

/* install_advice.c: appends what to do about a library that the server could not load. error is what it said.
 */
void mlk_install_advice(struct mlk_buf *b, const struct mlk_installation *found, const char *error);

/* install_steps.c: what both commands begin and end with. */
extern const struct mlk_option mlk_uninstall_options[];
struct mlk_install {
    struct mlk_backend backend;
    struct mlk_installation found;
    struct mlk_plan plan;
};
/* Connects, looks, and begins a plan that keeps what follows on this server. A failure has been reported; end
 * in every case. */
enum mlk_exit mlk_install_begin(struct mlk_install *i, struct mlk_cli *cli);
void mlk_install_end(struct mlk_install *i);

#endif
