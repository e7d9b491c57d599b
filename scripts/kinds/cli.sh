#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The miglock command: options, output and exit codes, with the functions in the server and without them.
# servers: mariadb mysql
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
run_files cli "$1"
finish
