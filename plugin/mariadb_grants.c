/* SPDX-License-Identifier: GPL-2.0-only */
#include "mariadb_grants.h"

#include <stdlib.h>
#include <string.h>

struct grant {
    char *holder, *schema, *table; /* schema and table may be NULL */
    unsigned rights;
    bool rival;
};

struct mlk_grants {
    struct grant *list;
    size_t count, cap;
    bool names_ignore_case; /* lower_case_table_names is not 0 */
};

unsigned mlk_right_of(const char *name, size_t len, bool everywhere)
{
    static const struct {
        const char *name;
        unsigned everywhere, here;
    } list[] = {
        {"SELECT", MLK_RIGHT_SELECT | MLK_RIGHT_SEE, MLK_RIGHT_SELECT | MLK_RIGHT_SEE},
        {"UPDATE", MLK_RIGHT_UPDATE | MLK_RIGHT_SEE, MLK_RIGHT_UPDATE | MLK_RIGHT_SEE},
        {"INSERT", MLK_RIGHT_INSERT | MLK_RIGHT_SEE, MLK_RIGHT_INSERT | MLK_RIGHT_SEE},
        {"DELETE", MLK_RIGHT_DELETE | MLK_RIGHT_SEE, MLK_RIGHT_DELETE | MLK_RIGHT_SEE},
        {"SHOW DATABASES", MLK_RIGHT_SEE, 0},
        {"PROCESS", MLK_RIGHT_PROCESS, 0},
        {"SUPER", MLK_RIGHT_SUPER, 0},
        {"CONNECTION ADMIN", MLK_RIGHT_CONNECTION_ADMIN, 0},
        {"ALL PRIVILEGES",
         MLK_RIGHT_SELECT | MLK_RIGHT_UPDATE | MLK_RIGHT_DELETE | MLK_RIGHT_INSERT | MLK_RIGHT_SEE |
             MLK_RIGHT_PROCESS | MLK_RIGHT_SUPER | MLK_RIGHT_CONNECTION_ADMIN,
         MLK_RIGHT_SELECT | MLK_RIGHT_UPDATE | MLK_RIGHT_DELETE | MLK_RIGHT_INSERT | MLK_RIGHT_SEE},
        {"USAGE", 0, 0},
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (strlen(list[i].name) == len && memcmp(list[i].name, name, len) == 0)
            return everywhere ? list[i].everywhere : list[i].here;
    }
    return everywhere ? 0 : MLK_RIGHT_SEE; /* any privilege on a schema or in it shows the schema */
}

struct mlk_grants *mlk_grants_new(bool names_ignore_case)
{
    struct mlk_grants *g = calloc(1, sizeof *g);

    if (g)
        g->names_ignore_case = names_ignore_case;
    return g;
}

static void drop(struct grant *grant)
{
    free(grant->holder);
    free(grant->schema);
    free(grant->table);
}

void mlk_grants_free(struct mlk_grants *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->count; i++)
        drop(&g->list[i]);
    free(g->list);
    free(g);
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static enum mlk_status add(struct mlk_grants *g, const char *holder, const char *schema, const char *table,
                           unsigned rights, bool rival)
{
    struct grant grant;

    for (size_t i = 0; i < g->count; i++) {
        struct grant *known = &g->list[i];

        if (same(known->holder, holder) && same(known->schema, schema) && same(known->table, table)) {
            known->rights |= rights;
            return MLK_OK;
        }
    }
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 16;
        struct grant *list = reallocarray(g->list, cap, sizeof *list);

        if (!list)
            return MLK_NO_MEMORY;
        g->list = list;
        g->cap = cap;
    }
    grant.holder = strdup(holder);
    grant.schema = schema ? strdup(schema) : NULL;
    grant.table = table ? strdup(table) : NULL;
    grant.rights = rights;
    grant.rival = rival;
    if (!grant.holder || (schema && !grant.schema) || (table && !grant.table)) {
        drop(&grant);
        return MLK_NO_MEMORY;
    }
    g->list[g->count++] = grant;
    return MLK_OK;
}

enum mlk_status mlk_grants_add(struct mlk_grants *g, const char *holder, const char *schema,
                               const char *table, unsigned rights)
{
    return add(g, holder, schema, table, rights, false);
}

enum mlk_status mlk_grants_add_rival(struct mlk_grants *g, const char *holder, const char *schema,
                                     const char *table, unsigned rights)
{
    return schema ? add(g, holder, schema, table, rights, true) : MLK_OK;
}

/* As wild_compare in MariaDB's mysys/mf_wcomp.c does with a name that is no pattern itself: bytes, '\'
 * escapes. */
