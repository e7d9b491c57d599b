/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that change a lock have in common: look, ask, act, say what came of it. Only acting
 * changes anything, and it carries the token of what was looked at. */
#ifndef MIGLOCK_CLI_ACT_H
#define MIGLOCK_CLI_ACT_H

#include "backend.h"
#include "command.h"

struct mlk_act;

/* The words in which one command differs from another. */
struct mlk_act_kind {
    enum mlk_status (*run)(struct mlk_backend *b, const struct mlk_target *target,
                           const struct mlk_release_options *options, cJSON **out, char *error, size_t size);
    const char *const *good; /* outcomes that end the command with MLK_EXIT_DONE; NULL-terminated */
    const char *verb;        /* "Release" */
    const char *at_work;     /* "work is going on under this lock": what stands in the way of --yes alone */
    const char *at_risk;     /* what doing it beside somebody's work would do, a sentence for a terminal */
    const char *unsure;      /* "the lock is either as it was or released": where the answer is lost */
    /* The command's own order of steps. */
    enum mlk_exit (*work)(struct mlk_act *a);
    const struct mlk_act_kind *of_table; /* the same for the target table:...; NULL: no other */
};

struct mlk_act {
    const struct mlk_act_kind *kind;
    struct mlk_cli *cli;
    struct mlk_backend backend;
    struct mlk_target target;
    const char *given; /* --token */
    uint64_t blocker;  /* --blocker; 0: none */
    bool force, yes, dry_run;
    cJSON *seen;   /* the report that the person sees; its token is the one that counts */
    cJSON *result; /* what came of it */
    char error[MLK_ERROR_MAX * 2];
};

/* The whole command: target and options are checked, the server is connected to, kind->work does the rest.
 * rows_only: a named lock is refused with that text behind its name; NULL: any lock will do. */
enum mlk_exit mlk_act(struct mlk_cli *cli, const struct mlk_act_kind *kind, const char *rows_only);

/* Whether a document says this word there. */
bool mlk_act_is(const cJSON *object, const char *name, const char *word);
/* Looks, anew: fills seen. */
enum mlk_status mlk_act_look(struct mlk_act *a);
/* Shows what was seen, on stderr; with --json, --plain and --quiet only to whom the question will be put. */
void mlk_act_show(struct mlk_act *a);
/* Acts, or finds out what acting would do: fills result. */
enum mlk_status mlk_act_run(struct mlk_act *a, bool dry_run);
/* Asks the person, unless --yes has said it. active: somebody is at work. note: a sentence before the
 * question, or NULL. MLK_EXIT_DONE: go on. */
enum mlk_exit mlk_act_confirm(const struct mlk_act *a, bool active, const char *note);
enum mlk_exit mlk_act_refuse(const struct mlk_act *a, const char *why);
/* Prints result; how it ends the command, never by its format. */
enum mlk_exit mlk_act_finish(const struct mlk_act *a);
/* Where acting itself failed: the answer may be lost on the way, not the deed. */
enum mlk_exit mlk_act_fail(const struct mlk_act *a, enum mlk_status status);

#endif
