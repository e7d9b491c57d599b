#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# wait returns when the lock is free, and only then; otherwise it says who holds it, or that nobody can know.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# waiting ARGUMENTS...: a wait in the background, with out, err and code as of mlk, once it has ended (ended). It must not keep the
# sessions of this shell open.
waiting() {
	local fd
	rm -f ended
	: >err
	(
		for fd in "${SESSION_INPUT[@]}"; do exec {fd}>&-; done
		mlk -v wait "$@"
		printf '%s' "$code" >ended
	) &
}
ended() {
	if until_true "${1:-20}" test -s ended; then code=$(<ended); else code='still waiting'; fi
}
# Whoever asks a second time has had an answer.
waits() { (($(grep -cE 'sql: .*(IS_USED_LOCK|miglock_status|FROM .app.\..migrations_lock. LIMIT)' err) > 1)); }
# The connections of commands that look (its own is root's).
lookers() { root "SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER'"; }
looks() { [[ $(lookers) != NULL ]]; }
looks_no_more() { [[ $(lookers) == NULL ]]; }
# took SECONDS: since began; the machine may be busy, so there is some room.
within() {
	local took=$((${EPOCHREALTIME/[.,]/} - began))
	if ((took < $2 * 1000000)); then ok "$mark$1"; else not_ok "$mark$1" "took $took us"; fi
}
start_clock() { began=${EPOCHREALTIME/[.,]/}; }

free_at_once() {
	start_clock
	mlk wait named:nobody
	code_is 'a free lock' 0
	within 'a free lock needs no waiting' 5
	is "${mark}says so" "$(<out)" 'named:nobody is free'
	empty 'a free lock: no messages' err
	mlk wait named:nobody --json --timeout 5
	code_is 'a free lock --json' 0
	facts <<-'END'
		a document :: d.schema_version === 1 && d.target === 'named:nobody' && d.outcome === 'free' && d.verdict === 'free'
		with the seconds and the report :: d.seconds >= 0 && d.seconds < 5 && d.now.held === false && d.because.length > 0
	END
	mlk wait named:nobody --quiet
	code_is 'a free lock --quiet' 0
	empty 'a free lock --quiet says nothing' out
	is "${mark}it is not taken by waiting" "$(holder nobody)" NULL
}

time_over() {
	local id
	session_start holder root
	session holder "SELECT GET_LOCK('held', 0)" >taken
	id=$(holder held)
	start_clock
	mlk wait named:held --timeout 1
	code_is 'a held lock, when the time is over' 3
	within 'not much later' 8
	empty 'a held lock: no answer' out
	err_has 'it is said who holds it' "connection $id root@localhost" 'named:held is not free after 1.' "held by $id root@localhost" '(idle)'
	err_has 'and what to do' 'miglock release named:held --token'
	start_clock
	mlk wait named:held --timeout 0 --json
	code_is 'a held lock, looked at once' 3
	within 'that is at once' 5
	ID=$id facts <<-'END'
		a document :: d.outcome === 'timeout' && d.verdict === 'idle' && String(d.now.holder.connection_id) === e.ID
	END
	empty 'with --json no messages' err
	mlk wait named:held --timeout 0 --plain
	code_is 'a held lock --plain' 3
	is "${mark}is a line of columns" "$(cut -f 1-3,6 out)" $'named:held\ttimeout\tidle\tyes'
	mlk wait named:held --timeout 0 --quiet
	code_is 'a held lock --quiet' 3
	is "${mark}says one line" "$(wc -l <err)" 1
	mlk wait named:held --timeout 0 --probe --json
	code_is '--probe' 3
	if [[ $mode == functions ]]; then
		facts <<-'END'
			the client is asked :: d.now.holder.peer === 'local'
		END
	else
		facts <<-'END'
			the client cannot be asked :: d.now.holder.peer === 'unknown' && d.now.blind_spots.length > 0
		END
	fi
	is "${mark}the lock is still held" "$(holder held)" "$id"
}

# Whoever lists the sessions a second time has had an answer on a table.
waits_for_table() { (($(grep -cE 'sql: .*(miglock_status|PROCESSLIST)' err) > 1)); }

