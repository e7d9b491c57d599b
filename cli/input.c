/* SPDX-License-Identifier: GPL-2.0-only */
#include "input.h"

#include <errno.h>
#include <unistd.h>

int mlk_input_read(int fd, size_t max, struct mlk_buf *text)
{
    char piece[1 << 14];

    while (text->len < max && !text->status) {
        size_t room = max - text->len;
        ssize_t got = read(fd, piece, room < sizeof piece ? room : sizeof piece);

        if (got < 0 && errno != EINTR)
            return errno;
        if (got == 0)
            break;
        if (got > 0)
            mlk_buf_add(text, piece, (size_t)got);
    }
    return 0;
}
