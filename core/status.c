/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/status.h"

const char *mlk_status_text(enum mlk_status status)
{
    switch (status) {
#define MLK_STATUS_CASE(name, text)                                                                          \
    case MLK_##name:                                                                                         \
        return text;
        MLK_STATUS_LIST(MLK_STATUS_CASE)
#undef MLK_STATUS_CASE
    }
    return "unknown status";
}
