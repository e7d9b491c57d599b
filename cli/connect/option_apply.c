/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of the files become those of a connection. */
#include <stdio.h>
#include <string.h>

#include "option_file.h"

enum { NAME_BYTES = 128 };

struct mlk_option_files mlk_option_files_given(const struct mlk_options *given)
{
    return (struct mlk_option_files){
        .none = mlk_options_has(given, "no-defaults"),
        .no_login = mlk_options_has(given, "no-login-paths"),
        .only = mlk_options_value(given, "defaults-file"),
        .extra = mlk_options_value(given, "defaults-extra-file"),
        .suffix = mlk_options_value(given, "defaults-group-suffix"),
        .login_path = mlk_options_value(given, "login-path"),
    };
}

/* Groups that other programs read hold their options too: what we do not know there is none of our business.
 */
static enum mlk_status apply(void *context, const struct mlk_found_option *found, char *error,
                             size_t error_size)
{
    char name[NAME_BYTES];
    const char *bare = name;
    bool loose;
    enum mlk_status status;

    snprintf(name, sizeof name, "%s", found->name);
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    loose = strncmp(name, "loose-", 6) == 0;
    if (loose)
        bare += 6;
    status = mlk_connection_set(context, bare, found->value, error, error_size);
    if (status != MLK_NOT_FOUND)
        return status;
    if (loose || !found->own)
        return MLK_OK;
    snprintf(error, error_size, "an option file cannot give miglock the option '%s'", bare);
    return MLK_USAGE;
}

enum mlk_status mlk_option_files_apply(struct mlk_connection *c, const struct mlk_option_files *files,
                                       char *error, size_t error_size)
{
    return mlk_option_files_read(files, apply, c, error, error_size);
}
