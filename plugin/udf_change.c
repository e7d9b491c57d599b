/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that change something: target, token, and 'force' or not; of a table also 'blocker=ID'. */
#include <string.h>

#include "miglock/connection_id.h"
#include "udf.h"

enum { TOKEN_MAX = 64 };

static const char blocker_is[] = "blocker=";

struct job {
    mlk_udf_act *act;
    struct mlk_target target;
    char token[TOKEN_MAX + 1];
    bool force;
    uint64_t blocker;
};

static enum mlk_status work(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    const struct job *job = arg;
    const struct mlk_release_options options = {
        .token = job->token, .force = job->force, .blocker = job->blocker};

    return job->act(s, &job->target, &options, out, error, size);
}

/* One of the words that the third argument of a table's release is made of. */
static bool take_word(const struct mlk_udf_row *row, const char *word, size_t len, struct job *job)
{
    const size_t prefix = sizeof blocker_is - 1;
    char error[MLK_ERROR_MAX];

    if (len == 5 && memcmp(word, "force", len) == 0) {
        job->force = true;
        return true;
    }
    if (len <= prefix || memcmp(word, blocker_is, prefix) != 0 || job->blocker) {
        mlk_udf_fail(row,
                     "the third argument can only be 'force', 'blocker=ID', or both with a comma between "
                     "them, or be left out");
        return false;
    }
    if (mlk_connection_id_parse(word + prefix, len - prefix, &job->blocker, error, sizeof error) == MLK_OK)
        return true;
    mlk_udf_fail(row, error);
    return false;
}

/* "force", "blocker=10", "force,blocker=10". */
static bool take_words(const struct mlk_udf_row *row, unsigned i, struct job *job)
{
    const struct mlk_udf_args *args = row->args;
    const char *at = i < args->arg_count ? args->args[i] : NULL;
    size_t left = at ? args->lengths[i] : 0;

    while (left) {
        const char *comma = memchr(at, ',', left);
        size_t len = comma ? (size_t)(comma - at) : left;

        if (!take_word(row, at, comma && left == len + 1 ? 0 : len, job)) /* nothing after a comma */
            return false;
        at += len + (comma != NULL);
        left -= len + (comma != NULL);
    }
    return true;
}

char *mlk_udf_change(const struct mlk_udf_row *row, mlk_udf_act *act)
{
    const struct mlk_udf_args *args = row->args;
    struct job job = {.act = act};

    if (mlk_udf_any_null(row))
        return mlk_udf_null(row);
    if (!mlk_udf_target(row, 0, &job.target) || !mlk_udf_check(row, 1, "token", TOKEN_MAX))
        return NULL;
    if (job.target.tool->kind == MLK_TABLE ? !take_words(row, 2, &job)
                                           : !mlk_udf_word(row, 2, "force", &job.force))
        return NULL;
    memcpy(job.token, args->args[1], args->lengths[1]);
    job.token[args->lengths[1]] = '\0';
    return mlk_udf_ask(row, true, work, &job);
}
