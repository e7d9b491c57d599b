/* SPDX-License-Identifier: GPL-2.0-only */
/* An error is a status, a number and one line of text, and the session goes on. */
#include <string.h>

#include "contract_check.h"

static void still_works(struct contract *c, const char *what)
{
    contract_run(c, "SELECT 1");
    contract_check(c, contract_one(c, "1"), what);
}

static void statements(struct contract *c)
{
    contract_run(c, "SELECT\nFROM\n(");
    contract_check(c, contract_refused(c, MLK_SQL), "a bad statement is refused with one line of text");
    contract_check(c, c->s->error_number == 1064, "with the server's number");
    contract_check(c, c->affected == 0, "and no changed rows");
    still_works(c, "after a bad statement the session still works");

    contract_run(c, "SELECT 1; SELECT 2");
    contract_check(c, contract_refused(c, MLK_SQL), "two statements at once are refused");
    still_works(c, "after two statements at once the session still works");

    /* Found while the row is made, not when the statement is read. */
    contract_run(c, "SELECT (SELECT 1 UNION SELECT 2)");
    contract_check(c, contract_refused(c, MLK_SQL) && c->s->error_number == 1242,
                   "a statement that fails half way is refused with the server's number");
    still_works(c, "after it the session still works");
}

/* A release kills by IF(IS_USED_LOCK(...) = id, id, 0): inside MariaDB sessions of the server's own have id
 * 0. */
static void nobody(struct contract *c)
{
    contract_run(c, "KILL CONNECTION IF(IS_USED_LOCK('mlk_contract_nobody') = 1, 1, 0)");
    contract_check(c, contract_refused(c, MLK_NOT_FOUND) && c->s->error_number == 1094,
                   "KILL 0 kills nobody");
    still_works(c, "after KILL 0 the session still works");
}

static void objects(struct contract *c)
{
    contract_run_on(c, MLK_NEED_SELECT, CONTRACT_SCHEMA, "missing", "SELECT 1 FROM mlk_contract.missing");
    contract_check(c, contract_refused(c, MLK_NOT_FOUND), "a missing table is not found");
    contract_run_on(c, MLK_NEED_SELECT, "mlk_secret", "t", "SELECT v FROM mlk_secret.t");
    contract_check(c, contract_refused(c, MLK_DENIED), "a table of others is denied");
    contract_check(c, !strstr(c->s->error, "hidden"), "and its content is not told");
    contract_run_on(c, MLK_NEED_UPDATE, "mlk_secret", "t", "UPDATE mlk_secret.t SET v = 'seen'");
    contract_check(c, contract_refused(c, MLK_DENIED), "and cannot be changed");
    contract_run_on(c, MLK_NEED_DELETE, "mlk_secret", "t", "DELETE FROM mlk_secret.t");
    contract_check(c, contract_refused(c, MLK_DENIED), "nor deleted from");
    contract_run_on(c, MLK_NEED_INSERT, "mlk_secret", "t", "INSERT INTO mlk_secret.t VALUES (2, 'more')");
    contract_check(c, contract_refused(c, MLK_DENIED), "nor added to");
    still_works(c, "after a denial the session still works");
}

static void rights(struct contract *c)
{
    const struct mlk_access nothing = {.need = MLK_NEED_NOTHING};
    const struct mlk_access read = {.need = MLK_NEED_SELECT, .schema = CONTRACT_SCHEMA, .table = "t"};
    const struct mlk_access write = {.need = MLK_NEED_UPDATE, .schema = CONTRACT_SCHEMA, .table = "t"};
    const struct mlk_access drop = {.need = MLK_NEED_DELETE, .schema = CONTRACT_SCHEMA, .table = "t"};
    const struct mlk_access add = {.need = MLK_NEED_INSERT, .schema = CONTRACT_SCHEMA, .table = "t"};
    const struct mlk_access secret = {.need = MLK_NEED_SELECT, .schema = "mlk_secret", .table = "t"};

    c->status = c->s->ops->may(c->s, &nothing);
    contract_check(c, c->status == MLK_OK, "anyone may do what needs nothing");
    c->status = c->s->ops->may(c->s, &read);
    contract_check(c, c->status == MLK_OK, "the account may read its table");
    c->status = c->s->ops->may(c->s, &write);
    contract_check(c, c->status == MLK_OK, "the account may change its table");
    c->status = c->s->ops->may(c->s, &drop);
    contract_check(c, c->status == MLK_OK, "the account may delete from its table");
    c->status = c->s->ops->may(c->s, &add);
    contract_check(c, c->status == MLK_OK, "the account may add to its table");
    c->s->error[0] = '\0';
    c->status = c->s->ops->may(c->s, &secret);
    contract_check(c, c->status == MLK_OK || (c->status == MLK_DENIED && c->s->error[0]),
                   "what it may not do is denied with a text, or left to the server");
}

void contract_errors(struct contract *c)
{
    statements(c);
    nobody(c);
    objects(c);
    rights(c);
}
