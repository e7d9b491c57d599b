/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_version(): the library's version. */
#include <string.h>

#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {.name = "miglock_version", .usage = "miglock_version()"};

MLK_UDF_DEFINE(miglock_version);

char *miglock_version(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                      unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};

    (void)result;
    return mlk_udf_text(&row, mlk_version(), strlen(mlk_version()));
}
