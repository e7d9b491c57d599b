/* SPDX-License-Identifier: GPL-2.0-only */
/* Results of the fake session: written as text by a test, copied for whoever asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_script.h"

void *fake_must(void *memory, const char *what)
{
    if (memory == NULL) {
        (void)fprintf(stderr, "the fake session cannot store %s\n", what);
        abort();
    }
    return memory;
}

/* Splits the len bytes of a line at '|' into cells; how many there are. cells[i] points into line. */
static size_t split_line(const char *line, size_t len, const char **cells, size_t *lengths, size_t max)
{
    size_t count = 0;
    size_t start = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && line[i] != '|') {
            continue;
        }
        if (count == max) {
            return max + 1;
        }
        cells[count] = line + start;
        lengths[count] = i - start;
        count++;
        start = i + 1;
    }
    return count;
}

enum { COLUMNS_MAX = 256 };

static struct mlk_rows *new_result(const char *const *cells, const size_t *lengths, size_t count)
{
    char *names[COLUMNS_MAX] = {NULL};
    struct mlk_rows *rows = NULL;

    for (size_t i = 0; i < count; i++) {
        names[i] = fake_must(strndup(cells[i], lengths[i]), "a column name");
    }
    rows = fake_must(mlk_rows_new(count, (const char *const *)names), "a result");
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    return rows;
}

struct mlk_rows *fake_table_parse(const char *table)
{
    struct mlk_rows *rows = NULL;
    const char *cells[COLUMNS_MAX];
    size_t lengths[COLUMNS_MAX];

    for (const char *line = table; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");
        size_t count = split_line(line, (size_t)(end - line), cells, lengths, COLUMNS_MAX);

        if (count > COLUMNS_MAX || (rows != NULL && count != rows->columns)) {
            (void)fprintf(stderr, "the fake session: wrong number of cells in \"%.*s\"\n", (int)(end - line),
                          line);
            abort();
        }
        if (rows == NULL) {
            rows = new_result(cells, lengths, count);
        } else {
            for (size_t i = 0; i < count; i++) {
                if (lengths[i] == 4 && memcmp(cells[i], "NULL", 4) == 0) {
                    cells[i] = NULL;
                    lengths[i] = 0;
                }
            }
            if (mlk_rows_add(rows, cells, lengths) != MLK_OK) {
                (void)fake_must(NULL, "a row");
            }
        }
        line = *end == '\n' ? end + 1 : end;
    }
    return fake_must(rows, "an empty result");
}

struct mlk_rows *fake_rows_head(const struct mlk_rows *rows, size_t count)
{
    struct mlk_rows *copy = mlk_rows_new(rows->columns, (const char *const *)rows->names);
    const char **cells = calloc(rows->columns + 1, sizeof *cells);
    size_t *lengths = calloc(rows->columns + 1, sizeof *lengths);
    enum mlk_status status = copy != NULL && cells != NULL && lengths != NULL ? MLK_OK : MLK_NO_MEMORY;

    for (size_t r = 0; status == MLK_OK && r < rows->count && r < count; r++) {
        for (size_t c = 0; c < rows->columns; c++) {
            cells[c] = mlk_rows_text(rows, r, c);
            lengths[c] = mlk_rows_length(rows, r, c);
        }
        status = mlk_rows_add(copy, cells, lengths);
    }
    free(cells);
    free(lengths);
    if (status != MLK_OK) {
        mlk_rows_free(copy);
        return NULL;
    }
    copy->truncated = rows->truncated;
    return copy;
}

struct mlk_rows *fake_rows_copy(const struct mlk_rows *rows)
{
    return fake_rows_head(rows, rows->count);
}
