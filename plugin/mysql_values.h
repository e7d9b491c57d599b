/* SPDX-License-Identifier: GPL-2.0-only */
/* The values that MySQL hands to a consumer in binary, as the text that a client would get. Each writes at
 * most MLK_MYSQL_VALUE_MAX bytes with the NUL and returns the length. */
#ifndef MIGLOCK_MYSQL_VALUES_H
#define MIGLOCK_MYSQL_VALUES_H

#include <stdbool.h>
#include <stddef.h>

/* A DECIMAL has at most 65 digits here, but constants of up to 81 exist on the way. */
enum { MLK_MYSQL_VALUE_MAX = 400 };

size_t mlk_mysql_integer_text(char *to, long long value, bool is_unsigned);
size_t mlk_mysql_decimal_text(char *to, const void *value);
size_t mlk_mysql_double_text(char *to, double value, unsigned decimals);
size_t mlk_mysql_date_text(char *to, const void *value);
size_t mlk_mysql_time_text(char *to, const void *value, unsigned precision);
size_t mlk_mysql_datetime_text(char *to, const void *value, unsigned precision);

#endif
