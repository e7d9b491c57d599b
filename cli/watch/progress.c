/* SPDX-License-Identifier: GPL-2.0-only */
#include "progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "miglock/buf.h"
#include "text.h"

enum { WIDTH = 80, LINE_BYTES = 65536 };

void mlk_progress_start(struct mlk_progress *p, bool wanted)
{
    *p = (struct mlk_progress){.on = wanted && isatty(STDERR_FILENO)};
}

/* One column stays free: a terminal may go to the next line after its last. */
static size_t room(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
        return WIDTH - 1;
    return size.ws_col - 1U;
}

/* With spaces, as not every terminal knows how to erase a line. */
static void put(struct mlk_progress *p, const char *line)
{
    size_t width = mlk_text_width(line), rest = p->shown > width ? p->shown - width : 0;

    fprintf(stderr, "\r%s%*s", line, (int)rest, "");
    if (rest > 0)
        fprintf(stderr, "\r%s", line);
    fflush(stderr);
    p->shown = width;
}

void mlk_progress_show(struct mlk_progress *p, const char *text)
{
    struct mlk_buf clean, line;
    size_t width = room();

    if (!p->on)
        return;
    p->shown = p->shown < width ? p->shown : width; /* it may have become narrower */
    mlk_buf_init(&clean, LINE_BYTES);
    mlk_buf_init(&line, LINE_BYTES);
    mlk_text_clean(&clean, text);
    mlk_text_cut(&line, mlk_buf_text(&clean), width);
    put(p, mlk_buf_text(&line));
    mlk_buf_free(&clean);
    mlk_buf_free(&line);
}

void mlk_progress_clear(struct mlk_progress *p)
{
    if (p->shown > 0)
        put(p, "");
}

void mlk_progress_end(struct mlk_progress *p)
{
    if (p->shown > 0)
        fputc('\n', stderr);
    p->shown = 0;
}
