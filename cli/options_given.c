/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "options.h"

bool mlk_options_has(const struct mlk_options *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->given[i].option->name, name) == 0)
            return true;
    return false;
}

const char *mlk_options_value(const struct mlk_options *o, const char *name)
{
    for (size_t i = o->count; i > 0; i--)
        if (strcmp(o->given[i - 1].option->name, name) == 0)
            return o->given[i - 1].value;
    return NULL;
}
