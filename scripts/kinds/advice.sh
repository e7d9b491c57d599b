#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Where miglock advise says that writes go on during a schema change they do, and where it says that they stop they stop.
# servers: mariadb mysql
# slow
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
export MLK_FILE_TIMEOUT=${MLK_FILE_TIMEOUT:-1200}
run_files advice "$1"
finish
