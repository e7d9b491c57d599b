#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# advise: judges what it knows, runs nothing on the table itself, and leaves nothing behind, however it ends.
# options: --log-bin=bin --server-id=1 --general-log=1 --log-output=TABLE
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

twins() { root "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock%'"; }
none_left() { is "$1: no twin is left" "$(twins)" 0; }
there() { [[ $(twins) != 0 ]]; }
def() { root "SHOW CREATE TABLE shop.orders"; }

judged() {
	mlk advise --json --schema shop 'ALTER TABLE orders ADD COLUMN note TEXT'
	code_is 'a column' 0
	facts <<-'END'
		it was tried :: r.judged && r.source === 'tried' && r.schema === 'shop' && r.table === 'orders' && r.fails === null
		it is instant :: r.form.algorithm === 'INSTANT' && r.writes === 'continue' && r.reads === 'continue' && r.rebuilds === false
		the statement stops at once where it would lock :: /^ALTER TABLE orders ADD COLUMN note TEXT, ALGORITHM=INSTANT, LOCK=(NONE|DEFAULT)$/.test(r.rewritten)
		the wait is bounded :: r.lock_wait_timeout === 5 && r.before === 'SET SESSION lock_wait_timeout = 5'
		rows and size are there :: r.rows >= 0 && r.size_bytes > 0 && r.engine === 'InnoDB'
		what was tried is there :: r.tried.length > 0 && r.tried[r.tried.length - 1].accepted
	END
	mlk advise --json --schema shop 'ALTER TABLE orders MODIFY total BIGINT, ALGORITHM=INPLACE'
	facts <<-'END'
		another type is a copy :: r.form.algorithm === 'COPY' && r.form.lock === 'SHARED' && r.writes === 'stop' && r.reads === 'continue' && r.rebuilds
		the server said why :: r.tried.some(t => !t.accepted && /INPLACE/.test(t.reason))
		what it was written with is replaced :: r.as_written.algorithm === 'INPLACE' && r.rewritten.match(/ALGORITHM/g).length === 1
	END
	mlk advise --schema shop 'ALTER TABLE orders MODIFY total BIGINT'
	out_has 'as text' 'WRITES STOP while it runs; reads go on' 'first SET SESSION lock_wait_timeout = 5;' \
		'then ALTER TABLE orders MODIFY total BIGINT, ALGORITHM=COPY, LOCK=SHARED;'
	is 'no line but the statements is longer than 80 columns' "$(grep -v '^  then' out | grep -c '.\{81\}' || true)" 0
	mlk advise --exit-code --schema shop 'ALTER TABLE orders MODIFY total BIGINT'
	code_is '--exit-code where writes stop' 3
	mlk advise --exit-code --schema shop 'ALTER TABLE orders ADD COLUMN note TEXT'
	code_is '--exit-code where they go on' 0
	mlk advise --json 'RENAME TABLE shop.orders TO shop.o2'
	facts <<-'END'
		a new name is a rule :: r.source === 'rule' && r.writes === 'continue' && r.form === null
	END
}

# A statement sees what those before it have done; the twin keeps it.
several() {
	printf '%s\n' '-- a migration' 'ALTER TABLE shop.orders ADD COLUMN c INT; # one' 'CREATE INDEX by_c ON shop.orders (c);;' \
		'DROP INDEX by_c ON shop.orders; ALTER TABLE shop.orders ADD CONSTRAINT plus CHECK (c > 0);' \
		'ALTER TABLE shop.orders DROP CONSTRAINT plus' >file.sql
	mlk advise --json --file file.sql
	code_is 'several statements' 0
	facts <<-'END'
		each has its document :: d.length === 5 && d.every(x => x.judged && x.source === 'tried')
		comments are gone :: d[0].rewritten.startsWith('ALTER TABLE shop.orders ADD COLUMN c INT, ALGORITHM=')
	END
	code=0
	"$MLK_CLI" --defaults-file="$conf" advise --json - <file.sql >out 2>err || code=$?
	code_is 'the same from standard input' 0
}

# Foreign keys lie between twins; real names are used nowhere, and are the reader's.
keys() {
	mlk advise --json --schema shop 'ALTER TABLE orders DROP FOREIGN KEY to_customer;
		ALTER TABLE orders ADD CONSTRAINT to_customer FOREIGN KEY (customer) REFERENCES customers (id);
		ALTER TABLE customers DROP COLUMN id; ALTER TABLE orders DROP CONSTRAINT positive'
	facts <<-'END'
		one goes and comes :: d[0].judged && d[1].judged && d[1].form.algorithm === 'COPY'
		without checks it is lighter :: d[1].because.some(t => t.includes('foreign_key_checks = 0'))
		a column that another table refers to stays :: d[2].fails !== null && !d[2].judged
		names of twins are not shown :: !JSON.stringify(d.map(x => x.fails)).includes('miglock_twin')
		a check goes by its name :: d[3].judged
		who refers to it is named :: d[2].in_the_way.some(w => w.kind === 'foreign_keys' && w.text.includes('orders'))
	END
}

