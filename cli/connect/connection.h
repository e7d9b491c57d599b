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

enum mlk_fips_mode { MLK_FIPS_UNSET, MLK_FIPS_OFF, MLK_FIPS_ON, MLK_FIPS_STRICT };

enum mlk_switch { MLK_SWITCH_UNSET, MLK_SWITCH_OFF, MLK_SWITCH_ON };

struct mlk_ghost_site;

/* The members that are texts, each an allocation of its own or NULL. argument_password and argument_url are
 * copies of what stood on the command line; target is the lock that a command is about where its arguments
 * name none. */
#define MLK_CONNECTION_TEXTS(X)                                                                              \
    X(host)                                                                                                  \
    X(user)                                                                                                  \
    X(password)                                                                                              \
    X(argument_password)                                                                                     \
    X(argument_url)                                                                                          \
    X(target)                                                                                                \
    X(socket)                                                                                                \
    X(bind_address)                                                                                          \
    X(ssl_ca)                                                                                                \
    X(ssl_capath)                                                                                            \
    X(ssl_cert)                                                                                              \
    X(ssl_key)                                                                                               \
    X(ssl_cipher)                                                                                            \
    X(ssl_crl)                                                                                               \
    X(ssl_crlpath)                                                                                           \
    X(ssl_fp)                                                                                                \
    X(ssl_fplist)                                                                                            \
    X(tls_version)                                                                                           \
    X(tls_ciphersuites)                                                                                      \
    X(tls_sni_servername)                                                                                    \
    X(server_public_key_path)                                                                                \
    X(compression_algorithms)                                                                                \
    X(default_auth)                                                                                          \
    X(plugin_dir)

/* Zeroed is a valid start. password is NULL where none was given. */
struct mlk_connection {
#define MLK_CONNECTION_TEXT(member) char *member;
    MLK_CONNECTION_TEXTS(MLK_CONNECTION_TEXT)
#undef MLK_CONNECTION_TEXT
    struct mlk_ghost_site *ghost; /* owned; NULL until it is read */
    unsigned port;                /* 0: the library's default */
    unsigned connect_timeout;     /* seconds; 0: MLK_CONNECT_TIMEOUT_S */
    unsigned zstd_level;          /* 0: the library's default */
    enum mlk_protocol protocol;
    enum mlk_ssl_mode ssl_mode;
    enum mlk_fips_mode ssl_fips_mode;
    enum mlk_switch ssl, ssl_verify, get_server_public_key, cleartext, compress;
    bool ask_password; /* -p without a value */
    bool trace;        /* SQL goes to stderr */
};

enum { MLK_CONNECT_TIMEOUT_S = 10, MLK_IO_TIMEOUT_S = 30, MLK_OPTION_ERROR_MAX = 256 };

/* connection_options.c: the table; NULL past the end. */
const struct mlk_option *mlk_connection_option(size_t index);
/* Whether it is --defaults-file or one of its family, which must come first. */
bool mlk_connection_is_defaults(const struct mlk_option *option);
/* The mysql clients read --ssl_mode as --ssl-mode: spells such an argument with dashes, in place. Others stay
 * as they are. */
void mlk_connection_spell(char *argument);

/* Sets one option; value may be NULL. MLK_NOT_FOUND where there is no such option, MLK_USAGE with a line in
 * error. Those that say where to read other options (--defaults-file, --url and their like) are not found:
 * they are the command line's alone. */
enum mlk_status mlk_connection_set(struct mlk_connection *c, const char *name, const char *value, char *error,
                                   size_t error_size);

/* connection.c: replaces a text, the old one is wiped. value may be NULL. MLK_NO_MEMORY leaves it as it is.
 */
enum mlk_status mlk_connection_text(char **member, const char *value);
/* Forgets where the server is and who asks, for a source that names both anew. The socket stays: it is where
 * this machine's server listens. */
enum mlk_status mlk_connection_elsewhere(struct mlk_connection *c);
/* What is asked of TLS, in place of whatever was said before. */
void mlk_connection_ssl(struct mlk_connection *c, enum mlk_ssl_mode mode);
/* Option files, login path, DATABASE_URL, --ghost or --url, the command line, the environment; each beats
 * those before it, but for the environment, which only fills what is left. Asks for the password where that
 * was wished. */
enum mlk_status mlk_connection_resolve(struct mlk_connection *c, const struct mlk_options *given, char *error,
                                       size_t error_size);
/* Forgets passwords and gives memory back. */
void mlk_connection_free(struct mlk_connection *c);

/* environment.c: fills what nothing else has said from MYSQL_HOST and its like. quiet: without a hint. */
enum mlk_status mlk_environment_fill(struct mlk_connection *c, bool quiet, char *error, size_t error_size);

/* password.c: a line from the terminal, not shown. The caller frees it. */
enum mlk_status mlk_password_ask(char **out, char *error, size_t error_size);

#endif
