/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the advice share. */
#ifndef MLK_CORE_ADVISE_ADVISOR_H
#define MLK_CORE_ADVISE_ADVISOR_H

#include "ddl.h"
#include "miglock/advise.h"

enum {
    MLK_TWIN_NAME_MAX = 64, /* characters of a table's name on both servers; a twin's are ASCII */
    MLK_MADE_MAX = 64,      /* tables made in one run */
    MLK_TWINS_MAX = 16,     /* tables judged by a twin in one run */
    MLK_RENAMED_MAX = 64,   /* foreign keys and checks of one twin that bear another name */
    MLK_SQL_MAX = 1 << 21
};

/* What every table that a run makes is called: miglock_twin_CONNECTION_TIME_NUMBER. */
#define MLK_TWIN_PREFIX "miglock_twin_"

/* A table of the run's own. */
struct mlk_made {
    char schema[MLK_IDENT_MAX + 1];
    char name[MLK_TWIN_NAME_MAX + 1];
    char real[MLK_IDENT_MAX + 1]; /* of the table that it is like */
};

/* What the server says of a table. */
struct mlk_table {
    char schema[MLK_IDENT_MAX + 1];
    char name[MLK_IDENT_MAX + 1];
    char type[40];   /* "BASE TABLE" */
    char engine[40]; /* "InnoDB" */
    int64_t rows;    /* estimated; -1 unknown */
    int64_t bytes;   /* data and indexes; -1 unknown */
    int64_t partitions;
    /* of InnoDB, as it says itself; -1 where it does not say or the account may not ask */
    int64_t ids;          /* of its partitions' tables, added up: another number after a rebuild */
    int64_t columns;      /* also those that nobody sees */
    int64_t row_versions; /* how often a column came or went by INSTANT since the last rebuild */
};

/* The twin of a table. */
struct mlk_twin {
    struct mlk_table table;
    struct mlk_made *made; /* the twin itself */
    size_t renamed_count;
    struct mlk_renamed {
        char real[MLK_IDENT_MAX + 1];
        char here[MLK_TWIN_NAME_MAX + 1];
    } renamed[MLK_RENAMED_MAX];
};

struct mlk_advisor {
    struct mlk_session *s;
    const struct mlk_advise_options *options;
    char sql_mode[1024]; /* what the server's sessions begin with */
    struct mlk_scan_mode mode;
    bool foreign_key_checks; /* the same of this */
    char no_twin[512];       /* why there are no twins in this run, as a clause; "": there are */
    bool replicated;         /* what is made reaches other servers */
    int64_t stamp;           /* of the server's clock, for the names */
    unsigned number;         /* of names given */
    size_t made_count;
    struct mlk_made made[MLK_MADE_MAX];
    size_t twin_count;
    struct mlk_twin *twins[MLK_TWINS_MAX];
    struct mlk_buf left;
};

/* Runs sql under the account's own rights; rows may be NULL. A failed buffer is its status. */
enum mlk_status mlk_advise_sql(struct mlk_advisor *a, const struct mlk_buf *sql, struct mlk_rows **rows);
/* Another name of the run, in no other run's and given once: PREFIXnumbers into 65 bytes. */
void mlk_advise_name(struct mlk_advisor *a, const char *prefix, char *out);

/* table.c: what the server says of it. MLK_NOT_FOUND, with s->error, where there is none or none that this
 * account may see. */
enum mlk_status mlk_advised_table_read(struct mlk_session *s, const char *schema, const char *table,
                                       struct mlk_table *out);
/* table.c: ids, columns and row_versions, anew. */
enum mlk_status mlk_table_inner(struct mlk_session *s, struct mlk_table *table);
/* table.c: appends the name as InnoDB's own tables write it. False where it has other than ASCII characters,
 * whose spelling there only the server knows. */
bool mlk_innodb_name(struct mlk_buf *b, const char *name);

/* twin.c: finds out whether this run may make twins; fills no_twin. */
enum mlk_status mlk_twins_allowed(struct mlk_advisor *a);
/* twin.c: an empty table like that one. *out NULL: none could be made, and why is a clause that says it. Not
 * MLK_OK only where there is no point in going on. */
enum mlk_status mlk_made_like(struct mlk_advisor *a, const char *in_schema, const char *schema,
                              const char *table, struct mlk_made **out, char *why, size_t why_size);
/* twin.c: the twin of a table, with its neighbours; the one of an earlier statement where there is one. As
 * above. What differs from the table is added to blind_spots. */
enum mlk_status mlk_twin_get(struct mlk_advisor *a, const struct mlk_table *table, struct mlk_twin **out,
                             char *why, size_t why_size, cJSON *blind_spots);
/* twin_keys.c: gives a fresh twin the foreign keys of its table, to twins of their parents, and twins of its
 * children theirs. */
enum mlk_status mlk_twin_keys(struct mlk_advisor *a, struct mlk_twin *twin, cJSON *blind_spots);
/* twin.c: remembers that a constraint is called otherwise on the twin; NULL where there is no room. */
struct mlk_renamed *mlk_twin_renamed(struct mlk_advisor *a, struct mlk_twin *twin, const char *real);
/* twin_spots.c: copies a message of the server's with the names of the run's tables and constraints replaced
 * by those that they stand for. */
void mlk_twin_real_names(const struct mlk_advisor *a, const struct mlk_twin *twin, const char *message,
                         char *out, size_t size);
/* twin_left.c: names twins that earlier runs have left in that schema, in sentences. */
enum mlk_status mlk_twins_left(struct mlk_advisor *a, const char *schema, cJSON *out);

#endif
