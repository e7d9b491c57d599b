/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sessions have a transaction in InnoDB at this very moment, and have changed rows in it. Private to
 * the core's tables. */
#ifndef MLK_CORE_INNODB_NOW_H
#define MLK_CORE_INNODB_NOW_H

#include <cjson/cJSON.h>

#include "miglock/session.h"

struct mlk_innodb_open {
    uint64_t id;     /* the connection */
    int64_t changes; /* its undo log's entries: rows that it has changed */
};

struct mlk_innodb_now {
    bool known;                   /* InnoDB told of all of them */
    struct mlk_innodb_open *list; /* in the order of connections */
    size_t count;
};

/* Takes PROCESS. A server that does not tell is no failure: then known is false, and blind_spots says why.
 * The caller gives it to mlk_innodb_now_free(), whatever came. */
enum mlk_status mlk_innodb_now_read(struct mlk_session *s, struct mlk_innodb_now *out, cJSON *blind_spots);
bool mlk_innodb_now_has(const struct mlk_innodb_now *now, uint64_t id);
/* 0 where it has none, or no transaction. */
int64_t mlk_innodb_now_changes(const struct mlk_innodb_now *now, uint64_t id);
/* Works on a zeroed struct. */
void mlk_innodb_now_free(struct mlk_innodb_now *now);

#endif
