/* SPDX-License-Identifier: GPL-2.0-only */
/* The services of a MySQL server that miglock.so requires, as far as a component without a session needs
 * them. */
#ifndef MIGLOCK_MYSQL_HOST_H
#define MIGLOCK_MYSQL_HOST_H

#include "mysql_abi.h"

enum { MYSQL_HOST_NAMES_MAX = 32 };

struct mysql_host {
    /* udf_registration */
    const char *registered[MYSQL_HOST_NAMES_MAX];
    unsigned count, register_calls, register_fails_at;
    const char *in_use; /* cannot be unregistered */
    /* mysql_udf_metadata */
    unsigned charset_calls, charset_fails_at;
    /* who asks; the account is there unless dropped */
    void *thd;
    struct mysql_lex_cstring user, host;
    bool dropped, killed;
    /* The step of opening a session that fails: 'T'hread, 'I'nit. If those work, every statement fails. */
    char fails;
    /* How often each was called. */
    unsigned threads, threads_ended, opened, closed;
};
extern struct mysql_host mysql_host;

/* What INSTALL COMPONENT does before it calls init: fills every required service, but for the one named. */
void mysql_host_fill(const struct mysql_component *component, const char *but);

#endif
