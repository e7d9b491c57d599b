/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that list something: of one schema, or of the whole server. */
#include <string.h>

#include "udf.h"

struct job {
    mlk_udf_all *all;
    bool one; /* schema counts */
    char schema[MLK_IDENT_MAX + 1];
};

static enum mlk_status work(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    const struct job *job = arg;

    return job->all(s, job->one ? job->schema : NULL, out, error, size);
}

char *mlk_udf_list(const struct mlk_udf_row *row, mlk_udf_all *all)
{
    const struct mlk_udf_args *args = row->args;
    struct job job = {.all = all, .one = args->arg_count > 0};

    if (mlk_udf_any_null(row))
        return mlk_udf_null(row);
    if (job.one && !mlk_udf_check(row, 0, "schema", MLK_IDENT_MAX))
        return NULL;
    if (job.one)
        memcpy(job.schema, args->args[0], args->lengths[0]); /* the rest is NUL */
    return mlk_udf_ask(row, false, work, &job);
}
