/* SPDX-License-Identifier: GPL-2.0-only */
/* The syntax of one line of an option file. */
#ifndef MIGLOCK_CLI_OPTION_LINE_H
#define MIGLOCK_CLI_OPTION_LINE_H

#include <stdbool.h>

enum mlk_line_kind {
    MLK_LINE_NOTHING, /* empty, a comment, or a directive that nobody knows */
    MLK_LINE_GROUP,
    MLK_LINE_OPTION,
    MLK_LINE_INCLUDE,
    MLK_LINE_INCLUDEDIR,
    MLK_LINE_WRONG,
};

struct mlk_option_line {
    enum mlk_line_kind kind;
    const char *name;  /* of the group or the option, a path, or what is wrong; never NULL */
    const char *value; /* of an option, without quotes and escapes; NULL where there is no '=' */
};

/* Takes text apart, in place: what comes out points into it. comments: a # outside quotes starts one, which a
 * login file does not have. */
struct mlk_option_line mlk_option_line(char *text, bool comments);

#endif
