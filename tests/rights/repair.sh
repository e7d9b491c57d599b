#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A repair takes the rights of the statements that it runs, and no others; by the functions and over a client connection.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE DATABASE app; CREATE TABLE app.orders (id INT PRIMARY KEY);
	CREATE TABLE app.knex_migrations_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT);
	CREATE TABLE app.migrations_lock (lock_key VARCHAR(191) NOT NULL PRIMARY KEY, locked TINYINT, acquired_at DATETIME, released_at DATETIME);
	CREATE TABLE app.DATABASECHANGELOGLOCK (ID INT NOT NULL PRIMARY KEY, LOCKED INT, LOCKGRANTED DATETIME, LOCKEDBY VARCHAR(255))"
rights() { root "CREATE USER $1@localhost; GRANT $2 ON app.* TO $1@localhost"; }
rights u_read SELECT
rights u_update 'SELECT, UPDATE'
rights u_delete 'SELECT, DELETE'
rights u_insert 'SELECT, INSERT'
rights u_both 'SELECT, INSERT, DELETE'
rights u_blind 'INSERT, DELETE, UPDATE'

damage() {
	root "DELETE FROM app.knex_migrations_lock; INSERT INTO app.knex_migrations_lock VALUES (1, 0), (2, 1);
		DELETE FROM app.migrations_lock;
		REPLACE INTO app.DATABASECHANGELOGLOCK VALUES (1, NULL, NULL, NULL)"
}
rows() {
	root "SELECT (SELECT COUNT(*) FROM app.knex_migrations_lock), (SELECT COUNT(*) FROM app.migrations_lock),
		(SELECT COUNT(LOCKED) FROM app.DATABASECHANGELOGLOCK)" | tr '\t' ' '
}

repair_as() { as "$1" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_repair('$2', '$3', 'force'), '\$.outcome'))"; }
repair_over_a_connection() {
	miglock --no-defaults --socket="$MLK_SOCKET" --user="$1" --json repair "$2" --token="$3" --force --yes --no-functions 2>/dev/null |
		grep -o '"outcome": *"[a-z]*"' | head -n 1 | grep -o '[a-z]*"$' | tr -d '"' || true
}

# try WHAT TARGET MAY...: who may repair it; the others may not.
try() {
	local target=$1 way user outcome token before
	shift
	for way in repair_as repair_over_a_connection; do
		damage
		token=$(token "$target")
		before=$(rows)
		for user in u_read u_update u_delete u_insert u_both u_blind; do
			if [[ " $* " == *" $user "* ]]; then continue; fi
			is "$target, $way: not by $user" "$("$way" "$user" "$target" "$token")" refused
			is "$target, $way: nothing was changed by $user" "$(rows)" "$before"
		done
		for user in "$@"; do
			damage
			outcome=$("$way" "$user" "$target" "$token")
			is "$target, $way: by $user" "$outcome" repaired
			contains "$target, $way: it is free" "$(root "SELECT miglock_status('$target')")" '"verdict":"free"'
		done
	done
}
try knex:app u_both
try ghost:app u_insert u_both
try liquibase:app u_update

# Nobody learns anything of a table that it may not read.
damage
lacks 'a table that cannot be read stays unknown' "$(as u_blind "SELECT miglock_repair('knex:app', '$(token knex:app)', 'force')")" 'several'

# A view in the table's place is not repaired through.
root "CREATE DATABASE other; RENAME TABLE app.knex_migrations_lock TO other.real_lock;
	CREATE VIEW app.knex_migrations_lock AS SELECT * FROM other.real_lock; GRANT ALL ON other.* TO u_both@localhost"
token=$(token knex:other/real_lock)
is 'a view is not repaired' "$(repair_as u_both knex:app "$token")" refused
is 'the table behind it has its rows' "$(root 'SELECT COUNT(*) FROM other.real_lock')" 2
root "DROP VIEW app.knex_migrations_lock; RENAME TABLE other.real_lock TO app.knex_migrations_lock"

# The table changes between the look and the locks: the repair waits for whoever is changing it, and then sees that.
waits() {
	sleep 0.15 # INNODB_TRX is a copy that InnoDB renews only when nobody has read it for 0.1 s
	[[ $(root "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'") != 0 ]]
}
# overtaken WHAT CHANGE END OUTCOME ROWS: a repair while CHANGE is not committed, which then ends by END.
overtaken() {
	local way pid
	for way in repair_as repair_over_a_connection; do
		damage
		token=$(token knex:app)
		session_open "other_$way$3" root
		session "other_$way$3" "BEGIN; $2" >/dev/null
		"$way" u_both knex:app "$token" >answer &
		pid=$!
		until_true 3 waits || not_ok "$way, $1, $3: it waits" "$(<answer)"
		session "other_$way$3" "$3" >/dev/null
		wait "$pid"
		is "$way, $1, $3: what becomes of the repair" "$(<answer)" "$4"
		is "$way, $1, $3: the rows" "$(root 'SELECT GROUP_CONCAT(is_locked ORDER BY 1) FROM app.knex_migrations_lock')" "$5"
		session_close "other_$way$3"
		rm -f -- "other_$way$3.in"
	done
}
overtaken 'a row is taken' 'UPDATE app.knex_migrations_lock SET is_locked = 1 WHERE is_locked = 0' COMMIT changed 1,1
overtaken 'a row is added' 'INSERT INTO app.knex_migrations_lock (is_locked) VALUES (1)' COMMIT changed 0,1,1
overtaken 'a row is taken and given back' 'UPDATE app.knex_migrations_lock SET is_locked = 1 WHERE is_locked = 0' ROLLBACK repaired 0

# Several repairs at once are one.
for round in 1 2 3 4 5; do
	damage
	token=$(token knex:app)
	pids=()
	for i in 1 2 3; do
		repair_as u_both knex:app "$token" >"answer.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	is "round $round: one repair of three is one" "$(cat answer.1 answer.2 answer.3 | grep -c '^repaired$')" 1
	is "round $round: one free row is left" "$(root 'SELECT COUNT(*), SUM(is_locked) FROM app.knex_migrations_lock' | tr '\t' ' ')" '1 0'
done
