#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A release hits the lock that was shown or nobody, whatever its holders do meanwhile. MLK_RACES=20000: that many releases.
# servers: mariadb mysql
# slow
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
# Six phases, and what they are given for each release (tests/race/main.c).
export MLK_FILE_TIMEOUT=$((2400 + ${MLK_RACES:-0} * 26 / 10))
run_files race "$1"
grep '^#' -- "$(log_file race)" || true
finish
