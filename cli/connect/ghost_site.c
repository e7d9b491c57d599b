/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source: Ghost's core/shared/config/loader.js: config.ENVIRONMENT.json in the site's directory, where the
 * environment is NODE_ENV or, as Ghost-CLI installs it, production; variables such as
 * database__connection__host beat the file. Its mysql driver goes by TCP unless it is given a socketPath.
 */
#include "ghost_site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node_ssl.h"

enum { FILE_BYTES = 1 << 20 };

/* What is read of database.connection. A variable's value may be JSON, as nconf has it (parseValues). */
static const char *const members[] = {"host", "port", "user", "password", "database", "socketPath", "ssl"};

static enum mlk_status fail(const struct mlk_ghost_site *site, const char *why, char *error,
                            size_t error_size)
{
    snprintf(error, error_size, "%s: %s", site->path, why);
    return MLK_USAGE;
}

/* The whole file; NULL with errno where it cannot be read. */
static char *read_whole(const char *path)
{
    char *text = calloc(1, FILE_BYTES + 1);
    FILE *file = text ? fopen(path, "re") : NULL;
    size_t size = file ? fread(text, 1, FILE_BYTES, file) : 0;
    bool ok = file && !ferror(file);

    if (ok && size == FILE_BYTES) {
        errno = EFBIG;
        ok = false;
    }
    if (file) {
        int kept = errno;

        fclose(file);
        errno = kept;
    }
    if (ok)
        return text;
    if (text)
        explicit_bzero(text, FILE_BYTES);
    free(text);
    return NULL;
}

/* A JSON value where it is one that is no text, and the text itself otherwise. */
static cJSON *value_of(const char *text)
{
    cJSON *value = cJSON_ParseWithOpts(text, NULL, 1);

    if (cJSON_IsBool(value) || cJSON_IsNull(value) || cJSON_IsObject(value))
        return value;
    cJSON_Delete(value);
    return cJSON_CreateString(text);
}

static bool put(cJSON *object, const char *name, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (value && cJSON_AddItemToObject(object, name, value))
        return true;
    cJSON_Delete(value);
    return false;
}

/* The object of that name in parent, made where there is none. */
static cJSON *object_in(cJSON *parent, const char *name)
{
    cJSON *object = cJSON_GetObjectItemCaseSensitive(parent, name);

    if (cJSON_IsObject(object))
        return object;
    cJSON_DeleteItemFromObjectCaseSensitive(parent, name);
    return cJSON_AddObjectToObject(parent, name);
}

/* Puts the environment's values over those of the file. False where memory is out. */
static bool add_environment(cJSON *database, cJSON *connection)
{
    static const char *const ssl_members[] = {"rejectUnauthorized", "verifyIdentity", "ca"};
    const char *client = getenv("database__client");
    bool ok = !client || put(database, "client", cJSON_CreateString(client));
    char name[80];

    for (size_t i = 0; ok && i < sizeof members / sizeof members[0]; i++) {
        snprintf(name, sizeof name, "database__connection__%s", members[i]);
        if (getenv(name))
            ok = put(connection, members[i], value_of(getenv(name)));
    }
    for (size_t i = 0; ok && i < sizeof ssl_members / sizeof ssl_members[0]; i++) {
        snprintf(name, sizeof name, "database__connection__ssl__%s", ssl_members[i]);
        if (getenv(name)) {
            cJSON *ssl = object_in(connection, "ssl");

            ok = ssl && put(ssl, ssl_members[i], value_of(getenv(name)));
        }
    }
    return ok;
}

static enum mlk_status check(struct mlk_ghost_site *site, char *error, size_t error_size)
{
    const cJSON *connection = cJSON_GetObjectItemCaseSensitive(site->settings, "connection");
    const char *client = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(site->settings, "client"));

    site->schema = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(connection, "database"));
    if (client && strstr(client, "sqlite"))
        return fail(site, "this site keeps its data in SQLite, where no migration lock outlives its process",
                    error, error_size);
    if (client && strncmp(client, "mysql", 5) != 0)
        return fail(site, "its database.client is not mysql", error, error_size);
    if (!site->schema || !*site->schema)
        return fail(site, "it names no database.connection.database", error, error_size);
    return MLK_OK;
}

static enum mlk_status load(struct mlk_ghost_site *site, char *error, size_t error_size)
{
    char *text = read_whole(site->path);
    cJSON *whole, *database, *connection;
    enum mlk_status status = MLK_NO_MEMORY;

