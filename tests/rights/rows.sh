#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The tables of the tools that keep a row, as those tools make them: read, released with the one right that it takes
# and with no other, by the functions and over a client connection; and the times in them, in several time zones.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE DATABASE app; CREATE TABLE app.orders (id INT PRIMARY KEY)"
for right in UPDATE DELETE; do
	root "CREATE USER u_${right,,}@localhost; GRANT SELECT, $right ON app.* TO u_${right,,}@localhost"
done
root "CREATE USER u_read@localhost; GRANT SELECT ON app.* TO u_read@localhost"

# tool TABLE RIGHT CREATE INSERT COUNT: the table; the right that releasing takes; the lock; a query for the locks that are left.
declare -A RIGHT=() CREATE=() TAKE=() LEFT=()
tool() {
	RIGHT[$1]=$2
	CREATE[$1]=$3
	TAKE[$1]=$4
	LEFT[$1]=$5
}

liquibase='ID INT NOT NULL PRIMARY KEY'
liquibase_rest='NOT NULL, LOCKGRANTED datetime NULL, LOCKEDBY varchar(255) NULL'
for type in 'BIT(1)' 'TINYINT(1)' 'TINYINT' 'INT'; do
	tool "liquibase $type" update "CREATE TABLE app.DATABASECHANGELOGLOCK ($liquibase, LOCKED $type $liquibase_rest)" \
		"REPLACE INTO app.DATABASECHANGELOGLOCK VALUES (1, 1, NOW(), 'it''s#blue (10.0.0.7)')" \
		'SELECT COUNT(*) FROM app.DATABASECHANGELOGLOCK WHERE LOCKED = 1 OR LOCKEDBY IS NOT NULL OR LOCKGRANTED IS NOT NULL'
done
tool 'msr TIMESTAMP' delete 'CREATE TABLE app.migration_locks (id INT AUTO_INCREMENT PRIMARY KEY, executor_id varchar(255) UNIQUE,
	locked_at TIMESTAMP(3) NULL, expires_at TIMESTAMP(3) NULL)' \
	"REPLACE INTO app.migration_locks VALUES (1, 'web-4999999-0f8fad5b-d9cb-469f-a165-70867728950e', NOW(3), NOW(3) + INTERVAL 600 SECOND)" \
	'SELECT COUNT(*) FROM app.migration_locks'
tool 'msr DATETIME' delete 'CREATE TABLE app.migration_locks (executor_id varchar(255) PRIMARY KEY, locked_at DATETIME, expires_at DATETIME)' \
	"REPLACE INTO app.migration_locks VALUES ('somebody', NOW(), NULL)" 'SELECT COUNT(*) FROM app.migration_locks'
tool bun delete "CREATE TABLE app.bun_migration_locks (id BIGINT PRIMARY KEY AUTO_INCREMENT, table_name varchar(255) UNIQUE)" \
	"REPLACE INTO app.bun_migration_locks VALUES (9007199254740993, 'bun_migrations')" 'SELECT COUNT(*) FROM app.bun_migration_locks'
tool yoyo delete 'CREATE TABLE app.yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, PRIMARY KEY (locked))' \
	'REPLACE INTO app.yoyo_lock VALUES (1, UTC_TIMESTAMP(), 4999999)' 'SELECT COUNT(*) FROM app.yoyo_lock'
tool morph delete 'CREATE TABLE app.db_lock (Id varchar(64) NOT NULL, ExpireAt bigint(20) NOT NULL, PRIMARY KEY (Id))' \
	"REPLACE INTO app.db_lock VALUES ('mm-lock-key', UNIX_TIMESTAMP() + 15)" 'SELECT COUNT(*) FROM app.db_lock'
# A session inside MySQL gets the exact value of a FLOAT, which the server's own text rounds: nothing would be changed.
types=(INT BIGINT DOUBLE)
if is_mariadb; then types+=(FLOAT); fi
for type in "${types[@]}"; do
	tool "laravel $type" delete "CREATE TABLE app.cache_locks (\`key\` varchar(255) PRIMARY KEY, owner varchar(255), expiration $type)" \
		"REPLACE INTO app.cache_locks VALUES ('app-cache-framework/command-migrate', 'Tz6lQ0', UNIX_TIMESTAMP() + 3600),
			('app-cache-other', 'x', 1)" \
		"SELECT COUNT(*) - 1 FROM app.cache_locks"
done

# release_over_a_connection USER TARGET TOKEN: the outcome, without the functions.
release_over_a_connection() {
	miglock --no-defaults --socket="$MLK_SOCKET" --user="$1" --json release "$2" --token="$3" --force --yes --no-functions 2>/dev/null |
		grep -o '"outcome": *"[a-z]*"' | grep -o '[a-z]*"$' | tr -d '"' || true
}

