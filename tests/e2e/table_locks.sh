#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A cascade behind one forgotten transaction is seen whole; so are backups' locks, LOCK TABLES and DDL at work.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
# mysql options: --performance-schema-consumer-events-stages-current=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib/cascade.sh
. "$MLK_TOP/tests/e2e/lib/cascade.sh"

seen_whole() {
	cascade "shop_$mode"
	mlk tables --json
	code_is 'tables' 0
	cascade_facts
	facts <<-'END'
		it is idle :: r.verdict === 'idle' && r.root === r.target
		nothing is guessed :: r.source === 'metadata_locks' && r.blockers[0].guessed === false && r.blockers[0].lock_type === 'SHARED_WRITE'
		what it last ran is told :: r.blockers[0].last_statement.includes("SELECT '-- end") || r.blockers[0].last_statement.includes('last words')
		programs are told :: r.blockers[0].program === 'mysql' && r.ddl[0].program === 'mysql'
		nothing is hidden :: r.blind_spots.length === 0
	END
	mlk tables "$S"
	code_is 'as text' 0
	out_has 'the root is on its first line' "table:$S/orders, idle: connection $BLOCKER"
	cascade_drains
}

# held WHAT SQL: a session that keeps a lock while another one's statement waits in that state. Exports HOLDER and WAITER.
held() {
	export HOLDER WAITER
	session_start holder root -D "$S"
	HOLDER=$(session holder 'SELECT CONNECTION_ID()')
	session holder "$1" >said
	session_start waiter root -D "$S"
	WAITER=$(session waiter 'SELECT CONNECTION_ID()')
	session_send waiter "$2"
	until_true 20 in_state "$WAITER" "$3" || die "$2 does not wait: $(root 'SHOW FULL PROCESSLIST')"
	mlk tables --json
}
in_state() { [[ $(root "SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = $1") == "$2"* ]]; }
let_go() {
	session holder "$1" >said
	session waiter 'SELECT 1' >said
	session_close holder
	session_close waiter
}

other_locks() {
	S=other_$mode
	root "CREATE DATABASE $S; CREATE TABLE $S.t (id INT PRIMARY KEY) ENGINE = InnoDB; CREATE TABLE $S.u LIKE $S.t"

	held 'FLUSH TABLES WITH READ LOCK' 'ALTER TABLE t ADD COLUMN c INT' "Waiting for $(is_mariadb && echo backup || echo global)"
	facts <<-'END'
		a global read lock is the root :: d.some(x => x.target === 'server:' && x.verdict === 'idle' && x.blockers[0].connection_id === Number(e.HOLDER))
		it is named :: d[0].because[0].includes('FLUSH TABLES WITH READ LOCK')
		the table of the DDL is led there :: d.some(x => x.target === `table:${e.S}/t` && x.root === 'server:' && x.ddl[0].connection_id === Number(e.WAITER))
	END
	let_go 'UNLOCK TABLES'

	held 'LOCK TABLES t WRITE' 'SELECT * FROM t' 'Waiting for table metadata'
	facts <<-'END'
		LOCK TABLES is the root :: r.target === `table:${e.S}/t` && r.verdict === 'idle' && r.blockers[0].lock_type === 'SHARED_NO_READ_WRITE'
		it is said in words :: r.because[0].includes('has locked')
		who waits :: r.queue.count === 1 && r.queue.first[0].connection_id === Number(e.WAITER) && r.ddl.length === 0 && r.next === null
	END
	let_go 'UNLOCK TABLES'

	if is_mariadb; then
		held 'BACKUP STAGE START; BACKUP STAGE BLOCK_DDL' 'ALTER TABLE t ADD COLUMN d INT' 'Waiting for backup'
		facts <<-'END'
			a stage of a backup is the root :: d[0].because[0].includes('BACKUP STAGE') && d[0].blockers[0].connection_id === Number(e.HOLDER)
		END
		let_go 'BACKUP STAGE END'
	else
		held 'LOCK INSTANCE FOR BACKUP' 'ALTER TABLE t ADD COLUMN d INT' 'Waiting for backup'
		facts <<-'END'
			a backup's lock is the root :: d[0].because[0].includes('LOCK INSTANCE FOR BACKUP') && d[0].blockers[0].connection_id === Number(e.HOLDER)
		END
		let_go 'UNLOCK INSTANCE'
	fi

	held "BEGIN; SELECT COUNT(*) FROM u" "DROP DATABASE $S" 'Waiting for'
	facts <<-'END'
		DROP DATABASE waits for a reader :: d.some(x => x.verdict === 'idle' && x.blockers.some(b => b.connection_id === Number(e.HOLDER)) && x.ddl.some(w => w.kind === 'DROP DATABASE'))
	END
	let_go COMMIT
	root "DROP DATABASE IF EXISTS $S"
}

# DDL that runs keeps writers out: it is the root itself, and how far it is shows.
at_work() {
	local i
	export S=work_$mode DDL
	root "CREATE DATABASE $S; CREATE TABLE $S.big (id INT AUTO_INCREMENT PRIMARY KEY, note CHAR(200)) ENGINE = InnoDB;
		INSERT INTO $S.big (note) VALUES ('a'), ('b'), ('c'), ('d')"
	for ((i = 0; i < 15; i++)); do root "INSERT INTO $S.big (note) SELECT note FROM $S.big"; done
	session_start ddl root -D "$S"
	DDL=$(session ddl 'SELECT CONNECTION_ID()')
	for ((i = 0; i < 20; i++)); do
		session_send ddl 'ALTER TABLE big FORCE, ALGORITHM=COPY'
		until_true 20 in_state "$DDL" 'copy to tmp table' || continue
		mlk tables --json
		[[ $(value 'd.length > 0 && d[0].ddl[0].phase === "running" && d[0].ddl[0].percent > 0') != true ]] || break
		session ddl 'SELECT 1' >said
	done
	facts <<-'END'
		DDL at work is the root :: r.target === `table:${e.S}/big` && r.verdict === 'active' && r.ddl[0].connection_id === Number(e.DDL)
		how far it is :: r.ddl[0].phase === 'running' && r.ddl[0].percent > 0 && r.ddl[0].percent <= 100 && r.ddl[0].algorithm === 'COPY'
		nobody is in its way :: r.blocker_count === 0 && r.next === null
	END
	session ddl 'SELECT 1' >said
	session_close ddl
	root "DROP DATABASE $S"
}

story() {
	seen_whole
	other_locks
	at_work
}
both_ways story
