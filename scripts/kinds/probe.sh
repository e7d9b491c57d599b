#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client that has vanished is told from one that is merely idle, and the one that lives notices nothing.
# servers: mariadb mysql
# slow
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
run_files probe "$1"
finish
