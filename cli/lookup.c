/* SPDX-License-Identifier: GPL-2.0-only */
#include "lookup.h"

#include <stdio.h>
#include <string.h>

#include "nearby.h"

bool mlk_is_target(const char *arg)
{
    return strchr(arg, ':') != NULL;
}

static enum mlk_status check_one(const char *arg, char *error, size_t error_size)
{
    struct mlk_target target;

    if (mlk_is_target(arg))
        return mlk_target_parse(arg, strlen(arg), &target, error, error_size);
    if (*arg && strlen(arg) <= MLK_IDENT_MAX)
        return MLK_OK;
    snprintf(error, error_size, "'%.60s' is neither a schema nor a target such as rails:shop", arg);
    return MLK_USAGE;
}

enum mlk_status mlk_lookup_check(const struct mlk_cli *cli, bool ask, char *error, size_t error_size)
{
    enum mlk_status status = MLK_OK;
    bool targets = cli->argc > 0;

    for (int i = 0; status == MLK_OK && i < cli->argc; i++) {
        targets = targets && mlk_is_target(cli->argv[i]);
        status = check_one(cli->argv[i], error, error_size);
    }
    /* To ask may end a session, so that is for a lock that somebody has named, not for whatever is found. */
    if (status == MLK_OK && ask && !targets) {
        snprintf(error, error_size, "--probe is for targets only, such as miglock %s rails:shop --probe",
                 cli->command->name);
        status = MLK_USAGE;
    }
    return status;
}

static enum mlk_status add_report(struct mlk_backend *b, struct mlk_answer *a, const char *arg, bool ask,
                                  char *error, size_t error_size)
{
    struct mlk_target target;
    cJSON *report = NULL;
    enum mlk_status status = mlk_target_parse(arg, strlen(arg), &target, error, error_size);

    if (status == MLK_OK)
        status = mlk_backend_report(b, &target, ask, &report, error, error_size);
    if (status == MLK_OK)
        cJSON_AddItemToArray(a->single, report);
    return status;
}

static enum mlk_status add_schema(struct mlk_backend *b, struct mlk_answer *a, const char *schema,
                                  char *error, size_t error_size)
{
    cJSON *reports = NULL, *report;
    enum mlk_status status = mlk_backend_locks(b, schema, &reports, error, error_size);

    a->tabled = true;
    if (status == MLK_OK && schema && cJSON_GetArraySize(reports) == 0)
        status = mlk_nearby_check_schema(b, schema, error, error_size);
    while (status == MLK_OK && (report = cJSON_DetachItemFromArray(reports, 0)))
        cJSON_AddItemToArray(a->table, report);
    cJSON_Delete(reports);
    return status;
}

enum mlk_status mlk_lookup(struct mlk_backend *b, const struct mlk_cli *cli, bool ask, struct mlk_answer *out,
                           char *error, size_t error_size)
{
    enum mlk_status status = MLK_OK;

    error[0] = '\0';
    *out = (struct mlk_answer){.single = cJSON_CreateArray(), .table = cJSON_CreateArray()};
    if (!out->single || !out->table) {
        snprintf(error, error_size, "%s", mlk_status_text(MLK_NO_MEMORY));
        return MLK_NO_MEMORY;
    }
    if (cli->argc == 0)
        status = add_schema(b, out, NULL, error, error_size);
    for (int i = 0; status == MLK_OK && i < cli->argc; i++)
        status = mlk_is_target(cli->argv[i]) ? add_report(b, out, cli->argv[i], ask, error, error_size)
                                             : add_schema(b, out, cli->argv[i], error, error_size);
    return status;
}

cJSON *mlk_answer_all(struct mlk_answer *answer)
{
    cJSON *all = answer->single, *report;

    while (all && (report = cJSON_DetachItemFromArray(answer->table, 0)))
        cJSON_AddItemToArray(all, report);
    answer->single = NULL;
    mlk_answer_free(answer);
    return all;
}

void mlk_answer_free(struct mlk_answer *answer)
{
    cJSON_Delete(answer->single);
    cJSON_Delete(answer->table);
    *answer = (struct mlk_answer){0};
}
