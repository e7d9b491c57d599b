/* SPDX-License-Identifier: GPL-2.0-only */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_MAX = 4096, NAME_BYTES = 256, ATTEMPTS = 100, MODE = 0644 };

struct place {
    int directory;           /* open, so that all steps are in the same one */
    const char *name;        /* of the file in it */
    char beside[NAME_BYTES]; /* of the file that becomes it */
};

static bool say(char *error, size_t error_size, const char *what, const char *path)
{
    snprintf(error, error_size, "cannot %s %.300s: %s", what, path, strerror(errno));
    return false;
}

static bool open_directory(struct place *p, const char *path, char *error, size_t error_size)
{
    const char *slash = strrchr(path, '/');
    char directory[DIRECTORY_MAX] = ".";

    p->name = slash ? slash + 1 : path;
    if (slash && (size_t)(slash - path) >= sizeof directory) {
        errno = ENAMETOOLONG;
        return say(error, error_size, "write", path);
    }
    if (slash)
        snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    if (!*p->name) {
        errno = EISDIR;
        return say(error, error_size, "write", path);
    }
    p->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return p->directory >= 0 || say(error, error_size, "open the directory", directory);
}

/* To rename over a device or a link would put a file where something else is meant to be. */
static bool may_replace(const struct place *p, const char *path, char *error, size_t error_size)
{
    struct stat st;

    if (fstatat(p->directory, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || say(error, error_size, "look at", path);
    if (S_ISREG(st.st_mode))
        return true;
    snprintf(error, error_size, "%.300s is no regular file: it is not replaced", path);
    return false;
}

/* Only ever a file of our own: one that is there already is somebody else's. */
static int create(struct place *p)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        uint64_t random;
        int fd, n;

        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
            return -1;
        n = snprintf(p->beside, sizeof p->beside, ".%s.%016" PRIx64 ".tmp", p->name, random);
        if (n < 0 || (size_t)n >= sizeof p->beside) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = openat(p->directory, p->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static bool put(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* Errors of a full disk may come as late as with close(). */
static bool fill(int fd, const char *text, size_t len)
{
    bool ok = put(fd, text, len) && fchmod(fd, MODE) == 0 && fsync(fd) == 0;
    int before = errno;

    if (close(fd) != 0 && ok)
        return false;
    errno = before;
    return ok;
}

static bool replace(struct place *p, const char *path, const char *text, size_t len, char *error,
                    size_t error_size)
{
    int fd = create(p), before;

    if (fd < 0)
        return say(error, error_size, "make a file beside", path);
    if (fill(fd, text, len) && renameat(p->directory, p->beside, p->directory, p->name) == 0) {
        fsync(p->directory); /* the file is there whether or not its name outlives a crash */
        return true;
    }
    before = errno;
    unlinkat(p->directory, p->beside, 0);
    errno = before;
    return say(error, error_size, "write", path);
}

bool mlk_textfile_write(const char *path, const char *text, size_t len, char *error, size_t error_size)
{
    struct place p = {.directory = -1};
    sigset_t stop, old;
    bool ok;

    /* an interrupt waits until the file beside is gone */
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGHUP);
    sigprocmask(SIG_BLOCK, &stop, &old);
    ok = open_directory(&p, path, error, error_size) && may_replace(&p, path, error, error_size) &&
         replace(&p, path, text, len, error, error_size);
    if (p.directory >= 0)
        close(p.directory);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return ok;
}
