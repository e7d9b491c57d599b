/* SPDX-License-Identifier: GPL-2.0-only */
/* Who keeps whom waiting: the servers' own tables of compatibility, and what follows from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/waits.h"
#include "unit.h"

/* As printed in MySQL's sql/mdl.cc, in the order below: '+' can be had, '-' has to wait. MariaDB
 * prints the same without SHARED_WRITE_LOW_PRIO. */
static const enum mlk_mdl types[] = {
    MLK_MDL_SHARED,           MLK_MDL_SHARED_HIGH_PRIO,      MLK_MDL_SHARED_READ,
    MLK_MDL_SHARED_WRITE,     MLK_MDL_SHARED_WRITE_LOW_PRIO, MLK_MDL_SHARED_UPGRADABLE,
    MLK_MDL_SHARED_READ_ONLY, MLK_MDL_SHARED_NO_WRITE,       MLK_MDL_SHARED_NO_READ_WRITE,
    MLK_MDL_EXCLUSIVE};
static const char *const granted[] = {"+++++++++-", "+++++++++-", "++++++++--", "++++++----", "++++++----",
                                      "+++++-+---", "+++--+++--", "+++---+---", "++--------", "----------"};
static const char *const pending[] = {"+++++++++-", "++++++++++", "++++++++--", "+++++++---", "++++++----",
                                      "+++++++++-", "+++-++++--", "+++++++++-", "+++++++++-", "++++++++++"};

static void tables_of_the_servers(void **state)
{
    (void)state;
    for (size_t w = 0; w < UNIT_COUNT(types); w++) {
        for (size_t g = 0; g < UNIT_COUNT(types); g++) {
            bool out = mlk_mdl_keeps_out(MLK_MDL_OBJECT, types[g], types[w]);
            bool first = mlk_mdl_goes_first(MLK_MDL_OBJECT, types[g], types[w]);

            if (out != (granted[w][g] == '-') || first != (pending[w][g] == '-'))
                fail_msg("wanted %zu, theirs %zu: %d %d", w, g, out, first);
        }
    }
}

static void scoped_and_backup(void **state)
{
    static const struct {
        enum mlk_mdl_rules rules;
        const char *theirs, *wanted;
        bool out;
    } cases[] = {
        {MLK_MDL_SCOPED, "SHARED", "INTENTION_EXCLUSIVE", true},
        {MLK_MDL_SCOPED, "INTENTION_EXCLUSIVE", "INTENTION_EXCLUSIVE", false},
        {MLK_MDL_SCOPED, "INTENTION_EXCLUSIVE", "SHARED", true},
        {MLK_MDL_SCOPED, "SHARED", "SHARED", false},
        {MLK_MDL_SCOPED, "INTENTION_EXCLUSIVE", "EXCLUSIVE", true},
        {MLK_MDL_BACKUP, "BACKUP_FTWRL2", "MDL_BACKUP_DDL", true},
        {MLK_MDL_BACKUP, "BACKUP_FTWRL1", "BACKUP_TRANS_DML", true},
        {MLK_MDL_BACKUP, "MDL_BACKUP_BLOCK_DDL", "BACKUP_DDL", true},
        {MLK_MDL_BACKUP, "BACKUP_BLOCK_DDL", "BACKUP_TRANS_DML", false},
        {MLK_MDL_BACKUP, "BACKUP_WAIT_DDL", "BACKUP_DDL", true},
        {MLK_MDL_BACKUP, "BACKUP_DDL", "BACKUP_DDL", false},
        {MLK_MDL_BACKUP, "BACKUP_ALTER_COPY", "BACKUP_FTWRL1", true},
        {MLK_MDL_BACKUP, "BACKUP_ALTER_COPY", "BACKUP_WAIT_DDL", false},
        {MLK_MDL_OBJECT, "A_NEW_ONE", "SHARED", true},
        {MLK_MDL_OBJECT, "SHARED", "A_NEW_ONE", true},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        if (mlk_mdl_keeps_out(cases[i].rules, mlk_mdl_of(cases[i].theirs), mlk_mdl_of(cases[i].wanted)) !=
            cases[i].out)
            fail_msg("%s, %s", cases[i].theirs, cases[i].wanted);
    }
    assert_int_equal(mlk_mdl_of(NULL), MLK_MDL_OTHER);
    assert_false(mlk_mdl_keeps_out(MLK_MDL_OBJECT, MLK_MDL_NONE, MLK_MDL_EXCLUSIVE));
    assert_false(mlk_mdl_keeps_out(MLK_MDL_OBJECT, MLK_MDL_EXCLUSIVE, MLK_MDL_NONE));
}

#define LOCK(number, what, has)                                                                              \
    {                                                                                                        \
        .id = (number), .object = MLK_ON_TABLE, .schema = "shop", .name = "orders", .type = #what,           \
        .mdl = MLK_MDL_##what, .granted = (has)                                                              \
    }

