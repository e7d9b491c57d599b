/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "miglock/miglock.h"

enum { TEXT_MAX = 4096 };

/* In a signal handler, so nothing but write() and _exit(). The kernel closes the connection. */
static void time_is_up(int number, siginfo_t *info, void *context)
{
    const struct mlk_check_timer *t = info->si_value.sival_ptr;
    ssize_t written;

    (void)number;
    (void)context;
    if (info->si_code != SI_TIMER)
        return; /* somebody else's SIGALRM has no text */
    written = write(STDOUT_FILENO, t->text.text, t->text.len);
    (void)written;
    _exit(MLK_STATE_UNKNOWN);
}

/* Made before it is needed, as a signal handler cannot. */
static void make_text(struct mlk_buf *b, bool json, const char *message)
{
    cJSON *document = json ? mlk_check_failure_document("timeout", message) : NULL;
    char *text = document ? mlk_json_print(document) : NULL;

    mlk_buf_init(b, TEXT_MAX);
    if (text)
        mlk_buf_fmt(b, "%s\n", text);
    else
        mlk_check_failure_text(b, message);
    cJSON_free(text);
    cJSON_Delete(document);
}

bool mlk_check_timer_start(struct mlk_check_timer *t, bool json, unsigned seconds)
{
    struct sigaction action = {.sa_sigaction = time_is_up, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec when = {.it_value.tv_sec = (time_t)seconds};
    char message[80];
    sigset_t alarm;

    snprintf(message, sizeof message, "no answer within %u s (--timeout)", seconds);
    make_text(&t->text, json, message);
    event.sigev_value.sival_ptr = t;
    sigemptyset(&action.sa_mask);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    if (t->text.status != MLK_OK || !t->text.len || sigaction(SIGALRM, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &t->timer) != 0)
        return false;
    t->running = true;
    sigprocmask(SIG_UNBLOCK, &alarm, NULL); /* whoever started us may have blocked it */
    return timer_settime(t->timer, 0, &when, NULL) == 0;
}

void mlk_check_timer_stop(struct mlk_check_timer *t)
{
    sigset_t alarm;

    if (t->running) {
        /* one that has just come would still read the text */
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        sigprocmask(SIG_BLOCK, &alarm, NULL);
        timer_delete(t->timer);
    }
    t->running = false;
    mlk_buf_free(&t->text);
}
