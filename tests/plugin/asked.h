/* SPDX-License-Identifier: GPL-2.0-only */
/* A loopback connection whose client is asked by a thread, so that several can be asked at the same time. */
#ifndef MIGLOCK_TESTS_ASKED_H
#define MIGLOCK_TESTS_ASKED_H

#include "loopback.h"

#include <pthread.h>

#include "keepalive.h"
#include "question.h"

struct asked {
    struct loopback loop;
    struct loopback_session session;
    struct mlk_socket socket;
    int held;
    struct mlk_keepalive before, after; /* the options */
    struct mlk_probe out;
    enum mlk_status status;
    int64_t took_ms;
    pthread_t thread;
};

/* With keepalive on and Linux's own times. */
void asked_open(struct asked *a, const char *ip);
void asked_use(struct asked *a, const struct mlk_keepalive *options);
void asked_begin(struct asked *a);
/* Checks also that the options are as before, and that it took no longer than it may. */
void asked_end(struct asked *a);
void asked_close(struct asked *a);

int64_t asked_now_ms(struct asked *a);
void asked_peer_is(const struct asked *a, enum mlk_peer peer);
void asked_why_has(const struct asked *a, const char *part);

/* Conditions for loopback_until: nothing heard of the client for longer than the kernel waits with a
 * question; a question without an answer. */
bool asked_was_silent(void *arg);
bool asked_has_probes(void *arg);

#endif
