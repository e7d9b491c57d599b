#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The contract of the session port holds for the adapter inside this server and for the client connection.
# servers: mariadb mysql
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
run_files contract "$1"
finish
