/* SPDX-License-Identifier: GPL-2.0-only */
#include "recognise.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fnv.h"
#include "miglock/text.h"

/* One name that a tool would use. It is not kept: its hash finds it, and it is computed again. */
struct candidate {
    uint64_t hash;
    const struct mlk_tool *tool;
    const char *schema, *qualifier; /* "" for none */
    size_t order;                   /* in which they were added: the likelier ones first */
};

struct mlk_recogniser {
    struct candidate *items;
    size_t count, room;
    const char *const *schemas;
    size_t schema_count;
    bool fold, cut;
};

/* Case is folded in ASCII alone; how a server folds other letters is its own affair, so they do not count. */
static uint64_t hash_of(const char *name)
{
    uint64_t hash = MLK_FNV_BEGIN;

    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;

        if (c >= 0x80)
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c - 'A' + 'a');
        hash = mlk_fnv_add(hash, c);
    }
    return hash;
}

/* As the server compares. Where it folds case, each letter outside ASCII equals any other. */
static bool same_name(const struct mlk_recogniser *r, const char *a, const char *b)
{
    if (!r->fold)
        return strcmp(a, b) == 0;
    while (*a && *b) {
        bool ascii = (unsigned char)*a < 0x80, other = (unsigned char)*b < 0x80;

        if (ascii != other || (ascii && strncasecmp(a, b, 1) != 0))
            return false;
        a += mlk_utf8_step(a);
        b += mlk_utf8_step(b);
    }
    return !*a && !*b;
}

static bool compute(const struct mlk_tool *tool, const char *schema, const char *qualifier,
                    char name[MLK_NAME_MAX + 1])
{
    struct mlk_buf b;

    mlk_buf_fixed(&b, name, MLK_NAME_MAX + 1);
    return tool->name(schema, qualifier, &b) == MLK_OK;
}

static enum mlk_status add(struct mlk_recogniser *r, const struct mlk_tool *tool, const char *schema,
                           const char *qualifier)
{
    char name[MLK_NAME_MAX + 1];

    if (r->count == MLK_CANDIDATES_MAX) {
        r->cut = true;
        return MLK_OK;
    }
    if (r->count == r->room) {
        size_t room = r->room ? r->room * 2 : 256;
        struct candidate *more = reallocarray(r->items, room, sizeof *more);

        if (!more)
            return MLK_NO_MEMORY;
        r->items = more;
        r->room = room;
    }
    if (compute(tool, schema, qualifier, name)) {
        r->items[r->count] = (struct candidate){hash_of(name), tool, schema, qualifier, r->count};
        r->count++;
    }
    return MLK_OK;
}

/* With the qualifiers that are usual for the tool. */
static enum mlk_status add_usual(struct mlk_recogniser *r, const struct mlk_tool *tool, const char *schema)
{
    const char *const *usual = tool->usual_qualifiers;
    enum mlk_status status = MLK_OK;

    if (!tool->takes_qualifier)
        return add(r, tool, schema, "");
    if (!usual)
        return tool->default_qualifier ? add(r, tool, schema, tool->default_qualifier) : MLK_OK;
    for (; !status && *usual; usual++)
        status = add(r, tool, schema, *usual);
    return status;
}

static bool is_usual(const struct mlk_tool *tool, const char *qualifier)
{
    if (tool->default_qualifier && strcmp(tool->default_qualifier, qualifier) == 0)
        return true;
    for (const char *const *usual = tool->usual_qualifiers; usual && *usual; usual++) {
        if (strcmp(*usual, qualifier) == 0)
            return true;
    }
    return false;
}

