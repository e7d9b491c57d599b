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

enum mlk_kind { MLK_NAMED, MLK_ROW };

/* What the rows of a lock table say, as the tool itself would read them. */
enum mlk_row_finding {
    MLK_ROW_FREE,
    MLK_ROW_HELD,
    MLK_ROW_MISSING, /* the row that the tool expects is not there */
    MLK_ROW_SEVERAL, /* more rows than the tool can live with */
    MLK_ROW_ODD,     /* columns or values that the tool never writes */
};

struct mlk_row_state {
    enum mlk_row_finding finding;
    size_t row; /* the row that counts, for FREE and HELD */
    const char
        *since_text; /* when it was taken, as stored; owned by the rows; NULL where the tool does not say */
    bool since_is_client_local; /* the tool wrote its own local time without a zone */
    const char *note;           /* constant text worth a sentence; NULL where there is none */
};

struct mlk_tool {
    const char *id;    /* "rails": what a target starts with */
    const char *title; /* "Rails (ActiveRecord)" */
    enum mlk_kind kind;
    const char *how;        /* one sentence: how it locks */
    const char *own_unlock; /* the tool's own command or SQL; NULL where it has none */
    const char *message;    /* the error its users see when the lock is taken */

    /* kind MLK_NAMED: appends the GET_LOCK name. schema and qualifier are NUL-terminated UTF-8, qualifier ""
     * where none was given. NULL for "named", whose target carries the name itself. */
    enum mlk_status (*name)(const char *schema, const char *qualifier, struct mlk_buf *out);
    bool takes_qualifier; /* a qualifier means something to this tool */

    /* kind MLK_ROW */
    const char *default_table;
    bool elsewhere; /* the lock table may lie in another schema than the tables that are migrated */
    const char *const
        *columns; /* what a lock table of this tool must have, NULL-terminated; matching ignores case */
    void (*read)(const struct mlk_rows *rows, struct mlk_row_state *out);
    /* Appends the UPDATE that does what the tool's own unlock does to rows[state->row], with every value that
     * was seen in its WHERE (compare-and-set). */
    enum mlk_status (*release)(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql);
    /* Appends one sentence on a finding of MISSING, SEVERAL or ODD: what it means for this tool. */
    enum mlk_status (*explain)(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text);
    /* Appends the statements that put a damaged table right; returns MLK_UNSUPPORTED where nobody can say. */
    enum mlk_status (*repair)(const char *schema, const char *table, const struct mlk_rows *rows,
                              const struct mlk_row_state *state, struct mlk_buf *sql);
    /* A named lock that newer versions of the tool hold beside the row; appends its name. NULL where there is
     * none. */
    enum mlk_status (*companion)(const char *schema, struct mlk_buf *name);

    const char *const *advice; /* what to check before migrating again; NULL-terminated */
};

/* The tools, in the order in which they are shown. index counts from 0; NULL past the end. */
const struct mlk_tool *mlk_tool_at(size_t index);
/* By id (exact); NULL where there is none. */
const struct mlk_tool *mlk_tool_find(const char *id, size_t len);
/* Writes "rails, ghost, knex, named" for messages. */
void mlk_tool_list(struct mlk_buf *out);

#endif
