#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# On a terminal a release asks first, and only the very answer counts.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

asked() { out_has "$1: it asked" "Only 'yes' is taken"; }
held_row() { is "$mark$1: it is still held" "$(flag app)" 1; }

row() {
	local word
	root 'UPDATE app.migrations_lock SET locked = 1, released_at = NULL'
	for word in no y YES 'yes, please' ghost:app; do
		typed "$word" release ghost:app
		code_is "'$word' is no confirmation" 4
		asked "'$word'"
		out_has "'$word': says so" 'not confirmed'
		held_row "'$word'"
	done
	answering /dev/null release ghost:app
	code_is 'no answer is no confirmation' 4
	held_row 'no answer'
	typed yes release ghost:app
	code_is "'yes' is" 0
	asked "'yes'"
	out_has 'the lock was shown before' 'ghost:app is' abandoned "$(printf 'ghost:app: released')"
	is "${mark}it is released" "$(flag app)" 0

	typed yes release ghost:app
	code_is 'a free lock needs no question' 0
	is "${mark}none is asked" "$(grep -c "'yes'" out)" 0
	root 'UPDATE app.migrations_lock SET locked = 1'
	typed no release ghost:app --yes
	code_is '--yes needs no question' 0
	is "${mark}none is asked with --yes" "$(grep -c "'yes'" out)" 0
}

# Whoever works is interrupted only by somebody who wrote down which lock it is.
active() {
	local word
	session_start worker root
	session worker "SELECT GET_LOCK('busy', 0)" >taken
	session_send worker 'SELECT SLEEP(600)'
	until_true 20 busy || not_ok "${mark}the worker works" "$(<out)"
	typed yes release named:busy
	code_is 'without force an active lock is refused' 4
	is "${mark}without a question" "$(grep -c 'type its name' out)" 0
	for word in yes named:bus named:busyy rails:busy; do
		typed "$word" release named:busy --force
		code_is "'$word' is not its name" 4
		out_has "'$word': the name was asked for" 'type its name'
		is "$mark'$word': it is still held" "$(holder busy | grep -c '^[0-9]')" 1
	done
	typed named:busy release named:busy --force
	code_is 'its name is' 0
	until_true 10 lock_is_free busy || not_ok "${mark}it is released"
	session_close worker
}
busy() {
	mlk status named:busy --json
	grep -qF '"verdict":"active"' out
}

idle() {
	session_start sleeper root
	session sleeper "SELECT GET_LOCK('quiet', 0)" >taken
	typed yes release named:quiet
	code_is 'an idle lock is refused without force' 4
	typed yes release named:quiet --force
	code_is "with force, 'yes' is enough" 0
	asked 'an idle lock with force'
	is "${mark}nobody has it" "$(holder quiet)" NULL
	session_close sleeper
}

# Only the server's functions can ask a client, and only a release does: so the person is told, and asked first.
asks_the_client() {
	MYSQL_PWD=$MLK_PASSWORD session_start far "$MLK_USER" --protocol=tcp --host="$MLK_HOST" --port="$MLK_PORT"
	session far "SELECT GET_LOCK('far', 0)" >taken
	until_true 20 quiet_far || not_ok "${mark}the holder rests" "$(<out)"
	typed no release named:far
	code_is 'a holder whose client could be asked: no' 4
	if [[ $mode == functions ]]; then
		out_has 'it is said that the client will be asked' "the release will ask the holder's client" 'not confirmed'
		asked 'a holder whose client could be asked'
	else
		is "${mark}without a question" "$(grep -c "'yes'" out)" 0
	fi
	typed yes release named:far
	code_is 'its client answers: refused' 4
	if [[ $mode == functions ]]; then out_has 'with its answer' 'named:far: refused' 'answered after'; fi
	is "${mark}it is still held" "$(holder far | grep -c '^[0-9]')" 1
	is "${mark}its client goes on" "$(session far 'SELECT 1 + 1')" 2
	session_close far
}
quiet_far() {
	mlk status named:far --json
	grep -qF '"verdict":"idle"' out
}

# What was agreed to is the lock that was shown, not the one that is there by then.
changed_meanwhile() {
	local fd
	root "UPDATE app.migrations_lock SET locked = 1, acquired_at = '2020-01-01 00:00:00'"
	rm -f keys out
	: >out
	mkfifo keys
	answering keys release ghost:app &
	exec {fd}>keys
	until_true 30 grep -qF "Only 'yes'" out || not_ok "${mark}it asks" "$(<out)"
	root "UPDATE app.migrations_lock SET acquired_at = '2020-01-01 00:00:01'"
	until_true 10 settled || not_ok "${mark}nobody is at work"
	printf 'yes\n' >&"$fd"
	exec {fd}>&-
	wait $! || true
	out_has 'a lock that changed hands meanwhile is not released' 'changed hands'
	held_row 'changed meanwhile'
}

story() {
	row
	active
	idle
	asks_the_client
	changed_meanwhile
}
lock_table app
both_ways story
