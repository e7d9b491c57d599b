/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MLK_CORE_GOLANG_MIGRATE_H
#define MLK_CORE_GOLANG_MIGRATE_H

#include "miglock/buf.h"

/* Appends golang-migrate's lock id for this text, which Grafana computes in the same way. */
enum mlk_status mlk_golang_migrate_id(const char *text, struct mlk_buf *out);

#endif
