/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/connection_id.h"

#include <stdbool.h>
#include <stdio.h>

#include "miglock/text.h"

enum { SHOWN_BYTES = 48 };

static bool read_digits(const char *text, size_t len, uint64_t *out)
{
    uint64_t value = 0;

    if (len > MLK_CONNECTION_ID_DIGITS)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return value > 0;
}

enum mlk_status mlk_connection_id_parse(const char *text, size_t len, uint64_t *id, char *error,
                                        size_t error_size)
{
    char shown[SHOWN_BYTES + 1];
    uint64_t value;

    if (read_digits(text, len, &value)) {
        *id = value;
        return MLK_OK;
    }
    mlk_printable(shown, sizeof shown, text, len);
    (void)snprintf(error, error_size,
                   "'%s' is not a connection id; give a positive whole number, as in the column Id of SHOW "
                   "PROCESSLIST",
                   shown);
    return MLK_USAGE;
}
