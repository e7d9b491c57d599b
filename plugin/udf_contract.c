/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_contract(): the contract test of the session port (tests/contract), run inside the server. In the
 * module miglock_contract.so only, which is never installed on a server that is in use. */
#include "call.h"
#include "contract.h"
#include "udf.h"

static const struct mlk_udf_spec spec = {
    .name = "miglock_contract", .usage = "miglock_contract()", .asks_server = true};

MLK_UDF_DEFINE(miglock_contract);

static enum mlk_status run(struct mlk_session *s, void *arg, char *error, size_t size)
{
    (void)error;
    (void)size;
    mlk_contract_run(s, (struct mlk_buf *)arg);
    return MLK_OK;
}

char *miglock_contract(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result,
                       unsigned long *length, unsigned char *is_null, unsigned char *error)
{
    const struct mlk_udf_row row = {&spec, init, args, length, is_null, error};
    char message[MLK_ERROR_MAX] = "";
    struct mlk_buf lines;
    enum mlk_status status;
    char *text;

    (void)result;
    mlk_buf_init(&lines, MLK_CONTRACT_OUT_MAX);
    status = mlk_call(true, run, &lines, message, sizeof message);
    if (status)
        text = mlk_udf_fail(&row, message[0] ? message : mlk_status_text(status));
    else
        text = mlk_udf_text(&row, mlk_buf_text(&lines), lines.len);
    mlk_buf_free(&lines);
    return text;
}
