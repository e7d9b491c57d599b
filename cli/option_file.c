/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The option files of the mysql client. Source of the syntax: MySQL manual, "Using Option Files"; where the
 * manual is silent (a # inside a value, which files are passed over) mysys/my_default.cc of either server.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "connection.h"
#include "note.h"

enum { LINE_BYTES = 4096, PATH_BYTES = 4096, INCLUDE_DEPTH = 10, INCLUDE_FILES = 500 };

/* Where the distributions' clients look, in this order; then comes --defaults-extra-file, then the home
 * directory. */
static const char *const system_files[] = {"/etc/my.cnf", "/etc/mysql/my.cnf"};

/* [miglock] is the more specific: it wins wherever it stands. MariaDB's own clients read the other two as
 * well. */
static const char *const client_groups[] = {"client", "client-server", "client-mariadb", NULL};
static const char *const miglock_groups[] = {"miglock", NULL};

struct reader {
    struct mlk_connection *connection;
    const char *const *groups;
    const char *suffix;
    bool strict;    /* an option that we do not know is an error: in our own group */
    unsigned depth; /* of !include */
    unsigned files; /* read so far */
    char *error;
    size_t error_size;
};

static enum mlk_status read_file(struct reader *r, const char *path, bool must);

static bool wanted(const struct reader *r, const char *group)
{
    for (size_t i = 0; r->groups[i]; i++) {
        size_t len = strlen(r->groups[i]);

        if (strcmp(group, r->groups[i]) == 0)
            return true;
        if (r->suffix && strncmp(group, r->groups[i], len) == 0 && strcmp(group + len, r->suffix) == 0)
            return true;
    }
    return false;
}

static char *trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

/* A # starts a comment anywhere outside quotes. */
static void cut_comment(char *text)
{
    char quote = '\0';

    for (char *p = text; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (quote)
            quote = *p == quote ? '\0' : quote;
        else if (*p == '\'' || *p == '"')
            quote = *p;
        else if (*p == '#') {
            *p = '\0';
            return;
        }
    }
}

static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case 's':
        return ' ';
    case '"':
    case '\'':
    case '\\':
        return c;
    default:
        return '\0';
    }
}

/* Takes the quotes off and the escapes out, in place. */
static char *plain(char *value)
{
    size_t len = strlen(value);
    char *to;

    if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
        value[len - 1] = '\0';
        value++;
    }
    to = value;
    for (const char *from = value; *from; from++) {
        if (*from == '\\' && unescaped(from[1]))
            *to++ = unescaped(*++from);
        else
            *to++ = *from;
    }
    *to = '\0';
    return value;
}

static enum mlk_status set(struct reader *r, char *line, const char *path, unsigned number)
{
    char why[MLK_OPTION_ERROR_MAX] = "";
    char *value = strchr(line, '=');
    bool loose = false;
    enum mlk_status status;

    if (value) {
        *value++ = '\0';
        value = trim(value);
    }
    line = trim(line);
    for (char *p = line; *p; p++)
        if (*p == '_')
            *p = '-';
    if (strncmp(line, "loose-", 6) == 0) {
        line += 6;
        loose = true;
    }
    if (value)
        value = plain(value);
    status = mlk_connection_set(r->connection, line, value, why, sizeof why);
    if (status == MLK_NOT_FOUND && (loose || !r->strict))
        return MLK_OK;
    if (status == MLK_NOT_FOUND)
        snprintf(why, sizeof why, "miglock has no connection option '%s'", line);
    if (status != MLK_OK && status != MLK_NO_MEMORY) {
        snprintf(r->error, r->error_size, "%s, line %u: %s", path, number, why);
        return MLK_USAGE;
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_option_file(const char *name)
{
    size_t len = strlen(name);

    return len > 4 && strcmp(name + len - 4, ".cnf") == 0;
}

/* !includedir: its *.cnf, in the order of their names (the servers' tools leave the order to the directory).
 */
static enum mlk_status read_directory(struct reader *r, const char *path)
{
    char **names = NULL;
    size_t count = 0;
    enum mlk_status status = MLK_OK;
    struct dirent *entry;
    DIR *dir = opendir(path);

    if (!dir)
        return MLK_OK;
    while (status == MLK_OK && (entry = readdir(dir))) {
        char **more;

        if (!is_option_file(entry->d_name) || count == INCLUDE_FILES)
            continue;
        more = realloc(names, (count + 1) * sizeof *names);
        if (more)
            names = more;
        if (!more || !(names[count] = strdup(entry->d_name)))
            status = MLK_NO_MEMORY;
        else
            count++;
    }
    closedir(dir);
    if (count > 1)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char file[PATH_BYTES];
        int n = snprintf(file, sizeof file, "%s/%s", path, names[i]);

        if (status == MLK_OK && n > 0 && (size_t)n < sizeof file)
            status = read_file(r, file, false);
        free(names[i]);
    }
    free(names);
    return status;
}

/* A directive: !include FILE or !includedir DIR. Whatever else starts with ! is passed over. */
static enum mlk_status include(struct reader *r, char *line)
{
    enum mlk_status status = MLK_OK;

