/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_CLI_CONNECT_ADVICE_H
#define MIGLOCK_CLI_CONNECT_ADVICE_H

#include <stdbool.h>

/* What may help against an error of the server or of the client library while connecting; never NULL.
 * password: one was given. */
const char *mlk_connect_advice(unsigned number, bool password);
/* Whether the server let nobody in because of who asks. */
bool mlk_connect_denied(unsigned number);

#endif
