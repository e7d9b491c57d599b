#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A row that is released is free on replicas and on the other nodes of a cluster, and is released on none of them.
# servers: mariadb mysql
# slow
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"
run_files replication "$1"
finish
