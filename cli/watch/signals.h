/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals as something to read from a descriptor, for commands that have a terminal to put back in order
 * before they end. Nothing is done in a handler.
 */
#ifndef MIGLOCK_CLI_SIGNALS_H
#define MIGLOCK_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct mlk_signals {
    int fd; /* readable when one is there; -1: not open */
    sigset_t held, before;
};

/* Holds back these signals (a list that ends with 0) from here on. One that is ignored, as SIGINT is in a
 * shell's background, stays ignored. False where the system has no descriptor to give. */
bool mlk_signals_open(struct mlk_signals *s, const int *list);
/* The next one; 0: none is there. */
int mlk_signals_next(struct mlk_signals *s);
/* As it was before. */
void mlk_signals_close(struct mlk_signals *s);
/* Lets that signal do now what it does by itself: end this process, or stop it. Returns once it goes on. */
void mlk_signals_let(int number);

#endif
