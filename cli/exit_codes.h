/* SPDX-License-Identifier: GPL-2.0-only */
/* The exit codes, once: the help prints this list. A code never depends on the output format. */
#ifndef MIGLOCK_CLI_EXIT_CODES_H
#define MIGLOCK_CLI_EXIT_CODES_H

#define MLK_EXIT_LIST(X)                                                                                     \
    X(DONE, 0, "done")                                                                                       \
    X(FAILED, 1, "failed: no answer, or something went wrong")                                               \
    X(USAGE, 2, "the command line cannot be used")                                                           \
    X(HELD, 3, "with --exit-code: a lock is held, or it cannot be told; wait: the time is over")             \
    X(REFUSED, 4, "refused: nothing was changed")

/* For the help. */
struct mlk_exit_code {
    int number;
    const char *text; /* NULL ends a table */
};
extern const struct mlk_exit_code mlk_exit_codes[];

/* Those of miglock check: Monitoring Plugins Development Guidelines, "Plugin Return Codes". */
#define MLK_STATE_LIST(X)                                                                                    \
    X(OK, 0, "OK: no lock gives cause for concern")                                                          \
    X(WARNING, 1, "WARNING: someone should look")                                                            \
    X(CRITICAL, 2, "CRITICAL: migrations cannot run until somebody acts")                                    \
    X(UNKNOWN, 3, "UNKNOWN: also for every failure, mistakes in the command line included")

enum mlk_state {
#define MLK_STATE_ENUM(name, number, text) MLK_STATE_##name = (number),
    MLK_STATE_LIST(MLK_STATE_ENUM)
#undef MLK_STATE_ENUM
};

enum mlk_exit {
#define MLK_EXIT_ENUM(name, number, text) MLK_EXIT_##name = (number),
    MLK_EXIT_LIST(MLK_EXIT_ENUM)
#undef MLK_EXIT_ENUM
};

#endif
