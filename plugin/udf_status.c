/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_status(target): JSON, the report of one lock. */
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_status",
    .usage = "miglock_status(target)",
    .min_args = 1,
    .max_args = 1,
    .asks_server = true,
};

MLK_UDF_DECLARE(miglock_status);

bool miglock_status_init(struct mlk_udf_init *init, struct mlk_udf_args *args, char *message)
{
    return mlk_udf_begin(&spec, init, args, message);
}

void miglock_status_deinit(struct mlk_udf_init *init)
{
    mlk_udf_end(init);
}

static enum mlk_status report(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    return mlk_report(s, (const struct mlk_target *)arg, false, out, error, size);
}

char *miglock_status(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                     unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    struct mlk_target target;

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (!mlk_udf_target(&row, 0, &target))
        return NULL;
    return mlk_udf_ask(&row, false, report, &target);
}
