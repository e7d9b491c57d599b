/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "client_library.h"
#include "command.h"
#include "json.h"
#include "miglock/miglock.h"
#include "plain.h"

static enum mlk_exit run(struct mlk_cli *cli)
{
    char library[64];
    cJSON *document;
    bool ok;

    mlk_library_name(library, sizeof library);
    if (!cli->json && !cli->plain) {
        printf("miglock %s (%s)\n", mlk_version(), library);
        return MLK_EXIT_DONE;
    }
    document = cJSON_CreateObject();
    ok = cJSON_AddStringToObject(document, "version", mlk_version()) &&
         cJSON_AddStringToObject(document, "client_library", library);
    if (ok && cli->plain)
        mlk_plain_print(MLK_PLAIN_VERSION, document);
    else
        ok = ok && mlk_json_out(document);
    cJSON_Delete(document);
    return ok ? MLK_EXIT_DONE : mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}

static const char *const examples[] = {
    "version",
    NULL,
};

const struct mlk_command mlk_cmd_version = {
    .name = "version",
    .args = "",
    .summary = "the version of this command and of its client library",
    .examples = examples,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
