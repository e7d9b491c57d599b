#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client on the server's own host: local, with its process, whether it says its process id or not.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin
own_local() { exec nsenter --target "$MLK_PID" --mount --root --wd=/ env HOME=/root "$@"; }
client=mysql
if is_mariadb; then client=mariadb; fi
client_open telling own_local "$client" --no-defaults --user=net --socket="$MLK_SOCKET" -N -B --raw --unbuffered --force
raw_client silent ''
# One process with several connections, and several processes that say nothing.
raw_client many '' --count 3
raw_client other ''
# By TCP on the same host there is an address to ask.
client_open looped perl "$here/client.pl" --host 127.0.0.1 --port "$MLK_PORT"
clients=(telling silent many other)
for name in "${clients[@]}" looped; do take_lock "$name" "held_$name"; done

for name in "${clients[@]}"; do
	document=$(probe "${CLIENT_ID[$name]}")
	says "$name: local" "$document" '$.peer' local
	says "$name: its process" "$document" '$.pid' "${CLIENT_PID[$name]}"
	is "$name: no question" "$(field "$document" '$.asked') $(field "$document" '$.answer_ms')" 'false null'
	document=$(root "SELECT miglock_release('named:held_$name', '$(token "named:held_$name")')")
	is "$name: a release refuses" "$(field "$document" '$.outcome') $(field "$document" '$.verdict')" 'refused idle'
	is "$name: the session goes on" "$(session "$name" "SELECT IS_USED_LOCK('held_$name')")" "${CLIENT_ID[$name]}"
done
document=$(ask named:held_silent)
says 'a status has the process too' "$document" '$.holder.peer' local
document=$(probe "${CLIENT_ID[looped]}")
says 'over loopback: alive' "$document" '$.peer' alive

# MariaDB does not show the functions whether a session of localhost came by TCP.
client_kill looped
until_true 5 session_gone "${CLIENT_ID[looped]}" || not_ok 'looped: the session ends'

# While a statement runs, the server's thread does not wait for its client.
session_send silent 'SELECT SLEEP(600)'
session_send telling 'SELECT SLEEP(600)'
for name in silent telling; do
	until_true 5 eval "[[ \$(root 'SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = ${CLIENT_ID[$name]}') == Query ]]" ||
		not_ok "$name: a statement runs"
	document=$(probe "${CLIENT_ID[$name]}")
	says "$name: local during a statement" "$document" '$.peer' local
	matches "$name: its process or none, never another" "$(field "$document" '$.pid')" "^(${CLIENT_PID[$name]}|null)\$"
done
# MariaDB knows what clients say of themselves only where performance_schema is on.
if ! is_mariadb; then
	says 'who says its process id is known by it' "$document" '$.pid' "${CLIENT_PID[telling]}"
fi
