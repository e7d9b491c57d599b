/* SPDX-License-Identifier: GPL-2.0-only */
/* What the server says that it listens on. */
#ifndef MIGLOCK_DOOR_H
#define MIGLOCK_DOOR_H

#include <stdint.h>

struct mlk_door {
    uint16_t port;  /* 0: not known */
    char path[108]; /* of its Unix socket; "": not known */
};

#endif
