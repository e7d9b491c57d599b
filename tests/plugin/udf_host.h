/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A server as the SQL functions see one: miglock.so is loaded, a statement calls a function's init, its row
 * function for each row, its deinit. What the functions raise is kept here.
 *
 * Each test program is one host: MySQL with the component, MySQL with functions made by CREATE FUNCTION
 * alone, MariaDB. It exports the symbols by which the library tells them apart.
 */
#ifndef MIGLOCK_UDF_HOST_H
#define MIGLOCK_UDF_HOST_H

#include <stdarg.h>

#include "udf.h"
#include "unit.h"

/* Loads the library. False with a line on stderr. */
bool udf_load(int argc, char **argv);
/* One of its symbols; NULL where it does not export it. */
void *udf_symbol(const char *name);

/* The last SQL error. */
struct udf_raised {
    unsigned count, number;
    char text[1024];
};
extern struct udf_raised udf_raised;
/* For the host's own error function. */
void udf_raise(unsigned number, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* An argument of one row; NULL is SQL NULL. */
struct udf_text {
    const char *text;
    size_t len;
};
#define UDF_TEXT(literal) ((struct udf_text){(literal), sizeof(literal) - 1})

enum { UDF_COUNT_MAX = 6 };

/* One call of a function in one statement. */
struct udf {
    bool (*init_function)(struct mlk_udf_init *, struct mlk_udf_args *, char *);
    char *(*row_function)(struct mlk_udf_init *, struct mlk_udf_args *, char *, unsigned long *,
                          unsigned char *, unsigned char *);
    void (*deinit_function)(struct mlk_udf_init *);
    struct mlk_udf_init init;
    char message[512]; /* of init */
    /* of the last row */
    unsigned long length;
    unsigned char is_null, error;
    /* private */
    struct mlk_udf_args args;
    int types[UDF_COUNT_MAX];
    char maybe_null[UDF_COUNT_MAX];
    char *texts[UDF_COUNT_MAX], *names[UDF_COUNT_MAX];
    unsigned long lengths[UDF_COUNT_MAX], name_lengths[UDF_COUNT_MAX];
};

/* Looks the trio up; fails the test where it is not exported. Arguments will be strings. */
void udf_prepare(struct udf *f, const char *name, unsigned count);
/* Calls init. True where the statement can go on; else message says why. */
bool udf_begin(struct udf *f);
/* udf_prepare and udf_begin, which must work. */
void udf_open(struct udf *f, const char *name, unsigned count);
/* Calls it for one row, with each argument in memory of exactly its size. The arguments are gone afterwards,
 * as they are in a server. */
const char *udf_row(struct udf *f, const struct udf_text *texts);
void udf_end(struct udf *f);

/* What a row can come to. A raised error must have this text in it, and come exactly once. */
void udf_row_is(struct udf *f, const struct udf_text *texts, const char *expected);
void udf_row_is_null(struct udf *f, const struct udf_text *texts);
void udf_row_fails(struct udf *f, const struct udf_text *texts, const char *part);

#endif
