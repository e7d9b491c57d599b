/* SPDX-License-Identifier: GPL-2.0-only */
#include "udf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "host.h"
#include "miglock/miglock.h"
#include "miglock/text.h"

/* In initid->ptr. Only one of the two holds a result at a time. */
struct state {
    char *json; /* of cJSON_Print */
    struct mlk_buf text;
};

static bool is_number(int type)
{
    return type == MLK_UDF_INT_RESULT || type == MLK_UDF_DECIMAL_RESULT || type == MLK_UDF_REAL_RESULT;
}

bool mlk_udf_begin(const struct mlk_udf_spec *spec, struct mlk_udf_init *init, struct mlk_udf_args *args,
                   char *message)
{
    const char *missing;
    struct state *state;

    init->ptr = NULL;
    if (args->arg_count < spec->min_args || args->arg_count > spec->max_args) {
        (void)snprintf(message, MLK_UDF_MESSAGE_MAX, "wrong number of arguments; use %s", spec->usage);
        return true;
    }
    for (unsigned i = 0; i < args->arg_count; i++) {
        if (spec->numbers && is_number(args->arg_type[i]))
            args->arg_type[i] = MLK_UDF_STRING_RESULT; /* the server then converts it, row by row */
        /* A literal NULL is a string to both servers. */
        if (args->arg_type[i] != MLK_UDF_STRING_RESULT) {
            (void)snprintf(message, MLK_UDF_MESSAGE_MAX, "argument %u is not a string; use %s", i + 1,
                           spec->usage);
            return true;
        }
    }
    missing = spec->asks_server ? mlk_host_missing() : NULL;
    if (missing) {
        (void)snprintf(message, MLK_UDF_MESSAGE_MAX, "%s", missing);
        return true;
    }
    if (!mlk_host_use_utf8(init, args)) {
        (void)snprintf(message, MLK_UDF_MESSAGE_MAX, "the server does not take the character set utf8mb4");
        return true;
    }
    state = calloc(1, sizeof *state);
    if (!state) {
        (void)snprintf(message, MLK_UDF_MESSAGE_MAX, "out of memory");
        return true;
    }
    mlk_buf_init(&state->text, MLK_JSON_MAX);
    init->ptr = (char *)state;
    init->maybe_null = true;
    init->max_length = MLK_JSON_MAX;
    /* What the server has put there says whether all arguments are constants; that is right for a function of
     * nothing but its arguments. */
    if (spec->asks_server)
        init->const_item = false;
    return false;
}

static struct state *state_of(const struct mlk_udf_row *row)
{
    /* calloc gave it, so it is aligned; the cast through void keeps the compiler from doubting that. */
    return (struct state *)(void *)row->init->ptr;
}

static void drop_result(struct state *state)
{
    cJSON_free(state->json);
    state->json = NULL;
    mlk_buf_free(&state->text);
}

void mlk_udf_end(struct mlk_udf_init *init)
{
    struct state *state = (struct state *)(void *)init->ptr;

    if (!state)
        return;
    drop_result(state);
    free(state);
    init->ptr = NULL;
}

bool mlk_udf_any_null(const struct mlk_udf_row *row)
{
    for (unsigned i = 0; i < row->args->arg_count; i++) {
        if (!row->args->args[i])
            return true;
    }
    return false;
}

bool mlk_udf_check(const struct mlk_udf_row *row, unsigned i, const char *what, size_t max)
{
    const char *text = row->args->args[i];
    size_t len = row->args->lengths[i];
    char message[MLK_UDF_MESSAGE_MAX];

    if (len == 0) {
        (void)snprintf(message, sizeof message, "the %s is empty", what);
    } else if (memchr(text, '\0', len)) {
        /* MariaDB hands arguments over in their own character set; a text in UTF-16 or UTF-32 is full of NUL
         * bytes. */
        (void)snprintf(message, sizeof message,
                       "the %s has a NUL byte in it; if it is text in another character set, use "
                       "CONVERT(... USING utf8mb4)",
                       what);
    } else if (!mlk_utf8_valid(text, len)) {
        (void)snprintf(message, sizeof message, "the %s is not UTF-8; use CONVERT(... USING utf8mb4)", what);
    } else if (len > max) {
        (void)snprintf(message, sizeof message, "the %s is too long: %zu bytes, at most %zu", what, len, max);
    } else {
        return true;
    }
    mlk_udf_fail(row, message);
    return false;
}

