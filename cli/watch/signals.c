/* SPDX-License-Identifier: GPL-2.0-only */
#include "signals.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

bool mlk_signals_open(struct mlk_signals *s, const int *list)
{
    struct sigaction now;

    sigemptyset(&s->held);
    for (; *list; list++)
        if (sigaction(*list, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&s->held, *list);
    s->fd = signalfd(-1, &s->held, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->fd < 0)
        return false;
    sigprocmask(SIG_BLOCK, &s->held, &s->before);
    return true;
}

int mlk_signals_next(struct mlk_signals *s)
{
    struct signalfd_siginfo info;

    return read(s->fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void mlk_signals_close(struct mlk_signals *s)
{
    if (s->fd < 0)
        return;
    close(s->fd);
    s->fd = -1;
    sigprocmask(SIG_SETMASK, &s->before, NULL);
}

void mlk_signals_let(int number)
{
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    raise(number); /* pending until it is let through */
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    sigprocmask(SIG_BLOCK, &one, NULL);
}
