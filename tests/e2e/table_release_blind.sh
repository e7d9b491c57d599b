#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The same on a server as it comes, without Performance Schema: InnoDB tells whether DDL has begun, and that a session blocks is
# a guess, so ending it takes force.
# servers: mariadb mariadb11
set -euo pipefail
# shellcheck source=tests/e2e/lib/table_release.sh
. "$MLK_TOP/tests/e2e/lib/table_release.sh"

story() {
	last_steps
	blockers 4
}
both_ways story
