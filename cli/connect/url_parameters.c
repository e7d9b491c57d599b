/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A URL's parameters, as Rails, Prisma, node's mysql2, Go's driver and JDBC spell them. Those that say
 * nothing about the way to the server (pool, encoding, reconnect and many more) are passed over; one about
 * TLS that is not understood is an error, as less TLS than asked for would be worse.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "node_ssl.h"
#include "url.h"

enum { KEY_BYTES = 48 };

struct mode {
    const char *word;
    enum mlk_ssl_mode mode;
};

/* Without '-' and '_', in lower case. The short ones are PostgreSQL's, which people write here too. */
static const struct mode modes[] = {
    {"disabled", MLK_SSL_DISABLED},          {"disable", MLK_SSL_DISABLED},
    {"preferred", MLK_SSL_PREFERRED},        {"prefer", MLK_SSL_PREFERRED},
    {"required", MLK_SSL_REQUIRED},          {"require", MLK_SSL_REQUIRED},
    {"verifyca", MLK_SSL_VERIFY_CA},         {"verifyidentity", MLK_SSL_VERIFY_IDENTITY},
    {"verifyfull", MLK_SSL_VERIFY_IDENTITY}, {NULL, MLK_SSL_UNSET},
};

static const struct mode switches[] = {
    {"true", MLK_SSL_REQUIRED},     {"1", MLK_SSL_REQUIRED},   {"false", MLK_SSL_DISABLED},
    {"0", MLK_SSL_DISABLED},        {"yes", MLK_SSL_REQUIRED}, {"no", MLK_SSL_DISABLED},
    {"on", MLK_SSL_REQUIRED},       {"off", MLK_SSL_DISABLED}, {"required", MLK_SSL_REQUIRED},
    {"disabled", MLK_SSL_DISABLED}, {NULL, MLK_SSL_UNSET},
};

static const struct mode go_modes[] = {
    {"true", MLK_SSL_VERIFY_IDENTITY}, {"false", MLK_SSL_DISABLED}, {"skipverify", MLK_SSL_REQUIRED},
    {"preferred", MLK_SSL_PREFERRED},  {NULL, MLK_SSL_UNSET},
};

static const struct mode verify_modes[] = {
    {"true", MLK_SSL_VERIFY_IDENTITY}, {"1", MLK_SSL_VERIFY_IDENTITY}, {"false", MLK_SSL_REQUIRED},
    {"0", MLK_SSL_REQUIRED},           {NULL, MLK_SSL_UNSET},
};

static const struct mode accept_modes[] = {
    {"strict", MLK_SSL_VERIFY_IDENTITY},
    {"acceptinvalidcerts", MLK_SSL_REQUIRED},
    {NULL, MLK_SSL_UNSET},
};

enum what { OPTION, SOCKET, SSL, WORD };

/* Keys without '-' and '_', in lower case. */
static const struct {
    const char *key;
    enum what what;
    const char *option;       /* of OPTION */
    const struct mode *words; /* of WORD */
} parameters[] = {
    {"socket", SOCKET, NULL, NULL},
    {"unixsocket", SOCKET, NULL, NULL},
    {"socketpath", SOCKET, NULL, NULL},
    {"ssl", SSL, NULL, NULL},
    {"usessl", SSL, NULL, NULL},
    {"requiressl", SSL, NULL, NULL},
    {"sslmode", WORD, NULL, modes},
    {"tls", WORD, NULL, go_modes},
    {"sslverify", WORD, NULL, verify_modes},
    {"sslverifyservercert", WORD, NULL, verify_modes},
    {"sslaccept", WORD, NULL, accept_modes},
    {"sslca", OPTION, "ssl-ca", NULL},
    {"sslcapath", OPTION, "ssl-capath", NULL},
    {"sslcert", OPTION, "ssl-cert", NULL},
    {"sslkey", OPTION, "ssl-key", NULL},
    {"sslcipher", OPTION, "ssl-cipher", NULL},
    {"sslcrl", OPTION, "ssl-crl", NULL},
    {"sslcrlpath", OPTION, "ssl-crlpath", NULL},
    {"tlsversion", OPTION, "tls-version", NULL},
    {"tlsciphersuites", OPTION, "tls-ciphersuites", NULL},
    {"getserverpublickey", OPTION, "get-server-public-key", NULL},
};

