/* SPDX-License-Identifier: GPL-2.0-only */
/* The contract of the session port: the same checks for all four adapters, made with nothing but the port. */
#ifndef MIGLOCK_CONTRACT_H
#define MIGLOCK_CONTRACT_H

#include "miglock/buf.h"
#include "miglock/session.h"

enum { MLK_CONTRACT_OUT_MAX = 64 * 1024 };

/* Runs every check; writes one line "ok - ..." or "not ok - ..." for each and returns how many failed. The
 * server must have been prepared with prepare.sql, and the session must be one of the account that
 * prepare.sql makes. */
int mlk_contract_run(struct mlk_session *s, struct mlk_buf *out);

#endif
