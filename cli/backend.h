/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where answers come from: the functions of miglock.so where the server has them, else the same core over
 * this connection. Both give the same documents.
 */
#ifndef MIGLOCK_CLI_BACKEND_H
#define MIGLOCK_CLI_BACKEND_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "command.h"
#include "miglock/miglock.h"

struct mlk_backend {
    struct mlk_session *session;
    bool functions;   /* use the server's functions */
    bool installed;   /* it has them */
    bool told;        /* that their version is another one */
    bool quiet;       /* no messages beside the answers */
    char version[32]; /* of the library in the server; "" where there is none */
    char where[512];  /* "MariaDB 10.11.19, localhost, port 3306", for messages */
};

/* Connects as the options say. A failure has been reported; the exit code is returned. */
enum mlk_exit mlk_backend_open(struct mlk_backend *b, struct mlk_cli *cli);
/* Its two halves. What the options, the files and the person at the terminal say about the connection is
 * found out once for each command; a failure has been reported. */
enum mlk_exit mlk_backend_resolve(struct mlk_cli *cli);
/* Connects as that said, as often as it is wanted. Reports nothing; one line in error. */
enum mlk_status mlk_backend_connect(struct mlk_backend *b, struct mlk_cli *cli, char *error,
                                    size_t error_size);
/* Works on a zeroed struct. */
void mlk_backend_close(struct mlk_backend *b);

/* ask: the holder's client too. Without the functions the report says that nobody could be asked. */
enum mlk_status mlk_backend_report(struct mlk_backend *b, const struct mlk_target *target, bool ask,
                                   cJSON **out, char *error, size_t error_size);
/* Without the functions MLK_UNSUPPORTED: the kernel of the server's host is out of reach. */
enum mlk_status mlk_backend_probe(struct mlk_backend *b, uint64_t connection_id, cJSON **out, char *error,
                                  size_t error_size);
enum mlk_status mlk_backend_locks(struct mlk_backend *b, const char *schema, cJSON **out, char *error,
                                  size_t error_size);
enum mlk_status mlk_backend_table_locks(struct mlk_backend *b, const char *schema, cJSON **out, char *error,
                                        size_t error_size);
/* A dry run always takes the core over this connection: there is no function for it. */
enum mlk_status mlk_backend_release(struct mlk_backend *b, const struct mlk_target *target,
                                    const struct mlk_release_options *options, cJSON **out, char *error,
                                    size_t error_size);

/* The same of a repair. */
enum mlk_status mlk_backend_repair(struct mlk_backend *b, const struct mlk_target *target,
                                   const struct mlk_release_options *options, cJSON **out, char *error,
                                   size_t error_size);

/* Runs one statement on the session; a helper for commands that speak SQL themselves. rows may be NULL. */
enum mlk_status mlk_backend_sql(struct mlk_backend *b, const char *sql, struct mlk_rows **rows);

#endif
