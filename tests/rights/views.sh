#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# options: --log-bin-trust-function-creators=ON
# mysql options: --gtid-mode=OFF --enforce-gtid-consistency=OFF
# A view in place of a lock table is never evaluated: it would run other people's code, on MariaDB with every right.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE DATABASE app; CREATE DATABASE secret; CREATE TABLE secret.t (s VARCHAR(40)); INSERT INTO secret.t VALUES ('topsecret');
	CREATE DATABASE trap; CREATE TABLE trap.witness (who VARCHAR(200)) ENGINE = MyISAM;
	CREATE USER u_owner@localhost; GRANT ALL ON app.* TO u_owner@localhost;
	GRANT EXECUTE, SELECT ON trap.* TO u_owner@localhost; GRANT INSERT ON trap.witness TO u_owner@localhost"
lock_table other
server_client -e "DELIMITER //
	CREATE FUNCTION trap.spring() RETURNS INT NOT DETERMINISTIC MODIFIES SQL DATA SQL SECURITY INVOKER
	BEGIN INSERT INTO trap.witness VALUES (CURRENT_USER()); RETURN 1; END //
	CREATE FUNCTION trap.spring_definer() RETURNS INT NOT DETERMINISTIC MODIFIES SQL DATA SQL SECURITY DEFINER
	BEGIN INSERT INTO trap.witness VALUES (CURRENT_USER()); RETURN 1; END"

every_call() {
	as "$1" "SELECT miglock_status('ghost:app'); SELECT miglock_status('knex:app/migrations_lock'); SELECT miglock_locks();
		SELECT miglock_locks('app'); SELECT miglock_release('ghost:app', 'aaaaaaaaaaaa', 'force');
		SELECT miglock_release('knex:app/migrations_lock', 'aaaaaaaaaaaa', 'force')" --database=app
}

try_view() {
	local what=$1 sql=$2 user answers
	root "DROP VIEW IF EXISTS app.migrations_lock; TRUNCATE trap.witness; $sql"
	# The trap works: the server's own SELECT springs it.
	if [[ $sql == *spring* ]]; then
		root "SELECT COUNT(*) FROM app.migrations_lock WHERE locked > 0" >/dev/null
		if [[ $(root 'SELECT COUNT(*) > 0 FROM trap.witness') == 1 ]]; then ok "$what: the trap works"; else not_ok "$what: the trap works"; fi
		root 'TRUNCATE trap.witness'
	fi
	for user in u_owner root; do
		answers=$(every_call "$user")
		is "$what, asked by $user: never evaluated" "$(root 'SELECT COUNT(*) FROM trap.witness')" 0
		lacks "$what, asked by $user: shows no secret" "$answers" topsecret
		lacks "$what, asked by $user: nothing is released" "$answers" '"outcome":"released"'
		is "$what, asked by $user: six answers" "$(grep -c '^[[{]' <<<"$answers")" 6
	done
}

columns="NULL AS acquired_at, NULL AS released_at"
for security in INVOKER DEFINER; do
	for definer in root u_owner; do
		for spring in spring spring_definer; do
			try_view "$security view of $definer that calls $spring" \
				"CREATE DEFINER = $definer@localhost SQL SECURITY $security VIEW app.migrations_lock AS
				SELECT 'km01' AS lock_key, trap.$spring() AS locked, $columns"
		done
	done
	try_view "$security view that reads a table the account may not read" \
		"CREATE DEFINER = u_owner@localhost SQL SECURITY $security VIEW app.migrations_lock AS
		SELECT 'km01' AS lock_key, 1 AS locked, NULL AS acquired_at, (SELECT s FROM secret.t) AS released_at"
	try_view "$security view that could be updated, of a table the account may not update" \
		"CREATE DEFINER = u_owner@localhost SQL SECURITY $security VIEW app.migrations_lock AS SELECT * FROM other.migrations_lock"
	is "$security view: the table behind it is as it was" "$(flag other)" 1
	try_view "$security view with a function in its WHERE" \
		"CREATE DEFINER = root@localhost SQL SECURITY $security VIEW app.migrations_lock AS SELECT * FROM other.migrations_lock WHERE trap.spring() = 1"
done
try_view 'a view of two tables' \
	"CREATE VIEW app.migrations_lock AS SELECT m.* FROM other.migrations_lock m JOIN secret.t"
contains 'the answer says that it is no table' "$(as root "SELECT miglock_status('ghost:app')")" 'BASE TABLE'

# Neither a sequence, where there are such things, nor a temporary table of the caller stands for the lock table.
root 'DROP VIEW app.migrations_lock'
lock_table app
contains "the caller's temporary table is not the lock table" \
	"$(as u_owner "CREATE TEMPORARY TABLE app.migrations_lock (n INT); SELECT miglock_status('ghost:app')")" '"held":true'
