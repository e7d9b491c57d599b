/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka wants these four before its own header. */
#ifndef MIGLOCK_UNIT_H
#define MIGLOCK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
