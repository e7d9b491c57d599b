#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An account can do through the functions what it could do without them, and nothing more.
# servers: mariadb mysql
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
run_files rights "$1"
finish
