#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client's link is cut: its lock stays. One release without force frees it within 6 s, and nobody is killed.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

tls_server
probe_begin plain late six secure waited asked probed there

net_client plain plain 4
net_client late late 4
tls=yes net_client secure secure 4
net_client waited waited 4
net_client asked asked 4
net_client probed probed 4
net_client waiter there 4
released=(plain late secure waited)
if [[ -n $NET_V6 ]]; then
	net_client six six 6
	released+=(six)
else
	ok 'over IPv6 # SKIP this host has none'
fi
all=("${released[@]}" asked probed)

matches 'one client uses TLS' "$(session secure "SHOW STATUS LIKE 'Ssl_cipher'")" '(AES|CHACHA)'
for name in "${all[@]}"; do take_lock "$name" "gone_$name"; done
session_send waiter "SELECT GET_LOCK('gone_waited', 60)"
declare -A token=()
for name in "${released[@]}"; do token[$name]=$(token "named:gone_$name"); done

root "SET GLOBAL log_output = 'FILE', general_log_file = '$MLK_DATADIR/general', general_log = ON"
kills=$(kills)
net_cut plain
net_hush six
net_cut secure
net_hush waited
net_cut asked
net_hush probed
# The time in which a reset or an end of file would have come.
sleep 1
for name in "${all[@]}"; do is "$name: the link is cut and the lock stays" "$(holder "gone_$name")" "${CLIENT_ID[$name]}"; done
# Of this one the server has heard just before; what is under way when a link is cut is another test (unacked.sh).
session late 'SELECT 1' >/dev/null
under_way() { ss -Htin "sport = :$MLK_PORT and dst $(net_address late)" | grep -q unacked; }
until_true 5 eval '! under_way' || not_ok 'late: all is acknowledged'
net_cut late

for name in "${released[@]}"; do
	start call_timed "release.$name" "SELECT miglock_release('named:gone_$name', '${token[$name]}')" "gone_$name"
done
start call_timed asked.doc "SELECT miglock_status('named:gone_asked', 'probe')" gone_asked
start call_timed probed.doc "SELECT miglock_probe(${CLIENT_ID[probed]})" gone_probed
jobs_wait

for name in "${released[@]}"; do
	document=$(<"release.$name")
	says "$name: it is released" "$document" '$.outcome' released
	says "$name: by no statement" "$document" '$.statement' null
	says "$name: it was abandoned" "$document" '$.verdict' abandoned
	at_most "$name: milliseconds of the call" "$(<"release.$name.ms")" 6000
	if [[ $name == waited ]]; then
		is 'who waited for the lock has it' "$(holder gone_waited)" "${CLIENT_ID[waiter]}"
	else
		is "$name: the lock is free as the call returns" "$(<"release.$name.free")" 1
	fi
done

document=$(<asked.doc)
# Asking ends the session, so the lock may be free by the time it is looked at again.
matches 'a status that asks: abandoned, or free already' "$(field "$document" '$.verdict')" '^(abandoned|free)$'
contains 'a status that asks: the client is gone' "$(field "$document" '$.because')" 'gone'
at_most 'a status that asks: milliseconds' "$(<asked.doc.ms)" 6000
document=$(<probed.doc)
says 'a probe: the client is gone' "$document" '$.peer' gone
says 'a probe: it was asked' "$document" '$.asked' true
says 'a probe: nothing answered' "$document" '$.answer_ms' null
at_most 'a probe: milliseconds' "$(<probed.doc.ms)" 5500
for name in "${all[@]}"; do
	until_true 2 session_gone "${CLIENT_ID[$name]}" || true
	is "$name: the session has ended" "$(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = ${CLIENT_ID[$name]}")" 0
done
is 'asking frees the lock' "$(holder gone_asked) $(holder gone_probed)" 'NULL NULL'

is 'nobody was killed' "$(kills)" "$kills"
root 'SET GLOBAL general_log = OFF'
if grep -E 'release' "$MLK_DATADIR/general" >/dev/null; then ok 'the general log was written'; else not_ok 'the general log was written'; fi
is 'no KILL in the general log' "$(grep -ciE "(Query|Execute)[[:space:]]+(/\*.*\*/ *)?KILL " "$MLK_DATADIR/general")" 0
lacks 'the server did not crash' "$(<"$MLK_LOG")" 'got signal'
