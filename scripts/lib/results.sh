# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# How a kind of test says what came out: one line each, "ok - WHAT", "not ok - WHAT" or "ok - WHAT # SKIP why",
# details in lines that begin with "#". scripts/test counts the lines.

# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# The name of the kind and of the server, in front of every line.
MLK_WHAT=$(basename -- "$0" .sh)${1:+ $1}
# What is to be looked at after a failure; scripts/test names the directory.
if [[ -z ${MLK_LOGS:-} ]]; then
	MLK_LOGS=$MLK_CACHE/logs/alone
fi
mkdir -p "$MLK_LOGS"
export MLK_LOGS

MLK_FAILURES=0

pass() { printf 'ok - %s: %s\n' "$MLK_WHAT" "$1"; }
skip() { printf 'ok - %s: %s # SKIP %s\n' "$MLK_WHAT" "$1" "$2"; }

# fail WHAT [FILE]: with the end of FILE, if that is given.
fail() {
	MLK_FAILURES=$((MLK_FAILURES + 1))
	printf 'not ok - %s: %s\n' "$MLK_WHAT" "$1"
	if [[ -n ${2:-} ]]; then
		tail -n 40 -- "$2" | sed 's/^/#   /'
		printf '#   (the whole of it: %s)\n' "$2"
	fi
}

# check WHAT COMMAND...: passes when the command succeeds; fails with what it wrote.
check() {
	local what=$1 log
	shift
	log=$(log_file "$what")
	if "$@" >"$log" 2>&1 </dev/null; then
		pass "$what"
		rm -f -- "$log"
	else
		fail "$what" "$log"
	fi
}

# check_empty WHAT COMMAND...: passes when the command finds nothing to write.
check_empty() {
	local what=$1 log
	shift
	log=$(log_file "$what")
	"$@" >"$log" 2>&1 </dev/null || true
	if [[ -s $log ]]; then
		fail "$what" "$log"
	else
		pass "$what"
		rm -f -- "$log"
	fi
}

log_file() {
	local name="$MLK_WHAT $1"
	printf '%s/%s.log' "$MLK_LOGS" "${name//[^A-Za-z0-9._-]/-}"
}

# The last command of a kind: its exit status.
finish() {
	((MLK_FAILURES == 0)) || exit 1
	exit 0
}
