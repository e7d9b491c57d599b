/* SPDX-License-Identifier: GPL-2.0-only */
/* What a call of the core or of a session adapter can come to. One list; every code has its text here. */
#ifndef MIGLOCK_STATUS_H
#define MIGLOCK_STATUS_H

#define MLK_STATUS_LIST(X)                                                                                   \
    X(OK, "done")                                                                                            \
    X(USAGE, "an argument cannot be used")                                                                   \
    X(DENIED, "the account lacks a privilege")                                                               \
    X(NOT_FOUND, "no such object on this server")                                                            \
    X(BUSY, "another session holds a lock that is needed")                                                   \
    X(READ_ONLY, "this server does not accept writes")                                                       \
    X(SQL, "the server refused a statement")                                                                 \
    X(GONE, "the connection to the server is lost")                                                          \
    X(KILLED, "the call was interrupted")                                                                    \
    X(TOO_LONG, "the result is larger than the limit")                                                       \
    X(UNSUPPORTED, "this server cannot do it")                                                               \
    X(NO_MEMORY, "out of memory")

enum mlk_status {
#define MLK_STATUS_ENUM(name, text) MLK_##name,
    MLK_STATUS_LIST(MLK_STATUS_ENUM)
#undef MLK_STATUS_ENUM
};

/* The text of a status; never NULL. */
const char *mlk_status_text(enum mlk_status status);

#endif