/* That session's lock; granted or waited for. */
static const struct mlk_table_lock *of(const struct mlk_table_group *g, uint64_t id, bool has)
{
    for (size_t i = 0; i < g->count; i++) {
        if (g->locks[i].id == id && g->locks[i].granted == has)
            return &g->locks[i];
    }
    fail_msg("no such lock");
    return NULL;
}

static void the_cascade(void **state)
{
    struct mlk_table_lock locks[] = {
        LOCK(12, SHARED_READ, false), LOCK(11, SHARED_UPGRADABLE, true), LOCK(10, SHARED_WRITE, true),
        LOCK(11, EXCLUSIVE, false),   LOCK(9, SHARED_HIGH_PRIO, true),   LOCK(13, SHARED_WRITE, false),
        LOCK(8, SHARED_READ, true),
    };
    const struct mlk_table_lock elsewhere = {.object = MLK_ON_TABLE, .schema = "shop", .name = "items"};
    const struct mlk_table_group *g;
    struct mlk_table_waits w;

    (void)state;
    assert_int_equal(mlk_table_waits_build(locks, UNIT_COUNT(locks), &w), MLK_OK);
    assert_int_equal(w.group_count, 1);
    g = mlk_table_waits_group(&w, &locks[0]);
    assert_ptr_equal(g, &w.groups[0]);
    assert_null(mlk_table_waits_group(&w, &elsewhere));
    assert_int_equal(g->waiting, 3);
    assert_true(of(g, 10, true)->blocks);
    assert_true(of(g, 9, true)->blocks);
    assert_true(of(g, 8, true)->blocks);
    assert_false(of(g, 11, true)->blocks); /* only its own request is not compatible with it */
    assert_false(of(g, 11, false)->behind);
    assert_true(of(g, 12, false)->behind);
    assert_true(of(g, 13, false)->behind);
    assert_non_null(mlk_table_waits_of(&w, 12));
    assert_null(mlk_table_waits_of(&w, 10));
    assert_null(mlk_table_waits_of(&w, 0));
    mlk_table_waits_free(&w);
    mlk_table_waits_free(&w);
}

/* Writers wait for LOCK TABLES ... READ itself, readers do not, nor are they in its way. */
static void who_is_kept_out_and_who_is_not(void **state)
{
    struct mlk_table_lock locks[] = {LOCK(1, SHARED_READ_ONLY, true), LOCK(2, SHARED_WRITE, false),
                                     LOCK(3, SHARED_READ, true), LOCK(4, NONE, true)};
    struct mlk_table_waits w;

    (void)state;
    assert_int_equal(mlk_table_waits_build(locks, UNIT_COUNT(locks), &w), MLK_OK);
    assert_true(of(&w.groups[0], 1, true)->blocks);
    assert_false(of(&w.groups[0], 2, false)->behind);
    assert_false(of(&w.groups[0], 3, true)->blocks);
    assert_false(of(&w.groups[0], 4, true)->blocks);
    mlk_table_waits_free(&w);
    assert_int_equal(mlk_table_waits_build(NULL, 0, &w), MLK_OK);
    assert_null(mlk_table_waits_of(&w, 1));
    mlk_table_waits_free(&w);
}

/* Of several locks of a session one that blocks comes first; objects are kept apart. */
static void order(void **state)
{
    struct mlk_table_lock locks[] = {
        LOCK(1, SHARED, true),
        LOCK(1, SHARED_WRITE, true),
        LOCK(2, SHARED_NO_WRITE, false),
        {.id = 2, .object = MLK_ON_SCHEMA, .schema = "shop", .name = "", .mdl = MLK_MDL_INTENTION_EXCLUSIVE},
        {.id = 3,
         .object = MLK_ON_SERVER,
         .schema = "",
         .name = "BACKUP",
         .mdl = MLK_MDL_BACKUP_FTWRL2,
         .granted = true},
        {.id = 2, .object = MLK_ON_SERVER, .schema = "", .name = "BACKUP", .mdl = MLK_MDL_BACKUP_DDL},
    };
    struct mlk_table_waits w;

    (void)state;
    assert_int_equal(mlk_table_waits_build(locks, UNIT_COUNT(locks), &w), MLK_OK);
    assert_int_equal(w.group_count, 3);
    assert_int_equal(w.groups[0].object, MLK_ON_SERVER);
    assert_true(w.groups[0].locks[1].blocks);
    assert_int_equal(w.groups[1].object, MLK_ON_SCHEMA);
    assert_int_equal(w.groups[2].object, MLK_ON_TABLE);
    assert_int_equal(w.groups[2].locks[1].mdl, MLK_MDL_SHARED_WRITE);
    assert_true(w.groups[2].locks[1].blocks);
    assert_false(w.groups[2].locks[2].blocks);
    mlk_table_waits_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_the_servers),
        cmocka_unit_test(scoped_and_backup),
        cmocka_unit_test(the_cascade),
        cmocka_unit_test(who_is_kept_out_and_who_is_not),
        cmocka_unit_test(order),
    };

    return cmocka_run_group_tests_name("table_waits", tests, NULL, NULL);
}
