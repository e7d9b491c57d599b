/* SPDX-License-Identifier: GPL-2.0-only */
/* A result set, copied out of whatever library brought it. Text cells; NULL stays NULL. */
#ifndef MIGLOCK_ROWS_H
#define MIGLOCK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/status.h"

enum {
    MLK_ROWS_MAX = 20000,            /* rows of one result */
    MLK_ROWS_BYTES_MAX = 16u << 20u, /* bytes of one result */
};

struct mlk_rows {
    size_t columns;
    size_t count;
    bool truncated; /* more came than the limits allow; the rest was dropped */
    /* private */
    size_t cap, bytes;
    char **names; /* [columns] */
    char **cells; /* [count * columns], NUL-terminated copies in blocks; NULL is SQL NULL */
    size_t *lengths;
    struct mlk_rows_block *blocks; /* the newest first */
};

/* A result with that many columns and no rows; NULL where memory is out. names may hold NULL. */
struct mlk_rows *mlk_rows_new(size_t columns, const char *const *names);
/* Accepts NULL. */
void mlk_rows_free(struct mlk_rows *rows);
/* Appends a row of rows->columns cells (copied). lengths may be NULL: then cells are NUL-terminated.
 * Past the limits it drops the row, sets truncated and returns MLK_OK. */
enum mlk_status mlk_rows_add(struct mlk_rows *rows, const char *const *cells, const size_t *lengths);
/* The text of a cell, NULL for SQL NULL and for anything outside; owned by rows. */
const char *mlk_rows_text(const struct mlk_rows *rows, size_t row, size_t column);
/* Its length in bytes, 0 for NULL. */
size_t mlk_rows_length(const struct mlk_rows *rows, size_t row, size_t column);
/* The cell as a number; fallback where it is NULL or not a whole number. */
int64_t mlk_rows_int(const struct mlk_rows *rows, size_t row, size_t column, int64_t fallback);
/* Connection ids are 64 bits; 0 where the cell is NULL or no number. */
uint64_t mlk_rows_id(const struct mlk_rows *rows, size_t row, size_t column);
/* The column of that name (ASCII case ignored), or -1. */
int mlk_rows_column(const struct mlk_rows *rows, const char *name);
/* The name of a column as the server gave it; NULL where it has none, also for -1. Owned by rows. */
const char *mlk_rows_name(const struct mlk_rows *rows, int column);

#endif
