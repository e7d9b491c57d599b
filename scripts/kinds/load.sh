#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The same miglock.so can be put into each server, called, and taken out, three times in a row.
# servers: mariadb mariadb11 mysql
set -euo pipefail
# shellcheck source=scripts/lib/servers.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/servers.sh"
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

# Every function has an export of its name and one of its name with _init.
functions() {
	comm -12 <(nm -D --defined-only "$MLK_PLUGIN" | awk '{ print $NF }' | LC_ALL=C sort) \
		<(nm -D --defined-only "$MLK_PLUGIN" | awk '{ print $NF }' | sed -n 's/_init$//p' | LC_ALL=C sort)
}

install_functions() {
	local name
	if [[ $MLK_SERVER == mysql ]]; then
		printf "INSTALL COMPONENT 'file://miglock';\n"
		return
	fi
	printf "INSTALL SONAME 'miglock';\n"
	for name in $(functions); do
		printf "CREATE FUNCTION %s RETURNS STRING SONAME 'miglock.so';\n" "$name"
	done
}

uninstall_functions() {
	local name
	if [[ $MLK_SERVER == mysql ]]; then
		printf "UNINSTALL COMPONENT 'file://miglock';\n"
		return
	fi
	for name in $(functions); do
		printf 'DROP FUNCTION %s;\n' "$name"
	done
	printf "UNINSTALL SONAME 'miglock';\n"
}

# In, used, out, gone: a session each, as the functions' own sessions may outlive none of it.
load_once() {
	local version
	server_client -e "$(install_functions)"
	version=$(server_client -Ne 'SELECT miglock_version()')
	[[ $version == [0-9]* ]] || die "miglock_version() gave '$version'"
	server_client -Ne 'SELECT miglock_locks()' | grep -q '^\[' || die "miglock_locks() gave no JSON array"
	server_client -e "$(uninstall_functions)"
	if server_client -Ne 'SELECT miglock_version()' 2>/dev/null; then die "miglock_version() is still there"; fi
	server_client -Ne 'SELECT 1'
}

# A process of its own: errors stop it, behind check() too.
if [[ ${2:-} == once ]]; then
	load_once
	exit 0
fi

build_need
[[ -n $(functions) ]] || fail 'miglock.so has no functions'
server_start "$1" load
for round in 1 2 3; do
	check "in and out, round $round" bash "${BASH_SOURCE[0]}" "$1" once
done
server_stop load
check_empty 'the server did not crash' grep -E 'got signal [0-9]+|AddressSanitizer|runtime error: ' "$MLK_LOG"
finish
