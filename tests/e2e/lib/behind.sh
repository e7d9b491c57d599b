# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A real migration whose ALTER waits behind a forgotten transaction, with a queue behind it.

# shellcheck source=tests/e2e/lib/cascade.sh
. "$MLK_TOP/tests/e2e/lib/cascade.sh"

BEHIND=10

# stuck_behind TARGET TABLE COMMAND...: COMMAND is a client that hangs before it alters SCHEMA.TABLE. Exports T, TABLE and BLOCKER.
stuck_behind() {
	export T=$1 TABLE=$2 BLOCKER
	go=$PWD/go.$mode.${1%%:*}
	shift 2
	client migrator "$@" --hang client --hold "$go"
	client_holds migrator
	root "INSERT INTO $TABLE (id) VALUES (1)"
	session_start forgotten root
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten "BEGIN; DELETE FROM $TABLE WHERE id = 1; SELECT 'last words' FROM $TABLE LIMIT 1" >said
	touch "$go"
	until_true 30 waits 1 || die "the ALTER does not wait: $(root 'SHOW FULL PROCESSLIST')"
	queue_up "$TABLE" "$BEHIND"
}

# What is true however much the server shows.
behind_facts() {
	facts <<-'END'
		the lock is active :: r.held === true && r.verdict === 'active'
		its ALTER is told, once :: r.ddl.length === 1 && r.ddl[0].connection_id === Number(e.C_connection) && /^ALTER TABLE/i.test(r.ddl[0].statement) && r.ddl[0].kind === 'ALTER TABLE'
		on which table :: r.ddl[0].target === `table:${e.TABLE.replace('.', '/')}` && r.ddl[0].root === r.ddl[0].target
		it waits :: r.ddl[0].phase === 'waiting' && r.ddl[0].seconds >= 0 && r.ddl[0].seconds < 300
		for the forgotten transaction :: r.ddl[0].blockers.length === 1 && r.ddl[0].blocker_count === 1 && r.ddl[0].blockers[0].connection_id === Number(e.BLOCKER)
		what that has changed :: r.ddl[0].blockers[0].uncommitted_changes === 1 && r.ddl[0].blockers[0].transaction_seconds >= 0
		who queues behind it :: r.ddl[0].queue.count === 10 && r.ddl[0].queue.kinds.SELECT === 6 && r.ddl[0].queue.kinds.INSERT === 4
		one sentence tells it all :: r.because.some(s => s.startsWith(`ALTER TABLE of connection ${e.C_connection}, `) && s.includes(`connection ${e.BLOCKER} (root@localhost`) && s.includes('in a transaction open for') && s.includes('10 sessions queue behind it, the oldest for'))
		where to look next :: r.next === `SELECT miglock_status('${r.ddl[0].target}')`
	END
}

# What a refused release says; nobody is ended by it.
behind_refused() {
	mlk release "$T" --yes --json
	code_is 'it is not released without force' 4
	facts <<-'END'
		giving the DDL up would help :: d.outcome === 'refused' && d.because.some(s => s.includes(`release table:${e.TABLE.replace('.', '/')} `))
	END
	if connected "$C_connection" && connected "$BLOCKER"; then ok "${mark}nobody was ended"; else not_ok "${mark}nobody was ended"; fi
}

# behind_itself SCHEMA: a migration whose second connection waits for its first one, which waits for the answer.
behind_itself() {
	export T=knex:$1 TABLE=$1.customers
	root "CREATE DATABASE $1"
	client_run base "${knex[@]}" latest "$1"
	client migrator "${knex[@]}" latest "$1" --set itself
	until_true 30 waits 1 || die "the ALTER does not wait: $(root 'SHOW FULL PROCESSLIST')"
	for target in "$T" "table:${TABLE/.//}"; do
		mlk status "$target" --json
		facts <<-'END'
			a migration that waits for itself is told so :: r.held === true && r.because.some(s => s.includes('if both are of one client, it waits for itself, until it ends that transaction or gives up'))
		END
	done
	mlk release "table:${TABLE/.//}" --yes
	code_is 'its DDL is given up without force' 0
	client_end migrator
	fails 'knex fails' migrator 'Query execution was interrupted'
	becomes "$T" free
}

# The one in the way commits: the migration and the queue go on.
behind_ends() {
	session forgotten ROLLBACK >said
	session_close forgotten
	client_end migrator
	ends "$T goes on to its end" 0 migrator
	queue_ends
	becomes "$T" free
	facts <<-'END'
		there is no DDL any more :: r.ddl.length === 0
	END
}
