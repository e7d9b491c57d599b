#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# miglock tables: the tree of who waits for whom in 80 columns, arguments, exit codes, and statements that could act upon the
# terminal.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

escape=$'\e'
wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }
fits() { is "$mark$1 fits into 80 columns" "$(wide out)" ''; }
plain() { is "$mark$1 has no control character" "$(grep -c -e "$escape" -e $'\a' out)" 0; }
waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == "$1" ]]; }

nobody_waits() {
	mlk tables
	code_is 'tables where nobody waits' 0
	out_has 'it says so, and where it looked' 'nobody waits for a table' 'all schemas'
	fits 'nobody waits'
	mlk tables mysql
	out_has 'of one schema' 'schema mysql'
	mlk tables --json
	facts <<-'END'
		an empty list :: Array.isArray(d) && d.length === 0
	END
	mlk tables nowhere
	code_is 'a schema that is not there' 1
	err_has 'is named' "there is no schema 'nowhere'"
	mlk tables one two
	code_is 'two schemas' 2
	mlk tables ''
	code_is 'an empty name' 2
}

# A long name, statements of other people, and a queue.
story() {
	local i long
	nobody_waits
	long=customers_$(printf 'x%.0s' {1..50})
	root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE = InnoDB;
		CREATE TABLE shop.$long LIKE shop.orders; INSERT INTO shop.orders VALUES (1, 'a')"
	session_start forgotten root -D shop
	export BLOCKER
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten "BEGIN; UPDATE orders SET note = 'x'; SELECT COUNT(*) FROM $long" >said
	session_start ddl root -D shop
	session_send ddl "ALTER TABLE orders COMMENT 'evil ${escape}[31m bell $(printf '\a')', ALGORITHM=INPLACE, LOCK=NONE"
	until_true 20 waits 1 || die 'the ALTER does not wait'
	for i in 1 2 3 4 5; do
		session_start "queued$i" root -D shop
		session_send "queued$i" "SELECT COUNT(*) FROM orders"
	done
	until_true 20 waits 6 || die 'the readers do not wait'

	mlk tables
	code_is 'tables' 0
	fits 'the tree'
	plain 'the tree'
	is "${mark}the root is on the first line" "$(head -n 1 out | grep -c "^table:shop/orders, idle: connection $BLOCKER ")" 1
	is "${mark}the tree has its three levels" "$(grep -cE "^  $BLOCKER root@|^     \+- [0-9]+ root@|^        \+- 5 sessions wait" out)" 3
	out_has 'how the queue is made up' '5 sessions wait, the oldest' '5 SELECT'
	out_has 'what to do' 'next miglock release table:shop/orders --token'
	out_has 'connections' 'in use'
	mlk tables shop
	out_has 'of its schema' 'table:shop/orders'
	mlk tables mysql
	out_has 'of another schema' 'nobody waits for a table'

	# a second table, whose name alone fills a line
	session_start ddl2 root -D shop
	session_send ddl2 "ALTER TABLE $long COMMENT 'x'"
	until_true 20 waits 7 || die 'the second ALTER does not wait'
	mlk tables
	plain 'two tables'
	is "${mark}both are told of" "$(grep -c '^table:shop/' out)" 2
	is "${mark}connections once" "$(grep -c '^connections ' out)" 1
	mlk tables --json
	facts <<-'END'
		the longer queue comes first :: d.length === 2 && d[0].table === 'orders' && d[0].queue.count === 5 && d[1].queue.count === 0
		what is not ASCII is kept in JSON :: d[0].ddl[0].statement.includes('\u001b[31m')
	END
	session forgotten COMMIT >said
	for i in ddl ddl2 queued1 queued2 queued3 queued4 queued5 forgotten; do
		session "$i" 'SELECT 1' >said
		session_close "$i"
	done
	until_true 20 settled
	root 'DROP DATABASE shop'
}
both_ways story
