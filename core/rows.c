/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Texts are kept in blocks: one for each cell would take longer than the server needs to make them up. Where
 * a sanitizer watches, each row has a block of its own, so that it sees a step behind a row. */
enum {
#ifdef __SANITIZE_ADDRESS__
    BLOCK_LEAST = 1,
    BLOCK_MOST = 1,
#else
    BLOCK_LEAST = 1024,
    BLOCK_MOST = 65536,
#endif
};
struct mlk_rows_block {
    struct mlk_rows_block *next;
    size_t size, used;
    char text[];
};

static char *take(struct mlk_rows *rows, size_t bytes)
{
    struct mlk_rows_block *block = rows->blocks;
    size_t size = block ? block->size * 2 : BLOCK_LEAST;

    if (size > BLOCK_MOST)
        size = BLOCK_MOST;
    if (!block || block->size - block->used < bytes) {
        if (size < bytes)
            size = bytes;
        block = malloc(sizeof *block + size);
        if (!block)
            return NULL;
        *block = (struct mlk_rows_block){.next = rows->blocks, .size = size};
        rows->blocks = block;
    }
    block->used += bytes;
    return block->text + block->used - bytes;
}

struct mlk_rows *mlk_rows_new(size_t columns, const char *const *names)
{
    struct mlk_rows *rows = calloc(1, sizeof *rows);

    if (!rows)
        return NULL;
    rows->columns = columns;
    rows->names = calloc(columns ? columns : 1, sizeof *rows->names);
    if (!rows->names)
        goto fail;
    for (size_t i = 0; names && i < columns; i++) {
        if (!names[i])
            continue;
        rows->names[i] = strdup(names[i]);
        if (!rows->names[i])
            goto fail;
    }
    return rows;
fail:
    mlk_rows_free(rows);
    return NULL;
}

void mlk_rows_free(struct mlk_rows *rows)
{
    if (!rows)
        return;
    for (size_t i = 0; rows->names && i < rows->columns; i++)
        free(rows->names[i]);
    while (rows->blocks) {
        struct mlk_rows_block *next = rows->blocks->next;

        free(rows->blocks);
        rows->blocks = next;
    }
    free(rows->names);
    free(rows->cells);
    free(rows->lengths);
    free(rows);
}

/* Room for one more row. */
static enum mlk_status grow(struct mlk_rows *rows)
{
    size_t cap = rows->cap ? rows->cap * 2 : 8;
    char **cells;
    size_t *lengths;

    if (rows->count < rows->cap)
        return MLK_OK;
    cells = realloc(rows->cells, cap * rows->columns * sizeof *cells);
    if (!cells)
        return MLK_NO_MEMORY;
    rows->cells = cells;
    lengths = realloc(rows->lengths, cap * rows->columns * sizeof *lengths);
    if (!lengths)
        return MLK_NO_MEMORY;
    rows->lengths = lengths;
    rows->cap = cap;
    return MLK_OK;
}

enum mlk_status mlk_rows_add(struct mlk_rows *rows, const char *const *cells, const size_t *lengths)
{
    size_t base = rows->count * rows->columns;
    size_t bytes = 0;
    char *text;

    if (!rows->columns)
        return MLK_OK;
    for (size_t i = 0; i < rows->columns; i++)
        bytes += cells[i] ? (lengths ? lengths[i] : strlen(cells[i])) : 0;
    if (rows->count >= MLK_ROWS_MAX || bytes > MLK_ROWS_BYTES_MAX - rows->bytes) {
        rows->truncated = true;
        return MLK_OK;
    }
    if (grow(rows))
        return MLK_NO_MEMORY;
    text = take(rows, bytes + rows->columns); /* each with its NUL */
    if (!text)
        return MLK_NO_MEMORY;
    for (size_t i = 0; i < rows->columns; i++) {
        size_t len = !cells[i] ? 0 : lengths ? lengths[i] : strlen(cells[i]);

        rows->cells[base + i] = cells[i] ? text : NULL;
        rows->lengths[base + i] = len;
        if (!cells[i])
            continue;
        if (len)
            memcpy(text, cells[i], len);
        text[len] = '\0';
        text += len + 1;
    }
    rows->bytes += bytes;
    rows->count++;
    return MLK_OK;
}

const char *mlk_rows_text(const struct mlk_rows *rows, size_t row, size_t column)
{
    if (!rows || row >= rows->count || column >= rows->columns)
        return NULL;
    return rows->cells[row * rows->columns + column];
}

size_t mlk_rows_length(const struct mlk_rows *rows, size_t row, size_t column)
{
    return mlk_rows_text(rows, row, column) ? rows->lengths[row * rows->columns + column] : 0;
}

int64_t mlk_rows_int(const struct mlk_rows *rows, size_t row, size_t column, int64_t fallback)
{
    const char *text = mlk_rows_text(rows, row, column);
    char *end;
    long long value;

    if (!text || !*text)
        return fallback;
    errno = 0;
    value = strtoll(text, &end, 10);
    return errno || *end ? fallback : value;
}

uint64_t mlk_rows_id(const struct mlk_rows *rows, size_t row, size_t column)
{
    const char *text = mlk_rows_text(rows, row, column);
    char *end;
    unsigned long long value;

    if (!text || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    value = strtoull(text, &end, 10);
    return errno || *end ? 0 : value;
}

int mlk_rows_column(const struct mlk_rows *rows, const char *name)
{
    for (size_t i = 0; rows && i < rows->columns; i++) {
        if (rows->names[i] && strcasecmp(rows->names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

const char *mlk_rows_name(const struct mlk_rows *rows, int column)
{
    return rows && column >= 0 && (size_t)column < rows->columns ? rows->names[column] : NULL;
}
