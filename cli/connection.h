/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How to reach the server: the mysql client's options. One table serves the command line, the option files
 * and the help. The files are read here and not by the client library: the library applies them over what the
 * command line said (a ssl-mode of ~/.my.cnf would win), and it knows neither --defaults-extra-file nor
 * --no-defaults.
 */
#ifndef MIGLOCK_CLI_CONNECTION_H
#define MIGLOCK_CLI_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/status.h"
#include "options.h"

enum mlk_protocol { MLK_PROTOCOL_DEFAULT, MLK_PROTOCOL_TCP, MLK_PROTOCOL_SOCKET };

enum mlk_ssl_mode {
    MLK_SSL_UNSET, /* nothing was said: what the library does by itself */
    MLK_SSL_DISABLED,
    MLK_SSL_PREFERRED,
    MLK_SSL_REQUIRED,
    MLK_SSL_VERIFY_CA,
    MLK_SSL_VERIFY_IDENTITY,
};

enum mlk_switch { MLK_SWITCH_UNSET, MLK_SWITCH_OFF, MLK_SWITCH_ON };

/* Zeroed is a valid start. Texts are owned. */
struct mlk_connection {
    char *host;
    char *user;
    char *password;          /* NULL: none was given */
    char *argument_password; /* the command line's, before it is applied */
    char *socket;
    char *ssl_ca, *ssl_capath, *ssl_cert, *ssl_key, *ssl_cipher, *tls_version;
    char *default_auth, *plugin_dir;
    unsigned port;            /* 0: the library's default */
    unsigned connect_timeout; /* seconds; 0: MLK_CONNECT_TIMEOUT_S */
    enum mlk_protocol protocol;
    enum mlk_ssl_mode ssl_mode;
    enum mlk_switch ssl, ssl_verify, get_server_public_key;
    bool ask_password; /* -p without a value */
    bool trace;        /* SQL goes to stderr */
};

enum { MLK_CONNECT_TIMEOUT_S = 10, MLK_IO_TIMEOUT_S = 30, MLK_OPTION_ERROR_MAX = 256 };

/* The table; NULL past the end. */
const struct mlk_option *mlk_connection_option(size_t index);
/* Whether it is --defaults-file or one of its family, which must come first. */
bool mlk_connection_is_defaults(const struct mlk_option *option);

/* Sets one option; value may be NULL. MLK_NOT_FOUND where there is no such option, MLK_USAGE with a line in
 * error. */
enum mlk_status mlk_connection_set(struct mlk_connection *c, const char *name, const char *value, char *error,
                                   size_t error_size);
/* Option files, then the command line, then the environment; asks for the password where that was wished. */
enum mlk_status mlk_connection_resolve(struct mlk_connection *c, const struct mlk_options *given, char *error,
                                       size_t error_size);
/* Forgets passwords and gives memory back. */
void mlk_connection_free(struct mlk_connection *c);

/* option_file.c: applies the groups that miglock reads. Any path may be NULL. */
struct mlk_option_files {
    bool none;          /* --no-defaults */
    const char *only;   /* --defaults-file */
    const char *extra;  /* --defaults-extra-file */
    const char *suffix; /* --defaults-group-suffix */
};
enum mlk_status mlk_option_files_read(struct mlk_connection *c, const struct mlk_option_files *files,
                                      char *error, size_t error_size);

/* password.c: a line from the terminal, not shown. The caller frees it. */
enum mlk_status mlk_password_ask(char **out, char *error, size_t error_size);

#endif
