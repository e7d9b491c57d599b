/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "command.h"
#include "json.h"

enum { MESSAGE_MAX = 2048 };

void mlk_status_code(enum mlk_status status, char *out, size_t size)
{
    static const char *const names[] = {
#define MLK_STATUS_NAME(name, text) #name,
        MLK_STATUS_LIST(MLK_STATUS_NAME)
#undef MLK_STATUS_NAME
    };
    size_t i = 0;

    for (const char *p = names[status]; *p && i + 1 < size; p++)
        out[i++] = (char)tolower((unsigned char)*p);
    out[i] = '\0';
}

enum mlk_exit mlk_fail(const struct mlk_cli *cli, enum mlk_exit exit, const char *code, const char *format,
                       ...)
{
    char message[MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (cli->command && cli->command->fail)
        return cli->command->fail(cli, code, message);
    /* where even the document does not fit into memory, the line still does */
    if (!cli->json || !mlk_json_error(code, message))
        mlk_note("%s", message);
    return exit;
}

void mlk_tell(const struct mlk_cli *cli, const char *format, ...)
{
    va_list args;

    if (cli->quiet)
        return;
    va_start(args, format);
    mlk_vnote(format, args);
    va_end(args);
}

bool mlk_for_people(const struct mlk_cli *cli)
{
    return !cli->json && !cli->plain && !cli->quiet;
}

enum mlk_exit mlk_fail_status(const struct mlk_cli *cli, enum mlk_status status, const char *error)
{
    char code[32];

    mlk_status_code(status, code, sizeof code);
    return mlk_fail(cli, status == MLK_USAGE ? MLK_EXIT_USAGE : MLK_EXIT_FAILED, code, "%s",
                    *error ? error : mlk_status_text(status));
}
