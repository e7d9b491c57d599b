/* SPDX-License-Identifier: GPL-2.0-only */
/* What the arguments of a command ask about: locks by their targets, schemas by their names, or everything.
 */
#ifndef MIGLOCK_CLI_LOOKUP_H
#define MIGLOCK_CLI_LOOKUP_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "backend.h"
#include "command.h"

/* Reports of the locks named, and tables of the schemas named. Zeroed is a valid start. */
struct mlk_answer {
    cJSON *single; /* an array of reports, in the order of the arguments */
    cJSON *table;  /* an array of reports */
    bool tabled;   /* a table was asked for */
};

/* Whether an argument names one lock and not a schema: targets have a colon. */
bool mlk_is_target(const char *arg);
/* Checks the command's arguments before anything is connected to. ask: the holders' clients are to be asked,
 * which is for targets only. MLK_USAGE with a line in error. */
enum mlk_status mlk_lookup_check(const struct mlk_cli *cli, bool ask, char *error, size_t error_size);
/* Looks. Without arguments at every lock of the server. out is for mlk_answer_free(), whatever came of it. A
 * schema that does not exist is MLK_NOT_FOUND; every failure has a line in error. */
enum mlk_status mlk_lookup(struct mlk_backend *b, const struct mlk_cli *cli, bool ask, struct mlk_answer *out,
                           char *error, size_t error_size);
/* Whether tables are asked about, too: everything or a schema is. */
bool mlk_lookup_asks_tables(const struct mlk_cli *cli);
/* Adds the documents of their tables that wait to the array out: those of the schemas among the arguments,
 * without arguments of all. Every failure has a line in error. lookup_tables.c */
enum mlk_status mlk_lookup_tables(struct mlk_backend *b, const struct mlk_cli *cli, cJSON *out, char *error,
                                  size_t error_size);
/* All reports as one array, which the caller owns; the answer is empty then. NULL where memory is out. */
cJSON *mlk_answer_all(struct mlk_answer *answer);
void mlk_answer_free(struct mlk_answer *answer);

#endif
