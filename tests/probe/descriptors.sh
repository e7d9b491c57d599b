#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# With thousands of connections open, no call leaves a descriptor or a thread behind, and one that gets none says so.
# options: --bind-address=* --skip-name-resolve --max-connections=3300
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

calls=${MLK_PROBES:-60}

probe_begin there
room=$(root 'SELECT LEAST(3000, @@max_connections - 100, @@open_files_limit - 1000)')
((room >= 200)) || { printf 'this host lets the server have too few descriptors: room for %s\n' "$room" && exit 77; }
raw_client many there --count "$room"
take_lock many held
session_open caller root
connected() { (($(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'net'") == room)); }
if until_true 20 connected; then ok "$room connections"; else not_ok "$room connections"; fi

# run_calls FILE: all statements in one session, so that no other one comes or goes. What comes out goes into FILE.out.
run_calls() {
	local before
	before=$(wc -l <caller.out)
	session_send caller "$(<"$1")"
	session_send caller "SELECT 'end of $1'"
	until_true 200 grep -qx "end of $1" caller.out || not_ok "$1: done in time"
	tail -n +"$((before + 1))" caller.out >"$1.out"
}
root "SELECT CONCAT('SELECT miglock_probe(', ID, ');') FROM information_schema.PROCESSLIST WHERE USER = 'net' ORDER BY ID LIMIT $calls" >probes
for ((n = 0; n < calls; n++)); do printf "SELECT miglock_status('named:held');\n"; done >statuses
printf 'SELECT miglock_probe(%s); SELECT miglock_status("named:held", "probe")' "${CLIENT_ID[many]}" >first
run_calls first
# What ends while it is counted is no error.
entries() { { find "/proc/$MLK_PID/$1" -mindepth 1 -maxdepth 1 2>/dev/null || true; } | wc -l; }
descriptors() { entries fd; }
threads() { entries task; }
before_descriptors=$(descriptors) before_threads=$(threads)
run_calls probes
run_calls statuses
is "$calls probes: all alive" "$(grep -c '"peer": *"alive"' probes.out)" "$calls"
is "$calls statuses: all idle" "$(grep -c '"verdict": *"idle"' statuses.out)" "$calls"
# The server itself may end idle threads meanwhile.
no_more() { (($(descriptors) <= before_descriptors && $(threads) <= before_threads)); }
until_true 3 no_more || true
at_most 'no descriptor is left behind' "$(descriptors)" "$before_descriptors"
at_most 'no thread is left behind' "$(threads)" "$before_threads"

# No descriptor is to be had: below the lowest that is free.
lowest=0
while [[ -e /proc/$MLK_PID/fd/$lowest ]]; do lowest=$((lowest + 1)); done
hard=$(awk '/^Max open files/ { print $5 }' "/proc/$MLK_PID/limits")
soft=$(awk '/^Max open files/ { print $4 }' "/proc/$MLK_PID/limits")
prlimit --pid "$MLK_PID" --nofile="$lowest:$hard"
session caller "SELECT miglock_probe(${CLIENT_ID[many]})" >starved.out
session caller "SELECT miglock_status('named:held', 'probe')" >starved_status.out
prlimit --pid "$MLK_PID" --nofile="$soft:$hard"
matches 'no descriptor to be had: it is said' "$(<starved.out)" '("peer": *"unknown".*descriptor|^ERROR .*(descriptor|open files|errno: 24))'
matches 'a status with what is known' "$(<starved_status.out)" '("verdict": *"(idle|unknown)"|^ERROR .*(descriptor|open files|errno: 24))'
is 'afterwards all is as before' "$(session caller "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_probe(${CLIENT_ID[many]}), '\$.peer'))")" alive
is 'the client goes on' "$(session many "SELECT IS_USED_LOCK('held')")" "${CLIENT_ID[many]}"
