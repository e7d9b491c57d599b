/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a lock table. What other transactions have not committed needs a second session: tests/rights has
 * that. */
#include <string.h>

#include "contract_check.h"

static bool is(const char *cell, const char *text)
{
    return cell && strcmp(cell, text) == 0;
}

static bool has_both_rows(const struct contract *c)
{
    return c->status == MLK_OK && c->rows && c->rows->count == 2 && c->rows->columns == 3 &&
           is(contract_cell(c, "1", "v"), "one") && !contract_cell(c, "1", "n") &&
           is(contract_cell(c, "2", "v"), "two") && is(contract_cell(c, "2", "n"), "2");
}

static void read_isolation(struct contract *c)
{
    contract_run(c, c->s->flavour == MLK_MARIADB ? "SELECT @@SESSION.tx_isolation"
                                                 : "SELECT @@SESSION.transaction_isolation");
}

static void reads(struct contract *c)
{
    contract_read(c, "t", false, 10);
    contract_check(c, has_both_rows(c), "a table is read with its names, values and NULLs");
    contract_read(c, "t", true, 10);
    contract_check(c, has_both_rows(c), "a dirty read of a quiet table sees the same");
    read_isolation(c);
    contract_check(c, contract_one(c, "REPEATABLE-READ"),
                   "a dirty read leaves the isolation level as it was");
    contract_read(c, "t", false, 1);
    contract_check(c, c->status == MLK_OK && c->rows && c->rows->count == 1,
                   "no more rows come than were asked for");
    contract_read(c, "empty", false, 10);
    contract_check(
        c, c->status == MLK_OK && c->rows && c->rows->count == 0 && mlk_rows_column(c->rows, "id") == 0,
        "an empty table has no rows but columns");
    contract_read(c, "q`uo.te'd", false, 10);
    contract_check(
        c, c->status == MLK_OK && c->rows && c->rows->count == 1 && is(contract_cell(c, "7", "v"), "odd"),
        "a table with an odd name is read");
}

static void refusals(struct contract *c)
{
    contract_read(c, "missing", false, 10);
    contract_check(c, contract_refused(c, MLK_NOT_FOUND), "a table that is not there is not found");
    contract_read(c, "v", false, 10);
    contract_check(c, contract_refused(c, MLK_UNSUPPORTED), "a view is not read");
    contract_read(c, "v", true, 10);
    contract_check(c, contract_refused(c, MLK_UNSUPPORTED), "not even dirty");
    read_isolation(c);
    contract_check(c, contract_one(c, "REPEATABLE-READ"),
                   "a refused dirty read leaves the isolation level too");

    mlk_rows_free(c->rows);
    c->rows = NULL;
    c->status = c->s->ops->read_table(c->s, "mlk_secret", "t", false, 10, &c->rows);
    /* The MySQL server tells an account without rights that a table is denied; information_schema shows it
     * nothing. */
    contract_check(c, contract_refused(c, MLK_DENIED) || contract_refused(c, MLK_NOT_FOUND),
                   "a table of others is not read");
    contract_read(c, "t", false, 10);
    contract_check(c, has_both_rows(c), "after refusals a table is still read");
}

void contract_tables(struct contract *c)
{
    reads(c);
    refusals(c);
}
