/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool table: what each migration tool's lock looks like. One file under core/tools for each; adding a
 * tool is that file and one line in core/tools/tools.c.
 */
#ifndef MIGLOCK_TOOL_H
#define MIGLOCK_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "miglock/buf.h"
#include "miglock/rows.h"
#include "miglock/statements.h"

enum mlk_kind {
    MLK_NAMED,
    MLK_ROW,
    MLK_TABLE /* no tool's lock: the metadata locks of a table, which its DDL takes */
};

/* What one lock of a tool covers, and so what follows the colon in a target. */
enum mlk_scope {
    MLK_PER_SCHEMA, /* TOOL:SCHEMA or TOOL:SCHEMA/QUALIFIER */
    MLK_PER_SERVER  /* TOOL: or, where the tool takes a qualifier, TOOL:QUALIFIER; the lock blocks every
                     * database of the server */
};

/* What the rows of a lock table say, as the tool itself would read them. */
enum mlk_row_finding {
    MLK_ROW_FREE,
    MLK_ROW_HELD,
    MLK_ROW_MISSING, /* the row that the tool expects is not there */
    MLK_ROW_SEVERAL, /* more rows than the tool can live with */
    MLK_ROW_ODD,     /* columns or values that the tool never writes */
};

/* Whose clock wrote a time, and how. */
enum mlk_clock {
    MLK_CLOCK_CLIENT_LOCAL, /* text: the client's local time, its zone not stored */
    MLK_CLOCK_SERVER,       /* text: NOW() in the zone of the tool's session, by default the server's */
    MLK_CLOCK_COLUMN,       /* text: exact in a TIMESTAMP column, of an unknown zone in any other */
    MLK_CLOCK_CLIENT_UTC,   /* text: the client's UTC; a TIMESTAMP column took it for local time of the tool's
                             * session, so it shows it shifted */
    MLK_CLOCK_UNIX_S,       /* a number: seconds since 1970 */
};

struct mlk_row_time {
    const char *text; /* as stored; owned by the rows; NULL where the tool does not say */
    enum mlk_clock clock;
    int column; /* of the rows, -1 where it is none; for SERVER, COLUMN and CLIENT_UTC */
};

enum { MLK_OWNER_MAX = 256 };

struct mlk_row_state {
    enum mlk_row_finding finding;
    size_t row;                  /* the row that counts, for FREE and HELD; SIZE_MAX where there is none */
    size_t held_rows;            /* rows that each say that it is held, where there can be several; else 0 */
    struct mlk_row_time since;   /* when it was taken */
    struct mlk_row_time expires; /* when others may take it over */
    const char *owner;           /* what the row says of its owner; owned by the rows; NULL where nothing */
    char owner_host[MLK_OWNER_MAX]; /* the owner's host, an address where the row has one; "" where unknown */
    int64_t owner_pid;              /* the owner's process on its own host; 0 where unknown */
    const char *note;               /* constant text worth a sentence; NULL where there is none */
};

/* A part of a message that this tool's users see. */
struct mlk_phrase {
    const char *text;  /* matched in any case; runs of white space are one blank */
    const char *means; /* one sentence; NULL: that the lock is taken. Many look-alikes are no lock at all */
};

struct mlk_tool {
    const char *id;    /* "rails": what a target starts with */
    const char *title; /* "Rails (ActiveRecord)" */
    enum mlk_kind kind;
    enum mlk_scope scope;
    const char *how;        /* one sentence: how it locks */
    const char *stuck;      /* one sentence: when the lock stays although nobody migrates */
    const char *own_unlock; /* the tool's own command or SQL; NULL where it has none */
    const char *message; /* the error its users see when the lock is taken; NULL: it waits and says nothing */
    const struct mlk_phrase *phrases; /* ended by one without text; NULL: message alone */
    const char *source;               /* where all this was read: files and versions */
    /* What is different on MariaDB, as a sentence: "sqlx takes no lock on MariaDB, ..."; NULL: nothing. */
    const char *on_mariadb;
    bool takes_qualifier;          /* a qualifier means something to this tool */
    const char *qualifier_is;      /* "history table", "repository module", "lock table"; NULL: takes none */
    const char *default_qualifier; /* where none is given; NULL: then one must be given, if it takes one */

    /* kind MLK_NAMED: appends the GET_LOCK name. schema and qualifier are NUL-terminated UTF-8; qualifier is
     * the default one where none was given, or "". schema is "" for MLK_PER_SERVER. NULL for "named", whose
     * target carries the name itself. */
    enum mlk_status (*name)(const char *schema, const char *qualifier, struct mlk_buf *out);
    /* Qualifiers in use, to be tried for each schema beside those that a search finds; NULL-terminated. NULL:
     * only the default. */
    const char *const *usual_qualifiers;
    /* A table with all of these columns is a qualifier of its schema; NULL-terminated. NULL: none is. */
    const char *const *qualifier_columns;
    bool child_clients; /* its scripts run in clients of their own: each session of the holder's user and
                         * host, of whatever process, could be one */
    /* From a name to what is in it, for names that show their parts: fills schema and qualifier (each of
     * MLK_IDENT_MAX + 1 bytes, given as ""), as they stand in the name, which MySQL folds to lower case.
     * False: not a name of this tool. NULL: the name can only be computed. */
    bool (*recognise)(const char *name, char *schema, char *qualifier);

    /* kind MLK_ROW */
    const char *default_table;
    bool elsewhere; /* the lock table may lie in another schema than the tables that are migrated */
    const char *const
        *columns;       /* what a lock table of this tool must have, NULL-terminated; matching ignores case */
    const char *unlike; /* a column that says that it is not this tool's; NULL */
    size_t columns_max; /* a table with more columns is not this tool's; 0: it may have any number */
    void (*read)(const struct mlk_rows *rows, struct mlk_row_state *out);
    bool release_deletes; /* release is a DELETE, which takes that right; else an UPDATE. A row that is there
                           * is the lock then, without a flag in it */
    /* Appends the one statement that does what the tool's own unlock does to rows[state->row], with every
     * value that was seen in its WHERE (compare-and-set). */
    enum mlk_status (*release)(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql);
    /* Appends one sentence on a finding of MISSING, SEVERAL or ODD: what it means for this tool. */
    enum mlk_status (*explain)(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text);
    /* Appends the statements that put a damaged table right, to be run in one transaction; returns
     * MLK_UNSUPPORTED where nobody can say. NULL: nobody can. After them the table is free and in order. */
    enum mlk_status (*repair)(const char *schema, const char *table, const struct mlk_rows *rows,
                              const struct mlk_row_state *state, struct mlk_statements *out);
    /* A named lock that the tool can hold beside the row; appends its name. NULL where there is none. */
    enum mlk_status (*companion)(const char *schema, struct mlk_buf *name);

    const char *const *advice; /* what to check before migrating again; NULL-terminated */
};

/* The tools, in the order in which they are shown. index counts from 0; NULL past the end. */
const struct mlk_tool *mlk_tool_at(size_t index);
/* What stands for a tool in table:SCHEMA/TABLE; not among the tools. */
extern const struct mlk_tool mlk_table_tool;
/* By id (exact), mlk_table_tool included; NULL where there is none. */
const struct mlk_tool *mlk_tool_find(const char *id, size_t len);
/* The tool whose id is at most two typing errors away, for messages; NULL where there is none. */
const struct mlk_tool *mlk_tool_nearest(const char *id, size_t len);

#endif
