/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_probe(connection_id): JSON, what the kernel knows of that connection's client after asking it. NULL
 * in, NULL out, and nobody is asked. */
#include "miglock/connection_id.h"
#include "miglock/miglock.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_probe",
    .usage = "miglock_probe(connection_id)",
    .min_args = 1,
    .max_args = 1,
    .numbers = true,
    .asks_server = true,
};

MLK_UDF_DEFINE(miglock_probe);

static enum mlk_status probe(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size)
{
    return mlk_probe_connection(s, *(const uint64_t *)arg, out, error, size);
}

char *miglock_probe(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result, unsigned long *length,
                    unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    char message[MLK_ERROR_MAX];
    uint64_t id = 0;

    (void)result;
    if (mlk_udf_any_null(&row))
        return mlk_udf_null(&row);
    if (!mlk_udf_check(&row, 0, "connection id", MLK_CONNECTION_ID_DIGITS))
        return NULL;
    if (mlk_connection_id_parse(args->args[0], args->lengths[0], &id, message, sizeof message))
        return mlk_udf_fail(&row, message);
    return mlk_udf_ask(&row, false, probe, &id);
}
