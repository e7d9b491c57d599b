/* SPDX-License-Identifier: GPL-2.0-only */
/* What no statement may have in it that is run on a twin: what reaches beyond the table, and what asks too
 * much of a server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ddl.h"

/*
 * How far terms may lie within each other: 1 + 1 + 1 is as deep as (1 + (1)). MariaDB 10.11 crashed on a
 * DEFAULT of 5000 terms and refused 1000 for want of stack (error 1436); nobody writes 400.
 */
enum { DEPTH_MAX = 32, TERMS_MAX = 400 };

struct words {
    const struct mlk_token *tokens;
    size_t count;
};

/* Whether the token at i is that bare word (and no column t.word; behind "t. " a keyword stays one). */
static bool at(const struct words *w, size_t i, const char *word)
{
    return i < w->count && mlk_token_is(&w->tokens[i], word) &&
           (i == 0 || w->tokens[i].space || !mlk_token_mark(&w->tokens[i - 1], '.'));
}

static bool any_of(const struct words *w, size_t i, const char *const *list)
{
    for (; *list; list++) {
        if (at(w, i, *list))
            return true;
    }
    return false;
}

static bool followed_by(const struct words *w, size_t i, char mark)
{
    return i + 1 < w->count && mlk_token_mark(&w->tokens[i + 1], mark);
}

/* ---- beyond the table ---- */

/* ENGINE [=] InnoDB, MyISAM or Aria: an empty table of these lives by itself. Others stand for tables
 * elsewhere, or keep files of their own. */
static bool plain_engine(const struct words *w, size_t i)
{
    char name[MLK_IDENT_MAX + 1];
    size_t value = i + 1 + followed_by(w, i, '=');

    /* DROP COLUMN engine */
    if (value >= w->count || mlk_token_mark(&w->tokens[value], ',') || mlk_token_mark(&w->tokens[value], ')'))
        return !followed_by(w, i, '=');
    if (!mlk_token_name(&w->tokens[value], name, sizeof name))
        return false;
    return strcasecmp(name, "InnoDB") == 0 || strcasecmp(name, "MyISAM") == 0 ||
           strcasecmp(name, "Aria") == 0;
}

static const char *beyond(const struct words *w, size_t i)
{
    static const char *const sequence[] = {"NEXTVAL", "SETVAL", "LASTVAL", NULL};

    if ((at(w, i, "DATA") || at(w, i, "INDEX")) && at(w, i + 1, "DIRECTORY"))
        return "it names a directory on the server (DATA DIRECTORY, INDEX DIRECTORY)";
    if (at(w, i, "TABLESPACE"))
        return "it names a tablespace, which other tables may share";
    if (at(w, i, "EXCHANGE") || (at(w, i, "CONVERT") && !at(w, i + 1, "TO") && !followed_by(w, i, '(')))
        return "it takes rows from another table or gives them to one";
    if (at(w, i, "UNION") && (followed_by(w, i, '=') || followed_by(w, i, '(')))
        return "it names other tables (UNION)";
    if (at(w, i, "SECONDARY_ENGINE") ||
        (at(w, i, "CONNECTION") &&
         (followed_by(w, i, '=') || (i + 1 < w->count && w->tokens[i + 1].kind == MLK_TOKEN_STRING))))
        return "it names another server or engine (CONNECTION, SECONDARY_ENGINE)";
    if (at(w, i, "ENGINE") && !plain_engine(w, i))
        return "of the engines only InnoDB, MyISAM and Aria are judged";
    if (at(w, i, "SELECT"))
        return "it has a query in it";
    /* NEXT VALUE FOR s; nextval(s); in sql_mode ORACLE s.nextval */
    if ((any_of(w, i, sequence) && followed_by(w, i, '(')) ||
        ((at(w, i, "NEXT") || at(w, i, "PREVIOUS")) && at(w, i + 1, "VALUE")) ||
        (mlk_token_mark(&w->tokens[i], '.') && (mlk_token_is(&w->tokens[i + (i + 1 < w->count)], "NEXTVAL") ||
                                                mlk_token_is(&w->tokens[i + (i + 1 < w->count)], "CURRVAL"))))
        return "it takes a value from a sequence";
    if (mlk_token_mark(&w->tokens[i], '@'))
        return "it has a variable in it, whose value is another in each session";
    return NULL;
}

/* ---- too much ---- */

/* What lies between two commas, with what is in its parentheses: of these the greatest, from *i to the end of
 * the parentheses around it. depth: of those. More than TERMS_MAX where anything is. */
static size_t terms(const struct words *w, size_t *i, int depth)
{
    size_t here = 0, most = 0;

    if (depth > DEPTH_MAX)
        return TERMS_MAX + 1;
    for (; *i < w->count && !mlk_token_mark(&w->tokens[*i], ')'); ++*i) {
        if (mlk_token_mark(&w->tokens[*i], ','))
            here = 0;
        else
            here++;
        if (mlk_token_mark(&w->tokens[*i], '(')) {
            ++*i;
            here += terms(w, i, depth + 1);
        }
        most = here > most ? here : most;
        if (most > TERMS_MAX)
            return most;
    }
    return most;
}

