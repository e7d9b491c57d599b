#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Result data is on its way when the client vanishes, or when it does not read: no keepalive is sent then.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin cut there
raw_client cut cut
raw_client slow there
for name in cut slow; do
	take_lock "$name" "held_$name"
	settings_own "${CLIENT_ID[$name]}"
done
# More than the buffers of both ends hold; less than a packet.
session_send slow "\\send SELECT REPEAT('x', 15000000)"
session_send cut "\\send SELECT REPEAT('x', 4000000) FROM (SELECT SLEEP(0.5)) AS later"
until_true 5 eval "[[ \$(root 'SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = ${CLIENT_ID[cut]}') == Query ]]" || not_ok 'the statement runs'
net_hush cut
unread() { ss -Htn state established "sport = :$MLK_PORT and dst $(net_address "$1")" | awk '$2 > 0 { found = 1 } END { exit !found }'; }
for name in cut there; do until_true 5 unread "$name" || not_ok "$name: data is under way"; done

start timed cut.doc probe "${CLIENT_ID[cut]}"
start timed slow.doc probe "${CLIENT_ID[slow]}"
start timed slow.release root "SELECT miglock_release('named:held_slow', '$(token named:held_slow)')"
jobs_wait
document=$(<cut.doc)
says 'data without acknowledgement: gone' "$document" '$.peer' gone
matches 'with the figures' "$(field "$document" '$.because')" 'retransmission'
at_most 'within the bound' "$(<cut.doc.ms)" 5500
document=$(<slow.doc)
matches 'a client that does not read is not gone' "$(field "$document" '$.peer')" '^(alive|unknown)$'
says 'it is not released' "$(<slow.release)" '$.outcome' refused

# The kernel does not close this one, and the statement has not ended: that is for the one who asks to decide.
document=$(root "SELECT miglock_release('named:held_cut', '$(token named:held_cut)')")
matches 'it is released, or refused with the reason' "$(field "$document" '$.outcome') $(field "$document" '$.because')" '^(released|refused .*client is gone)'
if [[ $(field "$document" '$.outcome') == refused ]]; then
	document=$(root "SELECT miglock_release('named:held_cut', '$(token named:held_cut)', 'force')")
	says 'with force it is released' "$document" '$.outcome' released
fi
is 'it is free' "$(holder held_cut)" NULL

is 'settings afterwards' "$(settings "${CLIENT_ID[slow]}")" "$OWN_SETTINGS"
is 'the client that reads at last gets all' "$(session slow '\read')" 15000000
is 'and its session goes on' "$(session slow "SELECT IS_USED_LOCK('held_slow')")" "${CLIENT_ID[slow]}"
