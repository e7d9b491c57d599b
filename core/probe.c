/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/miglock.h"
#include "miglock/text.h"

enum mlk_status mlk_probe_connection(struct mlk_session *s, uint64_t connection_id, cJSON **out, char *error,
                                     size_t error_size)
{
    (void)s;
    (void)connection_id;
    *out = NULL;
    mlk_copy(error, error_size, "not built in");
    return MLK_UNSUPPORTED;
}
