/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mlk_buf_init(struct mlk_buf *b, size_t max)
{
    memset(b, 0, sizeof *b);
    b->max = max;
}

void mlk_buf_fixed(struct mlk_buf *b, char *memory, size_t size)
{
    mlk_buf_init(b, size - 1);
    b->text = memory;
    b->cap = size;
    b->fixed = true;
    memory[0] = '\0';
}

void mlk_buf_free(struct mlk_buf *b)
{
    if (!b->fixed)
        free(b->text);
    b->text = NULL;
    b->len = 0;
    b->cap = 0;
    b->fixed = false;
}

void mlk_buf_reset(struct mlk_buf *b)
{
    b->len = 0;
    b->status = MLK_OK;
    if (b->text)
        b->text[0] = '\0';
}

/* Makes room for len more bytes and the NUL. */
static enum mlk_status reserve(struct mlk_buf *b, size_t len)
{
    size_t cap;
    char *text;

    if (b->status)
        return b->status;
    if (len > b->max - b->len)
        return b->status = MLK_TOO_LONG;
    if (b->len + len + 1 <= b->cap)
        return MLK_OK; /* always so in the caller's memory: its cap is max + 1 */
    cap = b->cap ? b->cap * 2 : 128;
    if (cap < b->len + len + 1)
        cap = b->len + len + 1;
    if (cap > b->max + 1)
        cap = b->max + 1;
    text = realloc(b->text, cap);
    if (!text)
        return b->status = MLK_NO_MEMORY;
    b->text = text;
    b->cap = cap;
    return MLK_OK;
}

enum mlk_status mlk_buf_add(struct mlk_buf *b, const char *text, size_t len)
{
    if (reserve(b, len))
        return b->status;
    if (len)
        memcpy(b->text + b->len, text, len);
    b->len += len;
    b->text[b->len] = '\0';
    return MLK_OK;
}

enum mlk_status mlk_buf_str(struct mlk_buf *b, const char *text)
{
    return mlk_buf_add(b, text, strlen(text));
}

enum mlk_status mlk_buf_vfmt(struct mlk_buf *b, const char *format, va_list args)
{
    char small[128]; /* most texts fit, and are made only once */
    va_list again;
    int len;

    if (b->status)
        return b->status;
    va_copy(again, args);
    len = vsnprintf(small, sizeof small, format, again);
    va_end(again);
    if (len < 0)
        return b->status = MLK_TOO_LONG;
    if ((size_t)len < sizeof small)
        return mlk_buf_add(b, small, (size_t)len);
    if (reserve(b, (size_t)len))
        return b->status;
    vsnprintf(b->text + b->len, (size_t)len + 1, format, args);
    b->len += (size_t)len;
    return MLK_OK;
}

enum mlk_status mlk_buf_fmt(struct mlk_buf *b, const char *format, ...)
{
    va_list args;
    enum mlk_status status;

    va_start(args, format);
    status = mlk_buf_vfmt(b, format, args);
    va_end(args);
    return status;
}

const char *mlk_buf_text(const struct mlk_buf *b)
{
    return b->text ? b->text : "";
}
