/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of connection options, and how each takes its value. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connection.h"

enum kind {
    TEXT,
    PORT,
    SECONDS,
    ZSTD_LEVEL,
    PASSWORD,
    NO_PASSWORD,
    PROTOCOL,
    SSL_MODE,
    FIPS_MODE,
    SWITCH,
    SWITCH_OFF,
    WITHOUT_EFFECT, /* known to the clients, and nothing that miglock does would change by it */
    CANNOT,         /* would lead to another server, or to less safety, if it were ignored */
    SOURCE,         /* says where to read other options */
    DEFAULTS,       /* the same, and must come first */
};

struct row {
    struct mlk_option option;
    enum kind kind;
    size_t offset; /* of the member, where there is one */
};

#define AT(member) offsetof(struct mlk_connection, member)

static const struct row rows[] = {
    {{"print-defaults", 0, MLK_ARG_NONE, NULL, "show what the option files say, and end (must come first)"},
     DEFAULTS,
     0},
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
    {{"login-path", 0, MLK_ARG_REQUIRED, "NAME", "a login path of mysql_config_editor (must come first)"},
     DEFAULTS,
     0},
    {{"no-login-paths", 0, MLK_ARG_NONE, NULL, NULL}, DEFAULTS, 0},
    {{"url", 0, MLK_ARG_REQUIRED, "URL", "mysql://USER:PASSWORD@HOST:PORT; also mysql2://; or DATABASE_URL"},
     SOURCE,
     0},
    {{"ghost", 0, MLK_ARG_REQUIRED, "DIR",
      "the server, and where no target is given the lock, of the Ghost site in DIR"},
     SOURCE,
     0},
    {{"host", 'h', MLK_ARG_REQUIRED, "HOST[:PORT]",
      "the server's host; status, check and metrics take several (a,b:3307)"},
     TEXT,
     AT(host)},
    {{"port", 'P', MLK_ARG_REQUIRED, "PORT", "its TCP port; alone it means TCP"}, PORT, AT(port)},
    {{"socket", 'S', MLK_ARG_REQUIRED, "PATH", "its Unix socket"}, TEXT, AT(socket)},
    {{"protocol", 0, MLK_ARG_REQUIRED, "NAME", "tcp or socket"}, PROTOCOL, AT(protocol)},
    {{"bind-address", 0, MLK_ARG_REQUIRED, "ADDRESS", NULL}, TEXT, AT(bind_address)},
    {{"network-namespace", 0, MLK_ARG_REQUIRED, "NAME", NULL}, CANNOT, 0},
    {{"dns-srv-name", 0, MLK_ARG_REQUIRED, "NAME", NULL}, CANNOT, 0},
    {{"user", 'u', MLK_ARG_REQUIRED, "NAME", "the account"}, TEXT, AT(user)},
    {{"password", 'p', MLK_ARG_OPTIONAL, "PASSWORD", "its password; without a value it is asked for"},
     PASSWORD,
     0},
    {{"skip-password", 0, MLK_ARG_NONE, NULL, NULL}, NO_PASSWORD, 0},
    {{"connect-timeout", 0, MLK_ARG_REQUIRED, "SECONDS", "how long to try to connect (10)"},
     SECONDS,
     AT(connect_timeout)},
    {{"ssl-mode", 0, MLK_ARG_REQUIRED, "MODE", "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY"},
     SSL_MODE,
     AT(ssl_mode)},
    {{"ssl", 0, MLK_ARG_OPTIONAL, "0|1", "insist on TLS; --skip-ssl: without TLS"}, SWITCH, AT(ssl)},
    {{"skip-ssl", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl)},
    {{"disable-ssl", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl)},
    {{"ssl-verify-server-cert", 0, MLK_ARG_OPTIONAL, "0|1",
      "check the certificate and the host's name in it"},
     SWITCH,
     AT(ssl_verify)},
    {{"skip-ssl-verify-server-cert", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl_verify)},
    {{"disable-ssl-verify-server-cert", 0, MLK_ARG_NONE, NULL, NULL}, SWITCH_OFF, AT(ssl_verify)},
    {{"ssl-ca", 0, MLK_ARG_REQUIRED, "FILE", "certificates to trust"}, TEXT, AT(ssl_ca)},
    {{"ssl-capath", 0, MLK_ARG_REQUIRED, "DIR", "a directory of them"}, TEXT, AT(ssl_capath)},
    {{"ssl-cert", 0, MLK_ARG_REQUIRED, "FILE", "the client's own certificate"}, TEXT, AT(ssl_cert)},
    {{"ssl-key", 0, MLK_ARG_REQUIRED, "FILE", "its key"}, TEXT, AT(ssl_key)},
    {{"ssl-cipher", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(ssl_cipher)},
    {{"ssl-crl", 0, MLK_ARG_REQUIRED, "FILE", NULL}, TEXT, AT(ssl_crl)},
    {{"ssl-crlpath", 0, MLK_ARG_REQUIRED, "DIR", NULL}, TEXT, AT(ssl_crlpath)},
    {{"ssl-fp", 0, MLK_ARG_REQUIRED, "DIGEST", NULL}, TEXT, AT(ssl_fp)},
    {{"ssl-fplist", 0, MLK_ARG_REQUIRED, "FILE", NULL}, TEXT, AT(ssl_fplist)},
    {{"ssl-fips-mode", 0, MLK_ARG_REQUIRED, "MODE", NULL}, FIPS_MODE, AT(ssl_fips_mode)},
    {{"ssl-session-data", 0, MLK_ARG_REQUIRED, "FILE", NULL}, WITHOUT_EFFECT, 0},
    {{"ssl-session-data-continue-on-failed-reuse", 0, MLK_ARG_OPTIONAL, "0|1", NULL}, WITHOUT_EFFECT, 0},
    {{"tls-version", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(tls_version)},
    {{"tls-ciphersuites", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(tls_ciphersuites)},
    {{"tls-sni-servername", 0, MLK_ARG_REQUIRED, "NAME", NULL}, TEXT, AT(tls_sni_servername)},
    {{"get-server-public-key", 0, MLK_ARG_OPTIONAL, "0|1",
      "fetch the RSA key that a login without TLS may need"},
     SWITCH,
     AT(get_server_public_key)},
    {{"server-public-key-path", 0, MLK_ARG_REQUIRED, "FILE", NULL}, TEXT, AT(server_public_key_path)},
    {{"enable-cleartext-plugin", 0, MLK_ARG_OPTIONAL, "0|1", NULL}, SWITCH, AT(cleartext)},
    {{"default-auth", 0, MLK_ARG_REQUIRED, "NAME", NULL}, TEXT, AT(default_auth)},
    {{"plugin-dir", 0, MLK_ARG_REQUIRED, "DIR", "the client library's authentication plugins"},
     TEXT,
     AT(plugin_dir)},
    {{"compress", 'C', MLK_ARG_OPTIONAL, "0|1", NULL}, SWITCH, AT(compress)},
    {{"compression-algorithms", 0, MLK_ARG_REQUIRED, "LIST", NULL}, TEXT, AT(compression_algorithms)},
    {{"zstd-compression-level", 0, MLK_ARG_REQUIRED, "LEVEL", NULL}, ZSTD_LEVEL, AT(zstd_level)},
    {{"default-character-set", 0, MLK_ARG_REQUIRED, "NAME", NULL}, WITHOUT_EFFECT, 0},
};

#undef AT

static const char *const ssl_modes[] = {NULL,       "DISABLED",  "PREFERRED",
                                        "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"};
static const char *const fips_modes[] = {NULL, "OFF", "ON", "STRICT"};

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

void mlk_connection_spell(char *argument)
{
    char name[64];
    size_t len = strcspn(argument, "=");

    if (strncmp(argument, "--", 2) != 0 || len < 3 || len - 2 >= sizeof name)
        return;
    memcpy(name, argument + 2, len - 2);
    name[len - 2] = '\0';
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = '-';
    if (find(name))
        memcpy(argument + 2, name, len - 2);
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

/* The index of value in words, from 1; 0 where it is none of them. */
static unsigned word_of(const char *value, const char *const *words, unsigned count)
{
    for (unsigned i = 1; value && i < count; i++)
        if (strcasecmp(value, words[i]) == 0)
            return i;
    return 0;
}

static enum mlk_status set_ssl_mode(enum mlk_ssl_mode *member, const char *value, char *error,
                                    size_t error_size)
{
    unsigned mode = word_of(value, ssl_modes, sizeof ssl_modes / sizeof ssl_modes[0]);

    if (!mode) {
        snprintf(error, error_size,
                 "ssl-mode must be DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
        return MLK_USAGE;
    }
    *member = (enum mlk_ssl_mode)mode;
    return MLK_OK;
}

static enum mlk_status set_fips_mode(enum mlk_fips_mode *member, const char *value, char *error,
                                     size_t error_size)
{
    unsigned mode = word_of(value, fips_modes, sizeof fips_modes / sizeof fips_modes[0]);

    if (!mode) {
        snprintf(error, error_size, "ssl-fips-mode must be OFF, ON or STRICT");
        return MLK_USAGE;
    }
    *member = (enum mlk_fips_mode)mode;
    return MLK_OK;
}

static enum mlk_status set_row(struct mlk_connection *c, const struct row *row, const char *value,
                               char *error, size_t error_size)
{
    void *member = (char *)c + row->offset;
    const char *name = row->option.name;

    if (row->option.arg == MLK_ARG_REQUIRED && !value) {
        snprintf(error, error_size, "%s needs a value", name);
        return MLK_USAGE;
    }
    switch (row->kind) {
    case TEXT:
        return mlk_connection_text(member, value);
    case PORT:
        return set_number(member, name, value, 65535, error, error_size);
    case SECONDS:
        return set_number(member, name, value, 3600, error, error_size);
    case ZSTD_LEVEL:
        return set_number(member, name, value, 22, error, error_size);
    case PASSWORD:
        c->ask_password = !value;
        return mlk_connection_text(&c->password, value);
    case NO_PASSWORD:
        c->ask_password = false;
        return mlk_connection_text(&c->password, "");
    case PROTOCOL:
        return set_protocol(member, value, error, error_size);
    case SSL_MODE:
        return set_ssl_mode(member, value, error, error_size);
    case FIPS_MODE:
        return set_fips_mode(member, value, error, error_size);
    case SWITCH:
        return set_switch(member, name, value, error, error_size);
    case SWITCH_OFF:
        *(enum mlk_switch *)member = MLK_SWITCH_OFF;
        return MLK_OK;
    case WITHOUT_EFFECT:
        return MLK_OK;
    case CANNOT:
        snprintf(error, error_size, "miglock cannot do %s; name the server by host or socket", name);
        return MLK_USAGE;
    case SOURCE:
    case DEFAULTS:
        break;
    }
    return MLK_NOT_FOUND;
}

enum mlk_status mlk_connection_set(struct mlk_connection *c, const char *name, const char *value, char *error,
                                   size_t error_size)
{
    /* what my_getopt.cc of the servers puts before the name of a switch */
    static const struct {
        const char *prefix, *value;
    } prefixes[] = {{"skip-", "0"}, {"disable-", "0"}, {"enable-", "1"}};
    const struct row *row = find(name);

    if (row)
        return set_row(c, row, value, error, error_size);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t len = strlen(prefixes[i].prefix);

        if (strncmp(name, prefixes[i].prefix, len) == 0 && (row = find(name + len)) && row->kind == SWITCH)
            return set_row(c, row, prefixes[i].value, error, error_size);
    }
    return MLK_NOT_FOUND;
}
