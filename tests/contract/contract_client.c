/* SPDX-License-Identifier: GPL-2.0-only */
/* The contract over the client connection, against the server that MLK_SOCKET, or MLK_HOST and MLK_PORT,
 * name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "session_client.h"

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

int main(void)
{
    const char *socket = getenv("MLK_SOCKET");
    const char *port = getenv("MLK_PORT");
    bool tcp = getenv("MLK_CONTRACT_TCP") != NULL;
    struct mlk_connection c = {
        .user = copy("mlk_contract"),
        .password = copy("contract"),
        .get_server_public_key = MLK_SWITCH_ON,
        .protocol = tcp ? MLK_PROTOCOL_TCP : MLK_PROTOCOL_SOCKET,
        .socket = tcp ? NULL : copy(socket),
        .host = tcp ? copy(getenv("MLK_HOST")) : NULL,
        .port = tcp && port ? (unsigned)strtoul(port, NULL, 10) : 0,
    };
    struct mlk_session *s = NULL;
    char error[MLK_ERROR_MAX] = "";
    struct mlk_buf out;
    int failures = 1;

    mlk_buf_init(&out, MLK_CONTRACT_OUT_MAX);
    if (mlk_client_session_open(&c, &s, error, sizeof error)) {
        printf("not ok - client: connects: %s\n", error);
    } else {
        failures = mlk_contract_run(s, &out);
        s->ops->close(s);
        fputs(mlk_buf_text(&out), stdout);
    }
    mlk_buf_free(&out);
    mlk_connection_free(&c);
    return failures ? 1 : 0;
}
