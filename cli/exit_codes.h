/* SPDX-License-Identifier: GPL-2.0-only */
/* The exit codes, once: the help prints this list. A code never depends on the output format. */
#ifndef MIGLOCK_CLI_EXIT_CODES_H
#define MIGLOCK_CLI_EXIT_CODES_H

#define MLK_EXIT_LIST(X)                                                                                     \
    X(DONE, 0, "done")                                                                                       \
    X(FAILED, 1, "failed: no answer, or something went wrong")                                               \
    X(USAGE, 2, "the command line cannot be used")                                                           \
    X(HELD, 3, "with --exit-code: a lock is held, or it cannot be told")                                     \
    X(REFUSED, 4, "refused: nothing was changed")

enum mlk_exit {
#define MLK_EXIT_ENUM(name, number, text) MLK_EXIT_##name = (number),
    MLK_EXIT_LIST(MLK_EXIT_ENUM)
#undef MLK_EXIT_ENUM
};

#endif
