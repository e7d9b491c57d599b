#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The caller is killed in the middle of a question: it ends within a second, and the settings are as before.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin a b c d
declare -A call=([a]='SELECT miglock_probe(@id)' [b]="SELECT miglock_status('named:held_b', 'probe')"
	[c]="SELECT miglock_release('named:held_c', '@token')" [d]='SELECT miglock_probe(@id)')
for name in a b c d; do
	net_client "$name" "$name" 4
	take_lock "$name" "held_$name"
	settings_own "${CLIENT_ID[$name]}"
	session_open "caller_$name" root
	net_hush "$name"
done

killed_in_the_middle() {
	local name=$1 way=$2 text caller began took
	caller=$(session "caller_$name" 'SELECT CONNECTION_ID()')
	text=${call[$name]/@id/${CLIENT_ID[$name]}}
	text=${text/@token/$(token "named:held_$name")}
	session_send "caller_$name" "$text"
	if ! until_true 5 settings_differ "${CLIENT_ID[$name]}" "$OWN_SETTINGS"; then
		not_ok "$name: a question is put" "$(<"caller_$name.out")"
		return
	fi
	began=$(now_ms)
	root "KILL $way $caller"
	until_true 10 eval "[[ \$(root \"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = $caller AND COMMAND = 'Query'\") == 0 ]]" || true
	took=$(($(now_ms) - began))
	at_most "$name: KILL $way: milliseconds until the call ends" "$took" 1000
	is "$name: KILL $way: the settings" "$(settings "${CLIENT_ID[$name]}")" "$OWN_SETTINGS"
}
killed_in_the_middle a QUERY
killed_in_the_middle b QUERY
killed_in_the_middle c QUERY
killed_in_the_middle d CONNECTION
for name in a b c; do
	is "$name: the caller goes on" "$(session "caller_$name" 'SELECT 7' | tail -n 1)" 7
	matches "$name: it was told" "$(<"caller_$name.out")" 'ERROR 1317|interrupted|NULL'
done

# Nobody was harmed: the clients come back and go on.
for name in a b c d; do net_mend "$name"; done
for name in a b c d; do
	is "$name: the client has kept its session and its lock" "$(session "$name" "SELECT IS_USED_LOCK('held_$name')")" "${CLIENT_ID[$name]}"
	is "$name: alive again" "$(field "$(probe "${CLIENT_ID[$name]}")" '$.peer')" alive
done
