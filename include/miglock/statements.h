/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements that belong together and run one after the other, each with the right that it takes. */
#ifndef MIGLOCK_STATEMENTS_H
#define MIGLOCK_STATEMENTS_H

#include <stddef.h>

#include "miglock/buf.h"
#include "miglock/session.h"

enum { MLK_STATEMENTS_MAX = 2, MLK_STATEMENT_MAX = 4096 };

/* A zeroed struct is an empty list. */
struct mlk_statements {
    size_t count;
    struct mlk_statement {
        enum mlk_need need; /* MLK_NEED_UPDATE, MLK_NEED_DELETE or MLK_NEED_INSERT */
        struct mlk_buf sql;
    } list[MLK_STATEMENTS_MAX];
};

/* Appends an empty one and gives the buffer for its text. Where the list is full the buffer has failed. */
struct mlk_buf *mlk_statements_add(struct mlk_statements *s, enum mlk_need need);
/* MLK_OK, or why one of them could not be written. */
enum mlk_status mlk_statements_status(const struct mlk_statements *s);
/* Empty again. */
void mlk_statements_free(struct mlk_statements *s);
/* "UPDATE", "DELETE" or "INSERT": what such a statement does, which is also the name of its right. */
const char *mlk_change_word(enum mlk_need need);

#endif
