/* SPDX-License-Identifier: GPL-2.0-only */
#include "mysql_consumer.h"

#include <stdlib.h>
#include <string.h>

#include "mysql_services.h"
#include "mysql_values.h"
#include "miglock/text.h"

/* The server hands start a connection, but nothing of ours with it. A worker thread runs one statement at a
 * time, so the thread itself says whose result it is. */
static _Thread_local struct mlk_mysql_result *receiving;

void mlk_mysql_receive(struct mlk_mysql_result *result)
{
    receiving = result;
}

static void drop_columns(struct mlk_mysql_result *r)
{
    for (size_t i = 0; r->names && i < r->columns; i++)
        free(r->names[i]);
    free(r->names);
    free(r->starts);
    free(r->lengths);
    free(r->nulls);
    free(r->cells);
    r->names = NULL;
    r->starts = r->lengths = NULL;
    r->nulls = NULL;
    r->cells = NULL;
    r->columns = 0;
}

void mlk_mysql_result_free(struct mlk_mysql_result *r)
{
    drop_columns(r);
    mlk_buf_free(&r->row);
    mlk_rows_free(r->rows);
    r->rows = NULL;
}

/* factory */

static int start(void **context, void **connection)
{
    (void)connection;
    *context = receiving;
    return receiving ? 0 : 1;
}

static void end(void *context)
{
    (void)context; /* owned by the session */
}

/* metadata */

static int out_of_memory(struct mlk_mysql_result *r)
{
    r->failed = true;
    return 1;
}

static int start_result_metadata(void *context, unsigned columns, unsigned flags, const char *collation)
{
    struct mlk_mysql_result *r = context;

    (void)flags;
    (void)collation;
    drop_columns(r);
    mlk_buf_free(&r->row);
    mlk_buf_init(&r->row, MLK_ROWS_BYTES_MAX);
    r->names = calloc(columns, sizeof *r->names);
    r->starts = calloc(columns, sizeof *r->starts);
    r->lengths = calloc(columns, sizeof *r->lengths);
    r->nulls = calloc(columns, sizeof *r->nulls);
    r->cells = calloc(columns, sizeof *r->cells);
    r->columns = columns;
    r->column = 0;
    return r->names && r->starts && r->lengths && r->nulls && r->cells ? 0 : out_of_memory(r);
}

static int field_metadata(void *context, struct mysql_field_metadata *field, const char *collation)
{
    struct mlk_mysql_result *r = context;

    (void)collation;
    if (!r->names || r->column >= r->columns)
        return out_of_memory(r);
    r->names[r->column] = strdup(field->col_name ? field->col_name : "");
    return r->names[r->column++] ? 0 : out_of_memory(r);
}

static int end_result_metadata(void *context, unsigned server_status, unsigned warnings)
{
    struct mlk_mysql_result *r = context;

    (void)server_status;
    (void)warnings;
    mlk_rows_free(r->rows);
    r->rows = r->names ? mlk_rows_new(r->columns, (const char *const *)r->names) : NULL;
    return r->rows ? 0 : out_of_memory(r);
}

/* rows */

static int start_row(void *context)
{
    struct mlk_mysql_result *r = context;

    mlk_buf_reset(&r->row);
    r->column = 0;
    return 0;
}

static int abort_row(void *context)
{
    return start_row(context);
}

static int end_row(void *context)
{
    struct mlk_mysql_result *r = context;

    /* After a failure some of the cells may not be there. */
    if (r->failed || !r->rows || r->column != r->columns)
        return out_of_memory(r);
    for (size_t i = 0; i < r->columns; i++)
        r->cells[i] = r->nulls[i] ? NULL : mlk_buf_text(&r->row) + r->starts[i];
    return mlk_rows_add(r->rows, r->cells, r->lengths) ? out_of_memory(r) : 0;
}

static int put(void *context, const char *text, size_t length)
{
    struct mlk_mysql_result *r = context;

    if (r->failed || r->column >= r->columns)
        return out_of_memory(r);
    r->nulls[r->column] = !text;
    r->starts[r->column] = r->row.len;
    r->lengths[r->column] = text ? length : 0;
    r->column++;
    return text && mlk_buf_add(&r->row, text, length) ? out_of_memory(r) : 0;
}

/* errors and counts */

static void handle_ok(void *context, unsigned server_status, unsigned warnings,
                      unsigned long long affected_rows, unsigned long long last_insert_id,
                      const char *message)
{
    struct mlk_mysql_result *r = context;

    (void)server_status;
    (void)warnings;
    (void)last_insert_id;
    (void)message;
    r->affected = affected_rows;
}

