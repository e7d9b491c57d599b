/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_tools(): JSON, the tools it knows and how each locks. */
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {.name = "miglock_tools", .usage = "miglock_tools()"};

MLK_UDF_DEFINE(miglock_tools);

char *miglock_tools(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result, unsigned long *length,
                    unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    cJSON *out = NULL;
    enum mlk_status status = mlk_tools(&out);

    (void)result;
    return status ? mlk_udf_fail(&row, mlk_status_text(status)) : mlk_udf_json(&row, out);
}
