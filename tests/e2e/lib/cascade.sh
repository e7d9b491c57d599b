# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A real cascade: a forgotten transaction, an ALTER that waits for it, 50 readers and writers that wait for the ALTER.

# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

QUEUED=50
queue_pids=()
on_exit end_queue
end_queue() { if ((${#queue_pids[@]})); then kill "${queue_pids[@]}" 2>/dev/null || true; fi; }

waiting() { root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock'"; }
waits() { (($(waiting) == $1)); }

# cascade SCHEMA: exports S, BLOCKER and DDL (connection ids).
cascade() {
	export S=$1 BLOCKER DDL
	root "CREATE DATABASE $S; CREATE TABLE $S.orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE = InnoDB;
		INSERT INTO $S.orders VALUES (1, 'a'), (2, 'b')"
	session_start forgotten root -D "$S"
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten "BEGIN; UPDATE orders SET note = 'x' WHERE id = 1; SELECT 'last words' FROM orders LIMIT 1" >said
	session_start ddl root -D "$S"
	DDL=$(session ddl 'SELECT CONNECTION_ID()')
	session_send ddl 'ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE'
	until_true 20 waits 1 || die "the ALTER does not wait: $(root 'SHOW FULL PROCESSLIST')"
	queue_up "$S.orders" "$QUEUED"
}

# queue_up TABLE COUNT: three readers to two writers, behind DDL that waits for that table.
queue_up() {
	local i sql
	for ((i = 0; i < $2; i++)); do
		sql="SELECT COUNT(*) FROM $1"
		if ((i % 5 < 2)); then sql="INSERT INTO $1 (id) VALUES ($((100 + i)))"; fi
		server_client -e "$sql" >"queued.$i" 2>&1 &
		queue_pids+=("$!")
	done
	until_true 60 waits $(($2 + 1)) || die "only $(waiting) wait: $(root 'SHOW FULL PROCESSLIST')"
}

# queue_ends: all of them have been served.
queue_ends() {
	local pid failed=0
	for pid in "${queue_pids[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	queue_pids=()
	is "${mark}everybody in the queue went on" "$failed" 0
}

# What is true however much the server shows.
cascade_facts() {
	facts <<-'END'
		one table is told of :: d.length === 1 && r.target === `table:${e.S}/orders` && r.schema === e.S && r.table === 'orders'
		the ALTER waits :: r.ddl.length === 1 && r.ddl[0].connection_id === Number(e.DDL) && r.ddl[0].phase === 'waiting'
		it has not begun :: r.ddl[0].begun === false && r.because.some(x => x.includes('has not begun'))
		how it is to be done is told :: r.ddl[0].kind === 'ALTER TABLE' && r.ddl[0].algorithm === 'INPLACE' && r.ddl[0].lock === 'NONE'
		the forgotten transaction is in its way :: r.blockers[0].connection_id === Number(e.BLOCKER) && r.blockers[0].in_transaction && r.blockers[0].uncommitted_changes === 1
		since when it is open is told :: r.blockers[0].transaction_seconds >= 0 && r.blockers[0].transaction_seconds < 300
		nobody else is :: r.blocker_count === 1
		the queue is counted :: r.queue.count === 50 && r.queue.kinds.SELECT === 30 && r.queue.kinds.INSERT === 20
		all of it is behind the ALTER :: r.queue.behind_ddl === 50
		a few of it are shown :: r.queue.first.length === 10
		how old it is :: r.queue.oldest_seconds >= 0 && r.queue.oldest_seconds < 300
		connections are counted :: r.connections.used >= 52 && r.connections.max >= r.connections.used
		the root comes first :: r.because[0].startsWith(`connection ${e.BLOCKER} (root@localhost`)
		there is a token :: /^[0-9a-f]{12}$/.test(r.token)
		what can be done :: r.next === `SELECT miglock_release('table:${e.S}/orders', '${r.token}')`
	END
}

# One release: the queue goes on, nobody is ended, nothing is changed.
cascade_drains() {
	mlk release "table:$S/orders" --yes --json
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.dry_run === false
		by ending the DDL :: new RegExp(`^KILL QUERY (ID [0-9]+|${e.DDL})$`).test(d.statement)
		its end is told :: d.because.some(x => x.startsWith(`the statement of connection ${e.DDL} ended after `))
		and what to do before the next try :: d.advice.some(x => x.includes('lock_wait_timeout'))
	END
	queue_ends
	is "${mark}the forgotten transaction is still there" "$(session forgotten 'SELECT note FROM orders WHERE id = 1')" x
	is "${mark}the DDL's session, too" "$(session ddl 'SELECT CONNECTION_ID()' | tail -n 1)" "$DDL"
	is "${mark}its table is unchanged" \
		"$(root "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '$S' AND TABLE_NAME = 'orders'")" 2
	mlk tables --json
	facts <<-'END'
		nobody waits any more :: d.length === 0
	END
	session_close forgotten
	session_close ddl
	until_true 20 settled
	root "DROP DATABASE $S"
}
