#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The suite in mysql-test/ passes under the server's own test runner.
# servers: mariadb mysql
set -euo pipefail
# shellcheck source=scripts/lib/servers.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/servers.sh"
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

# The runners take plugins from the server's own directory only: here that is a copy with miglock.so added.
plugins_with_miglock() {
	mkdir -- "$2"
	cp -a -- "$1"/usr/lib/mysql/plugin/. "$2"
	cp -- "$MLK_PLUGIN" "$2/miglock.so"
}

# The runners number their ports; two runs at a time must not meet.
free_build_thread() {
	local thread port taken
	while :; do
		thread=$((300 + RANDOM % 400))
		taken=
		for ((port = 10000 + thread * 30; port < 10000 + (thread + 2) * 30; port++)); do
			taken+=$(ss -Hltn "sport = :$port")
		done
		if [[ -z $taken ]]; then
			printf '%s' "$thread"
			return
		fi
	done
}

run_suite() {
	local server=$1 root where=/usr/share/mysql/mysql-test
	if [[ $server == mysql ]]; then where=/usr/lib/mysql-test; fi
	root=$(root_dir "$(server_root "$server")")
	plugins_with_miglock "$root" "$scratch/plugin"
	# shellcheck disable=SC2016,SC2086 # expanded in the chroot; several options
	MTR_BUILD_THREAD=$(free_build_thread) in_root "$root" \
		"$MLK_TOP/mysql-test/suite/miglock:$where/suite/miglock:ro" \
		"$scratch:/mnt/scratch" "$scratch/plugin:/usr/lib/mysql/plugin" -- \
		sh -c 'cd "$1" && shift && exec perl mysql-test-run.pl "$@"' sh "$where" --suite=miglock \
		--vardir=/mnt/scratch/var --parallel=2 --force --retry=0 --max-test-fail=0 --max-save-core=0 \
		--testcase-timeout=5 --suite-timeout=20 ${MLK_MTR_OPTIONS:-}
}

# A line of the runner's own for each test: SUITE.NAME [combination] [worker] [ result ] milliseconds
results() {
	local line name word seen=0
	while IFS= read -r line; do
		[[ $line =~ ^(\[[^]]*\][[:space:]]+)?(miglock\.[^[:space:]]+)(.*)\[\ ([a-z-]+)\ \] ]] || continue
		name=${BASH_REMATCH[2]#miglock.}
		word=${BASH_REMATCH[4]}
		if [[ ${BASH_REMATCH[3]} =~ \'([^\']+)\' ]]; then name+=" (${BASH_REMATCH[1]})"; fi
		seen=$((seen + 1))
		case $word in
		pass) pass "$name" ;;
		skipped) skip "$name" "${line##*\]}" ;;
		*) fail "$name" ;;
		esac
	done <"$1"
	if ((seen == 0)); then fail 'the runner ran no test'; fi
}

# What the runner says of each test that failed, and of itself at the end.
failures() {
	awk '/\[ (retry-)?fail \]/ { n = 40 } /\[ (pass|skipped) \]/ { n = 0 } n-- > 0' "$1" | cut -c 1-400
	tail -n 12 "$1"
}

build_need
root_prepare "$(server_root "$1")"
scratch=''
scratch_dir scratch
log=$(log_file suite)
status=0
if ! compgen -G "$MLK_TOP/mysql-test/suite/miglock/t/*.test" >/dev/null; then
	fail 'there is no test in mysql-test/suite/miglock/t'
	finish
fi
run_suite "$1" >"$log" 2>&1 </dev/null || status=$?
results "$log"
if ((MLK_FAILURES)); then
	failures "$log" | sed 's/^/#   /'
	cp -a -- "$scratch/var/log" "$log.d" 2>/dev/null || true
	printf '#   (the whole of it: %s; the logs of the servers: %s.d)\n' "$log" "$log"
elif ((status != 0)); then
	fail "the runner ended with status $status" "$log"
fi
finish
