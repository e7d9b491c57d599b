/* SPDX-License-Identifier: GPL-2.0-only */
#include "lookup.h"

/* schema: NULL for all. Adds what is there to out. */
static enum mlk_status add_schema(struct mlk_backend *b, const char *schema, cJSON *out, char *error,
                                  size_t error_size)
{
    cJSON *documents = NULL, *document;
    enum mlk_status status = mlk_backend_table_locks(b, schema, &documents, error, error_size);

    while (status == MLK_OK && (document = cJSON_DetachItemFromArray(documents, 0)))
        cJSON_AddItemToArray(out, document);
    cJSON_Delete(documents);
    return status;
}

bool mlk_lookup_asks_tables(const struct mlk_cli *cli)
{
    bool asks = cli->argc == 0;

    for (int i = 0; i < cli->argc; i++)
        asks = asks || !mlk_is_target(cli->argv[i]);
    return asks;
}

enum mlk_status mlk_lookup_tables(struct mlk_backend *b, const struct mlk_cli *cli, cJSON *out, char *error,
                                  size_t error_size)
{
    enum mlk_status status = MLK_OK;

    if (cli->argc == 0)
        status = add_schema(b, NULL, out, error, error_size);
    for (int i = 0; status == MLK_OK && i < cli->argc; i++) {
        if (!mlk_is_target(cli->argv[i]))
            status = add_schema(b, cli->argv[i], out, error, error_size);
    }
    return status;
}
