#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# miglock check and metrics of tables that wait: a cascade, a lock on the whole server, what is well, and what is not asked for.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/monitoring.sh
. "$MLK_TOP/tests/cli/lib/monitoring.sh"
promtool_fetch

waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for%'") == "$1" ]]; }
rested() { [[ $(root "SELECT TIME FROM information_schema.PROCESSLIST WHERE ID = $BLOCKER") -ge 1 ]]; }
old() { [[ $(root "SELECT MIN(TIME) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for%'") -ge 2 ]]; }
labels='object=table,schema=shop,server_lock=,table=orders,target=table:shop/orders'

nothing_waits() {
	state 'a table that is not waited for' OK 'table:shop/orders free' table:shop/orders
	perfdata 'it has a queue of none' "'table:shop/orders queue'=0;;10;0"
	state 'a table that is not there' UNKNOWN "there is no table" table:shop/nothing
	mlk metrics table:shop/orders
	sample 'a table that is named has samples' "miglock_table_queue{$labels} 0"
	sample 'it is free' "miglock_table_verdict{miglock_table_verdict=free,$labels} 1"
	state 'no table waits' OK 'no migration lock is held, and no table is waited for'
	perfdata 'no table waits: the sum' "'tables waiting'=0;;;0"
	is "${mark}no table waits: connections" "$(grammar perfdata out | grep -cE "^'connections used'=[0-9]+%;;80;0$")" 1
	mlk metrics
	sample 'no table' 'miglock_tables{} 0'
	no_sample 'a table that does not wait has no samples' 'miglock_table_'
	is "${mark}connections have" "$(samples out | grep -cE '^miglock_connections_(used|max)\{\} [1-9]')" 2
	parses 'no table waits' out
}

# A forgotten transaction, an ALTER behind it, three readers behind that.
cascade() {
	local i
	session_start forgotten root -D shop
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten "BEGIN; UPDATE orders SET note = 'x'" >said
	session_start ddl root -D shop
	session_send ddl 'ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE'
	until_true 20 waits 1 || die 'the ALTER does not wait'
	for i in 1 2 3; do
		session_start "queued$i" root -D shop
		session_send "queued$i" 'SELECT COUNT(*) FROM orders'
	done
	until_true 20 waits 4 || die 'the readers do not wait'
	until_true 20 rested || die 'the transaction does not rest'
	until_true 20 old || die 'they do not wait for 2 s'
}
cascade_ends() {
	local i
	session forgotten ROLLBACK >said
	for i in ddl queued1 queued2 queued3 forgotten; do
		session "$i" 'SELECT 1' >said
		session_close "$i"
	done
	root 'ALTER TABLE shop.orders DROP COLUMN c'
}

checked() {
	state 'a short wait is well' OK "table:shop/orders idle for "
	out_has 'the root of it' "connection $BLOCKER (root@localhost"
	out_has 'what waits' 'DDL waits for' '3 sessions wait, the oldest for'
	out_has 'what is next' 'next: miglock release table:shop/orders'
	perfdata 'how many tables' "'tables waiting'=1;;;0"
	perfdata 'how many wait' "'table:shop/orders queue'=3;;10;0"
	is "${mark}for how long" "$(grammar perfdata out | grep -cE "^'table:shop/orders ddl waiting'=[1-9][0-9]*s;60;;0$")" 1
	state 'DDL waits for too long' WARNING '(ddl-waiting: 1)' shop --ddl-waiting 1
	state 'which may be worse' CRITICAL '(ddl-waiting: 1)' shop --ddl-waiting 1 --on ddl-waiting=critical
	mlk check shop --ddl-waiting 1 --on ddl-waiting=critical
	is "${mark}its range is in the other column" "$(grammar perfdata out | grep -cE "^'table:shop/orders ddl waiting'=[1-9][0-9]*s;;1;0$")" 1
	state 'a queue' CRITICAL '(queue: 2)' shop --queue 2
	state 'a queue within its range' OK '3 sessions wait' shop --queue 3
	state 'connections run out' CRITICAL '(connections: 0)' shop --connections 0
	state 'idle at the root of it' WARNING 'idle for ' shop --idle 0
	state 'waited for too long: -w' WARNING '(warning: 1 s)' shop -w 1
	state 'waited for too long: -c' CRITICAL '(critical: 1 s)' shop -w 0 -c 1
	state 'another schema' OK 'no table is waited for' information_schema --queue 0 --ddl-waiting 0
	state 'the table as a target' CRITICAL '(queue: 2)' table:shop/orders --queue 2
	state 'with what is well' CRITICAL 'table:shop/orders idle' table:shop/orders rails:shop --queue 2
	mlk check shop table:shop/orders
	is "${mark}asked for twice" "$(grammar perfdata out | grep -c 'table:shop/orders queue')" 1
	state 'a lock alone' OK 'rails:shop free' rails:shop --queue 0 --ddl-waiting 0
	mlk check --queue 2 --json
	facts <<-'END'
		the document of the table :: d.tables.length === 1 && d.tables[0].state === 'CRITICAL' && d.tables[0].report.target === 'table:shop/orders' && d.locks.length === 0
		connections are told :: d.connections.length === 1 && d.connections[0].max > d.connections[0].used
	END
	mlk check shop shop --queue 0
	is "${mark}a schema that is asked for twice" "$(grammar perfdata out | grep -c 'table:shop/orders queue')" 1
}

