#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A table as target: status, release and wait, their arguments, outputs and exit codes.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }
waiting() { root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'"; }
waits() { [[ $(waiting) == "$1" ]]; }

# What needs no server, or no waiter.
arguments() {
	local words
	mlk release table:shop/orders --blocker 0
	code_is 'blocker 0' 2
	err_has 'says what one is' "'0' is not a connection id"
	for words in '--blocker abc' '--blocker -1' '--blocker 18446744073709551616' "--blocker=1,2"; do
		# shellcheck disable=SC2086 # two words
		mlk release table:shop/orders $words
		code_is "$words" 2
	done
	mlk release ghost:blog --blocker 7
	code_is 'a blocker of another target' 2
	err_has 'says what it is for' '--blocker is for tables, as in table:shop/orders'
	mlk release table:orders
	code_is 'a table without a schema' 2
	err_has 'says what is missing' 'of which table is not said; write table:SCHEMA/TABLE'
	mlk release table:shop/orders --token nonsense
	code_is 'no token' 2
	mlk repair table:shop/orders
	code_is 'a repair of a table' 2
	mlk name table:shop/orders
	code_is 'the name of a table' 2

	mlk status table:shop/orders
	code_is 'status of a table that nobody waits for' 0
	mlk status table:shop/typo
	code_is 'status of a table that is not there' 1
	err_has 'it is named' 'there is no table shop.typo'
	mlk release table:shop/typo --yes
	code_is 'a release of it' 1
	mlk release table:shop/orders --yes
	code_is 'a release where nobody waits' 0
	out_has 'it is free' 'nothing to release'
	mlk wait table:shop/orders --timeout 0
	code_is 'waiting for a table that nobody waits for' 0
	mlk wait table:shop/typo --timeout 5
	code_is 'waiting for a table that is not there' 1
	err_has 'it is named' 'there is no table shop.typo'
	mlk wait table:nowhere/orders --timeout 5
	code_is 'waiting in a schema that is not there' 1
}

# An idle reader, and an ALTER that waits for it. Sets TOKEN.
stuck() {
	session forgotten 'BEGIN; SELECT COUNT(*) FROM orders' >said
	session_send ddl 'ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE'
	until_true 20 waits 1 || die 'the ALTER does not wait'
	mlk status table:shop/orders --json
	TOKEN=$(value r.token)
}

story() {
	root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY) ENGINE = InnoDB"
	arguments
	export BLOCKER TOKEN
	session_start forgotten root -D shop
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session_start ddl root -D shop
	stuck
	facts <<-'END'
		the report of the table :: r.tool === 'table' && r.kind === 'table' && r.held && r.target === 'table:shop/orders'
		the DDL waits :: r.ddl.length === 1 && r.ddl[0].phase === 'waiting' && r.ddl[0].begun === false
		the session that blocks it :: r.blockers.length === 1 && String(r.blockers[0].connection_id) === e.BLOCKER
		what would end it :: r.next === `SELECT miglock_release('table:shop/orders', '${e.TOKEN}')`
	END
	mlk status table:shop/orders
	code_is 'status' 0
	is "${mark}status fits into 80 columns" "$(wide out)" ''
	out_has 'status tells who stands at the root' "connection $BLOCKER" 'ALTER TABLE'

	# nobody is there to be asked
	mlk release table:shop/orders
	code_is 'a release without a terminal' 4
	mlk release table:shop/orders --force --yes
	code_is 'force without a token' 4
	err_has 'it says what it takes' '--yes then needs --token'
	mlk release table:shop/orders --yes --token aaaaaaaaaaaa
	code_is 'another token' 4
	mlk release table:shop/orders --dry-run --json
	code_is 'a dry run' 0
	facts <<-'END'
		it would end the statement :: d.outcome === 'would_release' && d.dry_run && /^KILL QUERY \d+$/.test(d.statement)
	END
	mlk release table:shop/orders --dry-run --json --blocker "$BLOCKER"
	facts <<-'END'
		it would end the session that is named :: d.outcome === 'would_release' && d.statement === `KILL CONNECTION ${e.BLOCKER}`
	END
	mlk release table:shop/orders --yes --blocker 1000000000
	code_is 'a session that blocks nobody' 4
	out_has 'says so' 'keeps nobody waiting for this table'
	mlk wait table:shop/orders --timeout 0
	code_is 'waiting that must not wait' 3
	is "${mark}so far nobody was ended" "$(waiting)" 1

	typed no release table:shop/orders
	code_is 'whoever does not say yes' 4
	is "${mark}nobody was ended" "$(waiting)" 1
	typed yes release table:shop/orders
	code_is 'yes' 0
	out_has 'it says what it ended' 'the statement of connection' 'ended after'
	is "${mark}nobody waits" "$(waiting)" 0
	contains "${mark}the statement was interrupted" "$(<ddl.out)" 1317

	stuck
	mlk release table:shop/orders --yes --plain
	code_is 'plain' 0
	out_has 'plain has the outcome' released
	session ddl 'SELECT 1' >said
	stuck
	mlk release table:shop/orders --yes --quiet
	code_is 'quiet' 0
	empty 'quiet says nothing' out
	session ddl 'SELECT 1' >said

	# the wait ends when the table is free
	stuck
	"$MLK_CLI" --defaults-file="$conf" wait table:shop/orders --timeout 30 >waited 2>&1 </dev/null &
	WAITER=$!
	mlk release table:shop/orders --yes --force --token "$TOKEN" --blocker "$BLOCKER" --json
	code_is 'the session that is named' 0
	facts <<-'END'
		it was ended :: d.outcome === 'released' && d.statement === `KILL CONNECTION ${e.BLOCKER}`
	END
	code=0
	wait "$WAITER" || code=$?
	code_is 'the wait' 0
	is "${mark}the ALTER went through" "$(session ddl 'SELECT 1')" 1
	session_close ddl
	session_close forgotten
	until_true 20 settled
	root 'DROP DATABASE shop'
}
both_ways story
