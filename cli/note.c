/* SPDX-License-Identifier: GPL-2.0-only */
#include "note.h"

#include <stdio.h>

#include "miglock/buf.h"
#include "text.h"

enum { NOTE_MAX = 1 << 20 };

void mlk_vnote(const char *format, va_list args)
{
    struct mlk_buf raw, clean;

    mlk_buf_init(&raw, NOTE_MAX);
    mlk_buf_init(&clean, 4 * NOTE_MAX);
    mlk_buf_vfmt(&raw, format, args);
    mlk_text_clean(&clean, mlk_buf_text(&raw));
    fprintf(stderr, "miglock: %s\n", mlk_buf_text(&clean));
    mlk_buf_free(&raw);
    mlk_buf_free(&clean);
}

void mlk_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mlk_vnote(format, args);
    va_end(args);
}
