/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_release(target, token [, 'force']): JSON, what was done, or why not. A NULL anywhere: NULL, and
 * nothing is done. */
#include <string.h>

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

enum { TOKEN_MAX = 64 };

struct job {
    struct mlk_target target;
    char token[TOKEN_MAX + 1];
    bool force;
};

static enum mlk_status release(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    const struct job *job = arg;
    const struct mlk_release_options options = {.token = job->token, .force = job->force};

    return mlk_release(s, &job->target, &options, out, error, size);
}

char *miglock_release(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                      unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    struct job job;

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (!mlk_udf_target(&row, 0, &job.target) || !mlk_udf_check(&row, 1, "token", TOKEN_MAX) ||
        !mlk_udf_word(&row, 2, "force", &job.force))
        return NULL;
    memcpy(job.token, args->args[1], args->lengths[1]);
    job.token[args->lengths[1]] = '\0';
    return mlk_udf_ask(&row, true, release, &job);
}
