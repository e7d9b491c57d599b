#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit tests pass, plain and with AddressSanitizer and UBSan.
# servers: none
set -euo pipefail
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

# A line per test program, from what ctest says of it.
run_ctest() {
	local preset=$1 log status=0 line failed=0 seen=0
	log=$(log_file "ctest $preset")
	ctest --test-dir "$(build_dir "$preset")" --output-on-failure --no-tests=error --timeout 400 -j 2 \
		>"$log" 2>&1 </dev/null || status=$?
	while IFS= read -r line; do
		[[ $line =~ ^\ *[0-9]+/[0-9]+\ Test\ +#[0-9]+:\ ([^ ]+)\ \.*\ *(\**)(.*) ]] || continue
		seen=$((seen + 1))
		case ${BASH_REMATCH[3]} in
		*Passed*) pass "${BASH_REMATCH[1]} ($preset)" ;;
		*Skipped*) skip "${BASH_REMATCH[1]} ($preset)" "says ctest" ;;
		*)
			failed=1
			fail "${BASH_REMATCH[1]} ($preset)"
			;;
		esac
	done <"$log"
	if ((failed)); then
		grep -v ' Passed ' "$log" | tail -n 60 | sed 's/^/#   /'
		printf '#   (the whole of it: %s)\n' "$log"
	elif ((status != 0 || seen == 0)); then
		fail "ctest ($preset): status $status, $seen tests" "$log"
	else
		rm -f -- "$log"
	fi
}

export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
for preset in debug sanitize; do
	log=$(log_file "build $preset")
	if build_tree "$preset" "$preset" >"$log" 2>&1 </dev/null; then
		run_ctest "$preset"
		rm -f -- "$log"
	else
		fail "the $preset build" "$log"
	fi
done
finish
