/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_locks([schema]): JSON array, every migration lock of the server or of one schema. */
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_locks",
    .usage = "miglock_locks([schema])",
    .max_args = 1,
    .asks_server = true,
};

MLK_UDF_DEFINE(miglock_locks);

char *miglock_locks(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result, unsigned long *length,
                    unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};

    (void)result;
    return mlk_udf_list(&row, mlk_locks);
}