bad_input() {
	local statement
	for statement in 'UPDATE orders SET total = 1' 'DROP TABLE orders' "SET GLOBAL sql_mode = ''" 'ALTER TABLE' 'ALTER TABLE orders' \
		'ALTER TABLE orders /*! DROP COLUMN total */' 'ALTER TABLE orders TABLESPACE x' 'DELIMITER //' 'ALTER VIEW v AS SELECT 2' \
		'ALTER TABLE v ADD COLUMN c INT'; do
		mlk advise --json --schema shop "$statement"
		code_is "$statement is not judged" 2
		facts <<-END
			$statement: it says why :: r.judged === false && r.not_judged.length > 10 && r.rewritten === null
		END
	done
	mlk advise 'ALTER TABLE orders ADD COLUMN c INT'
	code_is 'a table of no schema' 2
	out_has 'is asked for its schema' '--schema'
	for statement in "ALTER TABLE orders COMMENT 'x" 'ALTER TABLE `orders' '/* ' '' ';;' "$(printf 'ALTER TABLE \001')"; do
		mlk advise --schema shop "$statement"
		code_is "'$statement' cannot be read" 2
		empty "and has no answer: '$statement'" out
	done
	for statement in 'ALTER TABLE nowhere ADD COLUMN c INT' 'ALTER TABLE orders DROP COLUMN nowhere' \
		'ALTER TABLE orders ADD COLUMN total INT' 'ALTER TABLE orders ADD FOREIGN KEY (total) REFERENCES nowhere (id)'; do
		mlk advise --json --schema shop "$statement"
		code_is "$statement would fail" 1
		facts <<-END
			$statement: it says so :: r.judged === false && r.fails.length > 5
		END
	done
	mlk advise --json --schema shop 'ALTER TABLE orders ADD COLUMN c INT; DROP TABLE orders'
	code_is 'what is smuggled in is not run' 0
	facts <<-'END'
		it is not judged :: d[0].judged && !d[1].judged
	END
	export ODD=$'`odd``na.me\'ü` ADD COLUMN `c;"` INT COMMENT "a;\'b"'
	mlk advise --json --schema shop "ALTER TABLE $ODD"
	code_is 'an odd name' 0
	facts <<-'END'
		it comes back as it is :: r.table === "odd`na.me'ü" && r.rewritten.includes(e.ODD)
	END
}

# What looks like one word and is two to the servers; what asks too much of them.
smuggled() {
	local statement
	for statement in 'ALTER TABLE lone MAX_ROWS=1e1UNION=(customers)' 'ALTER TABLE lone MAX_ROWS=1.ENGINE=ARCHIVE' \
		'ALTER TABLE lone MAX_ROWS=1e1TABLESPACE innodb_system' 'CREATE INDEX i ON lone (id) COMMENT "x" --LOCK=NONE' \
		'ALTER TABLE lone ADD c INT DEFAULT (@a)' 'ALTER TABLE lone ADD c TEXT DEFAULT (miglock_version())' \
		"ALTER TABLE lone ADD c INT DEFAULT ($(printf '1 + %.0s' {1..5000}) 1)"; do
		mlk advise --json --schema shop "$statement"
		code_is "${statement:0:80} is not judged" 2
	done
	mlk advise --json --schema shop 'ALTER TABLE lone ADD c INT DEFAULT 1e1REFERENCES customers (id)'
	code_is 'a foreign key behind a number' 0
	facts <<-'END'
		it is tried with twins of both :: r.source === 'tried' && r.rewritten.includes('1e1REFERENCES customers (id)')
	END
	mlk advise --json --schema shop 'ALTER TABLE lone PARTITION BY HASH (id) PARTITIONS 8192'
	facts <<-'END'
		8192 partitions are not made :: r.source === 'documented' && r.because.some(t => t.includes('128 partitions'))
	END
	mlk advise --json --schema shop 'ALTER TABLE lone PARTITION BY HASH (id) PARTITIONS 100; ALTER TABLE lone ADD PARTITION PARTITIONS 100'
	facts <<-'END'
		nor so many bit by bit :: d[0].source === 'tried' && d[1].source !== 'tried'
	END
	mlk advise --json 'ALTER TABLE mysql.columns_priv ADD c INT'
	facts <<-'END'
		the server's own schema has no twins :: r.source !== 'tried'
	END
	if ! is_mariadb; then
		root 'CREATE TABLE shop.roomy (id INT PRIMARY KEY) AUTOEXTEND_SIZE = 4M'
		mlk advise --json --schema shop 'ALTER TABLE roomy ADD c INT; ALTER TABLE lone AUTOEXTEND_SIZE = 4G, FORCE'
		facts <<-'END'
			what takes up room on disk is not made :: d.every(x => x.source === 'documented' && x.because.some(t => t.includes('AUTOEXTEND_SIZE')))
		END
	fi
	printf '\xef\xbb\xbfALTER TABLE lone ADD c INT' >file.sql
	mlk advise --json --schema shop --file file.sql
	code_is 'a byte order mark is passed over' 0
	for ((statement = 0; statement <= 1000; statement++)); do echo 'a;'; done >file.sql
	mlk advise --file file.sql
	code_is 'too many statements' 2
	err_has 'too many statements: it says so' 'more than 1000 statements'
}