ddl_waits() { (($(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock%'") == 1)); }

# The DDL that is waited for takes the table away. A table that was never there is a mistake in its name.
table_goes_away() {
	local format n
	for format in '' --json; do
		root 'CREATE TABLE app.old (i INT)'
		session_start forgotten root
		session forgotten 'BEGIN; SELECT COUNT(*) FROM app.old' >taken
		session_start ddl root
		session_send ddl 'DROP TABLE app.old'
		until_true 20 ddl_waits || not_ok "${mark}the DROP waits"
		# shellcheck disable=SC2086 # nothing where there is none
		waiting table:app/old --timeout 100 --interval 0.2 $format
		until_true 20 waits_for_table || not_ok "${mark}it looks at the table"
		session forgotten COMMIT >/dev/null
		ended
		code_is "a table that is dropped meanwhile $format" 0
		n=$(session ddl 'SELECT 1')
		is "${mark}the DROP went through" "$n" 1
		if [[ -z $format ]]; then out_has 'says so' 'table:app/old was dropped or renamed after '; fi
		session_close ddl
		session_close forgotten
	done
	facts <<-'END'
		a document :: d.outcome === 'gone' && d.target === 'table:app/old' && d.verdict === 'free' && d.now === null && d.because.length === 1
	END
	mlk wait table:app/old --timeout 100
	code_is 'a table that is not there' 1
}

# The holder gives it back while somebody waits.
released() {
	until_true 10 looks_no_more || not_ok "${mark}nobody looks"
	waiting named:held
	until_true 20 waits || not_ok "${mark}it looks"
	is "${mark}it waits" "$(cat ended 2>/dev/null || true)" ''
	session holder "DO RELEASE_LOCK('held')" >/dev/null
	ended
	code_is 'a lock that is given back' 0
	out_has 'says after how long' 'named:held is free after '
	session holder "SELECT GET_LOCK('held', 0)" >taken
	waiting named:held --timeout 100 --interval 0.2
	until_true 20 waits || not_ok "${mark}it looks again"
	session_close holder
	ended
	code_is 'a holder that leaves' 0
}

row() {
	root 'UPDATE app.migrations_lock SET locked = 1'
	mlk wait ghost:app --timeout 0
	code_is 'a row that is held' 3
	err_has 'says so' 'the flag in app.migrations_lock is set' '(abandoned)'
	waiting ghost:app --timeout 60
	until_true 20 waits || not_ok "${mark}it looks at the row"
	root 'UPDATE app.migrations_lock SET locked = 0'
	ended
	code_is 'a row that comes free' 0
	root 'DELETE FROM app.migrations_lock'
	mlk wait ghost:app --timeout 0.5
	code_is 'a damaged lock table' 3
	err_has 'says so, and how to repair it' 'damaged' 'miglock repair ghost:app' '(unknown)'
	root "INSERT INTO app.migrations_lock VALUES ('km01', 0, NULL, NULL)"
}

never() {
	start_clock
	mlk wait ghost:nowhere --timeout 20
	code_is 'a schema that is not there' 1
	err_has 'is named' "there is no schema 'nowhere'"
	mlk wait rails:nowhere --timeout 20 --json
	code_is 'also of a named lock' 1
	facts <<-'END'
		that is a document :: d.error.code === 'not_found' && d.error.message.includes('nowhere')
	END
	mlk wait ghost:mysql --timeout 20
	code_is 'a lock table that is not there' 1
	err_has 'is named too' 'there is no table mysql.migrations_lock'
	within 'without any waiting' 15
	mlk wait ghost:
	code_is 'no target' 2
	for seconds in -1 x '' 1e3 5m 1,5; do
		mlk wait named:nobody --timeout="$seconds"
		code_is "--timeout '$seconds'" 2
		is "${mark}--timeout '$seconds': one line" "$(wc -l <err)" 1
	done
	mlk wait named:nobody --interval 0
	code_is '--interval 0' 2
}

# Its connection is killed: it makes another one, and says so once.
lost() {
	session_start holder root
	session holder "SELECT GET_LOCK('held', 0)" >taken
	waiting named:held --timeout 60
	until_true 20 waits || not_ok "${mark}it looks"
	first=$(lookers)
	root "KILL $first"
	until_true 20 another || not_ok "${mark}it connects again" "$(<err)"
	second=$(lookers)
	root "KILL $second"
	until_true 20 another || not_ok "${mark}it connects once more" "$(<err)"
	session_close holder
	ended
	code_is 'a wait over lost connections' 0
	err_has 'says that' 'trying again until the time is over'
}
another() { looks && [[ $(lookers) != "$first" && $(lookers) != "${second:-$first}" ]]; }

on_terminal() {
	session_start holder root
	session holder "SELECT GET_LOCK('held', 0)" >taken
	answering /dev/null wait named:held --timeout 1.5
	code_is 'on a terminal' 3
	out_has 'a line says what is waited for' "waiting for named:held, 1 s: held by $(holder held) root@localhost"
	session_close holder
	until_true 10 lock_is_free held || not_ok "${mark}it is free"
	mlk wait named:held
	empty 'elsewhere nothing does' err
}

closed_output() {
	code=0
	"$MLK_CLI" --defaults-file="$conf" wait named:nobody >/dev/full 2>err || code=$?
	code_is 'an answer that cannot be written' 1
	code=0
	"$MLK_CLI" --defaults-file="$conf" wait named:nobody 2>err >&- || code=$?
	code_is 'nobody to answer' 1
}

story() {
	first='' second=''
	free_at_once
	time_over
	released
	row
	never
	table_goes_away
	lost
	on_terminal
	closed_output
}
lock_table app
both_ways story

# A server of its own that hangs, dies and comes back; nothing is installed there.
mode=direct mark=
wrong() {
	mlk wait named:held --timeout 5
	code_is "$1" 1
	is "$1: one line" "$(wc -l <err)" 1
}
conf=$PWD/second.cnf
printf '[client]\nsocket=%s/none\nuser=%s\n' "$PWD" "$MLK_USER" >"$conf"
wrong 'no server at the start'
server_start "${1:?}" second
option_file "$conf"
continued() { kill -CONT "$MLK_PID" 2>/dev/null || true; }
on_exit continued

hold holder root held
waiting named:held --timeout 4
until_true 20 waits || not_ok 'it looks at the second server'
start_clock
kill -STOP "$MLK_PID"
ended
continued
code_is 'a server that hangs' 1
err_has 'is said' 'the server does not answer' 'ago named:held was held by'

waiting named:held --timeout 3
until_true 20 waits || not_ok 'it looks again'
server_stop second
ended
code_is 'a server that dies' 1
err_has 'is said at once, and at the end' 'trying again until the time is over' 'without a connection to the server'
is 'in two lines' "$(grep -vc 'sql: ' err)" 2

server_start "$1" second
rm -f holder.in
hold holder root held
waiting named:held --timeout 200
until_true 20 waits || not_ok 'it looks once more'
server_stop second
until_true 20 grep -qF 'trying again' err || not_ok 'it tries again' "$(<err)"
server_start "$1" second
ended 30
code_is 'a server that comes back without the lock' 0
