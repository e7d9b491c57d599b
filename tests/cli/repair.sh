#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# repair: shows a damaged lock table and what it would run, asks, and puts right only what was shown.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# The table of knex with two rows, one of them set.
damage() { root 'DELETE FROM app.knex_migrations_lock; INSERT INTO app.knex_migrations_lock VALUES (1, 0), (2, 1)'; }
rows() { root "SELECT GROUP_CONCAT(is_locked ORDER BY \`index\`) FROM app.knex_migrations_lock"; }
rows_are() { is "$mark$1" "$(rows)" "$2"; }

shown() {
	damage
	mlk status knex:app
	out_has 'the report shows the statements' 'the lock table is damaged: several_rows' \
		"repair DELETE FROM \`app\`.\`knex_migrations_lock\` INSERT INTO \`app\`.\`knex_migrations_lock\`"
	mlk status knex:app --json
	token=$(value r.token)
	mlk status knex:app
	out_has 'and the command' "next miglock repair knex:app --token $token"
	mlk release knex:app --force --yes
	code_is 'a release is refused' 4
	out_has 'and names the repair' 'miglock repair'
	mlk repair knex:app --dry-run
	code_is 'a dry run' 0
	out_has 'says what it would run' 'knex:app: would be repaired' 'statement: DELETE FROM' 'INSERT INTO'
	mlk repair knex:app
	code_is 'without a terminal' 4
	err_has 'nothing is done' 'no terminal'
	mlk repair knex:app --yes --token 000000000000
	code_is 'another token' 4
	out_has 'is another table' 'changed since you looked'
	rows_are 'nothing was changed' 0,1
	mlk repair knex:app --yes --json --token "$token"
	code_is '--yes' 0
	facts <<-'END'
		it is repaired :: d.outcome === 'repaired' && d.statements.length === 2 && d.dry_run === false
		and free :: d.now.verdict === 'free' && d.now.repair === null && d.advice.length > 0
	END
	rows_are 'one row is left' 0
	mlk repair knex:app --yes
	code_is 'a second time' 0
	out_has 'there is nothing to do' 'knex:app: nothing to repair'
}

usage() {
	mlk repair rails:app --yes
	code_is 'a named lock' 2
	err_has 'has no table' 'no table that could be damaged'
	mlk repair knex:app --token x
	code_is 'no token' 2
	mlk repair
	code_is 'no target' 2
}

asks() {
	local fd
	damage
	typed no repair knex:app
	code_is 'no is no' 4
	out_has 'it asked' "Only 'yes' is taken" 'not confirmed'
	rows_are 'nothing was changed by no' 0,1
	rm -f keys out
	: >out
	mkfifo keys
	answering keys repair knex:app &
	exec {fd}>keys
	until_true 30 grep -qF "Only 'yes'" out || not_ok "${mark}it asks" "$(<out)"
	root 'UPDATE app.knex_migrations_lock SET is_locked = 1'
	until_true 10 settled || not_ok "${mark}nobody is at work"
	printf 'yes\n' >&"$fd"
	exec {fd}>&-
	wait $! || true
	out_has 'a table that changed meanwhile is left alone' 'changed since you looked'
	rows_are 'it is as somebody else made it' 1,1
	typed yes repair knex:app
	code_is 'yes is yes' 0
	out_has 'it is repaired' 'knex:app: repaired'
	rows_are 'one row is left by yes' 0
}

beside() {
	local known
	damage
	mlk status knex:app --json
	known=$(value r.token)
	session_start other root app
	until_true 10 sees idle || not_ok "${mark}somebody is connected" "$(<out)"
	mlk repair knex:app --yes
	code_is 'who is connected could be migrating' 4
	out_has 'idle proves nothing' 'being idle proves nothing' "next: miglock repair knex:app --token $known --force"
	session_send other 'SELECT SLEEP(600)'
	until_true 10 sees active || not_ok "${mark}somebody works" "$(<out)"
	mlk repair knex:app --yes --force
	code_is 'who works needs the token too' 4
	err_has 'it is named' "--token $known"
	typed yes repair knex:app --force
	code_is 'or the name' 4
	out_has 'which is asked for' 'type its name'
	rows_are 'nothing was changed beside who works' 0,1
	typed knex:app repair knex:app --force
	code_is 'its name is enough' 0
	rows_are 'one row is left by the name' 0
	session_close other
	root "$(root "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(600)'")" || true
	until_true 10 nobody_else || not_ok "${mark}the other one has ended"
}
# sees VERDICT: of who could be migrating.
sees() {
	mlk repair knex:app --dry-run --json --force
	[[ $(value d.verdict) == "$1" ]]
}
nobody_else() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = 'app'") == 0 ]]; }

root "CREATE DATABASE app; CREATE TABLE app.users (id INT);
	CREATE TABLE app.knex_migrations_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT)"
story() {
	shown
	usage
	asks
	beside
}
both_ways story
