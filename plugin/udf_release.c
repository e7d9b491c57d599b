/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_release(target, token [, 'force' | 'blocker=ID' | 'force,blocker=ID']): JSON, what was done, or why
 * not. A NULL anywhere: NULL, and nothing is done. */
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_release",
    .usage = "miglock_release(target, token [, 'force'])",
    .min_args = 2,
    .max_args = 3,
    .asks_server = true,
};

MLK_UDF_DEFINE(miglock_release);

char *miglock_release(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                      unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};

    (void)result;
    return mlk_udf_change(&row, mlk_release);
}
