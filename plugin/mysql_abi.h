/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of MySQL's component and service interface that is used here, in C. The headers that are named are
 * those of the MySQL source tree under include/mysql/components; no package ships them. A service is never
 * changed once it was released (service.h: an altered one gets another name), so these structs hold for every
 * server that has the names.
 *
 * A service's functions return 0 when all went well.
 */
#ifndef MIGLOCK_MYSQL_ABI_H
#define MIGLOCK_MYSQL_ABI_H

#include <stdarg.h>
#include <stddef.h>

#include "udf.h"

/* component_implementation.h, services/dynamic_loader.h. Lists end with a pair of NULLs. */
struct mysql_service_ref {
    const char *name;
    void *implementation;
};
struct mysql_service_placeholder_ref {
    const char *name;
    void **implementation;
};
struct mysql_metadata_ref {
    const char *key;
    const char *value;
};
struct mysql_component {
    const char *name;
    struct mysql_service_ref *provides;
    struct mysql_service_placeholder_ref *requires_;
    struct mysql_metadata_ref *metadata;
    int (*init)(void);
    int (*deinit)(void);
};

/* services/mysql_string.h; a string is an opaque pointer. get_data: *data lives as long as the string. */
struct mysql_lex_cstring {
    const char *str;
    size_t length;
};
struct mysql_string_factory {
    int (*create)(void **string);
    void (*destroy)(void *string);
};
struct mysql_string_get_data_in_charset {
    int (*get_data)(void *string, const char **data, size_t *length, void **charset);
};

/* services/mysql_status_variable_reader.h; *string is for the caller to destroy */
struct mysql_status_variable_string {
    int (*get)(void *thd, const char *name, bool global, void **string);
};

/* services/udf_registration.h */
struct mysql_udf_registration {
    int (*udf_register)(const char *name, int return_type, void (*func)(void),
                        bool (*init)(struct mlk_udf_init *, struct mlk_udf_args *, char *),
                        void (*deinit)(struct mlk_udf_init *));
    int (*udf_unregister)(const char *name, int *was_present);
};

/* services/udf_metadata.h */
struct mysql_udf_metadata {
    int (*argument_get)(struct mlk_udf_args *args, const char *type, unsigned index, void **value);
    int (*result_get)(struct mlk_udf_init *init, const char *type, void **value);
    int (*argument_set)(struct mlk_udf_args *args, const char *type, unsigned index, void *value);
    int (*result_set)(struct mlk_udf_init *init, const char *type, void *value);
};

/* services/mysql_runtime_error.h */
struct mysql_runtime_error {
    void (*emit)(int error_id, int flags, va_list args);
};

/* services/mysql_current_thread_reader.h */
struct mysql_current_thread_reader {
    int (*get)(void **thd);
};

/* services/security_context.h; a context is an opaque pointer */
struct mysql_thd_security_context {
    int (*get)(void *thd, void **context);
    int (*set)(void *thd, void *context);
};
struct mysql_security_context_factory {
    int (*create)(void **context);
    int (*destroy)(void *context);
    int (*copy)(void *from, void **to);
};
struct mysql_account_database_security_context_lookup {
    int (*lookup)(void *context, const char *user, const char *host, const char *ip, const char *db);
};
struct mysql_security_context_options {
    int (*get)(void *context, const char *name, void *value);
    int (*set)(void *context, const char *name, void *value);
};

