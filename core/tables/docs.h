/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be said of each table: its DDL, who blocks it, who queues, and what stands at the root. Private
 * to the core's tables. */
#ifndef MLK_CORE_TABLE_DOCS_H
#define MLK_CORE_TABLE_DOCS_H

#include "scene.h"
#include "miglock/miglock.h"
#include "../verdict.h"

enum {
    MLK_TABLE_KINDS_MAX = 12,  /* kinds of statements that are counted one by one */
    MLK_TABLE_FIRST = 10,      /* of a queue that are shown */
    MLK_TABLE_SHOWN = 20,      /* of DDL and of blockers */
    MLK_TABLE_DETAILS_MAX = 64 /* sessions that are looked at closely */
};

/* A session that has to do with a table. person is hidden, with nothing but an id, where no list has it. */
struct mlk_table_one {
    const struct mlk_table_lock *lock;
    const struct mlk_person *person; /* NULL: see hidden */
    struct mlk_person hidden;
};

struct mlk_table_work {
    struct mlk_table_one one;
    struct mlk_ddl_text text;
    const struct mlk_table_lock *waits; /* for what; NULL: it runs */
    enum mlk_table_begun begun;         /* begun.c */
};

/* A kind of statement in a queue. */
struct mlk_table_kind {
    char kind[MLK_DDL_KIND_MAX];
    size_t count;
};

struct mlk_table_doc {
    const struct mlk_table_group *group;
    struct mlk_table_work *ddl;
    size_t ddl_count;
    struct mlk_table_one *blockers; /* the one that has been at it the longest first */
    size_t blocker_count;
    const struct mlk_table_one *queue[MLK_TABLE_FIRST]; /* the ones that wait the longest first */
    size_t queue_count, queue_shown, behind;            /* behind: only behind the DDL's request */
    int64_t queue_seconds;                              /* the oldest; -1 unknown */
    struct mlk_table_kind kinds[MLK_TABLE_KINDS_MAX];   /* the most frequent first */
    size_t kind_count, kinds_other;
    const struct mlk_table_doc *root; /* where the root of it is; itself, mostly */
    struct mlk_table_one *waiters;    /* private: the queue */
    bool aside;                       /* it is not to be shown: its sessions are not looked at closely */
};

/* What is known of a session when looked at closely. */
struct mlk_table_detail {
    uint64_t id;
    const char *last_statement; /* NULL: not known; owned by the details */
    double percent;             /* of its DDL; -1 unknown */
    struct mlk_probe peer;
    bool looked; /* peer is set */
};

struct mlk_table_docs {
    struct mlk_table_doc *list; /* the longest queue first */
    size_t count;
    struct mlk_table_detail details[MLK_TABLE_DETAILS_MAX];
    size_t detail_count;
    struct mlk_rows *statements, *stages; /* private: own texts */
};

/* Makes a document of each object that somebody waits for, or that DDL is at work on. MLK_OK or
 * MLK_NO_MEMORY. */
enum mlk_status mlk_table_docs_make(const struct mlk_table_scene *scene, struct mlk_table_docs *out);
/* details.c: looks closely at those that will be shown. A server that does not answer is no failure;
 * what cannot be known becomes a blind spot. */
enum mlk_status mlk_table_details(struct mlk_table_scene *scene, struct mlk_table_docs *docs);
/* begun.c: finds out of each DDL whether it has begun. A server that does not tell is no failure. */
enum mlk_status mlk_table_begun(struct mlk_table_scene *scene, struct mlk_table_docs *docs);
/* "running", "finishing" (it waits, with its work done) or "waiting". */
const char *mlk_table_phase(const struct mlk_table_work *work);
/* Works on a zeroed struct. */
void mlk_table_docs_free(struct mlk_table_docs *docs);

/* The detail of a session; never NULL: one in which nothing is known. */
const struct mlk_table_detail *mlk_table_detail_of(const struct mlk_table_docs *docs, uint64_t id);
const struct mlk_person *mlk_table_person(const struct mlk_table_one *one);
/* The word on what stands at the root of a document. */
enum mlk_verdict mlk_table_verdict(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                                   const struct mlk_table_doc *doc);
/* report.c: the document, and parts of it. NULL where memory is out. */
cJSON *mlk_table_doc_json(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                          const struct mlk_table_doc *doc);
void mlk_table_work_members(struct mlk_doc *j, const struct mlk_table_docs *docs,
                            const struct mlk_table_work *work);
cJSON *mlk_table_blocker_json(const struct mlk_table_docs *docs, const struct mlk_table_one *one);
cJSON *mlk_table_queue_json(const struct mlk_table_docs *docs, const struct mlk_table_doc *doc);
/* because.c: adds the reasons, the root first. */
void mlk_table_because(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                       const struct mlk_table_doc *doc, cJSON *because);
/* "connection 10 (shop@10.0.0.7, rake[991]) has a lock on shop.orders and has done nothing for 312 s". */
void mlk_table_blocker_text(const struct mlk_table_scene *scene, const struct mlk_table_group *group,
                            const struct mlk_table_one *one, struct mlk_buf *out);
/* own_way.c: adds a sentence where that DDL waits and one of these, which keep it waiting, is an idle session
 * of its own client. */
void mlk_table_say_own(const struct mlk_table_work *work, const struct mlk_table_one *blockers, size_t count,
                       cJSON *because);
/* "ALTER TABLE of connection 11, 60 s old, waits for its turn". */
void mlk_table_work_text(const struct mlk_table_docs *docs, const struct mlk_table_work *work,
                         struct mlk_buf *out);
/* "shop.orders", "the schema shop", "the whole server". */
void mlk_table_object_text(const struct mlk_table_group *group, struct mlk_buf *out);
/* "table:shop/orders", "schema:shop", "server:". */
void mlk_table_target_text(const struct mlk_table_group *group, struct mlk_buf *out);

#endif
