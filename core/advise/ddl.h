/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One statement taken to pieces: of which kind it is, which table it is about, what it does to it. Only the
 * kinds and clauses listed here are judged; anything else has a sentence that says why not.
 */
#ifndef MLK_CORE_ADVISE_DDL_H
#define MLK_CORE_ADVISE_DDL_H

#include <stdbool.h>

#include "miglock/buf.h"
#include "miglock/target.h"
#include "sql_scan.h"

enum mlk_ddl_kind {
    MLK_DDL_ALTER_TABLE,
    MLK_DDL_CREATE_INDEX,
    MLK_DDL_DROP_INDEX,
    MLK_DDL_RENAME_TABLE,
    MLK_DDL_OPTIMIZE_TABLE,
    MLK_DDL_OTHER
};

/* What a clause does. */
enum mlk_op {
    MLK_OP_ADD_COLUMN,
    MLK_OP_ADD_STORED,  /* a stored generated column */
    MLK_OP_ADD_COUNTER, /* a column with AUTO_INCREMENT */
    MLK_OP_DROP_COLUMN,
    MLK_OP_CHANGE_COLUMN, /* MODIFY and CHANGE: to what from what the statement alone does not say */
    MLK_OP_RENAME_COLUMN,
    MLK_OP_COLUMN_DEFAULT,
    MLK_OP_ADD_INDEX,
    MLK_OP_ADD_OTHER_INDEX, /* FULLTEXT, SPATIAL */
    MLK_OP_DROP_INDEX,
    MLK_OP_INDEX_NAME, /* also whether it is visible */
    MLK_OP_ADD_PRIMARY_KEY,
    MLK_OP_DROP_PRIMARY_KEY,
    MLK_OP_ADD_FOREIGN_KEY,
    MLK_OP_DROP_FOREIGN_KEY,
    MLK_OP_ADD_CHECK,
    MLK_OP_DROP_CHECK,
    MLK_OP_DROP_CONSTRAINT, /* which kind the statement does not say */
    MLK_OP_CONVERT,         /* to another character set */
    MLK_OP_REBUILD,         /* ENGINE, FORCE, ROW_FORMAT, ... */
    MLK_OP_OPTION,          /* COMMENT, DEFAULT CHARACTER SET, statistics, ... */
    MLK_OP_PARTITIONED,     /* PARTITION BY, REMOVE PARTITIONING: every row moves */
    MLK_OP_PARTITION_LIST,  /* ADD, DROP, TRUNCATE PARTITION */
    MLK_OP_PARTITION_ROWS,  /* COALESCE, REORGANIZE, REBUILD PARTITION: rows move */
    MLK_OP_RENAME,          /* of the table */
    MLK_OP_GUARD            /* ALGORITHM, LOCK */
};

struct mlk_clause {
    enum mlk_op op;
    size_t first, end; /* of the tokens */
};

/* A name in the statement that means something else for a twin. */
enum mlk_spot_kind { MLK_SPOT_PARENT, MLK_SPOT_NEW_CONSTRAINT, MLK_SPOT_OLD_CONSTRAINT };
struct mlk_spot {
    enum mlk_spot_kind kind;
    size_t first, end;              /* of the tokens */
    char schema[MLK_IDENT_MAX + 1]; /* "" where none is given, and for constraints */
    char name[MLK_IDENT_MAX + 1];
};

enum { MLK_CLAUSES_MAX = 128, MLK_SPOTS_MAX = 16, MLK_WHY_MAX = 400 };
/* Partitions of a twin, at most. Each is a file of its own, so that one with many takes long to make. */
enum { MLK_PARTITIONS_MAX = 128 };

struct mlk_ddl {
    enum mlk_ddl_kind kind;
    const struct mlk_token *tokens; /* the statement's, without the semicolon; owned by the caller */
    size_t count;
    char schema[MLK_IDENT_MAX + 1]; /* of the table; "" where none is given */
    char table[MLK_IDENT_MAX + 1];
    size_t table_first, table_end; /* its tokens */
    size_t index_first, index_end; /* of CREATE INDEX and DROP INDEX: the index's name, with IF EXISTS */
    size_t wait_end;               /* behind WAIT n or NOWAIT, which MariaDB allows after the name */
    size_t body;                   /* where the clauses, the index's columns or its options begin */
    bool ignore, if_exists;        /* ALTER IGNORE TABLE; ALTER TABLE IF EXISTS */
    size_t clause_count;
    struct mlk_clause clauses[MLK_CLAUSES_MAX];
    size_t spot_count;
    struct mlk_spot spots[MLK_SPOTS_MAX];
    char algorithm[16], lock[16]; /* as the statement gives them, in upper case; "" */
    bool parsed;                  /* the table is known */
    char why_not[MLK_WHY_MAX];    /* a sentence where it is not judged, else "" */
};

/* Takes one statement's tokens, count > 0, to pieces. */
void mlk_ddl_parse(const struct mlk_token *tokens, size_t count, struct mlk_ddl *out);

/* ddl_clause.c: what the clause of these tokens does. False, with a sentence in why, where it is not judged.
 */
bool mlk_clause_read(const struct mlk_token *tokens, size_t count, enum mlk_op *op, char *why,
                     size_t why_size);
/* ddl_functions.c: false, with a sentence in why, where an expression of the clause calls a function that is
 * none of the server's own, or one that does something. */
bool mlk_clause_calls_known(const struct mlk_token *tokens, size_t count, char *why, size_t why_size);
/* ddl_harmless.c: false, with a sentence in why_not, where something in a parsed statement could reach beyond
 * its table, or where its expressions are too long for a server. */
bool mlk_ddl_harmless(struct mlk_ddl *ddl);
/* ddl_spots.c: finds the spots of a clause. False where there are too many. */
bool mlk_ddl_spots(struct mlk_ddl *ddl, size_t first, size_t end);

/* ddl_harmless.c: of how many partitions it speaks; each is a file. More than MLK_PARTITIONS_MAX where that
 * cannot be told. */
size_t mlk_ddl_partitions(const struct mlk_ddl *ddl);
/* ddl_harmless.c: whether even an empty table takes up room after it, up to 4 GiB (AUTOEXTEND_SIZE). */
bool mlk_ddl_takes_room(const struct mlk_ddl *ddl);

/* "ALTER TABLE" */
const char *mlk_ddl_kind_name(enum mlk_ddl_kind kind);
/* Whether any clause does this. */
bool mlk_ddl_has(const struct mlk_ddl *ddl, enum mlk_op op);

/* How a statement is to be run. */
struct mlk_form {
    const char *algorithm; /* "INSTANT" */
    const char *lock;      /* "NONE" */
};

/* What to put in a statement's place; zeroed: it stays what it is. */
struct mlk_rewrite {
    const struct mlk_form *form; /* instead of what the statement gives; NULL: it gives none any more */
    bool as_alter;               /* CREATE INDEX and DROP INDEX as ALTER TABLE */
    const char *table;           /* quoted; NULL: the statement's own */
    const char *const *spots;    /* quoted, for each spot; an entry NULL, or all: its own */
};

/* Appends the statement, without its comments. */
enum mlk_status mlk_ddl_write(const struct mlk_ddl *ddl, const struct mlk_rewrite *how, struct mlk_buf *out);

#endif
