/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ddl.h"
#include "miglock/text.h"

/* A place in a statement. */
struct at {
    struct mlk_ddl *ddl;
    size_t i;
};

/* ---- small steps ---- */

static const struct mlk_token *here(const struct at *a, size_t ahead)
{
    return a->i + ahead < a->ddl->count ? &a->ddl->tokens[a->i + ahead] : NULL;
}

static bool is(const struct at *a, size_t ahead, const char *word)
{
    const struct mlk_token *token = here(a, ahead);

    return token && mlk_token_is(token, word);
}

static bool take(struct at *a, const char *word)
{
    if (!is(a, 0, word))
        return false;
    a->i++;
    return true;
}

static bool take_mark(struct at *a, char mark)
{
    const struct mlk_token *token = here(a, 0);

    if (!token || !mlk_token_mark(token, mark))
        return false;
    a->i++;
    return true;
}

static bool refuse(struct mlk_ddl *ddl, const char *why)
{
    snprintf(ddl->why_not, sizeof ddl->why_not, "%s", why);
    return false;
}

static bool no_sense(const struct at *a, const char *wanted)
{
    const struct mlk_token *token = here(a, 0);
    char text[61] = "";

    if (token)
        mlk_printable(text, sizeof text, token->text, token->len);
    snprintf(a->ddl->why_not, sizeof a->ddl->why_not, "it does not parse: %s was expected at %s%s%s", wanted,
             token ? "'" : "its end", text, token ? "'" : "");
    return false;
}

static bool name(struct at *a, char *out)
{
    const struct mlk_token *token = here(a, 0);

    if (!token || !mlk_token_name(token, out, MLK_IDENT_MAX + 1))
        return false;
    a->i++;
    return true;
}

/* [schema.]table, then MariaDB's WAIT n or NOWAIT. */
static bool table_name(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;

    ddl->table_first = a->i;
    if (!name(a, ddl->table))
        return no_sense(a, "the name of a table");
    if (take_mark(a, '.')) {
        memcpy(ddl->schema, ddl->table, sizeof ddl->schema);
        if (!name(a, ddl->table))
            return no_sense(a, "the name of a table");
    }
    ddl->table_end = a->i;
    if (is(a, 0, "WAIT") && here(a, 1))
        a->i += 2;
    else
        take(a, "NOWAIT");
    ddl->wait_end = ddl->body = a->i;
    ddl->parsed = true;
    return true;
}

/* ALGORITHM [=] value, LOCK [=] value; value in upper case. */
static bool guard(struct at *a, const char *word, char *out, size_t size)
{
    const struct mlk_token *token;
    size_t before = a->i;

    if (!take(a, word))
        return false;
    take_mark(a, '=');
    token = here(a, 0);
    if (!token || token->kind != MLK_TOKEN_WORD || token->len >= size) {
        a->i = before;
        return false;
    }
    for (size_t i = 0; i < token->len; i++)
        out[i] = (char)toupper((unsigned char)token->text[i]);
    out[token->len] = '\0';
    a->i++;
    return true;
}

static bool guards(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;

    return guard(a, "ALGORITHM", ddl->algorithm, sizeof ddl->algorithm) ||
           guard(a, "LOCK", ddl->lock, sizeof ddl->lock);
}

static bool add_clause(struct mlk_ddl *ddl, enum mlk_op op, size_t first, size_t end)
{
    if (ddl->clause_count == MLK_CLAUSES_MAX)
        return refuse(ddl, "it has more clauses than are judged at once: split it");
    ddl->clauses[ddl->clause_count++] = (struct mlk_clause){op, first, end};
    if (!mlk_ddl_spots(ddl, first, end))
        return refuse(ddl, "it names more foreign keys and constraints than are judged at once: split it");
    return true;
}

/* ---- ALTER TABLE ---- */

/* PARTITION BY and REMOVE PARTITIONING follow the last clause, and that without a comma. */
static bool begins_partitions(const struct at *a, size_t first)
{
    const struct mlk_token *token = here(a, 0);

    if (a->i == first || token->depth > 0)
        return false;
    return (is(a, 0, "PARTITION") && is(a, 1, "BY")) || (is(a, 0, "REMOVE") && is(a, 1, "PARTITIONING"));
}

/* What is said of partitions goes on to the end, commas and all: PARTITION BY, DROP PARTITION a, b. */
static bool of_partitions(const struct at *a)
{
    return is(a, 0, "PARTITION") || is(a, 1, "PARTITION");
}