bool mlk_grants_match(const char *pattern, const char *name)
{
    const char *retry_pattern = NULL, *retry_name = NULL;

    for (;;) {
        if (*pattern == '%') {
            retry_pattern = ++pattern;
            retry_name = name;
        } else if (*pattern == '\0' && *name == '\0') {
            return true;
        } else if (*name != '\0' && *pattern == '_') {
            pattern++;
            name++;
        } else if (*name != '\0' && *pattern == '\\' && pattern[1] && pattern[1] == *name) {
            pattern += 2;
            name++;
        } else if (*name != '\0' && *pattern == *name && !(*pattern == '\\' && pattern[1])) {
            pattern++;
            name++;
        } else if (retry_pattern && *retry_name != '\0') {
            name = ++retry_name;
            pattern = retry_pattern;
        } else {
            return false;
        }
    }
}

enum { NO_WILDCARD = 128, LAST = 127 };

/* As get_sort in MariaDB's sql/sql_acl.cc: a pattern counts as the more exact the later its first wildcard
 * stands. */
static unsigned exactness(const char *pattern)
{
    for (size_t i = 0; pattern[i]; i++) {
        if (pattern[i] == '\\' && pattern[i + 1])
            i++;
        else if (pattern[i] == '%' || pattern[i] == '_')
            return i + 1 < LAST ? (unsigned)i + 1 : LAST;
    }
    return NO_WILDCARD;
}

/* Whether the name is known to be spelled as the server compares it. One that holds more than ASCII may have
 * other capitals; the server, which lowers them, could then find a more exact entry than we do. Such a name
 * counts only where an entry spells it out: entries are in lower case. */
static bool comparable(const struct mlk_grants *g, const char *name)
{
    for (; g->names_ignore_case && *name; name++) {
        if ((unsigned char)*name >= 0x80)
            return false;
    }
    return true;
}

/* acl_get takes the first entry that matches, the most exact one, and no other. Where two are as exact as
 * each other, only what both allow counts. */
static unsigned schema_rights(const struct mlk_grants *g, const char *holder, const char *schema)
{
    unsigned best = 0, rights = 0;

    for (size_t i = 0; i < g->count; i++) {
        const struct grant *grant = &g->list[i];
        unsigned exact;

        if (!grant->schema || grant->table || strcmp(grant->holder, holder) != 0 ||
            !mlk_grants_match(grant->schema, schema))
            continue;
        exact = exactness(grant->schema);
        if (exact < NO_WILDCARD && !comparable(g, schema))
            continue;
        if (exact > best)
            rights = grant->rights;
        else if (exact == best)
            rights &= grant->rights;
        if (exact > best)
            best = exact;
    }
    return rights;
}

/* ASCII only; for other capitals see comparable. */
static char *lower(const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    for (char *c = copy; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return copy;
}

/* A role's entries, and those of PUBLIC, have no host: the server finds them by name alone. */
static bool has_host(const char *holder)
{
    size_t len = strlen(holder);

    return len < 3 || strcmp(holder + len - 3, "@''") != 0;
}

/* What is left of these rights of holder when the server goes by a rival's entry instead. */
static unsigned narrowed(const struct mlk_grants *g, const char *holder, const char *schema,
                         const char *table, unsigned rights)
{
    for (size_t i = 0; has_host(holder) && i < g->count; i++) {
        const struct grant *grant = &g->list[i];

        if (!grant->rival || !grant->table != !table)
            continue;
        if (!table && mlk_grants_match(grant->schema, schema))
            rights &= schema_rights(g, grant->holder, schema);
        else if (table && strcmp(grant->schema, schema) == 0 && strcmp(grant->table, table) == 0)
            rights &= grant->rights;
    }
    return rights;
}

static bool allow(const struct mlk_grants *g, unsigned right, const char *schema, const char *table)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct grant *grant = &g->list[i];

        if (grant->rival)
            continue;
        if (!grant->schema) {
            if (!grant->table && (grant->rights & right))
                return true;
        } else if (!schema) {
            continue;
        } else if (!grant->table) {
            if (narrowed(g, grant->holder, schema, NULL, schema_rights(g, grant->holder, schema)) & right)
                return true;
        } else if (strcmp(grant->schema, schema) == 0 &&
                   (narrowed(g, grant->holder, schema, grant->table, grant->rights) & right) &&
                   (right == MLK_RIGHT_SEE || (table && strcmp(grant->table, table) == 0))) {
            return true;
        }
    }
    return false;
}

bool mlk_grants_allow(const struct mlk_grants *g, unsigned right, const char *schema, const char *table)
{
    char *schema_lower, *table_lower;
    bool allowed;

    if (!g->names_ignore_case)
        return allow(g, right, schema, table);
    schema_lower = lower(schema);
    table_lower = lower(table);
    allowed =
        (schema_lower || !schema) && (table_lower || !table) && allow(g, right, schema_lower, table_lower);
    free(schema_lower);
    free(table_lower);
    return allowed;
}
