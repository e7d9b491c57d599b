/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fake session remembers: its script and the calls it got. Private to tests/fake. */
#ifndef MIGLOCK_FAKE_SCRIPT_H
#define MIGLOCK_FAKE_SCRIPT_H

#include "session_fake.h"

struct fake_rule {
    struct fake_rule *next; /* the one added before */
    char *match;
    struct mlk_rows *rows;
    uint64_t affected;
    enum mlk_status status;
    unsigned number;
    char *text;
    bool limited;
    unsigned times; /* left, where limited */
    bool has_when, has_then;
    int when, then;
};

struct fake_answer {
    struct fake_answer *next;
    uint64_t connection_id;
    enum mlk_probe_how how;
    struct mlk_probe probe;
    unsigned took_ms;
};

struct fake_call {
    char *sql;
    char *schema, *table;
    struct mlk_access need;
    enum mlk_status status;
    uint64_t frozen; /* the connection that was, when it was sent */
};

struct mlk_fake {
    struct mlk_session_ops ops;
    struct fake_rule *rules; /* the newest first */
    struct fake_call *sent;
    size_t sent_count;
    size_t calls;
    size_t fail_at;
    bool fail_on;
    enum mlk_status fail_status;
    unsigned denied; /* one bit for each need */
    bool lenient;
    int phase;
    int64_t now;
    int64_t uptime;
    void (*on_pause)(struct mlk_session *s, void *arg);
    void *on_pause_arg;
    struct fake_answer *answers; /* of the kernel, the newest first */
    void (*on_ask)(struct mlk_session *s, void *arg);
    void *on_ask_arg;
    struct mlk_frozen freeze; /* what freezing comes to */
    uint64_t frozen;          /* 0: nobody */
    void (*on_freeze)(struct mlk_session *s, void *arg);
    void *on_freeze_arg;
    bool line_works;
    size_t hung_up;
    void (*on_hang_up)(struct mlk_session *s, void *arg);
    void *on_hang_up_arg;
    struct mlk_client asked;
    char asked_host[300];
    char **log;
    size_t log_count;
    size_t unscripted;
    char *first_unscripted;
};

/* A script that cannot be stored is no test: says so and stops. Otherwise gives memory back. */
void *fake_must(void *memory, const char *what);
/* A result from a table written as text, see mlk_fake_rows. */
struct mlk_rows *fake_table_parse(const char *table);
/* The rule that answers sql now; NULL where there is none. */
struct fake_rule *fake_script_find(const struct mlk_fake *f, const char *sql);
/* Notes that the rule has answered. */
void fake_script_used(struct mlk_fake *f, struct fake_rule *rule);
/* Remembers a statement; NULL where memory is out. Owned by f, valid until the next one. */
struct fake_call *fake_call_add(struct mlk_fake *f, const char *sql, size_t len,
                                const struct mlk_access *need);
/* A copy, of all rows or of the first ones; NULL where memory is out. */
struct mlk_rows *fake_rows_copy(const struct mlk_rows *rows);
struct mlk_rows *fake_rows_head(const struct mlk_rows *rows, size_t count);
void fake_free(struct mlk_fake *f);

#endif
