/* SPDX-License-Identifier: GPL-2.0-only */
/* How a person names one lock: TOOL:SCHEMA, TOOL:SCHEMA/QUALIFIER or named:NAME. */
#ifndef MIGLOCK_TARGET_H
#define MIGLOCK_TARGET_H

#include <stddef.h>

#include "miglock/buf.h"
#include "miglock/session.h"
#include "miglock/tool.h"

enum {
    MLK_NAME_MAX = 192,     /* bytes of a GET_LOCK name; MariaDB allows the most */
    MLK_IDENT_MAX = 64 * 4, /* bytes of a schema or table name: 64 characters of utf8mb4 */
    MLK_TARGET_MAX = 1024,  /* bytes of a target's text */
};

struct mlk_target {
    const struct mlk_tool *tool;       /* never NULL after a successful parse */
    char schema[MLK_IDENT_MAX + 1];    /* "" for named:NAME */
    char qualifier[MLK_IDENT_MAX + 1]; /* "" where none was given */
    char name[MLK_NAME_MAX + 1];       /* the GET_LOCK name; "" for a row lock */
    char table[MLK_IDENT_MAX + 1];     /* the lock table; "" for a named lock */
    char text[MLK_TARGET_MAX + 1];     /* the target as a person would write it */
};

/* Parses len bytes of text. MLK_OK, or MLK_USAGE with one line in error (what is wrong, what would work). */
enum mlk_status mlk_target_parse(const char *text, size_t len, struct mlk_target *out, char *error,
                                 size_t error_size);
/* Whether a server of this flavour can have such a lock: MLK_OK, or MLK_USAGE with one line in error. */
enum mlk_status mlk_target_fits(const struct mlk_target *target, enum mlk_flavour flavour, char *error,
                                size_t error_size);
/* Appends "table:shop/orders" as mlk_target_parse reads it again. Names are NUL-terminated, qualifier may be
 * "". Not for named:NAME. */
void mlk_target_text(const struct mlk_tool *tool, const char *schema, const char *qualifier,
                     struct mlk_buf *out);
/* A target from parts: qualifier may be NULL. */
enum mlk_status mlk_target_make(const char *tool, size_t tool_len, const char *schema, size_t schema_len,
                                const char *qualifier, size_t qualifier_len, struct mlk_target *out,
                                char *error, size_t error_size);

#endif