static void handle_error(void *context, unsigned sql_errno, const char *message, const char *sqlstate)
{
    struct mlk_mysql_result *r = context;

    (void)sqlstate;
    r->error_number = sql_errno;
    mlk_printable(r->error, sizeof r->error, message ? message : "", message ? strlen(message) : 0);
}

/* The server copies this text into 256 bytes and ends the process when it does not fit. Nobody reads it
 * there: a text of our own is all that it ever gets. */
static int error(void *context, unsigned *sql_errno, const char **message)
{
    const struct mlk_mysql_result *r = context;

    *sql_errno = r->error_number;
    *message = "miglock: the statement failed";
    return 0;
}

/* values */

static int get_null(void *context)
{
    return put(context, NULL, 0);
}

static int get_string(void *context, const char *value, size_t length, const char *collation)
{
    (void)collation; /* character_set_results is utf8mb4 */
    return put(context, value ? value : "", value ? length : 0);
}

static int get_longlong(void *context, long long value, unsigned is_unsigned)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_integer_text(text, value, is_unsigned != 0));
}

static int get_integer(void *context, long long value)
{
    return get_longlong(context, value, 0);
}

static int get_decimal(void *context, const void *value)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_decimal_text(text, value));
}

static int get_double(void *context, double value, unsigned decimals)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_double_text(text, value, decimals));
}

static int get_date(void *context, const void *value)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_date_text(text, value));
}

static int get_time(void *context, const void *value, unsigned precision)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_time_text(text, value, precision));
}

static int get_datetime(void *context, const void *value, unsigned precision)
{
    char text[MLK_MYSQL_VALUE_MAX];

    return put(context, text, mlk_mysql_datetime_text(text, value, precision));
}

/* None of the client's extras: no second statement in one text above all (CLIENT_MULTI_STATEMENTS). */
static void client_capabilities(void *context, unsigned long *capabilities)
{
    (void)context;
    *capabilities = 0;
}

static const struct mysql_text_consumer_factory factory_service = {start, end};
static const struct mysql_text_consumer_metadata metadata_service = {start_result_metadata, field_metadata,
                                                                     end_result_metadata};
static const struct mysql_text_consumer_row_factory row_factory_service = {start_row, abort_row, end_row};
static const struct mysql_text_consumer_error error_service = {handle_ok, handle_error, error};
static const struct mysql_text_consumer_get_null get_null_service = {get_null};
static const struct mysql_text_consumer_get_integer get_integer_service = {get_integer};
static const struct mysql_text_consumer_get_longlong get_longlong_service = {get_longlong};
static const struct mysql_text_consumer_get_decimal get_decimal_service = {get_decimal};
static const struct mysql_text_consumer_get_double get_double_service = {get_double};
static const struct mysql_text_consumer_get_date_time get_date_time_service = {get_date, get_time,
                                                                               get_datetime};
static const struct mysql_text_consumer_get_string get_string_service = {get_string};
static const struct mysql_text_consumer_client_capabilities client_capabilities_service = {
    client_capabilities};

#define CONSUMER_LIST(X)                                                                                     \
    X(factory, FACTORY)                                                                                      \
    X(metadata, METADATA)                                                                                    \
    X(row_factory, ROW_FACTORY)                                                                              \
    X(error, ERROR)                                                                                          \
    X(get_null, GET_NULL)                                                                                    \
    X(get_integer, GET_INTEGER)                                                                              \
    X(get_longlong, GET_LONGLONG)                                                                            \
    X(get_decimal, GET_DECIMAL)                                                                              \
    X(get_double, GET_DOUBLE)                                                                                \
    X(get_date_time, GET_DATE_TIME)                                                                          \
    X(get_string, GET_STRING)                                                                                \
    X(client_capabilities, CLIENT_CAPABILITIES)
#define SERVICE_NAME(name) "mysql_text_consumer_" #name "_v1.miglock"

/* The registry's type has no const; it does not write through it. */
#define PROVIDE(name, option) {SERVICE_NAME(name), (void *)(uintptr_t)&name##_service},
struct mysql_service_ref mlk_mysql_consumer_services[] = {CONSUMER_LIST(PROVIDE){NULL, NULL}};
#undef PROVIDE

bool mlk_mysql_consumer_use(void *connection)
{
    static const struct {
        int option;
        const char *name;
    } list[] = {
#define OPTION(name, option) {MLK_MYSQL_CONSUMER_##option, SERVICE_NAME(name)},
        CONSUMER_LIST(OPTION)
#undef OPTION
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        if (mlk_mysql.command_options->set(connection, list[i].option, list[i].name))
            return false;
    }
    return true;
}
