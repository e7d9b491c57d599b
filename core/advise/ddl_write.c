/* SPDX-License-Identifier: GPL-2.0-only */
/* A statement put together again from its pieces. */
#include "ddl.h"

struct write {
    const struct mlk_ddl *ddl;
    const struct mlk_rewrite *how;
    struct mlk_buf *out;
};

/* Tokens as they stood, what was between them as one blank. */
static void tokens(const struct write *w, size_t first, size_t end)
{
    const struct mlk_ddl *ddl = w->ddl;
    size_t i = first;

    while (i < end) {
        const char *instead = NULL;
        size_t next = i + 1;

        for (size_t k = 0; w->how->spots && k < ddl->spot_count; k++) {
            if (ddl->spots[k].first == i && w->how->spots[k]) {
                instead = w->how->spots[k];
                next = ddl->spots[k].end;
            }
        }
        if (i > first && ddl->tokens[i].space)
            mlk_buf_str(w->out, " ");
        if (instead)
            mlk_buf_str(w->out, instead);
        else
            mlk_buf_add(w->out, ddl->tokens[i].text, ddl->tokens[i].len);
        i = next;
    }
}

static void table(const struct write *w)
{
    const struct mlk_ddl *ddl = w->ddl;

    if (w->how->table) {
        mlk_buf_str(w->out, w->how->table);
        return;
    }
    tokens(w, ddl->table_first, ddl->table_end);
    if (ddl->wait_end > ddl->table_end) {
        mlk_buf_str(w->out, " ");
        tokens(w, ddl->table_end, ddl->wait_end);
    }
}

static void form(const struct write *w, const char *between)
{
    if (w->how->form)
        mlk_buf_fmt(w->out, "ALGORITHM=%s%sLOCK=%s", w->how->form->algorithm, between, w->how->form->lock);
}

/* A clause about partitions must be the last one, so ALGORITHM and LOCK come first then. */
static bool form_first(const struct mlk_ddl *ddl)
{
    return mlk_ddl_has(ddl, MLK_OP_PARTITIONED) || mlk_ddl_has(ddl, MLK_OP_PARTITION_LIST) ||
           mlk_ddl_has(ddl, MLK_OP_PARTITION_ROWS);
}

static void alter(const struct write *w)
{
    const struct mlk_ddl *ddl = w->ddl;
    bool first = form_first(ddl), begun = false;

    mlk_buf_str(w->out, ddl->ignore ? "ALTER IGNORE TABLE " : "ALTER TABLE ");
    if (ddl->if_exists && !w->how->table)
        mlk_buf_str(w->out, "IF EXISTS ");
    table(w);
    mlk_buf_str(w->out, " ");
    if (first) {
        form(w, ", ");
        begun = w->how->form != NULL;
    }
    for (size_t i = 0; i < ddl->clause_count; i++) {
        const struct mlk_clause *clause = &ddl->clauses[i];

        if (clause->op == MLK_OP_GUARD)
            continue;
        if (begun)
            mlk_buf_str(w->out, clause->op == MLK_OP_PARTITIONED ? " " : ", ");
        tokens(w, clause->first, clause->end);
        begun = true;
    }
    if (!first && w->how->form) {
        mlk_buf_str(w->out, ", ");
        form(w, ", ");
    }
}

static void drop_index_as_alter(const struct write *w)
{
    mlk_buf_str(w->out, "ALTER TABLE ");
    table(w);
    mlk_buf_str(w->out, " DROP INDEX ");
    tokens(w, w->ddl->index_first, w->ddl->index_end);
    if (w->how->form) {
        mlk_buf_str(w->out, ", ");
        form(w, ", ");
    }
}

static void optimize_as_alter(const struct write *w)
{
    mlk_buf_str(w->out, "ALTER TABLE ");
    table(w);
    mlk_buf_str(w->out, " FORCE");
    if (w->how->form) {
        mlk_buf_str(w->out, ", ");
        form(w, ", ");
    }
}

/* Everything up to the table, the table, the rest without ALGORITHM and LOCK. */
static void in_place(const struct write *w)
{
    const struct mlk_ddl *ddl = w->ddl;

    tokens(w, 0, ddl->table_first);
    mlk_buf_str(w->out, " ");
    table(w);
    for (size_t i = 0; i < ddl->clause_count; i++) {
        const struct mlk_clause *clause = &ddl->clauses[i];

        if (clause->op == MLK_OP_GUARD || clause->first == clause->end)
            continue;
        mlk_buf_str(w->out, " ");
        tokens(w, clause->first, clause->end);
    }
    if (w->how->form) {
        mlk_buf_str(w->out, " ");
        form(w, " ");
    }
}

enum mlk_status mlk_ddl_write(const struct mlk_ddl *ddl, const struct mlk_rewrite *how, struct mlk_buf *out)
{
    const struct write w = {ddl, how, out};

    if (ddl->kind == MLK_DDL_ALTER_TABLE)
        alter(&w);
    else if (ddl->kind == MLK_DDL_DROP_INDEX && how->as_alter)
        drop_index_as_alter(&w);
    else if (ddl->kind == MLK_DDL_OPTIMIZE_TABLE && how->as_alter)
        optimize_as_alter(&w);
    else
        in_place(&w);
    return out->status;
}
