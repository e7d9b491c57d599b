/* SPDX-License-Identifier: GPL-2.0-only */
/* Shorthands over the session port. */
#ifndef MLK_CORE_ASK_H
#define MLK_CORE_ASK_H

#include <cjson/cJSON.h>

#include "miglock/buf.h"
#include "miglock/session.h"

/* Runs sql under that need; rows may be NULL. */
enum mlk_status mlk_ask(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                        struct mlk_rows **rows);
/* The same with the text from a buffer; a failed buffer is reported as its status. */
enum mlk_status mlk_ask_buf(struct mlk_session *s, const struct mlk_access *need, const struct mlk_buf *sql,
                            struct mlk_rows **rows, uint64_t *affected);

/* Whether there is no point in asking on: the connection is lost, the caller was killed, memory is out. */
bool mlk_ask_over(enum mlk_status status);

extern const struct mlk_access mlk_need_nothing;
extern const struct mlk_access mlk_need_own;
extern const struct mlk_access mlk_need_process;

/* Appends a formatted sentence to a JSON array of strings; a sentence that is there already is not repeated.
 */
void mlk_say(cJSON *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
