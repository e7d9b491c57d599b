/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON documents in and out of the command. */
#ifndef MIGLOCK_CLI_JSON_H
#define MIGLOCK_CLI_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Prints a document and a newline on stdout. False where memory is out. */
bool mlk_json_out(const cJSON *document);
/* {"error": {"code": ..., "message": ...}} */
bool mlk_json_error(const char *code, const char *message);

/* A member's text, NULL where it is none. */
const char *mlk_json_text(const cJSON *object, const char *name);
/* A member's number, fallback where it is none. */
int64_t mlk_json_int(const cJSON *object, const char *name, int64_t fallback);
/* Whether a report says "held", or cannot say. */
bool mlk_json_may_be_held(const cJSON *report);
/* The same of any in an array of reports. */
bool mlk_json_any_held(const cJSON *reports);

#endif