# Quotes are read as the server's sessions read them.
modes() {
	root "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"
	mlk advise --json --schema shop 'ALTER TABLE "orders" ADD COLUMN "c" INT COMMENT '"'\\'"
	facts <<-'END'
		a name in double quotes :: r.judged && r.table === 'orders' && r.rewritten.includes('"c" INT')
	END
	root "SET GLOBAL sql_mode = DEFAULT"
}

rights() {
	local name
	root "CREATE USER low@localhost, mid@localhost, high@localhost; GRANT SELECT, ALTER ON shop.orders TO low@localhost;
		GRANT ALL ON shop.* TO mid@localhost; GRANT SELECT, CREATE, ALTER ON shop.* TO high@localhost"
	if is_mariadb; then
		root 'GRANT BINLOG ADMIN ON *.* TO low@localhost; GRANT BINLOG ADMIN ON *.* TO high@localhost'
	else
		root 'GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO low@localhost, high@localhost'
	fi
	for name in low high; do
		bare --no-defaults --socket="$MLK_SOCKET" --user="$name" advise --json --schema shop 'ALTER TABLE orders ADD INDEX (total)'
		code_is "$name has advice" 0
		facts <<-END
			$name: from the documentation :: r.source === 'documented' && r.judged && r.tried.length === 0 && r.writes === 'continue'
			$name: the right that is missing is named :: r.because.some(t => t.includes('DROP command denied'))
		END
	done
	bare --no-defaults --socket="$MLK_SOCKET" --user=mid advise --json --schema shop 'ALTER TABLE orders ADD INDEX (total)'
	facts <<-'END'
		who cannot keep it out of the binary log makes none :: r.source === 'documented' && r.because.some(t => t.includes('--allow-replicated'))
	END
	is 'no twin has been in the binary log' "$(in_binlog)" 0
	bare --no-defaults --socket="$MLK_SOCKET" --user=mid advise --json --allow-replicated --schema shop 'ALTER TABLE orders ADD INDEX (total)'
	facts <<-'END'
		unless it is allowed to :: r.source === 'tried'
	END
	if (($(in_binlog) > 0)); then ok 'then it has been there'; else not_ok 'then it has been there'; fi
	mlk advise --json --documented --schema shop 'ALTER TABLE orders ADD INDEX (total)'
	facts <<-'END'
		--documented tries nothing :: r.source === 'documented' && r.tried.length === 0
	END
	none_left 'rights'
}
in_binlog() {
	local log
	root 'SHOW BINARY LOGS' | while read -r log _; do root "SHOW BINLOG EVENTS IN '$log'"; done | grep -c miglock_twin || true
}

# What is there at this moment: an open transaction, a read lock on everything.
in_the_way() {
	session_start other root shop
	session other 'BEGIN; SELECT COUNT(*) FROM orders' >/dev/null
	mlk advise --json --schema shop 'ALTER TABLE orders ADD INDEX (total)'
	facts <<-'END'
		an open transaction is named :: r.in_the_way.some(w => w.kind === 'session' && w.connection_id > 0 && w.text.includes('open transaction'))
		the advice is the same :: r.judged && r.source === 'tried'
	END
	session other 'COMMIT; FLUSH TABLES WITH READ LOCK' >/dev/null
	mlk advise --json --schema shop 'ALTER TABLE orders ADD INDEX (total)'
	code_is 'under FLUSH TABLES WITH READ LOCK' 0
	facts <<-'END'
		it is named :: r.in_the_way.some(w => w.kind === 'backup')
		nothing could be tried :: r.source === 'documented'
	END
	session_close other
	none_left 'in the way'
}

