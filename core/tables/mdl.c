/* SPDX-License-Identifier: GPL-2.0-only */
#include "mdl.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BIT(name) (UINT32_C(1) << MLK_MDL_##name)
#define X_        BIT(EXCLUSIVE)
#define SNRW      BIT(SHARED_NO_READ_WRITE)
#define SNW       BIT(SHARED_NO_WRITE)
#define SRO       BIT(SHARED_READ_ONLY)
#define SU        BIT(SHARED_UPGRADABLE)
#define SW        (BIT(SHARED_WRITE) | BIT(SHARED_WRITE_LOW_PRIO))
#define SR        BIT(SHARED_READ)
#define S_        (BIT(SHARED) | BIT(SHARED_HIGH_PRIO))
#define IX        BIT(INTENTION_EXCLUSIVE)
#define START     BIT(BACKUP_START)
#define STAGES    (BIT(BACKUP_FLUSH) | BIT(BACKUP_WAIT_FLUSH) | BIT(BACKUP_WAIT_DDL) | BIT(BACKUP_WAIT_COMMIT))
#define FTWRL     (BIT(BACKUP_FTWRL1) | BIT(BACKUP_FTWRL2))
#define DML       BIT(BACKUP_DML)

struct rule {
    enum mlk_mdl wanted;
    uint32_t granted; /* locks of others that keep it waiting */
    uint32_t pending; /* requests of others that it waits behind */
};

/* sql/mdl.cc of both servers, "Compatibility ... matrices for per-object metadata lock". MariaDB has no
 * SHARED_WRITE_LOW_PRIO; else the two are the same. MySQL has further matrices for when many requests of a
 * kind have had their turn (max_write_lock_count), which only matter to the order. */
static const struct rule object[] = {
    {MLK_MDL_SHARED, X_, X_},
    {MLK_MDL_SHARED_HIGH_PRIO, X_, 0},
    {MLK_MDL_SHARED_READ, X_ | SNRW, X_ | SNRW},
    {MLK_MDL_SHARED_WRITE, X_ | SNRW | SNW | SRO, X_ | SNRW | SNW},
    {MLK_MDL_SHARED_WRITE_LOW_PRIO, X_ | SNRW | SNW | SRO, X_ | SNRW | SNW | SRO},
    {MLK_MDL_SHARED_UPGRADABLE, X_ | SNRW | SNW | SU, X_},
    {MLK_MDL_SHARED_READ_ONLY, X_ | SNRW | SW, X_ | SNRW | BIT(SHARED_WRITE)},
    {MLK_MDL_SHARED_NO_WRITE, X_ | SNRW | SNW | SU | SW, X_},
    {MLK_MDL_SHARED_NO_READ_WRITE, X_ | SNRW | SNW | SRO | SU | SW | SR, X_},
    {MLK_MDL_EXCLUSIVE, X_ | SNRW | SNW | SRO | SU | SW | SR | S_, 0},
};

/* The same place, "... for scoped metadata lock": GLOBAL, COMMIT, BACKUP LOCK and SCHEMA on MySQL, SCHEMA on
 * MariaDB. */
static const struct rule scoped[] = {
    {MLK_MDL_INTENTION_EXCLUSIVE, X_ | BIT(SHARED), X_ | BIT(SHARED)},
    {MLK_MDL_SHARED, X_ | IX, X_},
    {MLK_MDL_EXCLUSIVE, X_ | BIT(SHARED) | IX, 0},
};

