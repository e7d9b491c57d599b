/* SPDX-License-Identifier: GPL-2.0-only */
/* Transactions, and how many rows a statement changed. */
#include <string.h>

#include "contract_check.h"

static void update(struct contract *c, const char *sql)
{
    contract_run_on(c, MLK_NEED_UPDATE, CONTRACT_SCHEMA, "t", sql);
}

static bool value_is(struct contract *c, const char *text)
{
    const char *cell;

    contract_read(c, "t", false, 10);
    cell = contract_cell(c, "1", "v");
    return cell && strcmp(cell, text) == 0;
}

static void counts(struct contract *c)
{
    contract_run(c, "START TRANSACTION");
    contract_check(c, c->status == MLK_OK, "a transaction starts");
    update(c, "UPDATE mlk_contract.t SET v = 'counted' WHERE id = 1");
    contract_check(c, c->status == MLK_OK && !c->rows && c->affected == 1, "one changed row counts as one");
    update(c, "UPDATE mlk_contract.t SET v = 'counted' WHERE id = 1");
    contract_check(c, c->status == MLK_OK && c->affected == 0,
                   "a row that had the value already does not count");
    update(c, "UPDATE mlk_contract.t SET v = 'counted' WHERE id = 99");
    contract_check(c, c->status == MLK_OK && c->affected == 0, "no row counts as none");
    update(c, "UPDATE mlk_contract.t SET v = 'all of them'");
    contract_check(c, c->status == MLK_OK && c->affected == 2, "two changed rows count as two");
    contract_run(c, "ROLLBACK");
    contract_check(c, c->status == MLK_OK, "a transaction is rolled back");
    contract_check(c, value_is(c, "one"), "and nothing of it stays");
}

static void commits(struct contract *c)
{
    contract_run(c, "START TRANSACTION");
    update(c, "UPDATE mlk_contract.t SET v = 'written' WHERE id = 1 AND v = 'one' AND n IS NULL");
    contract_check(c, c->status == MLK_OK && c->affected == 1, "a compare-and-set finds what was seen");
    contract_run(c, "COMMIT");
    contract_check(c, c->status == MLK_OK, "a transaction is committed");
    contract_run(c, "ROLLBACK");
    contract_check(c, value_is(c, "written"), "and stays when a rollback comes too late");

    contract_run(c, "START TRANSACTION");
    update(c, "UPDATE mlk_contract.t SET v = 'never' WHERE id = 1 AND v = 'one'");
    contract_check(c, c->status == MLK_OK && c->affected == 0, "a compare-and-set misses what has changed");
    update(c, "UPDATE mlk_contract.t SET v = 'one' WHERE id = 1");
    contract_check(c, c->status == MLK_OK && c->affected == 1, "the first value is put back");
    contract_run(c, "COMMIT");
    contract_check(c, value_is(c, "one"), "and is there");
}

static void delete (struct contract *c, const char *sql)
{
    contract_run_on(c, MLK_NEED_DELETE, CONTRACT_SCHEMA, "t", sql);
}

static void deletes(struct contract *c)
{
    contract_run(c, "START TRANSACTION");
    delete (c, "DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'other'");
    contract_check(c, c->status == MLK_OK && c->affected == 0, "a row that has changed is not deleted");
    delete (c, "DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'two'");
    contract_check(c, c->status == MLK_OK && !c->rows && c->affected == 1, "one deleted row counts as one");
    delete (c, "DELETE FROM mlk_contract.t WHERE id = 2 AND v = 'two'");
    contract_check(c, c->status == MLK_OK && c->affected == 0, "a row can be deleted once");
    contract_run(c, "ROLLBACK");
    contract_read(c, "t", false, 10);
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == 2 && contract_cell(c, "2", "v"),
                   "a rollback brings a deleted row back");
}

/* As a repair does it: rows are read under locks, deleted and added. */
static void inserts(struct contract *c)
{
    contract_run(c, "START TRANSACTION");
    contract_run_on(c, MLK_NEED_DELETE, CONTRACT_SCHEMA, "t",
                    "SELECT * FROM mlk_contract.t LIMIT 3 FOR UPDATE");
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == 2,
                   "rows are read under locks by who may delete them");
    delete (c, "DELETE FROM mlk_contract.t");
    contract_check(c, c->status == MLK_OK && c->affected == 2, "two deleted rows count as two");
    contract_run_on(c, MLK_NEED_INSERT, CONTRACT_SCHEMA, "t",
                    "INSERT INTO mlk_contract.t (id, v) VALUES (3, 'three')");
    contract_check(c, c->status == MLK_OK && !c->rows && c->affected == 1, "one added row counts as one");
    contract_read(c, "t", false, 10);
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == 1 && contract_cell(c, "3", "v"),
                   "the session sees its own change before others do");
    contract_run(c, "ROLLBACK");
    contract_check(c, value_is(c, "one") && c->rows && c->rows->count == 2,
                   "a rollback takes all of it back");
}

/* A refused statement in a transaction must not end it. */
static void errors(struct contract *c)
{
    contract_run(c, "START TRANSACTION");
    update(c, "UPDATE mlk_contract.t SET v = 'half' WHERE id = 1");
    update(c, "UPDATE mlk_contract.t SET nothing_like_it = 1 WHERE id = 1");
    contract_check(c, contract_refused(c, MLK_NOT_FOUND), "a column that is not there is not found");
    contract_run(c, "ROLLBACK");
    contract_check(c, value_is(c, "one"), "a rollback after an error takes everything back");
}

void contract_writes(struct contract *c)
{
    counts(c);
    commits(c);
    deletes(c);
    inserts(c);
    errors(c);
}