    /* a container may keep all of it in its environment */
    if (!text && (errno != ENOENT || !getenv("database__connection__database"))) {
        snprintf(error, error_size, "cannot read Ghost's configuration %s: %s", site->path, strerror(errno));
        return MLK_USAGE;
    }
    whole = text ? cJSON_ParseWithOpts(text, NULL, 1) : cJSON_CreateObject();
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    if (!cJSON_IsObject(whole)) {
        cJSON_Delete(whole);
        return fail(site, "it is not JSON, as Ghost's configuration must be", error, error_size);
    }
    database = object_in(whole, "database");
    connection = database ? object_in(database, "connection") : NULL;
    if (connection && add_environment(database, connection)) {
        site->settings = cJSON_DetachItemViaPointer(whole, database);
        status = check(site, error, error_size);
    }
    cJSON_Delete(whole);
    return status;
}

enum mlk_status mlk_ghost_site_read(const char *directory, struct mlk_ghost_site **out, char *error,
                                    size_t error_size)
{
    const char *environment = getenv("NODE_ENV");
    struct mlk_ghost_site *site = calloc(1, sizeof *site);
    enum mlk_status status;
    int n;

    *out = NULL;
    if (!site)
        return MLK_NO_MEMORY;
    n = snprintf(site->path, sizeof site->path, "%s/config.%s.json", directory,
                 environment && *environment ? environment : "production");
    if (n < 0 || (size_t)n >= sizeof site->path) {
        snprintf(error, error_size, "the path of --ghost is too long");
        status = MLK_USAGE;
    } else {
        status = load(site, error, error_size);
    }
    if (status == MLK_OK)
        *out = site;
    else
        mlk_ghost_site_free(site);
    return status;
}

/* A text, also where it was written as a number. buffer holds that. */
static const char *text_of(const cJSON *connection, const char *name, char buffer[32])
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(connection, name);

    if (!cJSON_IsNumber(item))
        return cJSON_GetStringValue(item);
    snprintf(buffer, 32, "%.0f", item->valuedouble);
    return buffer;
}

static enum mlk_status apply_place(struct mlk_connection *c, const cJSON *connection, char *error,
                                   size_t error_size)
{
    char number[32];
    const char *socket = text_of(connection, "socketPath", number), *host, *port;
    enum mlk_status status = mlk_connection_elsewhere(c);

    if (socket && *socket) {
        c->protocol = MLK_PROTOCOL_SOCKET;
        return status == MLK_OK ? mlk_connection_text(&c->socket, socket) : status;
    }
    c->protocol = MLK_PROTOCOL_TCP;
    host = text_of(connection, "host", number);
    if (status == MLK_OK)
        status = mlk_connection_text(&c->host, host && *host ? host : "localhost");
    port = text_of(connection, "port", number);
    c->port = 3306; /* the driver's default, whatever MYSQL_TCP_PORT says */
    return status == MLK_OK && port ? mlk_connection_set(c, "port", port, error, error_size) : status;
}

static enum mlk_status apply_account(struct mlk_connection *c, const cJSON *connection)
{
    char number[32];
    const char *user = text_of(connection, "user", number), *password;
    enum mlk_status status = user ? mlk_connection_text(&c->user, user) : MLK_OK;

    password = text_of(connection, "password", number);
    if (status == MLK_OK)
        status = mlk_connection_text(&c->password, password ? password : "");
    c->ask_password = false;
    return status;
}

enum mlk_status mlk_ghost_site_apply(struct mlk_connection *c, const struct mlk_ghost_site *site, char *error,
                                     size_t error_size)
{
    const cJSON *connection = cJSON_GetObjectItemCaseSensitive(site->settings, "connection");
    const cJSON *ssl = cJSON_GetObjectItemCaseSensitive(connection, "ssl");
    enum mlk_ssl_mode mode = MLK_SSL_UNSET;
    char why[MLK_OPTION_ERROR_MAX] = "";
    enum mlk_status status = apply_place(c, connection, why, sizeof why);

    if (status == MLK_OK)
        status = apply_account(c, connection);
    if (status == MLK_OK && ssl)
        status = mlk_node_ssl(c, ssl, &mode, why, sizeof why);
    if (status == MLK_OK && mode != MLK_SSL_UNSET)
        mlk_connection_ssl(c, mode);
    return status == MLK_USAGE ? fail(site, why, error, error_size) : status;
}

void mlk_ghost_site_free(struct mlk_ghost_site *site)
{
    const cJSON *connection = site ? cJSON_GetObjectItemCaseSensitive(site->settings, "connection") : NULL;
    char *password = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(connection, "password"));

    if (!site)
        return;
    if (password)
        explicit_bzero(password, strlen(password));
    cJSON_Delete(site->settings);
    free(site);
}
