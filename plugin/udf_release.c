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

MLK_UDF_DECLARE(miglock_release);

bool miglock_release_init(struct mlk_udf_init *init, struct mlk_udf_args *args, char *message)
{
    return mlk_udf_begin(&spec, init, args, message);
}

void miglock_release_deinit(struct mlk_udf_init *init)
{
    mlk_udf_end(init);
}

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

/* Anything but the word itself is refused: a mistyped one must neither release nor be taken for "no". */
static bool read_force(const struct mlk_udf_row *row, bool *force)
{
    static const char word[] = "force";
    const struct mlk_udf_args *args = row->args;

    *force = false;
    if (args->arg_count < 3 || args->lengths[2] == 0)
        return true;
    if (args->lengths[2] == sizeof word - 1 && memcmp(args->args[2], word, sizeof word - 1) == 0) {
        *force = true;
        return true;
    }
    mlk_udf_fail(row, "the third argument can only be 'force', or be left out");
    return false;
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
        !read_force(&row, &job.force))
        return NULL;
    memcpy(job.token, args->args[1], args->lengths[1]);
    job.token[args->lengths[1]] = '\0';
    return mlk_udf_ask(&row, true, release, &job);
}