/* services/mysql_command_services.h; a connection is an opaque pointer */
struct mysql_command_factory {
    int (*init)(void **connection);
    int (*connect)(void *connection);
    int (*reset)(void *connection);
    int (*close)(void *connection);
    int (*commit)(void *connection);
    int (*autocommit)(void *connection, bool on);
    int (*rollback)(void *connection);
};
enum mysql_command_option {
    MLK_MYSQL_CONSUMER_FACTORY = 1024,
    MLK_MYSQL_CONSUMER_METADATA,
    MLK_MYSQL_CONSUMER_ROW_FACTORY,
    MLK_MYSQL_CONSUMER_ERROR,
    MLK_MYSQL_CONSUMER_GET_NULL,
    MLK_MYSQL_CONSUMER_GET_INTEGER,
    MLK_MYSQL_CONSUMER_GET_LONGLONG,
    MLK_MYSQL_CONSUMER_GET_DECIMAL,
    MLK_MYSQL_CONSUMER_GET_DOUBLE,
    MLK_MYSQL_CONSUMER_GET_DATE_TIME,
    MLK_MYSQL_CONSUMER_GET_STRING,
    MLK_MYSQL_CONSUMER_CLIENT_CAPABILITIES,
    MLK_MYSQL_LOCAL_THD_HANDLE, /* not used: with it the session becomes mysql.session@localhost */
    MLK_MYSQL_PROTOCOL,
    MLK_MYSQL_USER_NAME,
    MLK_MYSQL_HOST_NAME,
};
struct mysql_command_options {
    int (*set)(void *connection, int option, const void *value);
    int (*get)(void *connection, int option, const void *value);
};
struct mysql_command_query {
    int (*query)(void *connection, const char *sql, unsigned long length);
    int (*affected_rows)(void *connection, uint64_t *rows);
};
struct mysql_command_thread {
    int (*init)(void);
    void (*end)(void);
};

/* services/mysql_command_consumer.h; context is what start gave out */
struct mysql_field_metadata {
    const char *db_name, *table_name, *org_table_name, *col_name, *org_col_name;
    unsigned long length;
    unsigned charsetnr, flags, decimals;
    int type;
};
struct mysql_text_consumer_factory {
    int (*start)(void **context, void **connection);
    void (*end)(void *context);
};
struct mysql_text_consumer_metadata {
    int (*start_result_metadata)(void *context, unsigned columns, unsigned flags, const char *collation);
    int (*field_metadata)(void *context, struct mysql_field_metadata *field, const char *collation);
    int (*end_result_metadata)(void *context, unsigned server_status, unsigned warnings);
};
struct mysql_text_consumer_row_factory {
    int (*start_row)(void *context);
    int (*abort_row)(void *context);
    int (*end_row)(void *context);
};
struct mysql_text_consumer_error {
    void (*handle_ok)(void *context, unsigned server_status, unsigned warnings,
                      unsigned long long affected_rows, unsigned long long last_insert_id,
                      const char *message);
    void (*handle_error)(void *context, unsigned sql_errno, const char *message, const char *sqlstate);
    int (*error)(void *context, unsigned *sql_errno, const char **message);
};
struct mysql_text_consumer_get_null {
    int (*get)(void *context);
};
struct mysql_text_consumer_get_integer {
    int (*get)(void *context, long long value);
};
struct mysql_text_consumer_get_longlong {
    int (*get)(void *context, long long value, unsigned is_unsigned);
};
struct mysql_text_consumer_get_decimal {
    int (*get)(void *context, const void *value);
};
struct mysql_text_consumer_get_double {
    int (*get)(void *context, double value, unsigned decimals);
};
struct mysql_text_consumer_get_date_time {
    int (*get_date)(void *context, const void *value);
    int (*get_time)(void *context, const void *value, unsigned precision);
    int (*get_datetime)(void *context, const void *value, unsigned precision);
};
struct mysql_text_consumer_get_string {
    int (*get_string)(void *context, const char *value, size_t length, const char *collation);
};
struct mysql_text_consumer_client_capabilities {
    void (*client_capabilities)(void *context, unsigned long *capabilities);
};

/* include/decimal.h: what get_decimal points to. Groups of nine digits, the first of the integer part may
 * have fewer, the last of the fraction is filled up on the right. */
struct mysql_decimal {
    int intg, frac, len;
    bool sign;
    int32_t *buf;
};

/* include/mysql_time.h: what get_date, get_time and get_datetime point to. */
struct mysql_time {
    unsigned year, month, day, hour, minute, second;
    unsigned long second_part; /* microseconds */
    bool neg;
    int time_type;
    int time_zone_displacement;
};

#endif