/* MariaDB's sql/mdl.cc, "... for backup metadata lock". */
static const struct rule backup[] = {
    {MLK_MDL_BACKUP_START, START | STAGES | BIT(BACKUP_BLOCK_DDL), STAGES | BIT(BACKUP_BLOCK_DDL)},
    {MLK_MDL_BACKUP_FLUSH, START, 0},
    {MLK_MDL_BACKUP_WAIT_FLUSH, START | DML, 0},
    {MLK_MDL_BACKUP_WAIT_DDL, START | DML | BIT(BACKUP_DDL), 0},
    {MLK_MDL_BACKUP_WAIT_COMMIT, START | DML | BIT(BACKUP_SYS_DML) | BIT(BACKUP_DDL) | BIT(BACKUP_COMMIT), 0},
    {MLK_MDL_BACKUP_FTWRL1,
     DML | BIT(BACKUP_TRANS_DML) | BIT(BACKUP_SYS_DML) | BIT(BACKUP_DDL) | BIT(BACKUP_ALTER_COPY), 0},
    {MLK_MDL_BACKUP_FTWRL2,
     DML | BIT(BACKUP_TRANS_DML) | BIT(BACKUP_SYS_DML) | BIT(BACKUP_DDL) | BIT(BACKUP_ALTER_COPY) |
         BIT(BACKUP_COMMIT),
     0},
    {MLK_MDL_BACKUP_DML, STAGES | FTWRL, STAGES | FTWRL},
    {MLK_MDL_BACKUP_TRANS_DML, FTWRL, FTWRL},
    {MLK_MDL_BACKUP_SYS_DML, BIT(BACKUP_WAIT_COMMIT) | FTWRL, BIT(BACKUP_WAIT_COMMIT) | FTWRL},
    {MLK_MDL_BACKUP_DDL, BIT(BACKUP_WAIT_DDL) | BIT(BACKUP_WAIT_COMMIT) | FTWRL | BIT(BACKUP_BLOCK_DDL),
     BIT(BACKUP_WAIT_DDL) | BIT(BACKUP_WAIT_COMMIT) | FTWRL | BIT(BACKUP_BLOCK_DDL)},
    {MLK_MDL_BACKUP_BLOCK_DDL, START | STAGES | BIT(BACKUP_BLOCK_DDL) | BIT(BACKUP_DDL), START},
    {MLK_MDL_BACKUP_ALTER_COPY, FTWRL, FTWRL},
    {MLK_MDL_BACKUP_COMMIT, BIT(BACKUP_WAIT_COMMIT) | BIT(BACKUP_FTWRL2),
     BIT(BACKUP_WAIT_COMMIT) | BIT(BACKUP_FTWRL2)},
};

static const struct rule *find(enum mlk_mdl_rules rules, enum mlk_mdl wanted)
{
    static const struct {
        const struct rule *list;
        size_t count;
    } all[] = {
        {object, sizeof object / sizeof object[0]},
        {scoped, sizeof scoped / sizeof scoped[0]},
        {backup, sizeof backup / sizeof backup[0]},
    };

    for (size_t i = 0; i < all[rules].count; i++) {
        if (all[rules].list[i].wanted == wanted)
            return &all[rules].list[i];
    }
    return NULL;
}

enum mlk_mdl mlk_mdl_of(const char *name)
{
    static const char *const names[] = {
#define MLK_MDL_TEXT(name) #name,
        MLK_MDL_LIST(MLK_MDL_TEXT)
#undef MLK_MDL_TEXT
    };

    if (name && strncmp(name, "MDL_", 4) == 0)
        name += 4;
    for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0)
            return (enum mlk_mdl)i;
    }
    return MLK_MDL_OTHER;
}

/* rule NULL: of a type without rules nothing is known, so it waits for everybody. */
static bool in(const struct rule *rule, uint32_t mask, enum mlk_mdl type)
{
    if (type == MLK_MDL_NONE)
        return false;
    return !rule || type == MLK_MDL_OTHER || (mask >> (unsigned)type & 1u);
}

bool mlk_mdl_keeps_out(enum mlk_mdl_rules rules, enum mlk_mdl granted, enum mlk_mdl wanted)
{
    const struct rule *rule = find(rules, wanted);

    return wanted != MLK_MDL_NONE && in(rule, rule ? rule->granted : 0, granted);
}

bool mlk_mdl_goes_first(enum mlk_mdl_rules rules, enum mlk_mdl pending, enum mlk_mdl wanted)
{
    const struct rule *rule = find(rules, wanted);

    return wanted != MLK_MDL_NONE && in(rule, rule ? rule->pending : 0, pending);
}

bool mlk_mdl_strong(enum mlk_mdl type)
{
    return type == MLK_MDL_SHARED_UPGRADABLE || type == MLK_MDL_SHARED_NO_WRITE ||
           type == MLK_MDL_SHARED_NO_READ_WRITE || type == MLK_MDL_EXCLUSIVE;
}
