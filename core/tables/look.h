/* SPDX-License-Identifier: GPL-2.0-only */
/* One look at the tables that wait, and at one of them: what miglock_status('table:...') and a release share.
 */
#ifndef MLK_CORE_TABLE_LOOK_H
#define MLK_CORE_TABLE_LOOK_H

#include "docs.h"
#include "innodb_now.h"

struct mlk_table_look {
    struct mlk_table_scene scene;
    struct mlk_table_docs docs;
    const struct mlk_table_doc *doc; /* of the target; of a table that nobody waits for it is empty; NULL
                                      * where no target was given */
    struct mlk_innodb_now now;       /* read where a blocker is to be ended; else not known */
    struct mlk_table_group group;    /* private: of the empty one */
    struct mlk_table_doc empty;      /* private */
};

/* target: of kind MLK_TABLE; NULL: all tables. On anything but MLK_OK s->error tells why and out is empty.
 * Texts of out are the target's, which must outlive it. */
enum mlk_status mlk_table_look(struct mlk_session *s, const struct mlk_target *target,
                               struct mlk_table_look *out);
/* Works on a zeroed struct. */
void mlk_table_look_free(struct mlk_table_look *look);
/* DDL is at work on it or waits, or somebody waits for it. */
bool mlk_table_is_held(const struct mlk_table_doc *doc);
/* The report of the target; NULL where memory is out. */
cJSON *mlk_table_look_json(const struct mlk_table_look *look);
/* miglock_status('table:...'), as mlk_report. */
enum mlk_status mlk_table_report(struct mlk_session *s, const struct mlk_target *target, bool ask,
                                 cJSON **out, char *error, size_t error_size);

#endif
