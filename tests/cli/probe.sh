#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# probe ID, status --probe and what a release asks: a client on the server's host, one by TCP that answers, and nobody to ask.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

by_tcp=(--protocol=tcp --host="$MLK_HOST" --port="$MLK_PORT")
local_words='its client is a process of the server'\''s own host'

wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }
fits() { is "$mark$1 fits into 80 columns" "$(wide out)" ''; }
# begins WHAT LINE: the first line of the answer.
begins() { is "$mark$1" "$(head -n 1 out)" "$2"; }
rests() { [[ $(root "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = $1" 2>/dev/null) == Sleep ]]; }

no_such_connection() {
	mlk probe 4000000000
	code_is 'no such connection' 1
	empty 'no such connection: no answer' out
	err_has 'no such connection is said' '4000000000'
	is "${mark}in one line, without the name of a function" "$(grep -c . err) $(grep -c miglock_probe err || true)" '1 0'
	mlk probe 4000000000 --json
	code_is 'no such connection --json' 1
	facts <<-'END'
		it is a document :: d.error.message.includes('4000000000')
	END
}

# Without the functions there is no way to the server's kernel: said, and never a guess.
nobody_to_ask() {
	mlk probe "$tcp"
	code_is 'without the functions' 1
	cat out err >said
	is "${mark}it says what is missing" "$(flat said | grep -c "functions")" 1
	is "${mark}and nothing of life or death" "$(grep -cE '^connection [0-9]+: its client is|is gone' said || true)" 0
	mlk status named:by_tcp --probe
	code_is 'status --probe all the same' 0
	out_has 'shows the lock' 'named:by_tcp is idle'
	mlk status named:by_tcp --probe --json
	facts <<-'END'
		nobody was asked :: r.holder.peer === 'unknown'
	END
}

from_tcp() {
	mlk probe "$tcp"
	code_is 'a client by TCP' 0
	begins 'is alive' "connection $tcp: its client is alive"
	out_has 'says after how long it answered' 'answered after' ' ms'
	out_has 'says who it is' "connection $tcp $MLK_USER@"
	fits 'probe'
	mlk probe "$tcp" --json
	code_is 'a client by TCP, as a document' 0
	ID=$tcp facts <<-'END'
		which client it was :: d.schema_version === 1 && String(d.connection_id) === e.ID && d.peer === 'alive' && d.asked === true
		and the figures :: d.answer_ms >= 0 && d.answer_ms <= 5000 && d.tcp.state === 'ESTABLISHED' && Array.isArray(d.because)
	END
	mlk status named:by_tcp
	is "${mark}status alone asks nobody" "$(grep -c 'client alive' out || true)" 0
	out_has 'and says how to' 'miglock status named:by_tcp --probe' "SELECT miglock_status('named:by_tcp', 'probe')"
	mlk status named:by_tcp --probe
	code_is 'status --probe' 0
	out_has 'shows that the holder answered' 'client alive (answered after'
	mlk status named:by_tcp named:on_host --probe --json
	facts <<-'END'
		each target's holder is asked :: d.map(l => l.holder.peer).join() === 'alive,local'
		with the reason :: d[0].holder.peer_because.startsWith('answered after')
		an answer alone does not make it work :: d[0].verdict === 'idle'
	END
}

on_host() {
	mlk status named:on_host
	out_has 'what else its holder holds' "also holds 'beside it'"
	is "${mark}without the lock itself" "$(grep 'also holds' out | grep -c on_host || true)" 0
	mlk probe "$here"
	code_is 'a client on the host' 0
	begins 'is local' "connection $here: $local_words"
	mlk probe "$here" --json
	facts <<-'END'
		and is not asked :: d.peer === 'local' && d.asked === false && d.tcp === null
	END
}

# A client that has ended while its statement waits for a row: the server sees that only when the wait is over. MariaDB shows a
# session inside it no port, and a thread at work does not tell its socket: there it cannot be told.
ended() {
	local client
	root 'CREATE DATABASE app; CREATE TABLE app.t (a INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO app.t VALUES (1)'
	session near 'BEGIN; SELECT a FROM app.t FOR UPDATE' >taken
	MYSQL_PWD=$MLK_PASSWORD server_client --user="$MLK_USER" "${by_tcp[@]}" -N -B \
		-e "SELECT GET_LOCK('dead', 0); SELECT a FROM app.t FOR UPDATE" >ended.out 2>&1 &
	client=$!
	until_true 20 waits || not_ok "${mark}the statement waits"
	dead=$(holder dead)
	pkill -KILL -P "$client"
	wait "$client" || true
	mlk probe "$dead"
	if is_mariadb; then
		code_is 'a client that has ended' 1
		begins 'cannot be told on MariaDB' "connection $dead: it cannot be told whether its client is alive"
	else
		code_is 'a client that has ended' 0
		begins 'is gone' "connection $dead: its client is gone"
		mlk status named:dead
		out_has 'status says so' 'client gone (' 'named:dead is active'
		mlk status
		out_has 'and the table' 'client gone'
	fi
	session near 'ROLLBACK' >taken
	until_true 20 lock_is_free dead || not_ok "${mark}its lock comes free"
}
# InnoDB renews that table only when nobody has read it for 0.1 s.
waits() { [[ $(root "DO SLEEP(0.2); SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'") == 1 ]]; }

# What was asked for is a release; the client that answers keeps its lock.
release() {
	mlk release named:by_tcp --dry-run
	code_is 'a dry run' 4
	mlk release named:by_tcp --yes
	code_is 'a release asks, and refuses where the client answers' 4
	out_has 'with the answer' 'answered after'
	mlk release named:by_tcp
	code_is 'a release without a terminal' 4
	is "${mark}the lock is still held" "$(holder by_tcp)" "$tcp"
	is "${mark}the client has noticed nothing" "$(session far 'SELECT 1 + 1')" 2
}

story() {
	session_start near root
	session near "SELECT GET_LOCK('on_host', 0), GET_LOCK('beside it', 0)" >taken
	here=$(session near 'SELECT CONNECTION_ID()')
	MYSQL_PWD=$MLK_PASSWORD session_start far "$MLK_USER" "${by_tcp[@]}"
	session far "SELECT GET_LOCK('by_tcp', 0)" >taken
	tcp=$(session far 'SELECT CONNECTION_ID()')
	until_true 20 rests "$tcp" || not_ok "${mark}the holder rests"
	no_such_connection
	if [[ $mode == direct ]]; then
		nobody_to_ask
	else
		on_host
		from_tcp
		release
		ended
	fi
	session_close near
	session_close far
	until_true 20 lock_is_free by_tcp || not_ok "${mark}its client has left"
	until_true 20 lock_is_free on_host || not_ok "${mark}the other has left"
}
both_ways story
