#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The server shuts down while clients that are gone are asked: it ends in time, and does not crash.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin a b c
for name in a b c; do
	net_client "$name" "$name" 4
	take_lock "$name" "held_$name"
	settings_own "${CLIENT_ID[$name]}"
	session_open "caller_$name" root
done
token=$(token named:held_b)
for name in a b c; do net_hush "$name"; done
session_send caller_a "SELECT miglock_probe(${CLIENT_ID[a]})"
session_send caller_b "SELECT miglock_release('named:held_b', '$token')"
session_send caller_c "SELECT miglock_status('named:held_c', 'probe')"
for name in a b c; do
	until_true 3 settings_differ "${CLIENT_ID[$name]}" "$OWN_SETTINGS" || not_ok "$name: a question is put" "$(<"caller_$name.out")"
done
began=$(now_ms)
kill -TERM "$MLK_PID"
ended() { [[ ! -e /proc/$MLK_PID || $(ps -o state= -p "$MLK_PID") == Z* ]]; }
until_true 30 ended || true
at_most 'milliseconds until the server has ended' "$(($(now_ms) - began))" 10000
contains 'it has shut down' "$(<"$MLK_LOG")" 'hutdown complete'
lacks 'it did not crash' "$(<"$MLK_LOG")" 'got signal'
