#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A Rails migration hangs: who holds its lock is shown, and only that connection is killed, and only when told to.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
# mariadb11 options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

# Its client sleeps: both of its connections are idle, and nothing tells that from a hang.
idle_migration() {
	export T=$1
	local schema=${1#rails:} token

	client migrator "${rails[@]}" "$schema" --hang client --program rake
	client_holds migrator
	mlk status "$T" --json
	code_is 'a held lock is no failure' 0
	facts <<-'END'
		the lock is held :: r.target === e.T && r.held === true && r.kind === 'named' && r.schema === e.T.slice(6)
		its name is the one that Rails used :: r.name === e.C_lock
		its holder is the connection that took it :: r.holder.connection_id === Number(e.C_lock_connection)
		its holder is known by program and process :: r.holder.program === 'rake' && r.holder.pid === Number(e.C_pid)
		its holder is known by user and host :: r.holder.user === 'admin' && r.holder.host.startsWith('localhost')
		its holder sleeps :: r.holder.command === 'Sleep' && r.holder.statement === null
		the connection that works is its sibling :: r.siblings.length === 1 && r.siblings[0].connection_id === Number(e.C_connection)
		the sibling is of the same process :: r.siblings[0].pid === Number(e.C_pid)
		nobody waits :: r.waiters.length === 0
		an idle holder is called idle :: r.verdict === 'idle'
		the reason has figures :: r.because.some(s => s.includes(`connection ${e.C_lock_connection} `) && / idle for \d+ s/.test(s))
		the token has twelve digits :: /^[0-9a-f]{12}$/.test(r.token)
		the next statement is to release it by force :: r.next === `SELECT miglock_release('${e.T}', '${r.token}', 'force')`
		nothing is hidden from this account but the server's kernel :: r.blind_spots.every(s => / kernel knows/.test(s))
	END
	token=$(value r.token)
	mlk status --exit-code
	code_is '--exit-code: something is held' 3
	out_has 'the table shows the lock' "$T" idle "$C_lock_connection"
	mlk status "$schema" --json
	facts <<-'END'
		the schema's locks are this one :: d.filter(l => l.held).length === 1 && d.some(l => l.target === e.T && l.verdict === 'idle')
	END

	client_run second "${rails[@]}" "$schema"
	ends 'a second migrator is refused by Rails' 3 second
	fails 'and says so' second ActiveRecord::ConcurrentMigrationError

	mlk release "$T" --yes
	code_is 'an idle holder is not killed without force' 4
	out_has 'the refusal says why' refused 'being idle proves nothing'
	is "${mark}the lock is still held" "$(holder "$C_lock")" "$C_lock_connection"
	mlk release "$T" --force --yes --token 000000000000 --json
	code_is 'a wrong token is refused' 4
	facts <<-'END'
		the lock changed hands, as far as that token says :: d.outcome === 'changed' && d.because.some(s => s.includes('000000000000'))
	END
	is "${mark}the lock is still held after that" "$(holder "$C_lock")" "$C_lock_connection"
	mlk release "$T" --force --dry-run --json
	code_is 'a dry run succeeds' 0
	facts <<-'END'
		a dry run would kill the holder :: d.outcome === 'would_release' && d.dry_run === true && d.statement.includes(e.C_lock_connection)
	END
	is "${mark}the lock is still held after a dry run" "$(holder "$C_lock")" "$C_lock_connection"

	mlk release "$T" --force --yes --token "$token" --json
	code_is 'force, yes and the token release it' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.verdict === 'idle'
		how is told :: d.because.some(s => s.includes(`connection ${e.C_lock_connection} was killed`))
		what is now is told :: d.now.held === false && d.now.verdict === 'free' && d.now.token === null
		what to check is told :: d.advice.some(s => s.includes('db:migrate:status'))
	END
	if until_true 10 gone "$C_lock_connection"; then
		ok "${mark}the holder's connection is gone"
	else
		not_ok "${mark}the holder's connection is gone"
	fi
	if connected "$C_connection"; then ok "${mark}its sibling lives"; else not_ok "${mark}its sibling lives"; fi
	client_kill migrator
	becomes "$T" free
	client_run again "${rails[@]}" "$schema"
	ends 'the next migration goes through' 0 again

	mlk release "$T" --yes --token "$token" --json
	code_is 'a second release succeeds' 0
	facts <<-'END'
		there is nothing to release :: d.outcome === 'free' && d.now.held === false
	END
}

# It works on its other connection: the holder sleeps all the same.
working_migration() {
	export T=$1
	local schema=${1#rails:} go=$PWD/go.$mode

	client migrator "${rails[@]}" "$schema" --hang sql --hold "$go"
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		the holder sleeps :: r.holder.connection_id === Number(e.C_lock_connection) && r.holder.command === 'Sleep'
		the sibling's statement is shown :: r.siblings.some(s => s.connection_id === Number(e.C_connection) && s.statement.includes('SLEEP(86400)'))
		the lock is active :: r.verdict === 'active'
		because of the sibling's statement :: r.because.some(s => s.includes(`connection ${e.C_connection} `) && s.includes('SLEEP(86400)'))
		the next statement releases nothing :: r.next === `SELECT miglock_status('${e.T}')`
	END
	mlk release "$T" --yes
	code_is 'it is not released without force' 4
	out_has 'as work is going on' 'work is going on under this lock'
	mlk release "$T" --force --yes
	code_is 'nor with force and without the token' 4
	err_has 'and the token is asked for' --token
	if connected "$C_lock_connection" && connected "$C_connection"; then
		ok "${mark}nobody was killed"
	else
		not_ok "${mark}nobody was killed"
	fi
	touch "$go"
	client_end migrator
	ends 'the migration goes on to its end' 0 migrator
	becomes "$T" free
}

# What ends the sibling's statement too: the lock's name typed, or --yes with the token.
working_migration_by_force() {
	export T=$1
	local schema=${1#rails:} token

	client migrator "${rails[@]}" "$schema" --hang sql
	client_holds migrator
	mlk status "$T" --json
	token=$(value r.token)
	mlk release "$T" --force --yes --token "$token" --json
	code_is 'an active lock is released with force and token' 0
	facts <<-'END'
		it is released, and was active :: d.outcome === 'released' && d.verdict === 'active'
	END
	is "${mark}nobody holds it" "$(holder "$C_lock")" NULL
	client_kill migrator
	until_true 20 gone "$C_connection" || not_ok "${mark}its sibling ends with its process"
}

story() {
	local schema
	for schema in idle working forced; do root "CREATE DATABASE ${schema}_$mode"; done
	idle_migration "rails:idle_$mode"
	working_migration "rails:working_$mode"
	working_migration_by_force "rails:forced_$mode"
}
both_ways story