    if (r->depth >= INCLUDE_DEPTH)
        return MLK_OK;
    r->depth++;
    if (strncmp(line, "!includedir", 11) == 0 && isspace((unsigned char)line[11]))
        status = read_directory(r, trim(line + 11));
    else if (strncmp(line, "!include", 8) == 0 && isspace((unsigned char)line[8]))
        status = read_file(r, trim(line + 8), false);
    r->depth--;
    return status;
}

static enum mlk_status read_lines(struct reader *r, FILE *file, const char *path)
{
    char buffer[LINE_BYTES];
    bool in_group = false;
    enum mlk_status status = MLK_OK;

    for (unsigned number = 1; status == MLK_OK && fgets(buffer, sizeof buffer, file); number++) {
        char *line = trim(buffer), *end;

        if (*line == '\0' || *line == '#' || *line == ';')
            continue;
        if (*line == '!') {
            status = include(r, line);
        } else if (*line == '[') {
            end = strchr(line, ']');
            if (end)
                *end = '\0';
            in_group = end && wanted(r, trim(line + 1));
        } else if (in_group) {
            cut_comment(line);
            status = set(r, line, path, number);
        }
    }
    explicit_bzero(buffer, sizeof buffer);
    return status;
}

/* must: the user named it, so it has to be there. */
static enum mlk_status read_file(struct reader *r, const char *path, bool must)
{
    enum mlk_status status = MLK_OK;
    struct stat info;
    FILE *file;

    if (++r->files > INCLUDE_FILES)
        return MLK_OK;
    file = fopen(path, "re");
    if (!file || fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
        if (must) {
            snprintf(r->error, r->error_size, "cannot read the option file %s: %s", path,
                     file ? "it is a directory" : strerror(errno));
            status = MLK_USAGE;
        }
    } else if (S_ISREG(info.st_mode) && (info.st_mode & S_IWOTH)) {
        /* as the mysql client does: anyone could have written it */
        if (!r->strict)
            mlk_note("warning: the option file %s is writable for everyone and therefore ignored", path);
    } else {
        status = read_lines(r, file, path);
    }
    if (file)
        fclose(file);
    return status;
}

static enum mlk_status read_all(struct reader *r, const struct mlk_option_files *files)
{
    enum mlk_status status = MLK_OK;
    const char *home = getenv("HOME");
    char path[PATH_BYTES];
    int n;

    if (files->only)
        return read_file(r, files->only, true);
    for (size_t i = 0; status == MLK_OK && i < sizeof system_files / sizeof system_files[0]; i++)
        status = read_file(r, system_files[i], false);
    if (status == MLK_OK && files->extra)
        status = read_file(r, files->extra, true);
    n = home && *home ? snprintf(path, sizeof path, "%s/.my.cnf", home) : 0;
    if (status == MLK_OK && n > 0 && (size_t)n < sizeof path)
        status = read_file(r, path, false);
    return status;
}

enum mlk_status mlk_option_files_read(struct mlk_connection *c, const struct mlk_option_files *files,
                                      char *error, size_t error_size)
{
    const char *suffix = files->suffix ? files->suffix : getenv("MYSQL_GROUP_SUFFIX");
    struct reader r = {.connection = c,
                       .groups = client_groups,
                       .suffix = suffix && *suffix ? suffix : NULL,
                       .error = error,
                       .error_size = error_size};
    enum mlk_status status;

    if (files->none)
        return MLK_OK;
    status = read_all(&r, files);
    if (status != MLK_OK)
        return status;
    r.groups = miglock_groups;
    r.strict = true;
    r.files = 0;
    return read_all(&r, files);
}