static int by_hash(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

enum mlk_status mlk_recogniser_open(const char *const *schemas, size_t schema_count,
                                    const struct mlk_qualifier *qualifiers, size_t qualifier_count, bool fold,
                                    struct mlk_recogniser **out)
{
    struct mlk_recogniser *r = calloc(1, sizeof *r);
    enum mlk_status status = r ? MLK_OK : MLK_NO_MEMORY;
    const struct mlk_tool *tool;

    *out = NULL;
    for (size_t t = 0; !status && (tool = mlk_tool_at(t)); t++) {
        if (tool->kind != MLK_NAMED || !tool->name)
            continue;
        if (tool->scope == MLK_PER_SERVER)
            status = add_usual(r, tool, "");
        for (size_t i = 0; !status && tool->scope == MLK_PER_SCHEMA && i < schema_count; i++)
            status = add_usual(r, tool, schemas[i]);
    }
    for (size_t i = 0; !status && i < qualifier_count; i++) {
        const struct mlk_qualifier *q = &qualifiers[i];

        if (q->tool->name && !is_usual(q->tool, q->text))
            status = add(r, q->tool, q->schema, q->text);
    }
    if (status) {
        mlk_recogniser_close(r);
        return status;
    }
    if (r->count)
        qsort(r->items, r->count, sizeof *r->items, by_hash);
    r->schemas = schemas;
    r->schema_count = schema_count;
    r->fold = fold;
    *out = r;
    return MLK_OK;
}

void mlk_recogniser_close(struct mlk_recogniser *r)
{
    if (r)
        free(r->items);
    free(r);
}

bool mlk_recogniser_cut(const struct mlk_recogniser *r)
{
    return r->cut;
}

size_t mlk_recogniser_count(const struct mlk_recogniser *r)
{
    return r->count;
}

static bool make(const struct mlk_tool *tool, const char *schema, const char *qualifier,
                 struct mlk_target *out)
{
    const char *first = tool->scope == MLK_PER_SERVER ? qualifier : schema;
    bool second = tool->scope == MLK_PER_SCHEMA && qualifier[0];
    char error[MLK_ERROR_MAX];

    return mlk_target_make(tool->id, strlen(tool->id), first, strlen(first), second ? qualifier : NULL,
                           second ? strlen(qualifier) : 0, out, error, sizeof error) == MLK_OK;
}

bool mlk_recogniser_at(const struct mlk_recogniser *r, size_t i, struct mlk_target *out)
{
    return i < r->count && make(r->items[i].tool, r->items[i].schema, r->items[i].qualifier, out);
}

/* The first with this hash, or where it would be. */
static size_t first_with(const struct mlk_recogniser *r, uint64_t hash)
{
    size_t low = 0, high = r->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (r->items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A schema as the server spells it: names that it folds show it in lower case. */
static const char *spelled(const struct mlk_recogniser *r, const char *schema)
{
    const char *close = schema;

    for (size_t i = 0; i < r->schema_count; i++) {
        if (strcmp(r->schemas[i], schema) == 0)
            return r->schemas[i];
        if (same_name(r, r->schemas[i], schema))
            close = r->schemas[i];
    }
    return close;
}

/* What was read off a name must give that name again. */
static bool read_off(const struct mlk_recogniser *r, const struct mlk_tool *tool, const char *name,
                     struct mlk_target *out)
{
    char schema[MLK_IDENT_MAX + 1] = "", qualifier[MLK_IDENT_MAX + 1] = "";

    if (tool->kind != MLK_NAMED || !tool->recognise || !tool->recognise(name, schema, qualifier))
        return false;
    return make(tool, spelled(r, schema), qualifier, out) && same_name(r, out->name, name);
}

/* Whether this tool's name was computed: then reading it off could only guess at the same schema's spelling,
 * as with names that the tool puts into capitals. */
static bool is_computed(const struct mlk_recogniser *r, const struct mlk_tool *tool, const char *name,
                        uint64_t hash)
{
    struct mlk_target other;

    for (size_t i = first_with(r, hash); i < r->count && r->items[i].hash == hash; i++) {
        if (r->items[i].tool == tool && mlk_recogniser_at(r, i, &other) && same_name(r, other.name, name))
            return true;
    }
    return false;
}

void mlk_recognise(const struct mlk_recogniser *r, const char *name, mlk_candidate_found *found, void *arg)
{
    uint64_t hash = hash_of(name);
    const struct mlk_tool *tool;
    struct mlk_target target;

    for (size_t i = first_with(r, hash); i < r->count && r->items[i].hash == hash; i++) {
        if (mlk_recogniser_at(r, i, &target) && same_name(r, target.name, name) && !found(arg, &target))
            return;
    }
    for (size_t t = 0; (tool = mlk_tool_at(t)); t++) {
        if (!is_computed(r, tool, name, hash) && read_off(r, tool, name, &target) && !found(arg, &target))
            return;
    }
}
