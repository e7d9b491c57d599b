/* SPDX-License-Identifier: GPL-2.0-only */
#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind { TEXT, PORT, SECONDS, PASSWORD, PROTOCOL, SSL_MODE, SWITCH, SWITCH_OFF, DEFAULTS };

struct row {
    struct mlk_option option;
    enum kind kind;
    size_t offset; /* of the member; not used by PASSWORD and DEFAULTS */
};

#define AT(member) offsetof(struct mlk_connection, member)

static const struct row rows[] = {
    {{"defaults-file", 0, MLK_ARG_REQUIRED, "FILE", "read this option file only (must come first)"},
     DEFAULTS,
     0},
    {{"defaults-extra-file", 0, MLK_ARG_REQUIRED, "FILE", "read this option file too (must come first)"},
     DEFAULTS,
     0},
    {{"defaults-group-suffix", 0, MLK_ARG_REQUIRED, "TEXT", "read [clientTEXT] and [miglockTEXT] too"},
     DEFAULTS,
     0},
    {{"no-defaults", 0, MLK_ARG_NONE, NULL, "read no option file (must come first)"}, DEFAULTS, 0},
    {{"host", 'h', MLK_ARG_REQUIRED, "HOST", "the server's host"}, TEXT, AT(host)},
    {{"port", 'P', MLK_ARG_REQUIRED, "PORT", "its TCP port; alone it means TCP"}, PORT, AT(port)},
    {{"socket", 'S', MLK_ARG_REQUIRED, "PATH", "its Unix socket"}, TEXT, AT(socket)},
    {{"protocol", 0, MLK_ARG_REQUIRED, "NAME", "tcp or socket"}, PROTOCOL, AT(protocol)},
    {{"user", 'u', MLK_ARG_REQUIRED, "NAME", "the account"}, TEXT, AT(user)},
    {{"password", 'p', MLK_ARG_OPTIONAL, "PASSWORD", "its password; without a value it is asked for"},
     PASSWORD,
     0},
    {{"connect-timeout", 0, MLK_ARG_REQUIRED, "SECONDS", "how long to try to connect (10)"},
     SECONDS,
     AT(connect_timeout)},
    {{"ssl-mode", 0, MLK_ARG_REQUIRED, "MODE", "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY"},
     SSL_MODE,
     AT(ssl_mode)},
    {{"ssl", 0, MLK_ARG_OPTIONAL, "0|1", "insist on TLS; --skip-ssl: without TLS"}, SWITCH, AT(ssl)},
    {{"skip-ssl", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl)},
    {{"ssl-verify-server-cert", 0, MLK_ARG_OPTIONAL, "0|1",
      "check the certificate and the host's name in it"},
     SWITCH,
     AT(ssl_verify)},
    {{"skip-ssl-verify-server-cert", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl_verify)},
    {{"ssl-ca", 0, MLK_ARG_REQUIRED, "FILE", "certificates to trust"}, TEXT, AT(ssl_ca)},
    {{"ssl-capath", 0, MLK_ARG_REQUIRED, "DIR", "a directory of them"}, TEXT, AT(ssl_capath)},
    {{"ssl-cert", 0, MLK_ARG_REQUIRED, "FILE", "the client's own certificate"}, TEXT, AT(ssl_cert)},
    {{"ssl-key", 0, MLK_ARG_REQUIRED, "FILE", "its key"}, TEXT, AT(ssl_key)},
    {{"ssl-cipher", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(ssl_cipher)},
    {{"tls-version", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(tls_version)},
    {{"get-server-public-key", 0, MLK_ARG_OPTIONAL, "0|1",
      "fetch the RSA key that a login without TLS may need"},
     SWITCH,
     AT(get_server_public_key)},
    {{"default-auth", 0, MLK_ARG_REQUIRED, "NAME", NULL}, TEXT, AT(default_auth)},
    {{"plugin-dir", 0, MLK_ARG_REQUIRED, "DIR", "the client library's authentication plugins"},
     TEXT,
     AT(plugin_dir)},
};

#undef AT

static const char *const ssl_modes[] = {NULL,       "DISABLED",  "PREFERRED",
                                        "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"};

const struct mlk_option *mlk_connection_option(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index].option : NULL;
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].option.name, name) == 0)
            return &rows[i];
    return NULL;
}

bool mlk_connection_is_defaults(const struct mlk_option *option)
{
    const struct row *row = find(option->name);

    return row && row->kind == DEFAULTS;
}

/* A password that is no longer wanted does not stay in memory. */
static void forget(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static enum mlk_status set_text(char **member, const char *value)
{
    char *copy = value ? strdup(value) : NULL;

    if (value && !copy)
        return MLK_NO_MEMORY;
    forget(*member);
    *member = copy;
    return MLK_OK;
}

static enum mlk_status set_number(unsigned *member, const char *name, const char *value, unsigned long max,
                                  char *error, size_t error_size)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = value && *value >= '0' && *value <= '9' ? strtoul(value, &end, 10) : 0;
    if (!end || *end || errno || number > max) {
        snprintf(error, error_size, "%s must be a number from 0 to %lu", name, max);
        return MLK_USAGE;
    }
    *member = (unsigned)number;
    return MLK_OK;
}

static enum mlk_status set_switch(enum mlk_switch *member, const char *name, const char *value, char *error,
                                  size_t error_size)
{
    static const char *const on[] = {"1", "on", "true", "yes"}, *const off[] = {"0", "off", "false", "no"};

    *member = MLK_SWITCH_ON;
    for (size_t i = 0; value && i < sizeof on / sizeof on[0]; i++) {
        if (strcasecmp(value, on[i]) == 0)
            return MLK_OK;
        if (strcasecmp(value, off[i]) == 0) {
            *member = MLK_SWITCH_OFF;
            return MLK_OK;
        }
    }
    if (!value)
        return MLK_OK;
    snprintf(error, error_size, "%s takes 0 or 1", name);
    return MLK_USAGE;
}