try() {
	local what=$1 target=${1%% *}:app wrong=update token table
	if [[ ${RIGHT[$what]} == update ]]; then wrong=delete; fi
	root "${CREATE[$what]}; ${TAKE[$what]}"
	token=$(token "$target")
	contains "$what: root sees that it is held" "$(root "SELECT miglock_status('$target')")" '"held":true'
	contains "$what: who may read sees it too" "$(as u_read "SELECT miglock_status('$target')")" '"held":true'
	is "$what: released by who may not" "$(release_as u_read "$target" "$token" force)" refused
	is "$what: released by who may $wrong" "$(release_as "u_$wrong" "$target" "$token" force)" refused
	is "$what: still held" "$(root "${LEFT[$what]}")" 1
	is "$what: released by who may ${RIGHT[$what]}" "$(release_as "u_${RIGHT[$what]}" "$target" "$token" force)" released
	is "$what: nothing is left" "$(root "${LEFT[$what]}")" 0
	contains "$what: free" "$(root "SELECT miglock_status('$target')")" '"verdict":"free"'
	contains "$what: in the list of all" "$(root "SELECT miglock_locks('app')")" "\"target\":\"$target\""

	root "${TAKE[$what]}"
	token=$(token "$target")
	is "$what: over a connection, by who may $wrong" "$(release_over_a_connection "u_$wrong" "$target" "$token")" refused
	is "$what: over a connection" "$(release_over_a_connection "u_${RIGHT[$what]}" "$target" "$token")" released
	is "$what: nothing is left after that" "$(root "${LEFT[$what]}")" 0
	table=$(root "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME <> 'orders'")
	root "DROP TABLE app.$table"
}

for what in "${!RIGHT[@]}"; do
	try "$what"
done

# within WHAT SECONDS TEXT: a time of a report that is at most so far from the server's clock.
within() {
	local off
	off=$(root "SELECT ABS(UNIX_TIMESTAMP(CONVERT_TZ(LEFT(REPLACE('$3', 'T', ' '), 19), '+00:00', @@session.time_zone)) - UNIX_TIMESTAMP()) <= $2")
	is "$1 ($3)" "$off" 1
}

# The server's zone is not the one of our sessions; SYSTEM is that of the machine.
for zone in SYSTEM +05:30 -09:00; do
	root "SET GLOBAL time_zone = '$zone'"
	root "${CREATE[liquibase INT]}; ${TAKE[liquibase INT]}; ${CREATE[yoyo]}; ${TAKE[yoyo]}; ${CREATE[msr TIMESTAMP]}; ${TAKE[msr TIMESTAMP]}"
	for tool in liquibase yoyo msr; do
		report=$(as root "SELECT miglock_status('$tool:app')")
		within "$zone: when the lock of $tool was taken" 30 "$(field "$report" '$.since')"
	done
	within "$zone: when the lock of msr expires" 630 "$(field "$report" '$.expires')"
	if [[ $(field "$report" '$.expires') > $(field "$report" '$.since') ]]; then ok "$zone: later"; else not_ok "$zone: later" "$report"; fi
	root "UPDATE app.DATABASECHANGELOGLOCK SET LOCKGRANTED = NOW() + INTERVAL 3 HOUR"
	is "$zone: a time to come has no zone" "$(field "$(as root "SELECT miglock_status('liquibase:app')")" '$.since')" null
	root "DROP TABLE app.DATABASECHANGELOGLOCK, app.yoyo_lock, app.migration_locks"
done

# A view is not released through, whatever statement it takes.
root "CREATE DATABASE other; ${CREATE[bun]//app\./other.}; ${TAKE[bun]//app\./other.}; CREATE VIEW app.bun_migration_locks AS SELECT * FROM other.bun_migration_locks"
token=$(token bun:other)
lacks 'a view is not released' "$(as root "SELECT miglock_release('bun:app', '$token', 'force')")" '"outcome":"released"'
is 'the table behind it has its row' "$(root 'SELECT COUNT(*) FROM other.bun_migration_locks')" 1

# What does not belong to any of them is not listed.
root "CREATE TABLE app.shedlock (name VARCHAR(64) PRIMARY KEY, lock_until TIMESTAMP(3) NULL, locked_at TIMESTAMP(3) NULL, locked_by VARCHAR(255));
	CREATE TABLE app.kysely_migration_lock (id VARCHAR(255) PRIMARY KEY, is_locked INT NOT NULL DEFAULT 0);
	CREATE TABLE app.migrations_lock (empty_table BOOLEAN);
	CREATE TABLE app.table_locks (id INT PRIMARY KEY, table_name VARCHAR(64), user_id INT);
	CREATE TABLE app.user_locks (user_id INT PRIMARY KEY, is_locked INT, reason TEXT)"
is 'the tables of others are no migration locks' "$(root "SELECT miglock_locks('app')")" '[]'
