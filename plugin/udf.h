/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the SQL functions share: the servers' calling convention, checking of arguments, placing of results.
 *
 * A function keeps what it needs between rows in initid->ptr, and nowhere else.
 */
#ifndef MIGLOCK_UDF_H
#define MIGLOCK_UDF_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "miglock/miglock.h"

/* The same on both servers: UDF_INIT and UDF_ARGS of MySQL's udf_registration_types.h and of MariaDB's
 * mysql_com.h. Spelled out here so that no file needs the header of one server to serve both. */
struct mlk_udf_init {
    bool maybe_null;
    unsigned int decimals;
    unsigned long max_length;
    char *ptr;
    bool const_item;
    void *extension;
};
struct mlk_udf_args {
    unsigned int arg_count;
    int *arg_type; /* enum Item_result */
    char **args;   /* not NUL-terminated; NULL is SQL NULL, or a value not known yet when the init runs */
    unsigned long *lengths;
    char *maybe_null;
    char **attributes;
    unsigned long *attribute_lengths;
    void *extension;
};
/* Of enum Item_result, the same on both servers. */
enum { MLK_UDF_STRING_RESULT = 0, MLK_UDF_REAL_RESULT, MLK_UDF_INT_RESULT, MLK_UDF_DECIMAL_RESULT = 4 };
enum { MLK_UDF_MESSAGE_MAX = 200, MLK_UDF_ARGS_MAX = 3 };

/* The trio of one function. */
#define MLK_UDF_EXPORT __attribute__((visibility("default")))
#define MLK_UDF_INIT(name)                                                                                   \
    bool name##_init(struct mlk_udf_init *init, struct mlk_udf_args *args, char *message)
#define MLK_UDF_DEINIT(name) void name##_deinit(struct mlk_udf_init *init)
#define MLK_UDF_ROW(name)                                                                                    \
    char *name(struct mlk_udf_init *init, struct mlk_udf_args *args, char *result, unsigned long *length,    \
               unsigned char *is_null, unsigned char *error)
#define MLK_UDF_DECLARE(name)                                                                                \
    MLK_UDF_EXPORT MLK_UDF_INIT(name);                                                                       \
    MLK_UDF_EXPORT MLK_UDF_DEINIT(name);                                                                     \
    MLK_UDF_EXPORT MLK_UDF_ROW(name)

/* Once in each udf_*.c, after the spec of that name: all of the trio but what it does for a row. */
#define MLK_UDF_DEFINE(name)                                                                                 \
    MLK_UDF_EXPORT MLK_UDF_INIT(name);                                                                       \
    MLK_UDF_INIT(name)                                                                                       \
    {                                                                                                        \
        return mlk_udf_begin(&spec, init, args, message);                                                    \
    }                                                                                                        \
    MLK_UDF_EXPORT MLK_UDF_DEINIT(name);                                                                     \
    MLK_UDF_DEINIT(name)                                                                                     \
    {                                                                                                        \
        mlk_udf_end(init);                                                                                   \
    }                                                                                                        \
    MLK_UDF_EXPORT MLK_UDF_ROW(name)

struct mlk_udf_spec {
    const char *name;
    const char *usage; /* "miglock_status(target)" */
    unsigned min_args, max_args;
    bool numbers; /* its arguments may be numbers too; the server hands them over as text */
    /* It asks the server: it cannot work where the library is not installed as component or plugin, and it is
     * no constant, whatever its arguments are: the server must not call it at prepare time, or once for all
     * rows. */
    bool asks_server;
};

/* The init and deinit of every function. begin returns true, with a message, where the statement must fail.
 */
bool mlk_udf_begin(const struct mlk_udf_spec *spec, struct mlk_udf_init *init, struct mlk_udf_args *args,
                   char *message);
void mlk_udf_end(struct mlk_udf_init *init);

/* One call for one row. */
struct mlk_udf_row {
    const struct mlk_udf_spec *spec;
    struct mlk_udf_init *init;
    struct mlk_udf_args *args;
    unsigned long *length;
    unsigned char *is_null, *error;
};

/* Whether any argument is NULL. */
bool mlk_udf_any_null(const struct mlk_udf_row *row);
/* Whether argument number i is text that can be used: not empty, at most max bytes, UTF-8, no NUL byte. If
 * not, the SQL error is raised. what names the argument in messages. */
bool mlk_udf_check(const struct mlk_udf_row *row, unsigned i, const char *what, size_t max);
/* Whether the last argument, number i, is that word; false also where it is left out or empty. Sets *said.
 * Anything else is refused: a mistyped word must neither do it nor be taken for "no". False where that SQL
 * error was raised. */
bool mlk_udf_word(const struct mlk_udf_row *row, unsigned i, const char *word, bool *said);
/* Argument number i as a target. False where it is none; then the SQL error is raised. */
bool mlk_udf_target(const struct mlk_udf_row *row, unsigned i, struct mlk_target *out);

/* What a row function returns. The memory is owned by init and lives until the next row. */
char *mlk_udf_null(const struct mlk_udf_row *row);
char *mlk_udf_text(const struct mlk_udf_row *row, const char *text, size_t len);
/* Takes the document. */
char *mlk_udf_json(const struct mlk_udf_row *row, cJSON *document);
/* Raises an SQL error of one line and returns NULL. */
char *mlk_udf_fail(const struct mlk_udf_row *row, const char *text);

/* Runs work with a session of the caller's rights on a thread of its own (call.h) and returns the document it
 * made. */
typedef enum mlk_status mlk_udf_work(struct mlk_session *s, void *arg, cJSON **out, char *error, size_t size);
char *mlk_udf_ask(const struct mlk_udf_row *row, bool writes, mlk_udf_work *work, void *arg);

/* The whole row of a function with the argument [schema]: mlk_locks or mlk_table_locks. */
typedef enum mlk_status mlk_udf_all(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                                    size_t error_size);
char *mlk_udf_list(const struct mlk_udf_row *row, mlk_udf_all *all);

/* The whole row of a function with the arguments target, token [, 'force']: mlk_release or mlk_repair. */
typedef enum mlk_status mlk_udf_act(struct mlk_session *s, const struct mlk_target *target,
                                    const struct mlk_release_options *options, cJSON **out, char *error,
                                    size_t error_size);
char *mlk_udf_change(const struct mlk_udf_row *row, mlk_udf_act *act);

#endif
