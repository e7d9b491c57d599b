#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ctrl-C ends every command at once, by the signal; the terminal is as it was, and at a question nothing is released.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/terminal.sh
. "$MLK_TOP/tests/cli/lib/terminal.sh"

# interrupted WHAT SEEN COMMAND...: once SEEN is on the screen, Ctrl-C ends it.
interrupted() {
	local what=$1 seen=$2
	shift 2
	enter "$*"
	see "$what: $seen" "$seen"
	keys C-c
	see "$what: ended by the signal" '[code 130]'
	tidy "$what"
}

questions() {
	interrupted 'the question of a release' "Only 'yes' is taken:" m release ghost:app
	is "${mark}nothing is released" "$(flag app)" 1
	interrupted 'half an answer' "Only 'yes' is taken:" m release ghost:app
	enter 'm release ghost:app'
	see 'a question' "Only 'yes' is taken:"
	keys y e s
	see 'an answer before Enter' 'taken: yes'
	keys C-c
	see 'is no answer' '[code 130]'
	is "${mark}nothing is released then" "$(flag app)" 1
	root 'DELETE FROM damaged.migrations_lock'
	interrupted 'the question of a repair' "Only 'yes' is taken:" m repair ghost:damaged
	is "${mark}nothing is repaired" "$(root 'SELECT COUNT(*) FROM damaged.migrations_lock')" 0
	interrupted 'a password' 'Enter password:' m -p status
	enter 'm -p status'
	see 'a password' 'Enter password:'
	keys s e c r e t C-c
	see 'half a password' '[code 130]'
	has_not secret || not_ok "${mark}it is not shown" "$(screen)"
	tidy 'half a password'
	enter 'm watch ghost:app'
	see 'watch' '> ghost:app'
	keys r
	see 'a question in watch' "Only 'yes' is taken:"
	keys C-c
	see 'ends watch' '[code 130]'
	tidy 'a question in watch'
	is "${mark}nothing is released from there" "$(flag app)" 1
}

waits() {
	session_start holder root
	session holder "SELECT GET_LOCK('held', 0)" >taken
	interrupted 'wait' 'waiting for named:held, 1 s' m wait named:held
	is "${mark}its line stays" "$(holder held | grep -c '^[0-9]')" 1
	session_close holder
	interrupted 'watch' 'q quit' m watch
}

# The server does not answer any more: whatever the command does then, Ctrl-C ends it at once.
hangs() {
	local command what
	kill -STOP "$MLK_PID"
	for command in status 'status ghost:app' 'release ghost:app --yes' 'repair ghost:app --yes' 'probe 1' install uninstall \
		'wait ghost:app' 'watch' check metrics; do
		what="$command while the server hangs"
		enter "m $command"
		until_true 10 runs || not_ok "$mark$what: it runs" "$(screen)"
		keys C-c
		see "$what" '[code 130]'
	done
	tidy 'all of them'
	kill -CONT "$MLK_PID"
	is "${mark}nothing is released by that" "$(flag app)" 1
}
runs() { [[ -n $(terminal_child) ]]; }
continued() { kill -CONT "$MLK_PID" 2>/dev/null || true; }
on_exit continued

# From a script, without a terminal.
script() {
	local pid fd signal
	session_start holder root
	session holder "SELECT GET_LOCK('held', 0)" >taken
	for signal in INT TERM HUP; do
		# bash ignores SIGINT for what it starts in the background
		env --default-signal=INT "$MLK_CLI" --defaults-file="$conf" wait named:held >out 2>err &
		pid=$!
		until_true 20 looks || not_ok "$mark$signal: it looks"
		kill -s "$signal" "$pid"
		code=0
		wait "$pid" || code=$?
		code_is "SIG$signal ends a wait" $((128 + $(kill -l "$signal")))
		empty "SIG$signal: no message" err
		until_true 10 looks_no_more || not_ok "$mark$signal: no connection is left"
	done
	(
		for fd in "${SESSION_INPUT[@]}"; do exec {fd}>&-; done # or the holder would never leave
		exec env --ignore-signal=INT "$MLK_CLI" --defaults-file="$conf" wait named:held --timeout 60
	) >out 2>err &
	pid=$!
	until_true 20 looks || not_ok "${mark}it looks in the background"
	kill -s INT "$pid"
	session_close holder
	code=0
	wait "$pid" || code=$?
	code_is 'an ignored SIGINT stays ignored' 0
}
lookers() { root "SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER'"; }
looks() { [[ $(lookers) != NULL ]]; }
looks_no_more() { [[ $(lookers) == NULL ]]; }

lock_table app
lock_table damaged
terminal_open 80 24
questions
waits
script
hangs
