/* SPDX-License-Identifier: GPL-2.0-only */
/* One line in the server's error log for everything that miglock did or refused to do. */
#ifndef MLK_CORE_AUDIT_H
#define MLK_CORE_AUDIT_H

#include <cjson/cJSON.h>

#include "release.h"

/* A release or a repair that was asked for: account, target, outcome, verdict, token, holder, and the last of
 * the reasons. of: as it was when the call began. An outcome that was never reached is "failed". */
void mlk_audit_release(struct mlk_session *s, const struct mlk_release_of *of, const struct mlk_release *r,
                       bool force);
/* A question after which the kernel closed the connection. */
void mlk_audit_gone(struct mlk_session *s, const struct mlk_person *p, const struct mlk_probe *answer);

#endif
