/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is connected and what they do: one picture of all sessions that this account may see. */
#ifndef MLK_CORE_SESSIONS_H
#define MLK_CORE_SESSIONS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "document.h"
#include "miglock/buf.h"
#include "server.h"

/* One session. Texts are owned by the list. */
struct mlk_person {
    uint64_t id;
    const char *user, *host, *db, *command, *state, *statement; /* NULL where the server says NULL */
    const char *program; /* what the client calls itself; NULL where unknown */
    int64_t pid;         /* of the client on its own host; -1 where unknown */
    int64_t seconds;     /* in its present command; -1 where unknown */
    int64_t changes;     /* rows changed in an open transaction; 0 where there is none or it is not known */
    int64_t thread;      /* the operating system's id of the server's thread; -1 where unknown */
    int64_t transaction_seconds; /* since its InnoDB transaction began; -1: none, not known or not asked */
    double progress;             /* of its statement, per cent; -1 where the server does not say */
    bool in_transaction;
    bool rolling_back; /* its transaction */
};

enum {
    MLK_PEOPLE_SHOWN = 50,
    /* Up to so many it takes longer to state which ones are of interest than to read what there is on all: 20
     * us of 90 with 10 sessions (MySQL). */
    MLK_FEW_SESSIONS = 64,
};

/* The server's thread that serves a connection, by performance_schema's own numbers. */
struct mlk_thread {
    uint64_t number, connection_id;
};

struct mlk_people {
    struct mlk_person *list;
    size_t count;
    bool all;                     /* no session is hidden from this account */
    bool transactions;            /* open transactions are visible */
    bool replica;                 /* rows come from another server */
    bool threads_readable;        /* performance_schema can be asked for the threads */
    struct mlk_thread *by_thread; /* in the order of numbers; NULL: not known */
    size_t thread_count;
    bool some_threads; /* only those of some sessions are in by_thread */
    bool programs;     /* what the clients of all of them say of themselves is known, as far as it can be */
    struct mlk_rows *rows, *attributes[2], *threads[2]; /* private: own the texts */
    struct mlk_person **by_id;                          /* private: the list in the order of ids */
};

/* Who is connected, without what their clients say of themselves. */
enum mlk_status mlk_people_read(struct mlk_session *s, const struct mlk_server *server,
                                struct mlk_people *out, cJSON *blind_spots);
/* Adds what the clients say of themselves: programs and process ids. holder: only for this session, for those
 * that could be its siblings, and for those that wait for any named lock; NULL: for all. MLK_OK also where
 * nothing is known. */
enum mlk_status mlk_people_know(struct mlk_session *s, const struct mlk_server *server,
                                struct mlk_people *people, const struct mlk_person *holder,
                                cJSON *blind_spots);
/* The same of these sessions only, which should be few; of all where count is 0. What is known of others
 * stays known; at most two calls ask. */
enum mlk_status mlk_people_know_these(struct mlk_session *s, const struct mlk_server *server,
                                      struct mlk_people *people, const uint64_t *ids, size_t count,
                                      cJSON *blind_spots);
/* Adds the threads, and longer statements than a process list has. holder: among many sessions only those of
 * the ones that mlk_people_know is about; NULL: all, also where some were read before. MLK_OK also where
 * nothing is known. */
enum mlk_status mlk_people_know_threads(struct mlk_session *s, const struct mlk_server *server,
                                        struct mlk_people *people, const struct mlk_person *holder);
/* Adds since when transactions are open. MLK_OK also where nothing is known. */
enum mlk_status mlk_people_know_transactions(struct mlk_session *s, struct mlk_people *people);
/* The connection behind a thread's number, and the other way round; 0: not known. */
uint64_t mlk_people_of_thread(const struct mlk_people *people, uint64_t number);
uint64_t mlk_people_thread_number(const struct mlk_people *people, uint64_t connection_id);
/* Works on a zeroed struct. */
void mlk_people_free(struct mlk_people *people);
/* NULL where no such session is visible. */
struct mlk_person *mlk_people_find(struct mlk_people *people, uint64_t id);
const struct mlk_person *mlk_person_find(const struct mlk_people *people, uint64_t id);
/* A client's session that is neither the one that asks nor miglock's own. */
bool mlk_person_counts(const struct mlk_session *s, const struct mlk_person *p);
/* A thread of the server's own: replication, the event scheduler, a daemon. */
bool mlk_person_is_servers(const struct mlk_person *p);
/* It is connected and runs no statement. */
bool mlk_person_sleeps(const struct mlk_person *p);
/* It runs a statement (other than waiting for a named lock, or asking miglock), is being killed or has
 * changed rows. */
bool mlk_person_works(const struct mlk_person *p);
/* The same client process as far as anybody can tell: same user, same client host, and the same process id
 * where both are known. certain is set where process ids were compared. */
bool mlk_person_sibling(const struct mlk_person *a, const struct mlk_person *b, bool *certain);
/* The members that describe a session, of a report or of a document of its own. probe: what is known of its
 * client, or NULL. */
void mlk_person_members(struct mlk_doc *j, const struct mlk_person *p, const struct mlk_probe *probe);
/* The session as the report shows it. probe: what is known of its client, or NULL. */
cJSON *mlk_person_json(const struct mlk_person *p, const struct mlk_probe *probe);
/* Adds it to array, which stops at MLK_PEOPLE_SHOWN, and counts it. */
void mlk_person_add(cJSON *array, size_t *count, const struct mlk_person *p);
/* Appends "connection 7 (shop@10.0.0.7, rake[991])" to a text. */
void mlk_person_describe(const struct mlk_person *p, struct mlk_buf *out);
/* Adds a sentence on what this session does to because. role: "connection", "holder", ... */
void mlk_person_say(cJSON *because, const struct mlk_person *p, const char *role);

#endif
