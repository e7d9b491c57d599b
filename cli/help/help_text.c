/* SPDX-License-Identifier: GPL-2.0-only */
/* Help for a terminal: 80 columns, whatever it is printed on. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "miglock/buf.h"
#include "text.h"

enum { WIDTH = 80, TEXT_MAX = 4096 };

static void heading(const char *text)
{
    printf("\n%s:\n", text);
}

static void row(const char *left, const char *right, size_t column)
{
    struct mlk_buf start, b;

    mlk_buf_init(&start, TEXT_MAX);
    mlk_buf_init(&b, TEXT_MAX);
    mlk_buf_fmt(&start, "  %s", left);
    mlk_text_pad(&b, mlk_buf_text(&start), column);
    if (mlk_text_width(mlk_buf_text(&start)) >= column) {
        mlk_buf_str(&b, "\n");
        mlk_text_pad(&b, "", column);
    }
    mlk_text_wrap(&b, right, column, WIDTH);
    fputs(mlk_buf_text(&b), stdout);
    mlk_buf_free(&start);
    mlk_buf_free(&b);
}

static void paragraphs(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        struct mlk_buf line, b;

        mlk_buf_init(&line, TEXT_MAX);
        mlk_buf_init(&b, TEXT_MAX);
        mlk_buf_add(&line, text, len);
        mlk_text_wrap(&b, mlk_buf_text(&line), 0, WIDTH);
        fputs(mlk_buf_text(&b), stdout);
        mlk_buf_free(&line);
        mlk_buf_free(&b);
        text += len + (text[len] == '\n');
    }
}

static void example(const char *line)
{
    printf("  %s\n", line);
}

const struct mlk_page mlk_page_text = {
    .heading = heading,
    .paragraphs = paragraphs,
    .row = row,
    .example = example,
};