/* In lower case, without '-' and '_'. False where it is too long to be of ours. */
static bool squeeze(const char *text, char out[KEY_BYTES])
{
    size_t len = 0;

    for (; *text; text++) {
        if (*text == '-' || *text == '_')
            continue;
        if (len + 1 == KEY_BYTES)
            return false;
        out[len++] = (char)tolower((unsigned char)*text);
    }
    out[len] = '\0';
    return true;
}

static enum mlk_status fail(const char *key, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "its parameter %.40s %s", key, why);
    return MLK_USAGE;
}

/* What the parameters say together. The strictest word on TLS counts, so that their order says nothing. */
struct asked {
    struct mlk_connection *connection;
    enum mlk_ssl_mode mode;
};

static void ask_mode(struct asked *a, enum mlk_ssl_mode mode)
{
    if (mode > a->mode)
        a->mode = mode;
}

static enum mlk_status take_mode(struct asked *a, const struct mode *words, const char *key,
                                 const char *value, char *error, size_t error_size)
{
    char word[KEY_BYTES];

    for (; squeeze(value, word) && words->word; words++) {
        if (strcmp(word, words->word) != 0)
            continue;
        ask_mode(a, words->mode);
        return MLK_OK;
    }
    return fail(key, "has a value that miglock does not know; --ssl-mode says it on the command line", error,
                error_size);
}

static enum mlk_status take_ssl(struct asked *a, const char *key, const char *value, char *error,
                                size_t error_size)
{
    enum mlk_ssl_mode mode = MLK_SSL_UNSET;
    enum mlk_status status;
    cJSON *json;

    if (*value != '{')
        return take_mode(a, switches, key, value, error, error_size);
    json = cJSON_Parse(value);
    if (!json)
        return fail(key, "is not JSON", error, error_size);
    status = mlk_node_ssl(a->connection, json, &mode, error, error_size);
    ask_mode(a, mode);
    cJSON_Delete(json);
    return status;
}

static enum mlk_status take_socket(struct mlk_connection *c, const char *path)
{
    enum mlk_status status = mlk_connection_text(&c->socket, path);

    if (status == MLK_OK)
        status = mlk_connection_text(&c->host, NULL);
    c->protocol = MLK_PROTOCOL_SOCKET;
    return status;
}

static enum mlk_status take(struct asked *a, size_t i, const char *value, char *error, size_t error_size)
{
    const char *key = parameters[i].key;

    switch (parameters[i].what) {
    case OPTION:
        return mlk_connection_set(a->connection, parameters[i].option, value, error, error_size);
    case SOCKET:
        return take_socket(a->connection, value);
    case SSL:
        return take_ssl(a, key, value, error, error_size);
    case WORD:
        return take_mode(a, parameters[i].words, key, value, error, error_size);
    }
    return MLK_OK;
}

static bool about_tls(const char *key)
{
    return strncmp(key, "ssl", 3) == 0 || strncmp(key, "tls", 3) == 0;
}

static enum mlk_status take_pair(struct asked *a, char *pair, char *error, size_t error_size)
{
    char *value = pair + strcspn(pair, "=");
    char key[KEY_BYTES];

    if (*value)
        *value++ = '\0';
    if (!mlk_url_decode(pair) || !mlk_url_decode(value))
        return fail("of this URL", "has a % without two hexadecimal digits", error, error_size);
    /* the one parameter with a unit: in milliseconds where it is spelt connectTimeout */
    if (strcmp(pair, "connect_timeout") == 0)
        return mlk_connection_set(a->connection, "connect-timeout", value, error, error_size);
    if (!squeeze(pair, key))
        return MLK_OK;
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (strcmp(parameters[i].key, key) == 0)
            return take(a, i, value, error, error_size);
    if (about_tls(key))
        return fail(key, "is about TLS, and miglock does not know it; it knows ssl-mode, ssl-ca and others",
                    error, error_size);
    return MLK_OK;
}

enum mlk_status mlk_url_parameters(struct mlk_connection *c, char *query, char *error, size_t error_size)
{
    struct asked asked = {.connection = c};
    enum mlk_status status = MLK_OK;

    for (char *pair; status == MLK_OK && (pair = strsep(&query, "&"));)
        if (*pair)
            status = take_pair(&asked, pair, error, error_size);
    if (asked.mode != MLK_SSL_UNSET) /* replaces what option files say */
        mlk_connection_ssl(c, asked.mode);
    return status;
}
