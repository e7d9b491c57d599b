/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The login file of mysql_config_editor. It is made unreadable, not secret: its key is in it.
 * Source of the format: mysys/my_default.cc and client/mysql_config_editor.cc of MySQL: 4 bytes that nobody
 * uses, 20 bytes of key, then for each line its length (4 bytes, little endian) and the line in AES-128-ECB
 * with PKCS#7 padding. The AES key is the 20 bytes folded to 16 by exclusive or (mysys/my_aes.cc).
 */
#include <errno.h>
#include <nettle/aes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "note.h"
#include "option_file.h"

enum {
    FILE_BYTES = 1 << 20,
    PATH_BYTES = 4096,
    UNUSED_BYTES = 4,
    KEY_BYTES = 20,
    LENGTH_BYTES = 4,
    AES_BYTES = 16,
};

/* MYSQL_TEST_LOGIN_FILE names another one, for MySQL's clients as well. */
static bool login_path(char path[PATH_BYTES])
{
    const char *named = getenv("MYSQL_TEST_LOGIN_FILE"), *home = getenv("HOME");
    int n = 0;

    if (named && *named)
        n = snprintf(path, PATH_BYTES, "%s", named);
    else if (home && *home)
        n = snprintf(path, PATH_BYTES, "%s/.mylogin.cnf", home);
    return n > 0 && n < PATH_BYTES;
}

static enum mlk_status fail(const char *path, const char *why, char *error, size_t error_size)
{
    snprintf(error, error_size, "cannot read the login file %s: %s", path, why);
    return MLK_USAGE;
}

static uint32_t length_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One line to out, which has room for len bytes, a multiple of AES_BYTES and not 0. Its length, or -1 where
 * the padding is none: each of its bytes says how many there are (PKCS#7, RFC 5652, 6.3). */
static int decrypt_line(const struct aes128_ctx *aes, const unsigned char *cipher, uint32_t len,
                        unsigned char *out)
{
    unsigned char padding;

    aes128_decrypt(aes, len, out, cipher);
    padding = out[len - 1];
    if (padding < 1 || padding > AES_BYTES)
        return -1;
    for (uint32_t i = 1; i <= padding; i++)
        if (out[len - i] != padding)
            return -1;
    return (int)(len - padding);
}

/* The text of the whole file to out, which has room for size bytes and the end of the text. */
static bool decrypt(const unsigned char *file, size_t size, char *out)
{
    unsigned char key[AES_BYTES] = {0};
    size_t at = UNUSED_BYTES + KEY_BYTES, len = 0;
    struct aes128_ctx aes;
    bool ok = size >= at;

    for (size_t i = 0; ok && i < KEY_BYTES; i++)
        key[i % AES_BYTES] ^= file[UNUSED_BYTES + i];
    aes128_set_decrypt_key(&aes, key);
    while (ok && at < size) {
        uint32_t part = size - at >= LENGTH_BYTES ? length_at(file + at) : UINT32_MAX;
        int n = -1;

        at += LENGTH_BYTES;
        if (part > 0 && at <= size && part <= size - at && part % AES_BYTES == 0)
            n = decrypt_line(&aes, file + at, part, (unsigned char *)out + len);
        at += part;
        ok = n >= 0;
        len += ok ? (size_t)n : 0;
    }
    out[len] = '\0';
    return ok;
}

/* As the mysql client: a file that others may read is not used. */
static bool is_private(const struct stat *info)
{
    return !S_ISREG(info->st_mode) || (info->st_mode & (S_IXUSR | S_IRWXG | S_IRWXO)) == 0;
}

static enum mlk_status read_stream(FILE *stream, const char *path, char **out, char *error, size_t error_size)
{
    unsigned char *file = malloc(FILE_BYTES);
    char *text = malloc(FILE_BYTES + AES_BYTES + 1);
    size_t size = file ? fread(file, 1, FILE_BYTES, stream) : 0;
    enum mlk_status status = file && text ? MLK_OK : MLK_NO_MEMORY;

    if (status == MLK_OK && ferror(stream))
        status = fail(path, strerror(errno), error, error_size);
    else if (status == MLK_OK && (size == FILE_BYTES || !decrypt(file, size, text)))
        status = fail(path, "it is not what mysql_config_editor writes", error, error_size);
    if (status == MLK_OK) {
        *out = text;
        text = NULL;
    }
    if (text)
        explicit_bzero(text, FILE_BYTES);
    free(text);
    free(file);
    return status;
}

enum mlk_status mlk_login_file_read(bool must, char **out, char *error, size_t error_size)
{
    char path[PATH_BYTES];
    struct stat info;
    enum mlk_status status = MLK_OK;
    FILE *stream;

    *out = NULL;
    if (!login_path(path))
        return must ? fail("~/.mylogin.cnf", "there is no home directory", error, error_size) : MLK_OK;
    stream = fopen(path, "re");
    if (!stream || fstat(fileno(stream), &info) != 0) {
        if (must)
            status = fail(path, strerror(errno), error, error_size);
    } else if (is_private(&info)) {
        status = read_stream(stream, path, out, error, error_size);
    } else if (must) {
        status = fail(path, "others may read it; chmod 600 makes it usable", error, error_size);
    } else {
        mlk_note("warning: the login file %s is open to others and therefore ignored (chmod 600 makes it "
                 "usable)",
                 path);
    }
    if (stream)
        fclose(stream);
    return status;
}
