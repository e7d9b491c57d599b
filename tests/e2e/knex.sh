#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# knex was killed, or still runs with its flag uncommitted, or has too many rows: told apart, and cured where that is safe.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

stuck='Migration table is already locked'

# killed_after_ddl TARGET SCHEMA [OPTIONS]: the DDL has committed the flag, so it stays.
killed_after_ddl() {
	local schema=$2
	export T=$1
	shift 2

	client_run base "${knex[@]}" latest "$schema" "$@"
	ends 'knex migrates' 0 base
	mlk status "$T" --json --exit-code
	code_is 'free after that' 0
	facts <<-'END'
		a free lock :: r.target === e.T && r.held === false && r.verdict === 'free'
	END

	client migrator "${knex[@]}" latest "$schema" "$@" --set ddl --hang client
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		while it hangs outside SQL it is idle :: r.held === true && r.verdict === 'idle' && r.siblings.some(s => s.connection_id === Number(e.C_connection))
	END
	mlk release "$T" --yes
	code_is 'that is not released' 4
	client_kill migrator
	client_run next "${knex[@]}" latest "$schema" "$@" --set ddl
	fails 'the next run fails with the error of knex' next "$stuck"

	becomes "$T" abandoned
	facts <<-'END'
		knex does not say since when :: r.since === null && r.since_text === null && r.held_seconds === null
		the next statement needs no force :: r.next === `SELECT miglock_release('${e.T}', '${r.token}')`
	END
	mlk release "$T" --yes --json
	code_is 'release' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.now.held === false && d.advice.length > 0
	END
	client_run next "${knex[@]}" latest "$schema" "$@" --set ddl
	ends 'knex goes on' 0 next
}

# The flag reads 0 to everybody else: a migration runs all the same.
uncommitted() {
	local schema=$1 go=$PWD/go.$1
	export T=knex:$1

	client_run base "${knex[@]}" latest "$schema"
	client migrator "${knex[@]}" latest "$schema" --set dml --hang client --hold "$go"
	client_holds migrator
	is "${mark}what is committed reads as free" "$(root "SELECT is_locked FROM \`$schema\`.knex_migrations_lock")" 0
	mlk status "$T" --json --exit-code
	code_is 'it counts as held' 3
	facts <<-'END'
		it is active all the same :: r.held === true && r.verdict === 'active'
		as a transaction is not committed :: r.because.some(s => s.includes('not committed')) && r.because.some(s => s.includes(`connection ${e.C_connection} `) && s.includes('open transaction'))
		there is nothing to release :: r.token === null
	END
	mlk release "$T" --yes --json
	code_is 'it is refused' 4
	mlk release "$T" --force --yes
	code_is 'with force, too' 4
	mlk release "$T" --force --yes --token 000000000000 --json
	code_is 'with force and a token, too' 4
	facts <<-'END'
		as nothing is committed :: d.outcome === 'refused' && d.because.some(s => s.includes('open transaction gives the lock back'))
	END
	if connected "$C_connection"; then ok "${mark}nobody was killed"; else not_ok "${mark}nobody was killed"; fi
	touch "$go"
	client_end migrator
	ends 'the migration goes on to its end' 0 migrator
	becomes "$T" free
}

# A kill rolls it all back: nothing is left to release.
killed_uncommitted() {
	local schema=$1
	export T=knex:$1

	client_run base "${knex[@]}" latest "$schema"
	client migrator "${knex[@]}" latest "$schema" --set dml --hang client
	client_holds migrator
	client_kill migrator
	becomes "$T" free
	mlk release "$T" --yes --json
	code_is 'a release has nothing to do' 0
	client_run next "${knex[@]}" latest "$schema" --set dml
	ends 'knex goes on by itself' 0 next
}

# Two processes that started at once on a fresh database leave two rows, and knex never gets past that.
two_rows() {
	local schema=$1
	export T=knex:$1

	client_run base "${knex[@]}" latest "$schema"
	root "INSERT INTO \`$schema\`.knex_migrations_lock (is_locked) VALUES (0)"
	client_run next "${knex[@]}" latest "$schema" --set ddl
	fails 'with two rows knex fails' next "$stuck"
	mlk status "$T" --json
	facts <<-'END'
		there are several rows :: r.damage === 'several_rows' && r.verdict === 'unknown' && r.held === null && /^[0-9a-f]{12}$/.test(r.token)
		what that means is told :: r.because.some(s => s.includes('has 2 rows') && s.includes('exactly one'))
	END
	token=$(value r.token)
	mlk release "$T" --yes --force --token 000000000000 --json
	code_is 'a release is refused' 4
	is "${mark}both rows are there" "$(root "SELECT COUNT(*) FROM \`$schema\`.knex_migrations_lock")" 2
	mlk repair "$T" --token "$token" --yes --json
	code_is 'it is repaired' 0
	mlk status "$T" --json
	facts <<-'END'
		the repair cures it :: r.held === false && r.verdict === 'free' && r.damage === null
	END
	client_run next "${knex[@]}" latest "$schema" --set ddl
	ends 'knex goes on' 0 next
}

story() {
	local schema
	for schema in ddl books app own dml rolled rows; do root "CREATE DATABASE ${schema}_$mode"; done
	killed_after_ddl "knex:ddl_$mode" "ddl_$mode"
	killed_after_ddl "knex:own_$mode/my_changes_lock" "own_$mode" --table my_changes
	killed_after_ddl "knex:books_$mode/migrations_lock" "app_$mode" --table migrations --lock-schema "books_$mode"
	uncommitted "dml_$mode"
	killed_uncommitted "rolled_$mode"
	two_rows "rows_$mode"
}
both_ways story
