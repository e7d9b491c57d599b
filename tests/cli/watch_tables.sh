#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# watch on a terminal: tables that wait stand among the locks, and the DDL is ended from there.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/terminal.sh
. "$MLK_TOP/tests/cli/lib/terminal.sh"

waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == "$1" ]]; }
# What is asked last has no answer yet.
asks() { [[ $(screen | grep -v '^$' | tail -n 1) == *"Only 'yes' is taken:" ]]; }

story() {
	local blocker
	terminal_open 80 24
	enter 'm watch'
	see 'nothing' 'no migration lock, and no table is waited for'
	session_start forgotten root -D shop
	blocker=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten "BEGIN; UPDATE orders SET note = 'x'" >said
	session_start ddl root -D shop
	session_send ddl 'ALTER TABLE orders ADD COLUMN c INT'
	until_true 20 waits 1 || die 'the ALTER does not wait'
	session_start queued root -D shop
	session_send queued 'SELECT COUNT(*) FROM orders'
	until_true 20 waits 2 || die 'the reader does not wait'
	see 'a table' '> table:shop/orders  idle '
	see 'is counted' '0 locks, 0 held, 1 table '
	is "${mark}how many wait, and who blocks" "$(screen | grep -c "^> table:shop/orders  idle  *[0-9a-z]*  *0  *2  $blocker root@localhost")" 1
	keys Enter
	see 'opened' "$blocker root@localhost mysql"
	see 'the DDL under it' '+- '
	see 'the queue under that' 'SELECT COUNT(*) FROM orders'
	keys p
	if [[ $mode == functions ]]; then
		see 'who blocks is asked about' 'table:shop/orders: client '
	else
		see 'nobody can ask' "only the server's functions can ask"
	fi
	keys r
	if until_true 10 asks; then ok "${mark}release asks"; else not_ok "${mark}release asks" "$(screen)"; fi
	keys yes Enter
	see 'it is released' 'table:shop/orders: released'
	is "${mark}the reader goes on" "$(session queued 'SELECT 7' | tail -n 1)" 7
	is "${mark}the forgotten transaction stays" "$(session forgotten 'SELECT note FROM orders')" x
	keys Enter Escape
	see 'the table is gone' 'no table is waited for'
	keys q
	see 'the end' '[code 0]'
	for i in forgotten ddl queued; do session_close "$i"; done
	until_true 20 settled || not_ok "${mark}nothing is left"
}

root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE = InnoDB;
	INSERT INTO shop.orders VALUES (1, 'a')"
both_ways story
