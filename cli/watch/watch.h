/* SPDX-License-Identifier: GPL-2.0-only */
/* What miglock watch knows while it runs; cmd_watch.c holds the loop. */
#ifndef MIGLOCK_CLI_WATCH_H
#define MIGLOCK_CLI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "looker.h"
#include "signals.h"
#include "watch_model.h"
#include "watch_screen.h"
#include "watch_text.h"

enum mlk_watch_page { MLK_WATCH_LIST, MLK_WATCH_DETAILS, MLK_WATCH_BLIND, MLK_WATCH_HELP };

struct mlk_watch {
    struct mlk_cli *cli;
    struct mlk_looker looker;
    struct mlk_signals signals;
    struct mlk_watch_screen screen;
    size_t rows, columns;
    bool away; /* the terminal may have been somebody else's */

    struct mlk_watch_model model;
    cJSON *blind;
    char where[512];
    char clock[16]; /* when the list was seen */
    bool functions;
    int64_t interval_ms, next_ms; /* the next look */

    bool failing;     /* the last look failed */
    bool connected;   /* but there was a connection */
    unsigned retries; /* in a row */
    char error[1200]; /* why */

    enum mlk_watch_page page;
    struct mlk_watch_text text;
    char *details; /* the target of that page; owned */
    char *probe;   /* a target whose holder's client is to be asked next; owned */
    bool probing;  /* the answer that is due is of that kind */
    bool typing;   /* the filter */

    char message[1400];
    bool alarm;
    int64_t message_until_ms;
    bool quit;
    enum mlk_exit exit;
};

/* watch_state.c */
/* Takes an answer over. */
void mlk_watch_take(struct mlk_watch *w, struct mlk_look *look);
/* Asks what is to be asked next, if it is time. */
void mlk_watch_ask(struct mlk_watch *w);
/* A line for a while. */
void mlk_watch_say(struct mlk_watch *w, bool alarm, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Opens that page, or makes it again for the screen's size and the last answer. */
void mlk_watch_show(struct mlk_watch *w, enum mlk_watch_page page);
/* The lock that keys are about: the one of the details, else the selected one; NULL: none. */
const struct mlk_watch_row *mlk_watch_subject(const struct mlk_watch *w);
void mlk_watch_draw(struct mlk_watch *w);
/* Milliseconds until something is to be done or drawn. */
int mlk_watch_pause(const struct mlk_watch *w);

/* watch_keys.c */
void mlk_watch_key(struct mlk_watch *w, int key);

/* watch_release.c: leaves the screen for the conversation of miglock release about that lock as it is shown,
 * and comes back. */
void mlk_watch_release(struct mlk_watch *w, const struct mlk_watch_row *row, bool force);

/* cmd_watch.c: holds back the signals that the screen must be put in order for. */
bool mlk_watch_hold_signals(struct mlk_watch *w);

#endif
