#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Eight ask about one connection at the same time, some of them are killed: all are answered, and the settings are as before.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin there gone
net_client there there 4
net_client gone gone 4
take_lock there held_there
take_lock gone held_gone
settings_own "${CLIENT_ID[there]}"

# Heard of just before: the kernel asks after a second only, so that all wait together.
session there 'SELECT 1' >/dev/null
net_hush gone
for i in {1..8}; do
	start timed "there$i" probe "${CLIENT_ID[there]}"
	start timed "gone$i" probe "${CLIENT_ID[gone]}"
done
until_true 5 settings_differ "${CLIENT_ID[there]}" "$OWN_SETTINGS" || not_ok 'a question is put'
jobs_wait
peers() { local i; for i in {1..8}; do field "$(<"$1$i")" '$.peer' 2>&1 || true; done | sort | uniq -c | tr -s ' \n' ' '; }
is 'eight of a client that is there' "$(peers there)" ' 8 alive '
is 'settings afterwards' "$(settings "${CLIENT_ID[there]}")" "$OWN_SETTINGS"
is 'eight of a client that is gone' "$(peers gone)" ' 8 gone '
is 'its lock is free' "$(holder held_gone)" NULL
is 'it is known once what the connection does' "$(session there "SELECT IS_USED_LOCK('held_there')")" "${CLIENT_ID[there]}"

# One after the other and beside each other, some of them killed in the middle.
net_mend gone
net_client again gone 4
settings_own "${CLIENT_ID[again]}"
net_hush gone
for i in {1..6}; do
	session_open "caller$i" root
	callers[i]=$(session "caller$i" 'SELECT CONNECTION_ID()')
done
for i in {1..6}; do session_send "caller$i" "SELECT miglock_probe(${CLIENT_ID[again]})"; done
until_true 5 settings_differ "${CLIENT_ID[again]}" "$OWN_SETTINGS" || not_ok 'a question is put'
for i in {1..6}; do root "KILL QUERY ${callers[i]}"; done
for i in {1..6}; do session "caller$i" 'SELECT 7' >/dev/null; done
is 'six were killed: the settings' "$(settings "${CLIENT_ID[again]}")" "$OWN_SETTINGS"
for i in {1..6}; do session_send "caller$i" "SELECT miglock_probe(${CLIENT_ID[there]}), 'end'"; done
for i in 1 3 5; do root "KILL QUERY ${callers[i]}"; done
for i in {1..6}; do session "caller$i" 'SELECT 7' >/dev/null; done
is 'some were killed: the settings' "$(settings "${CLIENT_ID[there]}")" "$OWN_SETTINGS"
net_mend gone
is 'the client comes back' "$(session again 'SELECT 7')" 7
