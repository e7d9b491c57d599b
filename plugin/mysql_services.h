/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The services that a MySQL server has filled in. The only memory here that is both static and changing: the
 * server writes it once, when it loads the component and before it calls its init. NULL in MariaDB, and where
 * the functions were made by CREATE FUNCTION alone.
 */
#ifndef MIGLOCK_MYSQL_SERVICES_H
#define MIGLOCK_MYSQL_SERVICES_H

#include "mysql_abi.h"

/* X(member, name of the service) */
#define MLK_MYSQL_SERVICE_LIST(X)                                                                            \
    X(udf_registration, "udf_registration")                                                                  \
    X(udf_metadata, "mysql_udf_metadata")                                                                    \
    X(runtime_error, "mysql_runtime_error")                                                                  \
    X(current_thread_reader, "mysql_current_thread_reader")                                                  \
    X(thd_security_context, "mysql_thd_security_context")                                                    \
    X(security_context_factory, "mysql_security_context_factory")                                            \
    X(account_database_security_context_lookup, "mysql_account_database_security_context_lookup")            \
    X(security_context_options, "mysql_security_context_options")                                            \
    X(status_variable_string, "mysql_status_variable_string")                                                \
    X(string_factory, "mysql_string_factory")                                                                \
    X(string_get_data_in_charset, "mysql_string_get_data_in_charset")                                        \
    X(command_factory, "mysql_command_factory")                                                              \
    X(command_options, "mysql_command_options")                                                              \
    X(command_query, "mysql_command_query")                                                                  \
    X(command_thread, "mysql_command_thread")

struct mlk_mysql_services {
#define MLK_MYSQL_SERVICE_MEMBER(member, name) const struct mysql_##member *member;
    MLK_MYSQL_SERVICE_LIST(MLK_MYSQL_SERVICE_MEMBER)
#undef MLK_MYSQL_SERVICE_MEMBER
};

extern struct mlk_mysql_services mlk_mysql;

#endif
