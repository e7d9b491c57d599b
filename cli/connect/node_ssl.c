/* SPDX-License-Identifier: GPL-2.0-only */
/* Source: lib/connection_config.js and lib/base/connection.js of node's mysql2: an object means TLS, and a
 * certificate that is checked unless rejectUnauthorized is false; verifyIdentity checks the host's name too.
 */
#include "node_ssl.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The client libraries take certificates as files only: text goes into one that is in memory and ends with
 * this process. False where there is none to be had. */
static bool as_file(const char *text, char *path, size_t size)
{
    int fd = memfd_create("miglock-certificate", MFD_CLOEXEC);

    for (size_t len = strlen(text); fd >= 0 && len > 0;) {
        ssize_t n = write(fd, text, len);

        if (n <= 0) {
            close(fd);
            return false;
        }
        text += n;
        len -= (size_t)n;
    }
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return fd >= 0;
}

static enum mlk_status take_text(char **member, const char *name, const cJSON *value, char *error,
                                 size_t error_size)
{
    const char *text = cJSON_GetStringValue(value);
    char path[64];

    if (!value)
        return MLK_OK;
    if (!text || (strstr(text, "-----BEGIN") && !as_file(text, path, sizeof path))) {
        snprintf(error, error_size,
                 "its ssl.%s cannot be used: save it to a file, and name that file with "
                 "--ssl-%s",
                 name, name);
        return MLK_USAGE;
    }
    return mlk_connection_text(member, strstr(text, "-----BEGIN") ? path : text);
}

static enum mlk_status take_object(struct mlk_connection *c, const cJSON *ssl, enum mlk_ssl_mode *mode,
                                   char *error, size_t error_size)
{
    const struct {
        const char *name;
        char **member;
    } texts[] = {{"ca", &c->ssl_ca}, {"cert", &c->ssl_cert}, {"key", &c->ssl_key}};
    const cJSON *reject = cJSON_GetObjectItemCaseSensitive(ssl, "rejectUnauthorized");
    const cJSON *identity = cJSON_GetObjectItemCaseSensitive(ssl, "verifyIdentity");
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; status == MLK_OK && i < sizeof texts / sizeof texts[0]; i++)
        status = take_text(texts[i].member, texts[i].name,
                           cJSON_GetObjectItemCaseSensitive(ssl, texts[i].name), error, error_size);
    if (cJSON_IsFalse(reject))
        *mode = MLK_SSL_REQUIRED;
    else
        *mode = cJSON_IsTrue(identity) ? MLK_SSL_VERIFY_IDENTITY : MLK_SSL_VERIFY_CA;
    return status;
}

enum mlk_status mlk_node_ssl(struct mlk_connection *c, const cJSON *ssl, enum mlk_ssl_mode *mode, char *error,
                             size_t error_size)
{
    if (cJSON_IsObject(ssl))
        return take_object(c, ssl, mode, error, error_size);
    *mode = cJSON_IsTrue(ssl) ? MLK_SSL_REQUIRED : MLK_SSL_UNSET;
    if (cJSON_IsBool(ssl) || cJSON_IsNull(ssl))
        return MLK_OK;
    snprintf(error, error_size,
             "its ssl is neither true nor false nor an object; --ssl-mode says it on the command line");
    return MLK_USAGE;
}
