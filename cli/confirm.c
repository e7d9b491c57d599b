/* SPDX-License-Identifier: GPL-2.0-only */
#include "confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "miglock/buf.h"
#include "text.h"

bool mlk_confirm_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool mlk_confirm(const char *question, const char *word)
{
    struct mlk_buf clean;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    bool yes;

    mlk_buf_init(&clean, 65536);
    mlk_text_clean(&clean, question);
    fflush(stdout);
    fprintf(stderr, "%s ", mlk_buf_text(&clean));
    mlk_buf_free(&clean);
    len = getline(&line, &size, stdin);
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r' || line[len - 1] == ' '))
        line[--len] = '\0';
    yes = len > 0 && strcmp(line, word) == 0;
    free(line);
    return yes;
}
