/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "connection.h"

enum { PASSWORD_MAX = 1024 };

static void put(int fd, const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

/* Up to the end of the line or to the interrupt character, which is kept. */
static enum mlk_status read_line(int fd, char interrupt, char *line, size_t size)
{
    size_t len = 0;

    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == '\n')
            break;
        if (len + 1 == size)
            return MLK_TOO_LONG;
        line[len++] = c;
        if (c == interrupt)
            break;
    }
    line[len] = '\0';
    return MLK_OK;
}

/* The terminal itself and not stdin, which may be a file. An interrupt acts once the echo is on again. */
enum mlk_status mlk_password_ask(char **out, char *error, size_t error_size)
{
    char line[PASSWORD_MAX];
    struct termios before, quiet;
    sigset_t stop, old;
    enum mlk_status status;
    char interrupt;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    *out = NULL;
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0)
            close(fd);
        snprintf(error, error_size,
                 "there is no terminal to ask for the password on: put it into an option file ([client] "
                 "password=...)");
        return MLK_USAGE;
    }
    interrupt = (char)before.c_cc[VINTR];
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    quiet.c_lflag |= ICANON;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGHUP);
    sigaddset(&stop, SIGTSTP);
    sigaddset(&stop, SIGALRM); /* of miglock check: it ends the program */
    sigprocmask(SIG_BLOCK, &stop, &old);
    /* With ISIG off Ctrl-C would be a character of the password: make it end the line, and notice it. */
    quiet.c_cc[VEOL] = before.c_cc[VINTR];
    tcsetattr(fd, TCSAFLUSH, &quiet);
    put(fd, "Enter password: "); /* from here on nothing that is typed is shown or lost */
    status = read_line(fd, interrupt, line, sizeof line);
    tcsetattr(fd, TCSAFLUSH, &before);
    put(fd, "\n");
    sigprocmask(SIG_SETMASK, &old, NULL);
    close(fd);
    if (status == MLK_OK && interrupt && strchr(line, interrupt)) {
        explicit_bzero(line, sizeof line);
        raise(SIGINT);
    }
    if (status == MLK_OK)
        *out = strdup(line);
    explicit_bzero(line, sizeof line);
    if (status != MLK_OK || !*out) {
        snprintf(error, error_size, "%s",
                 status != MLK_OK ? "the password is too long" : mlk_status_text(MLK_NO_MEMORY));
        return status != MLK_OK ? MLK_USAGE : MLK_NO_MEMORY;
    }
    return MLK_OK;
}
