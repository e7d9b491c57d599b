/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the rows, counts and errors of an inner MySQL statement go.
 *
 * MySQL lets a component provide the receiver itself (services mysql_text_consumer_*). The server's own one
 * is not safe to use: it copies an error message into 256 bytes and ends the process when it is longer
 * (csi_advanced_command), stores SQL NULL as the text NULL, and forgets lengths. This one keeps each as it
 * is.
 */
#ifndef MIGLOCK_MYSQL_CONSUMER_H
#define MIGLOCK_MYSQL_CONSUMER_H

#include "miglock/buf.h"
#include "miglock/rows.h"
#include "miglock/session.h"
#include "mysql_abi.h"

/* The outcome of one statement. Zeroed before it; mlk_mysql_result_free after it. */
struct mlk_mysql_result {
    struct mlk_rows *rows; /* NULL where the statement gave none */
    uint64_t affected;
    unsigned error_number;
    char error[MLK_ERROR_MAX];
    bool failed; /* memory ran out */
    /* private: the row that is being received */
    size_t columns, column;
    char **names;
    struct mlk_buf row;
    size_t *starts, *lengths; /* of each cell in row */
    bool *nulls;
    const char **cells;
};
void mlk_mysql_result_free(struct mlk_mysql_result *result);

/* Every statement that this thread runs now is received into result; NULL ends that. */
void mlk_mysql_receive(struct mlk_mysql_result *result);

/* For the component's list of what it provides. */
extern struct mysql_service_ref mlk_mysql_consumer_services[];
/* Makes a connection use them. False where the server does not take one. */
bool mlk_mysql_consumer_use(void *connection);

#endif
