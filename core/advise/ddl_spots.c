/* SPDX-License-Identifier: GPL-2.0-only */
/* The names in a statement that have another meaning for a twin: parents of foreign keys, and the names of
 * foreign keys and checks, which are unique in a schema. */
#include <string.h>

#include "ddl.h"

/* The spot that begins at token i, or NULL where there is no room. */
static struct mlk_spot *add(struct mlk_ddl *ddl, enum mlk_spot_kind kind, size_t first)
{
    struct mlk_spot *spot;

    if (ddl->spot_count == MLK_SPOTS_MAX)
        return NULL;
    spot = &ddl->spots[ddl->spot_count++];
    *spot = (struct mlk_spot){.kind = kind, .first = first, .end = first + 1};
    return spot;
}

static bool is(const struct mlk_ddl *ddl, size_t i, size_t end, const char *word)
{
    return i < end && mlk_token_is(&ddl->tokens[i], word) &&
           (i == 0 || !mlk_token_mark(&ddl->tokens[i - 1], '.'));
}

/* REFERENCES [schema.]table */
static bool parent(struct mlk_ddl *ddl, size_t i, size_t end)
{
    struct mlk_spot *spot;
    char name[MLK_IDENT_MAX + 1];

    if (i >= end || !mlk_token_name(&ddl->tokens[i], name, sizeof name))
        return true; /* it does not parse; the server says so */
    spot = add(ddl, MLK_SPOT_PARENT, i);
    if (!spot)
        return false;
    memcpy(spot->name, name, sizeof spot->name);
    if (i + 2 < end && mlk_token_mark(&ddl->tokens[i + 1], '.') &&
        mlk_token_name(&ddl->tokens[i + 2], name, sizeof name)) {
        memcpy(spot->schema, spot->name, sizeof spot->schema);
        memcpy(spot->name, name, sizeof spot->name);
        spot->end = i + 3;
    }
    return true;
}

static bool constraint(struct mlk_ddl *ddl, enum mlk_spot_kind kind, size_t i, size_t end)
{
    struct mlk_spot *spot;

    if (i >= end || (ddl->tokens[i].kind != MLK_TOKEN_WORD && ddl->tokens[i].kind != MLK_TOKEN_NAME))
        return true;
    spot = add(ddl, kind, i);
    return spot && mlk_token_name(&ddl->tokens[i], spot->name, sizeof spot->name);
}

static size_t past_if(const struct mlk_ddl *ddl, size_t i, size_t end)
{
    if (is(ddl, i, end, "IF"))
        return i + (is(ddl, i + 1, end, "NOT") ? 3 : 2);
    return i;
}

/* DROP FOREIGN KEY x, DROP CONSTRAINT x, DROP CHECK x, ALTER CHECK x, ALTER CONSTRAINT x */
static bool old_constraint(struct mlk_ddl *ddl, size_t first, size_t end)
{
    size_t i = first + 1;

    if (!is(ddl, first, end, "DROP") && !is(ddl, first, end, "ALTER"))
        return true;
    if (is(ddl, i, end, "FOREIGN") && is(ddl, i + 1, end, "KEY"))
        i++;
    else if (!is(ddl, i, end, "CONSTRAINT") && !is(ddl, i, end, "CHECK"))
        return true;
    return constraint(ddl, MLK_SPOT_OLD_CONSTRAINT, past_if(ddl, i + 1, end), end);
}

bool mlk_ddl_spots(struct mlk_ddl *ddl, size_t first, size_t end)
{
    if (!old_constraint(ddl, first, end))
        return false;
    for (size_t i = first; i < end; i++) {
        size_t name = past_if(ddl, i + 1, end);

        if (is(ddl, i, end, "REFERENCES") && !parent(ddl, i + 1, end))
            return false;
        /* CONSTRAINT x FOREIGN KEY, CONSTRAINT x CHECK; that of a UNIQUE is the index's name */
        if (is(ddl, i, end, "CONSTRAINT") &&
            (is(ddl, name + 1, end, "FOREIGN") || is(ddl, name + 1, end, "CHECK")) &&
            !constraint(ddl, MLK_SPOT_NEW_CONSTRAINT, name, end))
            return false;
    }
    return true;
}
