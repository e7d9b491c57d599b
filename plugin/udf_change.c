/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that change something: target, token, and 'force' or not. */
#include <string.h>

#include "udf.h"

enum { TOKEN_MAX = 64 };

struct job {
    mlk_udf_act *act;
    struct mlk_target target;
    char token[TOKEN_MAX + 1];
    bool force;
};

static enum mlk_status work(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    const struct job *job = arg;
    const struct mlk_release_options options = {.token = job->token, .force = job->force};

    return job->act(s, &job->target, &options, out, error, size);
}

char *mlk_udf_change(const struct mlk_udf_row *row, mlk_udf_act *act)
{
    const struct mlk_udf_args *args = row->args;
    struct job job = {.act = act};

    if (mlk_udf_any_null(row))
        return mlk_udf_null(row);
    if (!mlk_udf_target(row, 0, &job.target) || !mlk_udf_check(row, 1, "token", TOKEN_MAX) ||
        !mlk_udf_word(row, 2, "force", &job.force))
        return NULL;
    memcpy(job.token, args->args[1], args->lengths[1]);
    job.token[args->lengths[1]] = '\0';
    return mlk_udf_ask(row, true, work, &job);
}
