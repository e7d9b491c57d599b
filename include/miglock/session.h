/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port: everything the core may ask of a server. Four adapters fill it (a client connection, the MySQL
 * server from inside, the MariaDB server from inside, an in-memory fake); tests/contract holds for all four.
 *
 * Every statement states what right it needs. Where the session runs under the invoker's own account (client,
 * MySQL) the server enforces its rights and the statement of need is not looked at. Inside MariaDB the
 * session may do everything, so there the adapter itself refuses a statement whose need the invoker does not
 * meet.
 */
#ifndef MIGLOCK_SESSION_H
#define MIGLOCK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/rows.h"
#include "miglock/status.h"

enum { MLK_SESSION_VERSION = 7, MLK_ERROR_MAX = 512, MLK_ACCOUNT_MAX = 400 };

/* What miglock's statements start with, so that it knows its own in a process list. */
#define MLK_TAG "/* miglock */ "

enum mlk_flavour { MLK_MYSQL, MLK_MARIADB };

enum mlk_need {
    MLK_NEED_NOTHING, /* constants, server variables, IS_USED_LOCK: open to everyone */
    MLK_NEED_OWN,     /* the sessions of the invoker's own user; the text must limit itself to them */
    MLK_NEED_SCHEMA,  /* to see that a schema exists: any privilege on it or in it */
    MLK_NEED_SELECT,  /* SELECT on schema.table */
    MLK_NEED_UPDATE,  /* UPDATE on schema.table */
    MLK_NEED_DELETE,  /* DELETE on schema.table */
    MLK_NEED_INSERT,  /* INSERT on schema.table */
    MLK_NEED_PROCESS, /* the sessions and transactions of everyone */
    MLK_NEED_KILL,    /* to kill connection_id: the right to kill any, or it is the invoker's own */
};

struct mlk_access {
    enum mlk_need need;
    const char *schema;     /* MLK_NEED_SCHEMA, and those of a table */
    const char *table;      /* MLK_NEED_SELECT, MLK_NEED_UPDATE, MLK_NEED_DELETE, MLK_NEED_INSERT */
    uint64_t connection_id; /* MLK_NEED_KILL */
};

/* What a process list says of a connection: enough to find its client's socket. */
struct mlk_client {
    uint64_t connection_id;
    const char *host; /* HOST as the server shows it: "10.0.0.7:51234", "app.example:51234", "localhost" */
    int64_t pid;      /* what the client says of itself; -1 where it says nothing */
    int64_t thread;   /* the operating system's id of the server's thread that serves it; -1 where unknown */
};

/* What the kernel knows of a connection's client. */
enum mlk_peer {
    MLK_PEER_UNKNOWN,
    MLK_PEER_ALIVE, /* its host has answered the question */
    MLK_PEER_GONE,  /* no answer to MLK_PROBE_QUESTIONS questions, or the connection is closed already */
    MLK_PEER_LOCAL  /* a process of this host, which cannot vanish unseen */
};
enum mlk_probe_how {
    MLK_PROBE_LOOK, /* only reads what the kernel knows; never waits; never says MLK_PEER_ALIVE */
    MLK_PROBE_ASK   /* asks the client's host, for at most MLK_PROBE_LIMIT_MS. Where it does not answer, the
                     * kernel closes the connection, and the server ends the session */
};
enum { MLK_PROBE_QUESTIONS = 3, MLK_PROBE_LIMIT_MS = 5000 };

struct mlk_probe {
    enum mlk_peer peer;
    bool asked;          /* a question was put */
    int64_t answer_ms;   /* from the question to the answer; -1: none */
    int64_t asked_ms;    /* how long it was waited for an answer; -1: not asked */
    int64_t heard_ms;    /* before the question: since the client's host was last heard of; -1 unknown */
    int64_t pid;         /* of a local client, as the kernel knows it; -1 */
    int64_t unacked;     /* packets on their way without an acknowledgement; -1 unknown */
    int64_t retransmits; /* how often the oldest of them has been sent again without one; -1 unknown */
    char state[16];      /* the connection's TCP state, "ESTABLISHED"; "" where there is none */
    char why[160];       /* for MLK_PEER_UNKNOWN and MLK_PEER_GONE: a clause, "two sockets have ..." */
};

/* What a session whose client is kept from speaking to it does. */
enum mlk_freeze {
    MLK_FREEZE_NOT,     /* its client could not be kept from speaking */
    MLK_FREEZE_QUIET,   /* it has read all that its client sent and waits for more, which does not come */
    MLK_FREEZE_WORKING, /* it has read all that its client sent; whether it waits for more does not show */
    MLK_FREEZE_SPOKE    /* its client has sent something that it has not read yet */
};

struct mlk_frozen {
    enum mlk_freeze state;
    bool line;     /* MLK_FREEZE_NOT: it waits for its client, and hang_up can end its connection */
    char why[160]; /* MLK_FREEZE_NOT: a clause, "it may come through a Unix socket" */
};

struct mlk_session;

struct mlk_session_ops {
    int version;      /* MLK_SESSION_VERSION */
    const char *name; /* "client", "mysql-server", "mariadb-server", "fake" */
    bool calls;       /* the session has the invoker's own rights and nothing more, so it may call procedures
                       * that others have put into the server. Never inside MariaDB */

