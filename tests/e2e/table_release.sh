#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A release of a table ends DDL that has not begun; what has begun, and a session that blocks, only when that is said.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
# mysql options: --innodb-fast-shutdown=2
# (a KILL QUERY of DDL at work can make MySQL abort at a usual shutdown: docs/servers.md)
set -euo pipefail
# shellcheck source=tests/e2e/lib/table_release.sh
. "$MLK_TOP/tests/e2e/lib/table_release.sh"

story() {
	last_steps
	blockers 0
}
both_ways story
