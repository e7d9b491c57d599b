#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# miglock.so exports what the servers look for, and nothing else: what plugin/exports.txt lists.
# servers: none
set -euo pipefail
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

compare_exports() {
	diff -u --label plugin/exports.txt --label "nm -D miglock.so" \
		<(sed 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$MLK_TOP/plugin/exports.txt" | LC_ALL=C sort) \
		<(nm -D --defined-only "$1" | awk '{ print $NF }' | LC_ALL=C sort)
}

# Found at load time in one of the servers only, they would keep the library out of the others.
only_in_one_server() {
	nm -D --undefined-only "$1" | awk '{ print $NF }' |
		grep -E '^(my_|mysql_|mariadb_|thd_|_current_thd|_Z)' || true
}

build_need
check 'the exported symbols are those of plugin/exports.txt' compare_exports "$MLK_PLUGIN"
check_empty 'no undefined symbol is that of one server' only_in_one_server "$MLK_PLUGIN"
finish
