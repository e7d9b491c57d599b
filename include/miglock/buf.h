/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one growing text buffer. It is born with a maximum; text that would pass it is not stored and the
 * buffer remembers that it failed, so a chain of appends is checked once, at the end.
 */
#ifndef MIGLOCK_BUF_H
#define MIGLOCK_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "miglock/status.h"

struct mlk_buf {
    char *text; /* NUL-terminated once anything was appended; NULL before */
    size_t len;
    size_t cap;
    size_t max;             /* bytes of text at most, without the NUL */
    bool fixed;             /* text is the caller's own memory */
    enum mlk_status status; /* MLK_OK, MLK_TOO_LONG or MLK_NO_MEMORY; sticks until mlk_buf_reset */
};

/* An empty buffer that will hold at most max bytes. Nothing is allocated. */
void mlk_buf_init(struct mlk_buf *b, size_t max);
/* The same in the caller's memory, size bytes with the NUL (at least 1): it never grows, and nothing is
 * allocated. Any text in it is gone. */
void mlk_buf_fixed(struct mlk_buf *b, char *memory, size_t size);
/* Gives the memory back. Works on a zeroed struct and twice. */
void mlk_buf_free(struct mlk_buf *b);
/* Empty again, memory kept, failure forgotten. */
void mlk_buf_reset(struct mlk_buf *b);
/* Each returns b->status. After a failure the content is what it was before the failing append. */
enum mlk_status mlk_buf_add(struct mlk_buf *b, const char *text, size_t len);
enum mlk_status mlk_buf_str(struct mlk_buf *b, const char *text);
enum mlk_status mlk_buf_fmt(struct mlk_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum mlk_status mlk_buf_vfmt(struct mlk_buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* The text, "" where nothing was appended; owned by b. */
const char *mlk_buf_text(const struct mlk_buf *b);

#endif
