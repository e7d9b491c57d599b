/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "backend.h"
#include "command.h"
#include "json.h"
#include "miglock/connection_id.h"
#include "plain.h"
#include "render.h"

/* "unknown" is an answer to show, but none to go on: a script must not take it for one. */
static enum mlk_exit finish(const struct mlk_cli *cli, const struct mlk_backend *b, const cJSON *document)
{
    const char *peer = mlk_json_text(document, "peer");
    struct mlk_render r;

    if (mlk_for_people(cli)) {
        mlk_render_start(&r, stdout, b->functions);
        mlk_render_probe(&r, document);
    } else if (cli->plain) {
        mlk_plain_print(MLK_PLAIN_PROBE, document);
    } else if (cli->json && !mlk_json_out(document)) {
        return mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    }
    return peer && strcmp(peer, "unknown") != 0 ? MLK_EXIT_DONE : MLK_EXIT_FAILED;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX * 2];
    struct mlk_backend b;
    cJSON *document = NULL;
    uint64_t id = 0;
    enum mlk_status status =
        mlk_connection_id_parse(cli->argv[0], strlen(cli->argv[0]), &id, error, sizeof error);
    enum mlk_exit exit;

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    exit = mlk_backend_open(&b, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_backend_probe(&b, id, &document, error, sizeof error);
    exit = status == MLK_OK ? finish(cli, &b, document) : mlk_fail_status(cli, status, error);
    cJSON_Delete(document);
    mlk_backend_close(&b);
    return exit;
}

static const char *const examples[] = {
    "probe 1562",
    "probe 1562 --json",
    NULL,
};

const struct mlk_command mlk_cmd_probe = {
    .name = "probe",
    .args = "ID",
    .summary = "is the client of a connection still there",
    .examples = examples,
    .text =
        "ID is a connection id, as in SHOW PROCESSLIST. The server's kernel asks the client's host by TCP "
        "keepalive; that takes milliseconds where it answers, and up to 5 s where it does not. Needs the "
        "functions in the server (miglock help install).\n"
        "A live client notices nothing. Where the host does not answer three questions in 3 to 4 s, the "
        "kernel closes that connection and the server ends the session: its locks come free, its open "
        "transaction is rolled back.\n"
        "Behind a proxy, a NAT or a load balancer it is that which answers, not the client.\n"
        "Exit code 0: alive, gone, or a process of the server's own host. 1: it cannot be told, or there is "
        "no such connection that this account may see.\n",
    .min_args = 1,
    .max_args = 1,
    .connects = true,
    .run = run,
};
