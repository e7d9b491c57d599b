/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_table_locks([schema]): JSON array, every table that DDL is at work on or that sessions wait for. */
#include <string.h>

#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_table_locks",
    .usage = "miglock_table_locks([schema])",
    .max_args = 1,
    .asks_server = true,
};

MLK_UDF_DEFINE(miglock_table_locks);

static enum mlk_status list(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    return mlk_table_locks(s, (const char *)arg, out, error, size);
}

char *miglock_table_locks(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                          unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    char schema[MLK_IDENT_MAX + 1];

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (args->arg_count == 0)
        return mlk_udf_ask(&row, false, list, NULL);
    if (!mlk_udf_check(&row, 0, "schema", MLK_IDENT_MAX))
        return NULL;
    memcpy(schema, args->args[0], args->lengths[0]);
    schema[args->lengths[0]] = '\0';
    return mlk_udf_ask(&row, false, list, schema);
}
