/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking the person, for `release`. */
#ifndef MIGLOCK_CLI_CONFIRM_H
#define MIGLOCK_CLI_CONFIRM_H

#include <stdbool.h>

/* Whether there is someone to ask: stdin is a terminal, and so is stderr, where the question goes. */
bool mlk_confirm_possible(void);
/* Asks for that word to be typed; true where exactly it was. question is cleaned here. */
bool mlk_confirm(const char *question, const char *word);

#endif