/* From here to the end of the clause. */
static size_t clause_end(struct at a)
{
    size_t first = a.i;
    bool partitions = of_partitions(&a);

    for (; a.i < a.ddl->count; a.i++) {
        const struct mlk_token *token = here(&a, 0);

        if (begins_partitions(&a, first) || (!partitions && token->depth == 0 && mlk_token_mark(token, ',')))
            break;
    }
    return a.i;
}

static bool clauses(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;

    while (a->i < ddl->count) {
        size_t first = a->i, end = clause_end(*a);
        enum mlk_op op = MLK_OP_GUARD;

        if (end == first)
            return no_sense(a, "a clause");
        if (!(guards(a) && a->i == end) &&
            !mlk_clause_read(ddl->tokens + first, end - first, &op, ddl->why_not, sizeof ddl->why_not))
            return false;
        if (!add_clause(ddl, op, first, end))
            return false;
        a->i = end;
        if (take_mark(a, ',') && (a->i == ddl->count || begins_partitions(a, end)))
            return no_sense(a, "a clause");
    }
    return true;
}

/* Where it has any clause but ALGORITHM and LOCK. RENAME TO goes alone: see ddl_write. */
static bool worth_it(struct mlk_ddl *ddl)
{
    size_t others = 0;

    for (size_t i = 0; i < ddl->clause_count; i++)
        others += ddl->clauses[i].op != MLK_OP_GUARD;
    if (others == 0)
        return refuse(ddl, "it changes nothing: it has no clause");
    if (others > 1 && mlk_ddl_has(ddl, MLK_OP_RENAME))
        return refuse(ddl, "it renames the table and changes it as well: judge the two by themselves, with "
                           "RENAME TABLE in a statement of its own");
    return true;
}

static bool alter_table(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;

    for (;; a->i++) {
        if (is(a, 0, "IGNORE"))
            ddl->ignore = true;
        else if (!is(a, 0, "ONLINE"))
            break;
    }
    if (!take(a, "TABLE"))
        return refuse(ddl, "of the ALTER statements only ALTER TABLE is judged");
    ddl->kind = MLK_DDL_ALTER_TABLE;
    if (is(a, 0, "IF") && is(a, 1, "EXISTS")) {
        ddl->if_exists = true;
        a->i += 2;
    }
    return table_name(a) && clauses(a) && worth_it(ddl);
}

/* ---- indexes ---- */

/* The index's name, ON, the table. */
static bool index_on(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;
    char index[MLK_IDENT_MAX + 1];

    ddl->index_first = a->i;
    if (take(a, "IF") && (take(a, "NOT"), !take(a, "EXISTS")))
        return no_sense(a, "EXISTS");
    if (!name(a, index))
        return no_sense(a, "the name of an index");
    ddl->index_end = a->i;
    if (take(a, "USING") && here(a, 0))
        a->i++;
    if (!take(a, "ON"))
        return no_sense(a, "ON");
    if (!table_name(a))
        return false;
    return ddl->kind == MLK_DDL_DROP_INDEX || (here(a, 0) && mlk_token_mark(here(a, 0), '(')) ||
           no_sense(a, "(");
}

/* The columns and options of an index: ALGORITHM and LOCK are clauses of their own, the rest is one each. */
static bool index_rest(struct at *a, enum mlk_op op)
{
    struct mlk_ddl *ddl = a->ddl;
    size_t first = a->i;

    while (a->i < ddl->count) {
        size_t before = a->i;

        if (here(a, 0)->depth > 0 || !guards(a)) {
            a->i++;
            continue;
        }
        if ((before > first && !add_clause(ddl, op, first, before)) ||
            !add_clause(ddl, MLK_OP_GUARD, before, a->i))
            return false;
        first = a->i;
    }
    if (ddl->kind == MLK_DDL_DROP_INDEX && first < a->i) {
        a->i = first;
        return no_sense(a, "the end");
    }
    /* a statement without any column or option has a clause all the same: what it does */
    return (first == a->i && ddl->kind == MLK_DDL_CREATE_INDEX) || add_clause(ddl, op, first, a->i);
}

static bool create_index(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;
    enum mlk_op op = MLK_OP_ADD_INDEX;

    if (is(a, 0, "OR") && is(a, 1, "REPLACE"))
        return refuse(ddl, "CREATE OR REPLACE INDEX is a DROP and a CREATE: judge the two by themselves");
    take(a, "ONLINE");
    if (take(a, "FULLTEXT") || take(a, "SPATIAL"))
        op = MLK_OP_ADD_OTHER_INDEX;
    else
        take(a, "UNIQUE");
    if (!take(a, "INDEX"))
        return refuse(ddl, "of the CREATE statements only CREATE INDEX is judged");
    ddl->kind = MLK_DDL_CREATE_INDEX;
    return index_on(a) && index_rest(a, op);
}

