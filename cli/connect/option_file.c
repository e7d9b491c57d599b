/* SPDX-License-Identifier: GPL-2.0-only */
/* Source of which files are read and passed over: mysys/my_default.cc of either server. */
#include "option_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "note.h"
#include "option_line.h"

enum { LINE_BYTES = 65536, PATH_BYTES = 4096, INCLUDE_DEPTH = 10, INCLUDE_FILES = 500 };

/* Where the distributions' clients look, in this order; then come the directory of MYSQL_HOME,
 * --defaults-extra-file, and the home directory. */
static const char *const system_files[] = {"/etc/my.cnf", "/etc/mysql/my.cnf"};

/* MariaDB's clients read the second and the third as well as the first. */
static const char *const groups[] = {"client", "client-server", "client-mariadb", "miglock"};
static const char own_group[] = "miglock";

struct reader {
    const struct mlk_option_files *files;
    mlk_option_found found;
    void *context;
    const char *suffix;
    bool login;      /* reading the login file */
    bool login_seen; /* the login path that was named is in it */
    unsigned depth;  /* of !include */
    unsigned count;  /* of files read so far */
    char *error;
    size_t error_size;
};

/* Where we are in one file. */
struct place {
    const char *path;
    unsigned line;
    bool in_group; /* any group has begun */
    bool wanted, own;
};

static enum mlk_status read_file(struct reader *r, const char *path, bool must);

static bool is_group(const struct reader *r, const char *group, const char *name)
{
    size_t len = strlen(name);

    return strncmp(group, name, len) == 0 &&
           (!group[len] || (r->suffix && strcmp(group + len, r->suffix) == 0));
}

static void enter_group(struct reader *r, struct place *at, const char *group)
{
    at->in_group = true;
    at->own = is_group(r, group, own_group);
    at->wanted = false;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        at->wanted = at->wanted || is_group(r, group, groups[i]);
    if (r->login && r->files->login_path && is_group(r, group, r->files->login_path))
        at->wanted = r->login_seen = true;
}

static enum mlk_status complain(struct reader *r, const struct place *at, const char *why)
{
    snprintf(r->error, r->error_size, "%s, line %u: %s", at->path, at->line, why);
    return MLK_USAGE;
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

/* Reads the files named, which are in that directory, and gives the names back. */
static enum mlk_status read_each(struct reader *r, const char *path, char **names, size_t count)
{
    enum mlk_status status = MLK_OK;

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

/* !includedir: its *.cnf, in the order of their names. */
static enum mlk_status read_directory(struct reader *r, const struct place *at, const char *path)
{
    char **names = NULL;
    size_t count = 0;
    enum mlk_status status = MLK_OK;
    struct dirent *entry;
    DIR *dir = opendir(path);

    if (!dir) {
        snprintf(r->error, r->error_size, "%s, line %u: cannot read the directory %s: %s", at->path, at->line,
                 path, strerror(errno));
        return MLK_USAGE;
    }
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
    if (status == MLK_OK)
        return read_each(r, path, names, count);
    while (count > 0)
        free(names[--count]);
    free(names);
    return status;
}

static enum mlk_status include(struct reader *r, const struct place *at, const struct mlk_option_line *line)
{
    enum mlk_status status;

    if (r->login || r->depth >= INCLUDE_DEPTH)
        return MLK_OK;
    r->depth++;
    status =
        line->kind == MLK_LINE_INCLUDE ? read_file(r, line->name, false) : read_directory(r, at, line->name);
    r->depth--;
    return status;
}

static enum mlk_status take_option(struct reader *r, const struct place *at,
                                   const struct mlk_option_line *line)
{
    struct mlk_found_option found = {.name = line->name, .value = line->value, .own = at->own};
    char why[MLK_OPTION_ERROR_MAX] = "";
    enum mlk_status status;

    if (!at->in_group)
        return complain(r, at, "an option must be below a group such as [client]");
    if (!at->wanted)
        return MLK_OK;
    status = r->found(r->context, &found, why, sizeof why);
    return status == MLK_USAGE ? complain(r, at, why) : status;
}

static enum mlk_status take_line(struct reader *r, struct place *at, char *text)
{
    struct mlk_option_line line = mlk_option_line(text, !r->login);

    switch (line.kind) {
    case MLK_LINE_NOTHING:
        break;
    case MLK_LINE_GROUP:
        enter_group(r, at, line.name);
        break;
    case MLK_LINE_OPTION:
        return take_option(r, at, &line);
    case MLK_LINE_INCLUDE:
    case MLK_LINE_INCLUDEDIR:
        return include(r, at, &line);
    case MLK_LINE_WRONG:
        return complain(r, at, line.name);
    }
    return MLK_OK;
}

static enum mlk_status read_lines(struct reader *r, FILE *file, const char *path)
{
    struct place at = {.path = path};
    char *buffer = malloc(LINE_BYTES);
    enum mlk_status status = buffer ? MLK_OK : MLK_NO_MEMORY;

