/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks at locks from a process of its own, over a connection of its own, so that whoever asked stays free
 * to act upon keys, signals and the clock: the client library cannot be interrupted (a name that does not
 * resolve, a server that hangs), a process can. It connects when it is asked, and again after the connection
 * was lost.
 */
#ifndef MIGLOCK_CLI_LOOKER_H
#define MIGLOCK_CLI_LOOKER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "command.h"

/* Zeroed is a valid start; it has no process then. */
struct mlk_looker {
    pid_t pid;
    int fd;           /* to wait at; -1 where there is no process */
    bool asked;       /* an answer is due */
    int64_t asked_ms; /* since then (mlk_clock_ms) */
    char *text;       /* of the answer, as far as it has come */
    size_t len, size;
};

/* What came of a look. Zeroed is a valid start. */
struct mlk_look {
    enum mlk_status status;
    bool connected;     /* false with a failure: there was no connection */
    char error[1200];   /* one line where status is not MLK_OK */
    cJSON *reports;     /* an array; owned */
    cJSON *blind;       /* an array of texts: what could not be seen, each once; owned */
    char where[512];    /* the server, for a headline */
    bool functions;     /* it was asked by its functions */
    char missing[1200]; /* the lock can never be seen free: there is no such table or schema; "". With a
                         * failure: that is why there is no report */
};

/* How a read ended. */
enum mlk_looker_end { MLK_LOOKER_MORE, MLK_LOOKER_ANSWER, MLK_LOOKER_DEAD };

/* The command's arguments are what it looks at; its connection is resolved (mlk_backend_resolve). silent: its
 * messages go nowhere, as the terminal is somebody else's. False with errno where there is no process. */
bool mlk_looker_start(struct mlk_looker *l, struct mlk_cli *cli, bool silent);
/* Asks; the answer before must have come. target: not what the command's arguments name but this lock alone,
 * and its holder's client is to be asked whether it is there. NULL: a look. */
void mlk_looker_ask(struct mlk_looker *l, const char *target);
/* Reads what has come without waiting. With MLK_LOOKER_ANSWER the caller frees *out. */
enum mlk_looker_end mlk_looker_read(struct mlk_looker *l, struct mlk_look *out);
/* Ends the process, within moments whatever it does. */
void mlk_looker_stop(struct mlk_looker *l);
void mlk_look_free(struct mlk_look *look);

#endif