static bool drop_index(struct at *a)
{
    take(a, "ONLINE");
    if (!take(a, "INDEX"))
        return refuse(a->ddl, "of the DROP statements only DROP INDEX is judged");
    a->ddl->kind = MLK_DDL_DROP_INDEX;
    return index_on(a) && index_rest(a, MLK_OP_DROP_INDEX);
}

/* ---- whole tables ---- */

static bool rename_table(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;
    char other[MLK_IDENT_MAX + 1];

    if (!take(a, "TABLE") && !take(a, "TABLES"))
        return refuse(ddl, "of the RENAME statements only RENAME TABLE is judged");
    ddl->kind = MLK_DDL_RENAME_TABLE;
    if (is(a, 0, "IF") && is(a, 1, "EXISTS"))
        a->i += 2;
    if (!table_name(a))
        return false;
    if (!take(a, "TO"))
        return no_sense(a, "TO");
    if (!name(a, other) || (take_mark(a, '.') && !name(a, other)))
        return no_sense(a, "the name of a table");
    /* RENAME TABLE a TO b, c TO d: what holds for the first holds for all, see the advice */
    if (here(a, 0) && !mlk_token_mark(here(a, 0), ','))
        return no_sense(a, "the end");
    return add_clause(ddl, MLK_OP_RENAME, ddl->body, ddl->count);
}

static bool optimize_table(struct at *a)
{
    struct mlk_ddl *ddl = a->ddl;

    if (!take(a, "NO_WRITE_TO_BINLOG"))
        take(a, "LOCAL");
    if (!take(a, "TABLE") && !take(a, "TABLES"))
        return refuse(ddl, "of the OPTIMIZE statements only OPTIMIZE TABLE is judged");
    ddl->kind = MLK_DDL_OPTIMIZE_TABLE;
    if (!table_name(a))
        return false;
    if (here(a, 0) && mlk_token_mark(here(a, 0), ','))
        return refuse(ddl, "it names several tables: judge them one by one");
    return here(a, 0) ? no_sense(a, "the end") : add_clause(ddl, MLK_OP_REBUILD, ddl->body, ddl->count);
}

/* ---- all of them ---- */

static bool readable(struct mlk_ddl *ddl)
{
    for (size_t i = 0; i < ddl->count; i++) {
        if (ddl->tokens[i].kind == MLK_TOKEN_HIDDEN)
            return refuse(ddl, "it has a comment that some servers run as SQL (/*! or /*M!): write out what "
                               "is meant");
        if (ddl->tokens[i].kind == MLK_TOKEN_ODD)
            return refuse(ddl,
                          "it has a backslash, a dollar sign, a -- or a number that not every client and "
                          "server reads alike");
    }
    return true;
}

void mlk_ddl_parse(const struct mlk_token *tokens, size_t count, struct mlk_ddl *out)
{
    struct at a = {.ddl = out};

    *out = (struct mlk_ddl){.kind = MLK_DDL_OTHER, .tokens = tokens, .count = count};
    if (!readable(out))
        return;
    if (take(&a, "ALTER"))
        alter_table(&a);
    else if (take(&a, "CREATE"))
        create_index(&a);
    else if (take(&a, "DROP"))
        drop_index(&a);
    else if (take(&a, "RENAME"))
        rename_table(&a);
    else if (take(&a, "OPTIMIZE"))
        optimize_table(&a);
    else
        refuse(out, "only ALTER TABLE, CREATE INDEX, DROP INDEX, RENAME TABLE and OPTIMIZE TABLE are judged");
    if (!out->why_not[0])
        mlk_ddl_harmless(out);
}

const char *mlk_ddl_kind_name(enum mlk_ddl_kind kind)
{
    static const char *const names[] = {"ALTER TABLE",  "CREATE INDEX",   "DROP INDEX",
                                        "RENAME TABLE", "OPTIMIZE TABLE", "other"};

    return names[kind];
}

bool mlk_ddl_has(const struct mlk_ddl *ddl, enum mlk_op op)
{
    for (size_t i = 0; i < ddl->clause_count; i++) {
        if (ddl->clauses[i].op == op)
            return true;
    }
    return false;
}