static enum mlk_status set_protocol(enum mlk_protocol *member, const char *value, char *error,
                                    size_t error_size)
{
    if (value && strcasecmp(value, "tcp") == 0)
        *member = MLK_PROTOCOL_TCP;
    else if (value && strcasecmp(value, "socket") == 0)
        *member = MLK_PROTOCOL_SOCKET;
    else {
        snprintf(error, error_size, "protocol must be tcp or socket");
        return MLK_USAGE;
    }
    return MLK_OK;
}

static enum mlk_status set_ssl_mode(enum mlk_ssl_mode *member, const char *value, char *error,
                                    size_t error_size)
{
    for (size_t i = 1; value && i < sizeof ssl_modes / sizeof ssl_modes[0]; i++) {
        if (strcasecmp(value, ssl_modes[i]) == 0) {
            *member = (enum mlk_ssl_mode)i;
            return MLK_OK;
        }
    }
    snprintf(error, error_size,
             "ssl-mode must be DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
    return MLK_USAGE;
}

enum mlk_status mlk_connection_set(struct mlk_connection *c, const char *name, const char *value, char *error,
                                   size_t error_size)
{
    const struct row *row = find(name);
    void *member;

    if (!row)
        return MLK_NOT_FOUND;
    member = (char *)c + row->offset;
    switch (row->kind) {
    case TEXT:
        return set_text(member, value);
    case PORT:
        return set_number(member, name, value, 65535, error, error_size);
    case SECONDS:
        return set_number(member, name, value, 3600, error, error_size);
    case PASSWORD:
        c->ask_password = !value;
        return set_text(&c->password, value);
    case PROTOCOL:
        return set_protocol(member, value, error, error_size);
    case SSL_MODE:
        return set_ssl_mode(member, value, error, error_size);
    case SWITCH:
        return set_switch(member, name, value, error, error_size);
    case SWITCH_OFF:
        *(enum mlk_switch *)member = MLK_SWITCH_OFF;
        return MLK_OK;
    case DEFAULTS:
        return MLK_OK;
    }
    return MLK_NOT_FOUND;
}

/*
 * What was said on the command line about the way there beats an option file that says something else: a port
 * alone means TCP, a socket alone means the socket (as in MariaDB's clients). The surprise would be another
 * server than the one meant.
 */
static enum mlk_status imply_protocol(struct mlk_connection *c, const struct mlk_options *given)
{
    bool host = mlk_options_has(given, "host"), port = mlk_options_has(given, "port"),
         socket = mlk_options_has(given, "socket");

    if (mlk_options_has(given, "protocol") || port == socket)
        return MLK_OK;
    if (port)
        c->protocol = MLK_PROTOCOL_TCP;
    if (socket && !host) {
        c->protocol = MLK_PROTOCOL_SOCKET;
        return set_text(&c->host, NULL);
    }
    return MLK_OK;
}

/* A later word about TLS on the command line replaces an earlier one of another spelling from a file. */
static void replace_ssl(struct mlk_connection *c, const struct mlk_options *given)
{
    bool mode = mlk_options_has(given, "ssl-mode");
    bool ssl = mlk_options_has(given, "ssl") || mlk_options_has(given, "skip-ssl");
    bool verify = mlk_options_has(given, "ssl-verify-server-cert") ||
                  mlk_options_has(given, "skip-ssl-verify-server-cert");

    if (!mode && !ssl && !verify)
        return;
    if (!mode)
        c->ssl_mode = MLK_SSL_UNSET;
    if (!ssl)
        c->ssl = MLK_SWITCH_UNSET;
    if (!verify)
        c->ssl_verify = MLK_SWITCH_UNSET;
}

enum mlk_status mlk_connection_resolve(struct mlk_connection *c, const struct mlk_options *given, char *error,
                                       size_t error_size)
{
    struct mlk_option_files files = {
        .none = mlk_options_has(given, "no-defaults"),
        .only = mlk_options_value(given, "defaults-file"),
        .extra = mlk_options_value(given, "defaults-extra-file"),
        .suffix = mlk_options_value(given, "defaults-group-suffix"),
    };
    const char *env = getenv("MYSQL_PWD");
    enum mlk_status status = mlk_option_files_read(c, &files, error, error_size);

    if (status == MLK_OK)
        replace_ssl(c, given);
    for (size_t i = 0; status == MLK_OK && i < given->count; i++)
        if (given->given[i].of_connection)
            status =
                mlk_connection_set(c, given->given[i].option->name, given->given[i].value, error, error_size);
    if (status == MLK_OK)
        status = imply_protocol(c, given);
    if (status == MLK_OK && !c->password && !c->ask_password && env)
        status = set_text(&c->password, env);
    if (status == MLK_OK && c->ask_password)
        status = mlk_password_ask(&c->password, error, error_size);
    if (status == MLK_NO_MEMORY)
        snprintf(error, error_size, "%s", mlk_status_text(status));
    return status;
}

void mlk_connection_free(struct mlk_connection *c)
{
    char **texts[] = {&c->host,        &c->user,         &c->password,  &c->argument_password, &c->socket,
                      &c->ssl_ca,      &c->ssl_capath,   &c->ssl_cert,  &c->ssl_key,           &c->ssl_cipher,
                      &c->tls_version, &c->default_auth, &c->plugin_dir};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        forget(*texts[i]);
        *texts[i] = NULL;
    }
}
