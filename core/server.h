/* SPDX-License-Identifier: GPL-2.0-only */
/* What the server says of itself, as far as a lock's verdict or release depends on it. */
#ifndef MLK_CORE_SERVER_H
#define MLK_CORE_SERVER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "miglock/session.h"

struct mlk_server {
    char text[160];          /* "MariaDB 10.11.19-MariaDB-0+deb12u1" */
    int64_t now;             /* its clock, seconds since 1970 */
    int64_t started;         /* when it started, by its clock; -1 where it does not say */
    bool read_only;          /* read_only is set, or, asked with_rows, innodb_read_only */
    bool performance_schema; /* is on */
    bool names_fold;         /* lower_case_table_names: schema names ignore case */
    bool replica;        /* has a source to replicate from, whether it does so now or not; not known without
                            with_rows */
    const char *cluster; /* "Galera" or "Group Replication" where it is part of one, else NULL */
    /* what performance_schema had no room for since the start: sessions, metadata locks; -1 where it is not
     * known */
    int64_t threads_lost, locks_lost;
    bool holder_known; /* of the lock that mlk_server_read_for was asked for */
    uint64_t holder_id;
};

/* Asks the server. with_rows: also what only matters to rows: whether InnoDB takes changes, and whether they
 * come from another server. On anything but MLK_OK s->error tells why; what cannot be learnt is added to
 * blind_spots. */
enum mlk_status mlk_server_read(struct mlk_session *s, bool with_rows, struct mlk_server *out,
                                cJSON *blind_spots);
/* The same without rows, and who holds the named lock of that name, where the server tells all of it in one
 * statement: holder_known, and holder_id, 0 for nobody. name: one that the server takes for a lock's, or
 * NULL. */
enum mlk_status mlk_server_read_for(struct mlk_session *s, const char *name, struct mlk_server *out,
                                    cJSON *blind_spots);

#endif
