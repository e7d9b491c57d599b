#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Locks that real migration tools left behind are found and released, and the tools go on afterwards.
# servers: mariadb mysql
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
# The npm packages: minutes on a new machine, nothing on another.
log=$(log_file prepare)
bash "$MLK_TOP/tests/clients/node/prepare.sh" >/dev/null 2>"$log" || fail "the npm packages" "$log"
run_files e2e "$1"
finish
