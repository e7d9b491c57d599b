#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# With AddressSanitizer, UBSan and leak detection in the library inside the server and in the CLI: no fault, no leak.
# servers: mariadb
set -euo pipefail
# The runtime is preloaded into a server that was built without it.
export MLK_PRESET=sanitize MLK_PRELOAD=libasan.so.8 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"

MLK_FILES='install documents' ASAN_OPTIONS=detect_leaks=1:exitcode=0 run_files cli "$1"
# The contract lets a statement fail half way through its rows: of those the server itself loses a block
# (Protocol_local::begin_dataset).
ASAN_OPTIONS=detect_leaks=0 run_files contract "$1"
finish