bool mlk_udf_word(const struct mlk_udf_row *row, unsigned i, const char *word, bool *said)
{
    static const char *const counted[] = {"first", "second", "third"};
    const struct mlk_udf_args *args = row->args;
    char message[MLK_UDF_MESSAGE_MAX];
    size_t len = strlen(word);

    *said = i < args->arg_count && args->lengths[i] == len && memcmp(args->args[i], word, len) == 0;
    if (*said || i >= args->arg_count || args->lengths[i] == 0)
        return true;
    (void)snprintf(message, sizeof message, "the %s argument can only be '%s', or be left out", counted[i],
                   word);
    mlk_udf_fail(row, message);
    return false;
}

bool mlk_udf_target(const struct mlk_udf_row *row, unsigned i, struct mlk_target *out)
{
    char error[MLK_ERROR_MAX] = "";
    enum mlk_status status;

    if (!mlk_udf_check(row, i, "target", MLK_TARGET_MAX))
        return false;
    status = mlk_target_parse(row->args->args[i], row->args->lengths[i], out, error, sizeof error);
    if (status)
        mlk_udf_fail(row, error[0] ? error : mlk_status_text(status));
    return !status;
}

char *mlk_udf_null(const struct mlk_udf_row *row)
{
    drop_result(state_of(row));
    *row->is_null = 1;
    return NULL;
}

char *mlk_udf_text(const struct mlk_udf_row *row, const char *text, size_t len)
{
    struct state *state = state_of(row);

    cJSON_free(state->json);
    state->json = NULL;
    mlk_buf_reset(&state->text); /* its memory serves the next row too */
    if (mlk_buf_add(&state->text, text, len))
        return mlk_udf_fail(row, mlk_status_text(state->text.status));
    *row->length = state->text.len;
    return state->text.text;
}

char *mlk_udf_json(const struct mlk_udf_row *row, cJSON *document)
{
    struct state *state = state_of(row);

    drop_result(state);
    state->json = mlk_json_print(document);
    cJSON_Delete(document);
    if (!state->json)
        return mlk_udf_fail(row, "out of memory, or the result is longer than 16 MB");
    *row->length = strlen(state->json);
    return state->json;
}

char *mlk_udf_fail(const struct mlk_udf_row *row, const char *text)
{
    char line[MLK_ERROR_MAX];

    mlk_printable(line, sizeof line, text, strlen(text));
    mlk_host_raise(row->spec->name, line);
    *row->error = 1;
    return mlk_udf_null(row);
}

struct ask {
    mlk_udf_work *work;
    void *arg;
    cJSON *out;
};

static enum mlk_status ask_server(struct mlk_session *s, void *arg, char *error, size_t size)
{
    struct ask *ask = arg;

    return ask->work(s, ask->arg, &ask->out, error, size);
}

char *mlk_udf_ask(const struct mlk_udf_row *row, bool writes, mlk_udf_work *work, void *arg)
{
    struct ask ask = {.work = work, .arg = arg};
    char error[MLK_ERROR_MAX] = "";
    enum mlk_status status = mlk_call(writes, ask_server, &ask, error, sizeof error);

    /* A statement that was killed gives no result, except of what has been changed by then: that must be
     * told. */
    if (status == MLK_KILLED || (!writes && mlk_host_killed(mlk_host_current_thd()))) {
        cJSON_Delete(ask.out);
        mlk_host_raise_killed();
        *row->error = 1;
        return mlk_udf_null(row);
    }
    if (!status && ask.out)
        return mlk_udf_json(row, ask.out);
    cJSON_Delete(ask.out);
    return mlk_udf_fail(row, error[0] ? error : mlk_status_text(status));
}
