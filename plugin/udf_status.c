/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_status(target [, 'probe']): JSON, the report of one lock; with 'probe' its holder's client is asked
 * whether it is still there. A NULL anywhere: NULL, and nobody is asked. */
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_status",
    .usage = "miglock_status(target [, 'probe'])",
    .min_args = 1,
    .max_args = 2,
    .asks_server = true,
};

MLK_UDF_DEFINE(miglock_status);

struct job {
    struct mlk_target target;
    bool ask;
};

static enum mlk_status report(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    const struct job *job = arg;

    return mlk_report(s, &job->target, job->ask, out, error, size);
}

char *miglock_status(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                     unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    struct job job;

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (!mlk_udf_target(&row, 0, &job.target) || !mlk_udf_word(&row, 1, "probe", &job.ask))
        return NULL;
    return mlk_udf_ask(&row, false, report, &job);
}
