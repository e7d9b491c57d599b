/* SPDX-License-Identifier: GPL-2.0-only */
/* An inner statement as the server runs one: it hands header, rows, count or error to the receiver's
 * services. */
#ifndef MIGLOCK_STATEMENT_H
#define MIGLOCK_STATEMENT_H

#include "mysql_consumer.h"
#include "unit.h"

/* One of the twelve, as the component provides it; fails the test where it does not. */
const void *statement_service(const char *name);
#define SERVICE_NAME(name) "mysql_text_consumer_" #name "_v1.miglock"
#define SERVICE(name)      ((const struct mysql_text_consumer_##name *)statement_service(SERVICE_NAME(name)))

struct statement {
    struct mlk_mysql_result result;
    void *context;
};

void statement_begin(struct statement *s);
void statement_end(struct statement *s);
/* Each returns 0 where the receiver took it. */
int statement_header(struct statement *s, unsigned columns, const char *const *names);
int statement_put(struct statement *s, const char *text, size_t length); /* NULL is SQL NULL */
/* Whether a cell of the result is that text; NULL is SQL NULL. */
void statement_cell_is(const struct statement *s, size_t row, size_t column, const char *expected);

extern const char *const statement_abc[3]; /* "a", "b", "c" */

#endif
