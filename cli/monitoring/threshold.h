/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges as monitoring plugins take them: Monitoring Plugins Development Guidelines, "Threshold and Ranges".
 */
#ifndef MIGLOCK_CLI_THRESHOLD_H
#define MIGLOCK_CLI_THRESHOLD_H

#include <stdbool.h>

#include "miglock/status.h"

/* A zeroed struct is a threshold that was not given. */
struct mlk_threshold {
    bool given;
    bool inside;       /* "@": alert inside the range, its ends included, and not outside */
    double start, end; /* may be infinite */
    char text[48];     /* as it was given; it fits into performance data as it is */
};

enum mlk_judgement { MLK_NO_ALERT, MLK_ALERT, MLK_CANNOT_TELL };

/* Reads [@][START:][END]; START is 0 where it is missing and "~" for no lower end, END is infinite where it
 * is missing. MLK_USAGE, and *out as it was, for anything else, and where START is greater than END. */
enum mlk_status mlk_threshold_parse(const char *text, struct mlk_threshold *out);
/* Judges a value of which only is known that it lies between least and most (most may be INFINITY). A
 * threshold that was not given never alerts. */
enum mlk_judgement mlk_threshold_judge(const struct mlk_threshold *t, double least, double most);

#endif