    /* must. Runs one statement. rows (may be NULL: the result is thrown away) is set to a result that the
     * caller frees, or to NULL where the statement gives none; affected (may be NULL) to the rows it changed.
     * On anything but MLK_OK both are NULL/0 and s->error and s->error_number tell why. Never waits longer
     * than a few seconds. */
    enum mlk_status (*query)(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                             size_t len, struct mlk_rows **rows, uint64_t *affected);

    /* must. Reads up to limit rows, all columns, of a base table, with column names. A view is
     * MLK_UNSUPPORTED, never read (reading a view runs other people's code). dirty: also what other
     * transactions have not committed. Takes no row lock. Needs MLK_NEED_SELECT. */
    enum mlk_status (*read_table)(struct mlk_session *s, const char *schema, const char *table, bool dirty,
                                  size_t limit, struct mlk_rows **rows);

    /* must. Whether that access would be allowed: MLK_OK or MLK_DENIED with s->error. An adapter whose server
     * enforces rights by itself answers MLK_OK and lets the server decide. */
    enum mlk_status (*may)(struct mlk_session *s, const struct mlk_access *need);

    /* may be NULL: this adapter cannot ask the server's kernel. MLK_OK also where nothing is known (out says
     * why); MLK_KILLED where the caller's statement was killed meanwhile, MLK_NO_MEMORY. Leaves the
     * connection as it was in every case. Whether the invoker may know is for the caller to find out first.
     */
    enum mlk_status (*probe)(struct mlk_session *s, const struct mlk_client *client, enum mlk_probe_how how,
                             struct mlk_probe *out);

    /* may be NULL: this adapter cannot. Keeps back what that client sends, until thaw or the end of the
     * session; it arrives then, nothing is lost. At most one client at a time. What the session was told
     * before goes its way: state tells how far. Takes some 10 ms, up to 90 more where the session is at work,
     * and up to 200 more where another session has frozen the same client. MLK_OK also where it could not be
     * done (out says why); MLK_KILLED, MLK_NO_MEMORY: then nobody is frozen. */
    enum mlk_status (*freeze)(struct mlk_session *s, const struct mlk_client *client, struct mlk_frozen *out);

    /* NULL where freeze is. Ends that connection at the server's end, as if its client had left, so that the
     * server ends the session by itself. False, and nothing was done: the session has done something since
     * freeze, its client has said something, or freeze held no line. Asks for no right: who calls has found
     * out. */
    bool (*hang_up)(struct mlk_session *s);

    /* NULL where freeze is. Lets the client speak again; does nothing where nobody is frozen. */
    void (*thaw)(struct mlk_session *s);

    /* may be NULL: that takes a statement. When the server started, in seconds since 1970 by its clock, where
     * now is what UNIX_TIMESTAMP() was in this session's last statement; -1 where it is not known. */
    int64_t (*started)(struct mlk_session *s, int64_t now);

    /* may be NULL: this adapter has no error log of the server to write to. line: printable, one line. */
    void (*log)(struct mlk_session *s, const char *line);

    /* must. Milliseconds of a clock that never goes back; its zero means nothing. */
    int64_t (*now_ms)(struct mlk_session *s);

    /* must. Waits; returns early with MLK_KILLED where the caller's statement or connection was killed. */
    enum mlk_status (*pause_ms)(struct mlk_session *s, unsigned ms);

    /* must. Ends the session and frees it. */
    void (*close)(struct mlk_session *s);
};

/*
 * What an adapter's constructor has set up before it hands the session out: client character set utf8mb4,
 * sql_mode empty, autocommit on, time_zone '+00:00', lock waits of at most MLK_LOCK_WAIT_S seconds,
 * statements of at most MLK_STATEMENT_S seconds where the server has such a limit.
 */
enum { MLK_LOCK_WAIT_S = 3, MLK_STATEMENT_S = 10 };

struct mlk_session {
    const struct mlk_session_ops *ops;
    void *impl;
    enum mlk_flavour flavour;
    unsigned server_version;    /* 101119 is 10.11.19, 90704 is 9.7.4 */
    char user[MLK_ACCOUNT_MAX]; /* the invoker's account name, as in CURRENT_USER() */
    char host[MLK_ACCOUNT_MAX]; /* and its host part */
    uint64_t caller_id;         /* connection that the question comes from; 0 where nobody knows */
    uint64_t own_id;            /* connection this session itself runs on; 0 where it has none */
    bool proxied;               /* what answers is a proxy with connection ids of its own, in front of one or
                                 * more servers. All ids of this struct and in rows are the server's, yet
                                 * another statement may run on another connection of the proxy's */
    unsigned error_number;      /* the server's error number; 0 where the error is the adapter's own */
    char error[MLK_ERROR_MAX];  /* one line */
};

/* Checks once that a freshly built session has all that it must have: MLK_OK or MLK_UNSUPPORTED. */
enum mlk_status mlk_session_check(const struct mlk_session *s);
/* The status that a server's error number stands for (denied, lock wait, read only, lost, killed ...): one
 * table for all adapters. Source: mysqld_error.h of both servers. */
enum mlk_status mlk_status_of_error(unsigned error_number);
/* The statements an adapter runs first to reach the state above, one by one until NULL; those of the other
 * flavour are left out. index counts from 0. Errors of a statement for which *optional is set are ignored. */
const char *mlk_session_setup(enum mlk_flavour flavour, size_t index, bool *optional);

#endif