# begin: an advise that has made the twin of one table and waits for another one, which somebody has locked. Its process is in
# advise, its connection in connection.
begin() {
	session_start locker root shop
	session locker 'LOCK TABLES customers WRITE' >/dev/null
	: >out
	# what runs in a shell's background does not hear SIGINT otherwise
	env --default-signal=INT "$MLK_CLI" --defaults-file="$conf" advise --schema shop \
		'ALTER TABLE lone ADD COLUMN c INT; ALTER TABLE customers ADD COLUMN c INT' >out 2>err </dev/null &
	advise=$!
	until_true 10 waits || not_ok "$1: it waits" "$(<err)"
	connection=$(root "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER' LIMIT 1")
}
waits() { there && [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%'") != 0 ]]; }
finish_begun() {
	code=0
	wait "$advise" || code=$?
	session_close locker
}

interrupted() {
	local signal
	for signal in INT TERM; do
		begin "$signal"
		kill -s "$signal" "$advise"
		finish_begun
		code_is "$signal ends it" "$((128 + $(kill -l "$signal")))"
		err_has "$signal: it says so" interrupted
		none_left "$signal"
	done
}

killed() {
	begin 'KILL QUERY'
	root "KILL QUERY $connection"
	finish_begun
	none_left 'KILL QUERY'
	begin 'KILL'
	root "KILL $connection"
	finish_begun
	code_is 'KILL fails it' 1
	err_has 'KILL: the connection is lost' 'connection'
	none_left 'KILL'
}

# Nobody can remove twins after this; who comes next names them.
dies() {
	local left
	begin 'SIGKILL'
	kill -KILL "$advise"
	finish_begun 2>/dev/null
	left=$(root "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock%' LIMIT 1")
	contains 'a twin is left by SIGKILL' "$left" miglock_twin_
	until_true 10 session_gone || not_ok 'its session ends'
	mlk advise --schema shop 'ALTER TABLE lone ADD COLUMN c INT'
	out_has 'the next run names it' "\`shop\`.\`$left\` is an empty twin that an earlier run left" "DROP TABLE \`shop\`.\`$left\`"
	is 'and leaves it alone' "$(twins)" "$(root "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock%'")"
	root "SELECT CONCAT('DROP TABLE shop.', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock%'" |
		while read -r left; do root "$left"; done
}
session_gone() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = $connection") == 0 ]]; }

# Everything that was sent: no statement that changes anything was about another table than a twin.
only_twins() {
	local sent
	sent=$(root "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE command_type = 'Query'
		AND argument LIKE '%/* miglock */%' AND argument NOT LIKE 'SELECT %general_log%'" |
		grep -aE '^/\* miglock \*/ (ALTER|CREATE|DROP|RENAME|OPTIMIZE|UPDATE|INSERT|DELETE|TRUNCATE)' || true)
	if (($(wc -l <<<"$sent") > 50)); then ok 'what was sent is in the log'; else not_ok 'what was sent is in the log' "$sent"; fi
	is 'nothing but twins was changed' "$(grep -avE \
		'^/\* miglock \*/ (ALTER TABLE|CREATE TABLE|DROP TABLE IF EXISTS) `shop`\.`miglock_twin_|^/\* miglock \*/ (CREATE|DROP) INDEX [`a-z_]+ ON `shop`\.`miglock_twin_' \
		<<<"$sent")" ''
	is 'nor was another one referred to' "$(grep -a REFERENCES <<<"$sent" | grep -avE 'REFERENCES `shop`\.`miglock_twin_' || true)" ''
}

root "CREATE DATABASE shop; USE shop; CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20));
	CREATE TABLE orders (id INT PRIMARY KEY, customer INT, total INT, CONSTRAINT positive CHECK (total >= 0),
		CONSTRAINT to_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE);
	CREATE TABLE lone (id INT PRIMARY KEY); CREATE VIEW v AS SELECT 1"
printf 'CREATE TABLE shop.`odd``na.me'"'"'ü` (id INT)' | server_client --default-character-set=utf8mb4
before=$(def)
judged
several
keys
bad_input
smuggled
modes
none_left 'so far'
rights
in_the_way
interrupted
killed
dies
only_twins
is 'the table is as it was' "$(def)" "$before"
