/* SPDX-License-Identifier: GPL-2.0-only */
#include "nearby.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "miglock/sql.h"

enum { WORDS_MAX = 10000, SQL_BYTES = 4096 };

static const char schemas_sql[] = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA LIMIT 10000";

/* The server compares, as it knows whether the case of a name matters. */
static enum mlk_status look_for(struct mlk_backend *b, const char *schema, bool *exists)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_str(&sql, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ");
    mlk_sql_string(&sql, schema, strlen(schema));
    status = mlk_backend_sql(b, mlk_buf_text(&sql), &rows);
    *exists = status == MLK_OK && rows->count > 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_nearby_schema(struct mlk_backend *b, const char *schema, bool *exists, char *out,
                                  size_t size)
{
    const char *words[WORDS_MAX], *near;
    struct mlk_rows *rows = NULL;
    enum mlk_status status = look_for(b, schema, exists);
    size_t count = 0;

    out[0] = '\0';
    if (status == MLK_OK && !*exists)
        status = mlk_backend_sql(b, schemas_sql, &rows);
    for (size_t i = 0; rows && i < rows->count && count < WORDS_MAX; i++) {
        const char *word = mlk_rows_text(rows, i, 0);

        if (word)
            words[count++] = word;
    }
    near = mlk_nearest(schema, words, count);
    if (near)
        snprintf(out, size, "%s", near);
    mlk_rows_free(rows);
    return status;
}

/* "No lock" in a schema that does not exist would be a wrong answer to a typing mistake. */
enum mlk_status mlk_nearby_check_schema(struct mlk_backend *b, const char *schema, char *error,
                                        size_t error_size)
{
    char near[MLK_IDENT_MAX + 1];
    bool exists;
    enum mlk_status status = mlk_nearby_schema(b, schema, &exists, near, sizeof near);

    if (status != MLK_OK) {
        snprintf(error, error_size, "%s", b->session->error);
    } else if (!exists) {
        snprintf(error, error_size,
                 "there is no schema '%s' on this server, or this account may not see it%s%s%s", schema,
                 near[0] ? " (did you mean '" : "", near, near[0] ? "'?)" : "");
        status = MLK_NOT_FOUND;
    }
    return status;
}

static void hint_schema(struct mlk_backend *b, const char *tool, const char *schema)
{
    char near[MLK_IDENT_MAX + 1];
    bool exists;

    if (mlk_nearby_schema(b, schema, &exists, near, sizeof near) != MLK_OK || exists)
        return;
    if (near[0])
        mlk_note("this server has no schema '%s', or this account may not see it; did you mean %s:%s?",
                 schema, tool, near);
    else
        mlk_note("this server has no schema '%s', or this account may not see it", schema);
}

static void hint_name(struct mlk_backend *b, const char *target)
{
    const char *words[WORDS_MAX], *near;
    char error[MLK_ERROR_MAX * 2];
    cJSON *reports = NULL;
    const cJSON *report;
    size_t count = 0;

    if (mlk_backend_locks(b, NULL, &reports, error, sizeof error) == MLK_OK) {
        cJSON_ArrayForEach(report, reports)
        {
            const char *word = mlk_json_text(report, "target");

            if (word && mlk_json_may_be_held(report) && count < WORDS_MAX)
                words[count++] = word;
        }
        near = mlk_nearest(target, words, count);
        if (near)
            mlk_note("nobody holds %s; did you mean %s, which is held?", target, near);
    }
    cJSON_Delete(reports);
}

void mlk_nearby_hint(struct mlk_backend *b, const struct mlk_cli *cli, const cJSON *report)
{
    const char *tool = mlk_json_text(report, "tool"), *schema = mlk_json_text(report, "schema");
    const char *target = mlk_json_text(report, "target");

    if (!mlk_for_people(cli) || !tool || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "held")))
        return;
    if (schema)
        hint_schema(b, tool, schema);
    else if (target && strcmp(tool, "named") == 0)
        hint_name(b, target);
}