measured() {
	mlk metrics
	code_is 'metrics' 0
	parses 'tables' out
	parses_old 'tables' out
	cp out default
	sample 'a table' 'miglock_tables{} 1'
	sample 'its queue' "miglock_table_queue{$labels} 3"
	sample 'who blocks it' "miglock_table_blockers{$labels} 1"
	sample 'its verdict' "miglock_table_verdict{miglock_table_verdict=idle,$labels} 1"
	sample 'no other' "miglock_table_verdict{miglock_table_verdict=active,$labels} 0"
	is "${mark}for how long" "$(samples out | grep -cE "^miglock_table_(ddl_waiting|queue_oldest)_seconds\{$labels\} [1-9]")" 2
	no_sample 'no DDL runs' 'miglock_table_ddl_running_seconds{'
	mlk metrics --openmetrics
	parses '--openmetrics' out
	is "${mark}--openmetrics: a state set" "$(grep -c '^# TYPE miglock_table_verdict stateset$' out)" 1
	mlk metrics information_schema
	sample 'of another schema' 'miglock_tables{} 0'
	mlk metrics rails:shop
	no_sample 'not asked for' miglock_table
	mlk metrics table:shop/orders
	parses 'a table as a target' out
	sample 'its queue, as a target' "miglock_table_queue{$labels} 3"
	mlk metrics shop --json
	facts <<-'END'
		as a document :: d.tables.length === 1 && d.tables[0].queue === 3 && d.tables[0].ddl_running_seconds === null && d.tables_left_out === 0 && d.connections.length === 1
	END
}

# Several locks on the whole server are several things, whose target is one.
whole_server() {
	session_start forgotten root -D shop
	session forgotten 'FLUSH TABLES WITH READ LOCK' >said
	session_start queued1 root -D shop
	session_send queued1 "UPDATE orders SET note = 'y'"
	session_start ddl root -D shop
	session_send ddl 'CREATE TABLE other (id INT)'
	until_true 20 waits 2 || die 'nobody waits for the server'
	mlk metrics shop
	parses 'the whole server' out
	is "${mark}the whole server has a queue" "$(samples out 'miglock_table_queue{object=server,schema=,server_lock=' | grep -c '} [1-9]')" 1
	state 'the whole server' CRITICAL 'server: idle' shop --queue 0
	out_has 'looked at further' 'next: miglock tables'
	session forgotten 'UNLOCK TABLES' >said
	for i in forgotten queued1 ddl; do
		session "$i" 'SELECT 1' >said
		session_close "$i"
	done
	root 'DROP TABLE shop.other'
}

story() {
	nothing_waits
	cascade
	checked
	measured
	cascade_ends
	whole_server
}

root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE = InnoDB;
	INSERT INTO shop.orders VALUES (1, 'a')"
both_ways story

# A library of an earlier version, which does not know tables.
if is_mariadb; then
	mark='an earlier library: '
	root 'DROP FUNCTION miglock_table_locks'
	mlk tables
	code_is 'tables' 0
	out_has 'tables' 'nobody waits for a table'
	mlk check
	code_is 'check' 0
	root "CREATE FUNCTION miglock_table_locks RETURNS STRING SONAME 'miglock.so'"
fi

# An account that may see nothing is told so, and looks all the same.
mark='no rights: '
root "CREATE USER blind@localhost IDENTIFIED BY 'blind'"
bare --no-defaults --socket="$MLK_SOCKET" --user=blind --password=blind --no-functions metrics
code_is 'metrics' 0
sample 'metrics' 'miglock_tables{} 0'
bare --no-defaults --socket="$MLK_SOCKET" --user=blind --password=blind --no-functions check
code_is 'check' 0
out_has 'it says what it cannot see' 'not seen:'
bare check --queue x
code_is 'a range that is none' 3
