/* SPDX-License-Identifier: GPL-2.0-only */
#include "defaults.h"

#include <stdio.h>
#include <string.h>

#include "miglock/buf.h"
#include "miglock/session.h"
#include "option_file.h"
#include "url.h"

enum { PRINT_BYTES = 1 << 22 };

struct leading {
    struct mlk_option_files files;
    bool print;
    size_t count; /* of options */
    int next;     /* the index of the first other argument */
};

static const struct mlk_option *option_of(const char *argument, size_t len)
{
    const struct mlk_option *option;

    for (size_t i = 0; (option = mlk_connection_option(i)); i++)
        if (strlen(option->name) == len && strncmp(option->name, argument, len) == 0)
            return mlk_connection_is_defaults(option) ? option : NULL;
    return NULL;
}

static void take(struct leading *l, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **member;
    } texts[] = {{"defaults-file", &l->files.only},
                 {"defaults-extra-file", &l->files.extra},
                 {"defaults-group-suffix", &l->files.suffix},
                 {"login-path", &l->files.login_path}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].name, name) == 0)
            *texts[i].member = value;
    l->files.none = l->files.none || strcmp(name, "no-defaults") == 0;
    l->files.no_login = l->files.no_login || strcmp(name, "no-login-paths") == 0;
    l->print = l->print || strcmp(name, "print-defaults") == 0;
}

static struct leading leading(int argc, char **argv)
{
    struct leading l = {.next = 1};

    while (l.next < argc && strncmp(argv[l.next], "--", 2) == 0) {
        const char *argument = argv[l.next] + 2, *value = NULL;
        size_t len = strcspn(argument, "=");
        const struct mlk_option *option = option_of(argument, len);

        if (!option)
            break;
        l.next++;
        if (argument[len])
            value = argument + len + 1;
        else if (option->arg == MLK_ARG_REQUIRED && l.next < argc)
            value = argv[l.next++];
        l.count++;
        take(&l, option->name, value);
    }
    return l;
}

size_t mlk_defaults_leading(int argc, char **argv)
{
    return leading(argc, argv).count;
}

bool mlk_defaults_print_wanted(int argc, char **argv)
{
    return leading(argc, argv).print;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* As MySQL's clients mask a password; MariaDB's show it. */
static enum mlk_status add_found(void *context, const struct mlk_found_option *found, char *error,
                                 size_t error_size)
{
    struct mlk_buf *out = context;

    (void)error;
    (void)error_size;
    if (starts(found->name, "password"))
        return mlk_buf_str(out, "--password=***** ");
    mlk_buf_fmt(out, "--%s", found->name);
    return found->value ? mlk_buf_fmt(out, "=%s ", found->value) : mlk_buf_str(out, " ");
}

static void add_argument(struct mlk_buf *out, const char *argument)
{
    if (starts(argument, "--password"))
        mlk_buf_str(out, "--password=***** ");
    else if (starts(argument, "-p") && argument[2])
        mlk_buf_str(out, "-p***** ");
    else if (starts(argument, "--url="))
        mlk_buf_str(out, "--url=***** ");
    else
        mlk_buf_fmt(out, "%s ", mlk_url_is_ours(argument) ? "*****" : argument);
}

enum mlk_exit mlk_defaults_print(const struct mlk_cli *cli, int argc, char **argv)
{
    struct leading l = leading(argc, argv);
    char error[MLK_ERROR_MAX] = "";
    struct mlk_buf out;
    enum mlk_status status;

    mlk_buf_init(&out, PRINT_BYTES);
    status = mlk_option_files_read(&l.files, add_found, &out, error, sizeof error);
    for (int i = l.next; status == MLK_OK && i < argc; i++)
        add_argument(&out, argv[i]);
    if (status == MLK_OK)
        printf("%s would have been started with the following arguments:\n%s\n", argv[0], mlk_buf_text(&out));
    mlk_buf_free(&out);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, error);
}
