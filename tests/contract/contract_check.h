/* SPDX-License-Identifier: GPL-2.0-only */
/* What the groups of contract checks share. Private to tests/contract. */
#ifndef MIGLOCK_CONTRACT_CHECK_H
#define MIGLOCK_CONTRACT_CHECK_H

#include "contract.h"

#define CONTRACT_SCHEMA "mlk_contract"

struct contract {
    struct mlk_session *s;
    struct mlk_buf *out;
    int failures;
    /* of the last statement */
    enum mlk_status status;
    struct mlk_rows *rows;
    uint64_t affected;
};

/* Writes the line of one check. */
void contract_check(struct contract *c, bool holds, const char *what);
/* Runs a statement that needs nothing; then one that needs a right on a table. */
void contract_run(struct contract *c, const char *sql);
void contract_run_on(struct contract *c, enum mlk_need need, const char *schema, const char *table,
                     const char *sql);
/* Reads a table of the contract's schema. */
void contract_read(struct contract *c, const char *table, bool dirty, size_t limit);
/* Whether the last statement gave exactly one row whose first cell is that text; NULL stands for SQL NULL. */
bool contract_one(const struct contract *c, const char *text);
/* The cell in the named column of the row whose id is that; NULL where there is none. */
const char *contract_cell(const struct contract *c, const char *id, const char *column);
/* Whether the last statement failed with that status and a text of one line. */
bool contract_refused(const struct contract *c, enum mlk_status status);

/* The groups, one for each subject. */
void contract_values(struct contract *c);
void contract_errors(struct contract *c);
void contract_writes(struct contract *c);
void contract_tables(struct contract *c);
void contract_state(struct contract *c);
void contract_kernel(struct contract *c);

#endif
