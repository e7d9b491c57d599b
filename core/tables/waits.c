/* SPDX-License-Identifier: GPL-2.0-only */
#include "waits.h"

#include <stdlib.h>
#include <string.h>

enum { TYPES = MLK_MDL_NONE + 1 };

enum mlk_mdl_rules mlk_table_rules(enum mlk_object object, const char *name)
{
    if (object == MLK_ON_TABLE)
        return MLK_MDL_OBJECT;
    return object == MLK_ON_SERVER && strcmp(name, "BACKUP") == 0 ? MLK_MDL_BACKUP : MLK_MDL_SCOPED;
}

static int by_object(const struct mlk_table_lock *a, const struct mlk_table_lock *b)
{
    int order;

    if (a->object != b->object)
        return a->object > b->object ? 1 : -1;
    order = strcmp(a->schema, b->schema);
    return order ? order : strcmp(a->name, b->name);
}

static int by_place(const void *left, const void *right)
{
    const struct mlk_table_lock *a = left, *b = right;
    int order = by_object(a, b);

    if (order)
        return order;
    if (a->granted != b->granted)
        return a->granted ? 1 : -1;
    return (a->id > b->id) - (a->id < b->id);
}

/* The strongest of a session's locks that blocks stands for all. */
static int by_weight(const void *left, const void *right)
{
    const struct mlk_table_lock *a = left, *b = right;
    int order = by_place(a, b);

    if (order)
        return order;
    if (a->blocks != b->blocks)
        return a->blocks ? -1 : 1;
    return (a->mdl < b->mdl) - (a->mdl > b->mdl);
}

static int by_connection(const void *left, const void *right)
{
    uint64_t a = (*(const struct mlk_table_lock *const *)left)->id,
             b = (*(const struct mlk_table_lock *const *)right)->id;

    return (a > b) - (a < b);
}

/* The sessions that have, or wait for, one type of lock on one object: none, one, or several. */
struct sessions {
    size_t count;
    uint64_t first;
};

static void note(struct sessions *of_type, const struct mlk_table_lock *lock)
{
    struct sessions *one = &of_type[lock->mdl];

    if (!one->count)
        one->first = lock->id;
    if (!one->count || one->first != lock->id)
        one->count++;
}

/* Whether another session than id is among them. */
static bool another(const struct sessions *one, uint64_t id)
{
    return one->count > 1 || (one->count && one->first != id);
}

typedef bool relation(enum mlk_mdl_rules rules, enum mlk_mdl theirs, enum mlk_mdl wanted);

/* Whether what other sessions have, or wait for, makes this request wait. */
static bool waits_for(const struct mlk_table_lock *lock, const struct sessions *theirs, relation *makes_wait)
{
    enum mlk_mdl_rules rules = mlk_table_rules(lock->object, lock->name);

    for (int type = 0; type < TYPES; type++) {
        if (another(&theirs[type], lock->id) && makes_wait(rules, (enum mlk_mdl)type, lock->mdl))
            return true;
    }
    return false;
}

static bool keeps_somebody_out(const struct mlk_table_lock *lock, const struct sessions *wanted)
{
    enum mlk_mdl_rules rules = mlk_table_rules(lock->object, lock->name);

    for (int type = 0; type < TYPES; type++) {
        if (another(&wanted[type], lock->id) && mlk_mdl_keeps_out(rules, lock->mdl, (enum mlk_mdl)type))
            return true;
    }
    return false;
}

static void find_blocking(struct mlk_table_lock *locks, size_t count, size_t waiting)
{
    struct sessions wanted[TYPES] = {{0, 0}}, had[TYPES] = {{0, 0}};

    for (size_t i = 0; i < waiting; i++)
        note(wanted, &locks[i]);
    for (size_t i = waiting, w = 0; i < count; i++) { /* both parts are in the order of connections */
        while (w < waiting && locks[w].id < locks[i].id)
            w++;
        if (w == waiting || locks[w].id != locks[i].id)
            note(had, &locks[i]);
    }
    for (size_t i = 0; i < waiting; i++)
        locks[i].behind =
            !waits_for(&locks[i], had, mlk_mdl_keeps_out) && waits_for(&locks[i], wanted, mlk_mdl_goes_first);
    for (size_t i = waiting; i < count; i++)
        locks[i].blocks = keeps_somebody_out(&locks[i], wanted);
}

static void build_group(struct mlk_table_lock *locks, size_t count, struct mlk_table_group *out)
{
    *out = (struct mlk_table_group){.object = locks[0].object,
                                    .schema = locks[0].schema,
                                    .name = locks[0].name,
                                    .locks = locks,
                                    .count = count};
    while (out->waiting < count && !locks[out->waiting].granted)
        out->waiting++;
    find_blocking(locks, count, out->waiting);
    qsort(locks, count, sizeof *locks, by_weight);
}

enum mlk_status mlk_table_waits_build(struct mlk_table_lock *locks, size_t count, struct mlk_table_waits *out)
{
    memset(out, 0, sizeof *out);
    out->groups = calloc(count + 1, sizeof *out->groups);
    out->waiting = calloc(count + 1, sizeof(struct mlk_table_lock *));
    if (!out->groups || !out->waiting) {
        mlk_table_waits_free(out);
        return MLK_NO_MEMORY;
    }
    if (count)
        qsort(locks, count, sizeof *locks, by_place);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && by_object(&locks[first], &locks[end]) == 0;)
            end++;
        build_group(locks + first, end - first, &out->groups[out->group_count++]);
    }
    for (size_t i = 0; i < count; i++) {
        if (!locks[i].granted && locks[i].id)
            out->waiting[out->waiting_count++] = &locks[i];
    }
    if (out->waiting_count)
        qsort(out->waiting, out->waiting_count, sizeof *out->waiting, by_connection);
    return MLK_OK;
}

void mlk_table_waits_free(struct mlk_table_waits *waits)
{
    free(waits->groups);
    free(waits->waiting);
    memset(waits, 0, sizeof *waits);
}

const struct mlk_table_lock *mlk_table_waits_of(const struct mlk_table_waits *waits, uint64_t id)
{
    const struct mlk_table_lock wanted = {.id = id}, *key = &wanted, **found;

    found = id && waits->waiting_count
                ? bsearch(&key, waits->waiting, waits->waiting_count, sizeof *waits->waiting, by_connection)
                : NULL;
    return found ? *found : NULL;
}

static int group_order(const void *left, const void *right)
{
    const struct mlk_table_lock *lock = left;
    const struct mlk_table_group *group = right;
    const struct mlk_table_lock of_group = {
        .object = group->object, .schema = group->schema, .name = group->name};

    return by_object(lock, &of_group);
}

const struct mlk_table_group *mlk_table_waits_group(const struct mlk_table_waits *waits,
                                                    const struct mlk_table_lock *lock)
{
    return waits->group_count
               ? bsearch(lock, waits->groups, waits->group_count, sizeof *waits->groups, group_order)
               : NULL;
}
