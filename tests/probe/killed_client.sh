#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client process that was killed while its host lives: an idle session ends by itself; one that runs a statement is told as it is.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin there busy
root 'CREATE TABLE net.door (a INT PRIMARY KEY); INSERT INTO net.door VALUES (1)'
net_client idle there 4
raw_client local ''
net_client sleeping there 4
# Of a host's busy connections MariaDB does not show the functions which is whose, so this one has a host to itself.
net_client working busy 4
raw_client local_working ''
for name in idle local sleeping working local_working; do take_lock "$name" "held_$name"; done
ends() {
	if until_true "$2" session_gone "${CLIENT_ID[$1]}" && lock_is_free "held_$1"; then ok "$1: $3"; else not_ok "$1: $3" "$(look "named:held_$1")"; fi
}
client_kill idle
client_kill local
ends idle 2 'the session ends by itself'
ends local 2 'the session ends by itself'

# A statement that waits for a row does not look at its client; the servers look every 5 s during SLEEP.
session_open blocker root
session blocker 'BEGIN; SELECT a FROM net.door FOR UPDATE' >/dev/null
running() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'net' AND COMMAND = 'Query'") == "$1" ]]; }
session_send sleeping 'SELECT SLEEP(8)'
session_send working 'UPDATE net.door SET a = 2'
session_send local_working 'UPDATE net.door SET a = 3'
until_true 5 running 3 || not_ok 'the statements run'
for name in sleeping working local_working; do client_kill "$name"; done

document=$(look named:held_working)
says 'a status only looks, and sees that the client is gone' "$document" '$.holder.peer' gone
says 'a statement runs: active' "$document" '$.verdict' active
contains 'with the reason' "$(field "$document" '$.because')" 'client is gone'
for name in working local_working; do
	call_timed probe.doc "SELECT miglock_probe(${CLIENT_ID[$name]})" none
	document=$(<probe.doc)
	# Which of the Unix sockets is that of a busy thread is not to be seen.
	if [[ $name == local_working ]]; then
		matches "$name: a probe: gone, or local without a process" "$(field "$document" '$.peer') $(field "$document" '$.pid')" '^(gone .*|local null)$'
	else
		says "$name: a probe: gone" "$document" '$.peer' gone
	fi
	at_most "$name: at once" "$(<probe.doc.ms)" 1000
	document=$(ask "named:held_$name")
	says "$name: active" "$document" '$.verdict' active
	if [[ $name == working ]]; then contains "$name: the reason" "$(field "$document" '$.because')" 'client is gone'; fi
	document=$(root "SELECT miglock_release('named:held_$name', '$(token "named:held_$name")')")
	says "$name: a release refuses" "$document" '$.outcome' refused
done
session blocker 'ROLLBACK' >/dev/null
for name in sleeping working local_working; do ends "$name" 12 'the session ends with its statement'; done
