#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Where HOST is a name, and where two clients have the same port: never another one's answer.
# options: --bind-address=*
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin lone twin1 twin2
# Names for the server alone: its mount namespace is its own.
for host in lone twin1 twin2; do printf '%s %s.example\n' "$(net_address "$host")" "$host"; done >hosts
nsenter --target "$MLK_PID" --mount --root --wd=/ sh -c 'cat >/tmp/hosts; cat /etc/hosts >>/tmp/hosts; mount --bind /tmp/hosts /etc/hosts' <hosts
net_client lone lone 4
raw_client twin1 twin1 --local-port 45678
raw_client twin2 twin2 --local-port 45678
host_of() { root "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = ${CLIENT_ID[$1]}"; }
matches 'the server shows names' "$(host_of lone)" '^lone\.example:[0-9]+$'
is 'and the same port twice' "$(host_of twin1) $(host_of twin2)" 'twin1.example:45678 twin2.example:45678'
for name in lone twin1 twin2; do take_lock "$name" "held_$name"; done
settings_own "${CLIENT_ID[lone]}"
settings_own "${CLIENT_ID[twin1]}"

for name in lone twin1 twin2; do start timed "$name.doc" probe "${CLIENT_ID[$name]}"; done
jobs_wait
says 'a name: alive' "$(<lone.doc)" '$.peer' alive
for name in twin1 twin2; do
	matches "$name: alive, or unknown and why" "$(field "$(<"$name.doc")" '$.peer') $(field "$(<"$name.doc")" '$.because')" '^(alive |unknown .*two sockets)'
done
is 'settings of the name' "$(settings "${CLIENT_ID[lone]}")" "$OWN_SETTINGS"
is 'settings of the two' "$(settings "${CLIENT_ID[twin1]}")" "$OWN_SETTINGS"$'\n'"$OWN_SETTINGS"

net_hush lone
net_hush twin1
for name in lone twin1 twin2; do
	start timed "$name.doc" root "SELECT miglock_release('named:held_$name', '$(token "named:held_$name")')"
done
jobs_wait
is 'the name is cut off: released' "$(field "$(<lone.doc)" '$.outcome') $(field "$(<lone.doc)" '$.statement')" 'released null'
matches 'the one twin is cut off: released, or refused' "$(field "$(<twin1.doc)" '$.outcome')" '^(released|refused)$'
says 'the other is there: refused' "$(<twin2.doc)" '$.outcome' refused
is 'it has its lock' "$(session twin2 "SELECT IS_USED_LOCK('held_twin2')")" "${CLIENT_ID[twin2]}"

# While a statement runs, the server's thread does not show its socket.
session_send twin2 'SELECT SLEEP(600)'
matches 'during a statement: never gone' "$(field "$(probe "${CLIENT_ID[twin2]}")" '$.peer')" '^(alive|unknown)$'
