/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_name(tool, schema [, qualifier]): the GET_LOCK name that the tool uses. NULL in, NULL out. */
#include <stdio.h>
#include <string.h>

#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_name",
    .usage = "miglock_name(tool, schema [, qualifier])",
    .min_args = 2,
    .max_args = 3,
};

MLK_UDF_DEFINE(miglock_name);

char *miglock_name(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result, unsigned long *length,
                   unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    bool qualified = args->arg_count > 2;
    char message[MLK_ERROR_MAX] = "";
    struct mlk_target target;
    enum mlk_status status;

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (!mlk_udf_check(&row, 0, "tool", MLK_IDENT_MAX) || !mlk_udf_check(&row, 1, "schema", MLK_IDENT_MAX) ||
        (qualified && !mlk_udf_check(&row, 2, "qualifier", MLK_IDENT_MAX)))
        return NULL;
    status = mlk_target_make(args->args[0], args->lengths[0], args->args[1], args->lengths[1],
                             qualified ? args->args[2] : NULL, qualified ? args->lengths[2] : 0, &target,
                             message, sizeof message);
    if (status)
        return mlk_udf_fail(&row, message[0] ? message : mlk_status_text(status));
    if (target.tool->kind == MLK_TABLE)
        return mlk_udf_fail(&row, "a table's metadata locks have no GET_LOCK name");
    if (target.tool->kind == MLK_ROW) {
        (void)snprintf(message, sizeof message, "%s locks with a row in %s, not with a GET_LOCK name",
                       target.tool->title, target.tool->default_table);
        return mlk_udf_fail(&row, message);
    }
    return mlk_udf_text(&row, target.name, strlen(target.name));
}