    while (status == MLK_OK && fgets(buffer, LINE_BYTES, file)) {
        at.line++;
        if (!strchr(buffer, '\n') && strlen(buffer) == LINE_BYTES - 1)
            status = complain(r, &at, "the line is too long");
        else
            status = take_line(r, &at, buffer);
    }
    if (status == MLK_OK && ferror(file))
        status = complain(r, &at, strerror(errno));
    if (buffer)
        explicit_bzero(buffer, LINE_BYTES);
    free(buffer);
    return status;
}

static enum mlk_status cannot_read(struct reader *r, const char *path, const char *why)
{
    snprintf(r->error, r->error_size, "cannot read the option file %s: %s", path, why);
    return MLK_USAGE;
}

/* path, where a leading ~/ stands for the home directory. */
static const char *expand(const char *path, char *out, size_t size)
{
    const char *home = getenv("HOME");
    int n = strncmp(path, "~/", 2) == 0 && home ? snprintf(out, size, "%s%s", home, path + 1) : 0;

    return n > 0 && (size_t)n < size ? out : path;
}

/* must: the user named it, so it has to be there and to be used. */
static enum mlk_status read_file(struct reader *r, const char *path, bool must)
{
    enum mlk_status status = MLK_OK;
    char expanded[PATH_BYTES];
    struct stat info;
    FILE *file;

    if (++r->count > INCLUDE_FILES)
        return MLK_OK;
    path = expand(path, expanded, sizeof expanded);
    file = fopen(path, "re");
    if (!file || fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
        if (must)
            status = cannot_read(r, path, file ? "it is a directory" : strerror(errno));
    } else if (S_ISREG(info.st_mode) && (info.st_mode & S_IWOTH)) {
        /* as the mysql client does: anyone could have written it */
        if (must)
            status = cannot_read(r, path, "everybody may write to it; chmod o-w makes it usable");
        else
            mlk_note("warning: the option file %s is writable for everyone and therefore ignored", path);
    } else {
        status = read_lines(r, file, path);
    }
    if (file)
        fclose(file);
    return status;
}

static enum mlk_status read_in(struct reader *r, const char *directory, const char *name)
{
    char path[PATH_BYTES];
    int n = directory && *directory ? snprintf(path, sizeof path, "%s/%s", directory, name) : 0;

    return n > 0 && (size_t)n < sizeof path ? read_file(r, path, false) : MLK_OK;
}

static const char *either_env(const char *first, const char *second)
{
    const char *value = getenv(first);

    return value ? value : getenv(second);
}

static enum mlk_status read_files(struct reader *r)
{
    const struct mlk_option_files *files = r->files;
    enum mlk_status status = MLK_OK;

    if (files->none)
        return MLK_OK;
    if (files->only)
        return read_file(r, files->only, true);
    for (size_t i = 0; status == MLK_OK && i < sizeof system_files / sizeof system_files[0]; i++)
        status = read_file(r, system_files[i], false);
    if (status == MLK_OK)
        status = read_in(r, either_env("MARIADB_HOME", "MYSQL_HOME"), "my.cnf");
    if (status == MLK_OK && files->extra)
        status = read_file(r, files->extra, true);
    return status == MLK_OK ? read_in(r, getenv("HOME"), ".my.cnf") : status;
}

/* It comes after all files, as in MySQL's clients. */
static enum mlk_status read_login(struct reader *r)
{
    struct place at = {.path = "the login file"};
    const char *name = r->files->login_path;
    char *text = NULL, *rest;
    size_t len;
    enum mlk_status status;

    if (r->files->no_login)
        return MLK_OK;
    r->login = true;
    status = mlk_login_file_read(name != NULL, &text, r->error, r->error_size);
    len = text ? strlen(text) : 0;
    rest = text;
    for (char *line; status == MLK_OK && (line = strsep(&rest, "\n"));) {
        at.line++;
        status = take_line(r, &at, line);
    }
    if (status == MLK_OK && name && !r->login_seen) {
        snprintf(r->error, r->error_size,
                 "the login file has no path '%s'; mysql_config_editor print --all shows those it has", name);
        status = MLK_USAGE;
    }
    if (text)
        explicit_bzero(text, len);
    free(text);
    return status;
}

enum mlk_status mlk_option_files_read(const struct mlk_option_files *files, mlk_option_found found,
                                      void *context, char *error, size_t error_size)
{
    struct reader r = {.files = files,
                       .found = found,
                       .context = context,
                       .suffix = files->suffix ? files->suffix
                                               : either_env("MARIADB_GROUP_SUFFIX", "MYSQL_GROUP_SUFFIX"),
                       .error = error,
                       .error_size = error_size};
    enum mlk_status status = read_files(&r);

    return status == MLK_OK ? read_login(&r) : status;
}
