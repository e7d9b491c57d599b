#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ghost's migrator was killed: its row stays, is known as abandoned, is released once, and the real knex-migrator goes on.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

stuck='Migrations are running at the moment. Please wait that the lock get`s released.'
row="SELECT lock_key, locked, acquired_at, released_at FROM"

# A row that nobody can release any more is what brings people here.
killed() {
	local schema=$1 token
	export T=ghost:$1

	client_run init "${ghost[@]}" init "$schema"
	ends 'knex-migrator makes its database' 0 init
	client_run migrator "${ghost[@]}" migrate "$schema" --app 1.0
	ends 'knex-migrator migrates' 0 migrator
	mlk status "$T" --json --exit-code
	code_is 'free after that' 0
	facts <<-'END'
		a free lock :: r.held === false && r.verdict === 'free' && r.token === null && r.next === null && r.table === `${e.T.slice(6)}.migrations_lock`
	END

	client migrator "${ghost[@]}" migrate "$schema" --hang client
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		while it hangs outside SQL it is idle :: r.held === true && r.verdict === 'idle'
		its session could be the holder :: r.siblings.some(s => s.connection_id === Number(e.C_connection)) && r.holder === null
	END
	mlk release "$T" --yes
	code_is 'that is not released' 4
	client_kill migrator
	client_run next "${ghost[@]}" migrate "$schema"
	fails 'the next start fails with its own error' next "$stuck"

	becomes "$T" abandoned
	token=$(value r.token)
	facts <<-'END'
		it is held by nobody :: r.held === true && r.holder === null && r.siblings.length === 0 && r.damage === null
		since when is told as it is stored :: /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/.test(r.since_text)
		but its zone is not known :: r.since === null && r.held_seconds === null && r.since_earliest < r.since_latest
		and the time lies between :: new Date(r.since_earliest) <= new Date() && new Date(r.since_latest) - new Date(r.since_earliest) <= 26 * 3600000
		the reason is that nobody is connected :: r.because.some(s => s.includes(`connected to the schema ${e.T.slice(6)}`))
		the next statement needs no force :: r.next === `SELECT miglock_release('${e.T}', '${r.token}')`
	END
	mlk release "$T" --yes --token 000000000000 --json
	code_is 'a wrong token is refused' 4
	facts <<-'END'
		as changed :: d.outcome === 'changed'
	END
	mlk release "$T" --dry-run --json
	code_is 'a dry run succeeds' 0
	facts <<-'END'
		and shows a compare-and-set :: d.outcome === 'would_release' && /^UPDATE .* WHERE .*locked = 1.*acquired_at <=> '20/.test(d.statement)
	END
	mlk release "$T"
	code_is 'without a terminal and without --yes it is refused' 4
	is "${mark}nothing was changed until now" "$(root "SELECT locked FROM \`$schema\`.migrations_lock")" 1

	if [[ $mode == functions ]]; then
		root "SELECT miglock_release('$T', '$token')" >out
		facts <<-'END'
			one call frees it :: d.outcome === 'released' && d.verdict === 'abandoned' && d.now.held === false && d.now.verdict === 'free'
			it took no time :: d.seconds < 3
			it says what to look at :: d.advice.length > 0
		END
	else
		mlk release "$T" --yes --json
		code_is 'release' 0
		facts <<-'END'
			one command frees it :: d.outcome === 'released' && d.verdict === 'abandoned' && d.now.held === false && d.now.verdict === 'free'
			it says what to look at :: d.advice.length > 0
		END
	fi
	is "${mark}the flag is cleared as the tool does it" \
		"$(root "SELECT locked, acquired_at IS NOT NULL, released_at IS NOT NULL FROM \`$schema\`.migrations_lock")" $'0\t1\t1'
	client_run next "${ghost[@]}" migrate "$schema"
	ends 'knex-migrator goes on' 0 next
	client_run health "${ghost[@]}" health "$schema"
	ends 'and finds its database in order' 0 health
	mlk release "$T" --yes --token "$token" --json
	code_is 'a second release has nothing to do' 0
	facts <<-'END'
		nothing to release :: d.outcome === 'free'
	END
}

# A migration that works is never interrupted by mistake.
running() {
	local schema=$1 before token go=$PWD/go.$1
	export T=ghost:$1

	client_run init "${ghost[@]}" init "$schema"
	client migrator "${ghost[@]}" migrate "$schema" --hang sql --hang-at dml --hold "$go"
	client_holds migrator
	before=$(root "$row \`$schema\`.migrations_lock")
	mlk status "$T" --json
	token=$(value r.token)
	facts <<-'END'
		a statement runs, so it is active :: r.held === true && r.verdict === 'active'
		the statement is told :: r.because.some(s => s.includes('SLEEP(86400)'))
		so are its uncommitted changes :: r.siblings.some(s => s.connection_id === Number(e.C_connection) && s.uncommitted_changes > 0)
	END
	mlk release "$T" --yes --token "$token" --json
	code_is 'it is refused' 4
	facts <<-'END'
		it is refused as active :: d.outcome === 'refused' && d.verdict === 'active' && d.because.some(s => s.includes('work is going on'))
	END
	same_state 'nothing was changed' "$before" "$row \`$schema\`.migrations_lock"
	mlk release "$T" --yes --token 0123456789ab --json
	code_is 'a wrong token is refused, too' 4
	mlk release "$T" --yes --force --token 0123456789ab --json
	code_is 'with force, too' 4
	facts <<-'END'
		as changed :: d.outcome === 'changed'
	END
	same_state 'nothing was changed by that' "$before" "$row \`$schema\`.migrations_lock"
	touch "$go"
	client_end migrator
	ends 'the migration goes on to its end' 0 migrator
	becomes "$T" free
}

# Who may not change the table changes nothing, and who may not read it learns nothing.
accounts() {
	local schema=$1 before
	export T=ghost:$1

	root "CREATE DATABASE \`$schema\`; CREATE DATABASE IF NOT EXISTS other_$mode;
		CREATE USER reader_$mode IDENTIFIED BY 'r'; GRANT PROCESS ON *.* TO reader_$mode; GRANT SELECT ON \`$schema\`.* TO reader_$mode;
		CREATE USER stranger_$mode IDENTIFIED BY 's'; GRANT SELECT ON other_$mode.* TO stranger_$mode"
	client_run init "${ghost[@]}" init "$schema"
	printf '[client]\nsocket=%s\nuser=reader_%s\npassword=r\n' "$MLK_SOCKET" "$mode" >reader.cnf
	printf '[client]\nsocket=%s\nuser=stranger_%s\npassword=s\n' "$MLK_SOCKET" "$mode" >stranger.cnf

	conf=$PWD/stranger.cnf
	mlk status "$T" --json
	cp out free.json
	mlk status --json
	cp out all-free.json

	root "UPDATE \`$schema\`.migrations_lock SET locked = 1, acquired_at = '2020-01-01 00:00:00'"
	before=$(root "$row \`$schema\`.migrations_lock")
	mlk status "$T" --json
	facts <<-'END'
		who may not read it is told so :: r.held === null && r.verdict === 'unknown' && r.token === null && r.since_text === null && r.because.some(s => s.includes('it takes SELECT'))
	END
	is "${mark}and is told the same whether it is locked or not" "$(<out)" "$(<free.json)"
	mlk status --json
	is "${mark}a list of all locks is the same, too" "$(<out)" "$(<all-free.json)"
	facts <<-'END'
		it does not have this one :: !d.some(l => l.target === e.T)
	END
	mlk release "$T" --yes --force --token 000000000000 --json
	code_is 'and may not release it' 4
	facts <<-'END'
		as it cannot be read :: d.outcome === 'refused' && d.now.held === null
	END
	mlk release "$T" --yes --force --json
	code_is 'nor without a token' 4

	conf=$PWD/reader.cnf
	mlk status "$T" --json
	facts <<-'END'
		who may read it sees it :: r.held === true && r.verdict === 'abandoned'
	END
	mlk release "$T" --yes --json
	code_is 'who may only read it may not release it' 4
	facts <<-'END'
		the missing right is named :: d.outcome === 'refused' && d.because.some(s => s.includes(`it takes UPDATE on ${e.T.slice(6)}.migrations_lock`))
	END
	conf=$PWD/all.cnf
	same_state 'nothing was changed by either' "$before" "$row \`$schema\`.migrations_lock"
}

# The row itself is lost: no release can help, the statement in "next" does.
row_lost() {
	local schema=$1
	export T=ghost:$1

	client_run init "${ghost[@]}" init "$schema"
	root "DELETE FROM \`$schema\`.migrations_lock"
	client_run next "${ghost[@]}" migrate "$schema"
	fails 'without its row knex-migrator does not start' next "$stuck"
	mlk status "$T" --json --exit-code
	code_is 'that counts as held' 3
	facts <<-'END'
		the row is missing :: r.damage === 'missing_row' && r.verdict === 'unknown' && r.held === null && /^[0-9a-f]{12}$/.test(r.token)
		what that means is told :: r.because.some(s => s.includes("lock_key 'km01'"))
		the statement that puts it back is shown :: r.repair.length === 1 && /^INSERT INTO .*migrations_lock.*'km01', 0/.test(r.repair[0])
		and what to call for it :: r.next.includes('miglock_repair') && r.next.includes(r.token)
	END
	token=$(value r.token)
	mlk release "$T" --yes --force --token 000000000000 --json
	code_is 'a release is refused' 4
	facts <<-'END'
		it would not help :: d.outcome === 'refused' && d.now.next === r.now.next && d.now.damage === 'missing_row'
	END
	is "${mark}the table is as empty as before" "$(root "SELECT COUNT(*) FROM \`$schema\`.migrations_lock")" 0
	mlk repair "$T" --token "$token" --yes --json
	code_is 'it is repaired' 0
	mlk status "$T" --json
	facts <<-'END'
		the repair cures it :: r.held === false && r.verdict === 'free' && r.damage === null
	END
	client_run next "${ghost[@]}" migrate "$schema"
	ends 'knex-migrator goes on' 0 next
}

story() {
	killed "killed_$mode"
	running "running_$mode"
	accounts "accounts_$mode"
	row_lost "lost_$mode"
}
both_ways story
