#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client that is merely idle: it is asked, a release refuses, and its session works afterwards with its settings unchanged.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

tls_server
probe_begin there
net_client four there 4
net_client default there 4
tls=yes net_client secure there 4
clients=(four default secure)
if [[ -n $NET_V6 ]]; then
	net_client six there 6
	clients+=(six)
fi
for name in "${clients[@]}"; do
	take_lock "$name" "held_$name"
	session "$name" "CREATE TEMPORARY TABLE net.mine (a INT); INSERT INTO net.mine VALUES (17); SET @mine = 'kept', SESSION lock_wait_timeout = 77" >/dev/null
	if [[ $name != default ]]; then settings_own "${CLIENT_ID[$name]}"; fi
done
declare -A before=()
for name in "${clients[@]}"; do before[$name]=$(settings "${CLIENT_ID[$name]}"); done
is 'the settings are not those of a question' "${before[four]}" "$OWN_SETTINGS"
kills=$(kills)

document=$(look named:held_four)
says 'a status only looks: idle' "$document" '$.verdict' idle
says 'and calls nobody alive' "$document" '$.holder.peer' unknown

for name in "${clients[@]}"; do start timed "probe.$name" probe "${CLIENT_ID[$name]}"; done
jobs_wait
for name in "${clients[@]}"; do
	document=$(<"probe.$name")
	says "$name: alive" "$document" '$.peer' alive
	is "$name: no member stands there twice" "$(sed 's/"tcp":{[^}]*}//' <<<"$document" | grep -oE '[{,]"[a-z_]+":' | tr -d '{,' | sort | uniq -d | paste -sd ' ')" ''
	says "$name: it was asked" "$document" '$.asked' true
	at_most "$name: milliseconds of its answer" "$(field "$document" '$.answer_ms')" 2000
	says "$name: the connection" "$document" '$.connection_id' "${CLIENT_ID[$name]}"
	says "$name: TCP" "$document" '$.tcp.state' ESTABLISHED
	is "$name: settings after the probe" "$(settings "${CLIENT_ID[$name]}")" "${before[$name]}"
	start timed "status.$name" ask "named:held_$name"
done
jobs_wait
for name in "${clients[@]}"; do
	document=$(<"status.$name")
	says "$name: a status that asks: alive" "$document" '$.holder.peer' alive
	says "$name: and idle" "$document" '$.verdict' idle
	start timed "release.$name" root "SELECT miglock_release('named:held_$name', '$(token "named:held_$name")')"
done
jobs_wait
for name in "${clients[@]}"; do
	document=$(<"release.$name")
	says "$name: the release refuses" "$document" '$.outcome' refused
	says "$name: the verdict" "$document" '$.verdict' idle
	at_most "$name: milliseconds" "$(<"release.$name.ms")" 6000
	is "$name: the lock is still held" "$(holder "held_$name")" "${CLIENT_ID[$name]}"
	is "$name: settings after the release" "$(settings "${CLIENT_ID[$name]}")" "${before[$name]}"
	is "$name: the session goes on" \
		"$(session "$name" "SELECT a, @mine, @@lock_wait_timeout, CONNECTION_ID(), RELEASE_LOCK('held_$name') FROM net.mine")" \
		"17	kept	77	${CLIENT_ID[$name]}	1"
done
is 'nobody was killed' "$(kills)" "$kills"

# What is counted above does count.
take_lock four again
document=$(root "SELECT miglock_release('named:again', '$(token named:again)', 'force')")
says 'with force it is released' "$document" '$.outcome' released
is 'and that kills' "$(kills)" "$((kills + 1))"