static bool too_deep(const struct words *w)
{
    for (size_t i = 0; i < w->count; i++) { /* a ")" that closes nothing is no end */
        if (terms(w, &i, 0) > TERMS_MAX)
            return true;
    }
    return false;
}

/* Both servers reserve the word: what renames something is a clause of its own. */
static bool renames_inside(const struct mlk_ddl *ddl, size_t i)
{
    const struct words w = {ddl->tokens, ddl->count};

    if (i == 0 || !at(&w, i, "RENAME"))
        return false;
    for (size_t k = 0; k < ddl->clause_count; k++) {
        if (ddl->clauses[k].first == i)
            return false;
    }
    return true;
}

/* Else what is put behind it lands within parentheses. */
static bool balanced(const struct words *w)
{
    int open = 0;

    for (size_t i = 0; i < w->count && open >= 0; i++)
        open += mlk_token_mark(&w->tokens[i], '(') - mlk_token_mark(&w->tokens[i], ')');
    return open == 0;
}

/* A part more would be one of the name that is put in its place. */
static bool whole_spots(const struct mlk_ddl *ddl)
{
    for (size_t i = 0; i < ddl->spot_count; i++) {
        size_t end = ddl->spots[i].end;

        if (end < ddl->count && mlk_token_mark(&ddl->tokens[end], '.'))
            return false;
    }
    return true;
}

/* CREATE INDEX ... LOCK: what is put behind it would be its value. */
static bool lacks_value(const struct mlk_ddl *ddl)
{
    static const char *const valued[] = {"ALGORITHM", "LOCK", "ENGINE", NULL};
    const struct words w = {ddl->tokens, ddl->count};

    for (size_t i = 0; ddl->kind == MLK_DDL_CREATE_INDEX && i < ddl->clause_count; i++) {
        const struct mlk_clause *clause = &ddl->clauses[i];

        if (clause->op != MLK_OP_GUARD && clause->end > clause->first && any_of(&w, clause->end - 1, valued))
            return true;
    }
    return false;
}

bool mlk_ddl_harmless(struct mlk_ddl *ddl)
{
    const struct words w = {ddl->tokens, ddl->count};
    const char *what = !balanced(&w)       ? "it does not parse: a parenthesis lacks its other half"
                       : !whole_spots(ddl) ? "it does not parse: a name has too many parts"
                       : lacks_value(ddl)  ? "it does not parse: an option lacks its value"
                       : too_deep(&w)      ? "it has an expression with more terms than are judged"
                                           : NULL;

    for (size_t i = 0; !what && i < w.count; i++)
        what = renames_inside(ddl, i) ? "it has RENAME where no clause begins" : beyond(&w, i);
    if (what)
        snprintf(ddl->why_not, sizeof ddl->why_not, "%s", what);
    for (size_t i = 0; !what && i < ddl->clause_count; i++) {
        const struct mlk_clause *clause = &ddl->clauses[i];

        if (!mlk_clause_calls_known(ddl->tokens + clause->first, clause->end - clause->first, ddl->why_not,
                                    sizeof ddl->why_not))
            return false;
    }
    return !what;
}

/* ---- files and room on the server ---- */

/* The number behind PARTITIONS or SUBPARTITIONS; one that is not written in digits counts as many. */
static size_t number_of(const struct words *w, size_t i)
{
    size_t out = 0;

    if (i >= w->count || w->tokens[i].kind != MLK_TOKEN_NUMBER)
        return MLK_PARTITIONS_MAX + 1;
    for (size_t k = 0; k < w->tokens[i].len && out <= MLK_PARTITIONS_MAX; k++) {
        if (w->tokens[i].text[k] < '0' || w->tokens[i].text[k] > '9')
            return MLK_PARTITIONS_MAX + 1;
        out = out * 10 + (size_t)(w->tokens[i].text[k] - '0');
    }
    return out;
}

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t mlk_ddl_partitions(const struct mlk_ddl *ddl)
{
    const struct words w = {ddl->tokens, ddl->count};
    size_t named = 0, number = 0, sub = 1, sub_named = 0;

    for (size_t i = 0; i < w.count; i++) {
        named += at(&w, i, "PARTITION");
        sub_named += at(&w, i, "SUBPARTITION");
        if (at(&w, i, "PARTITIONS"))
            number = greater(number, number_of(&w, i + 1));
        if (at(&w, i, "SUBPARTITIONS"))
            sub = greater(sub, number_of(&w, i + 1));
    }
    return greater(greater(named, number) * sub, sub_named);
}

bool mlk_ddl_takes_room(const struct mlk_ddl *ddl)
{
    const struct words w = {ddl->tokens, ddl->count};

    for (size_t i = 0; i < w.count; i++) {
        if (at(&w, i, "AUTOEXTEND_SIZE"))
            return true;
    }
    return false;
}
