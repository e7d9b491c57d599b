#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Locks under names that nobody expects: tables of one's own choice, and names that two schemas share.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
# mariadb11 options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

# take NAME EXPRESSION: an idle client takes the lock of that name. Exports HELD_ID and NAME.
take_computed() {
	NAME=$(root "SELECT $2")
	hold "$1" root "$NAME" 'SELECT 1'
	export HELD_ID NAME
}

# The two have the same CRC-32, and so has what golang-migrate appends to both.
shared_crc() {
	local one=tenant_29685295 two=tenant_32060020 line tool name
	is "${mark}the two schemas have one CRC" "$(root "SELECT CRC32('$one') = CRC32('$two')")" 1
	while IFS='|' read -r tool name; do
		export T=$tool:$one OTHER=$tool:$two TWO=$two
		take_computed holder "$name"
		mlk status --json
		facts <<-'END'
			the lock of two schemas is one report :: d.filter(l => l.holder && l.holder.connection_id === Number(e.HELD_ID)).length === 1
			and nobody else's :: d.filter(l => l.held && l.kind === 'named').length === 1
			with both as candidates :: d.some(l => l.target === e.T && l.name === e.NAME && l.candidates.join() === [e.T, e.OTHER].join())
			which of them it is, is left open :: d.find(l => l.target === e.T).because.some(s => s.includes(e.OTHER) && s.includes('does not tell'))
		END
		mlk status "$two" --json
		facts <<-'END'
			asked for the second schema it is that one's :: d.filter(l => l.held).map(l => l.target).join() === e.OTHER
		END
		mlk release "$OTHER" --force --yes --json
		code_is "$tool: either target releases it" 0
		mlk status "$T" --json
		facts <<-'END'
			and both are free :: r.held === false
		END
		session_close holder
	done <<-END
		rails|CAST(CRC32('$one') * 2053462845 AS CHAR)
		golang-migrate|CAST(CRC32('$one:schema_migrations') * 1486364155 % 4294967296 AS CHAR)
		grafana|CAST(CRC32('$two') * 1486364155 % 4294967296 AS CHAR)
		sqlx|LOWER(HEX(CRC32('$two') * 0x3d32ad9e))
	END
}

# The name depends on a table whose name is free: it is found by its columns.
own_history() {
	# `wiki`.`wiki_history` through Java's String.hashCode
	NAME_OF=flyway:wiki/wiki_history found_by_table "'Flyway--1727587079'"
	NAME_OF=golang-migrate:wiki/app_versions found_by_table "CAST(CRC32('wiki:app_versions') * 1486364155 % 4294967296 AS CHAR)"
	NAME_OF=liquibase-sessionlock:wiki/dbchange_mutex found_by_table "'WIKI.DBCHANGE_MUTEX'"
}

found_by_table() {
	export NAME_OF
	take_computed holder "$1"
	mlk status --json
	facts <<-'END'
		a lock named after a table is known :: d.filter(l => l.held && l.kind === 'named').map(l => l.target).join() === e.NAME_OF
		and its name is the one that was taken :: d.find(l => l.target === e.NAME_OF).name === e.NAME || d.find(l => l.target === e.NAME_OF).name.toLowerCase() === e.NAME.toLowerCase()
	END
	mlk release "$NAME_OF" --force --yes --json
	code_is "$NAME_OF is released" 0
	session_close holder
}

# What lock tables can be called: knex's tableName, Liquibase's databaseChangelogLockTableName, MSR's locking.tableName.
own_tables() {
	local target left
	root "UPDATE wiki.deploys_lock SET is_locked = 1; UPDATE wiki.dbchange_mutex SET LOCKED = 1, LOCKGRANTED = NOW(), LOCKEDBY = 'a (10.0.0.7)';
		REPLACE INTO wiki.msr_mutex VALUES (1, 'a-1-x', NOW(), NOW())"
	mlk status --json
	facts <<-'END'
		lock tables are found by their columns :: d.filter(l => l.held && l.kind === 'row').map(l => l.target).sort().join() === 'knex:wiki/deploys_lock,liquibase:wiki/dbchange_mutex,msr:wiki/msr_mutex'
		and named as they are :: d.filter(l => l.kind === 'row').every(l => l.table === l.target.replace(/.*:/, '').replace('/', '.'))
	END
	conf=$PWD/limited.cnf
	mlk status --json
	if is_mariadb; then
		facts <<-'END'
			without PROCESS only those with 'lock' in their name are :: d.filter(l => l.kind === 'row').map(l => l.target).join() === 'knex:wiki/deploys_lock'
			and that is said :: d.every(l => l.blind_spots.some(s => s.includes("'lock' in their name")))
		END
	else
		facts <<-'END'
			MySQL shows each account its own tables :: d.filter(l => l.held && l.kind === 'row').length === 3
		END
	fi
	conf=$PWD/all.cnf
	for target in knex:wiki/deploys_lock liquibase:wiki/dbchange_mutex msr:wiki/msr_mutex; do
		mlk release "$target" --yes --json
		code_is "$target is released" 0
	done
	left=$(root 'SELECT (SELECT is_locked FROM wiki.deploys_lock), (SELECT LOCKED FROM wiki.dbchange_mutex), (SELECT COUNT(*) FROM wiki.msr_mutex)')
	is "${mark}their tables say so" "$left" $'0\t0\t0'
}

story() {
	shared_crc
	own_history
	own_tables
}

root "CREATE DATABASE tenant_29685295; CREATE DATABASE tenant_32060020; CREATE DATABASE wiki;
	CREATE TABLE wiki.pages (id INT PRIMARY KEY);
	CREATE TABLE wiki.wiki_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL,
		type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by VARCHAR(100) NOT NULL,
		installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL, success BOOL NOT NULL);
	CREATE TABLE wiki.app_versions (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL);
	CREATE TABLE wiki.deploys (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), batch INT, migration_time TIMESTAMP NULL);
	CREATE TABLE wiki.deploys_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT);
	INSERT INTO wiki.deploys_lock VALUES (1, 0);
	CREATE TABLE wiki.dbchange_mutex (ID INT NOT NULL PRIMARY KEY, LOCKED TINYINT NOT NULL, LOCKGRANTED DATETIME, LOCKEDBY VARCHAR(255));
	INSERT INTO wiki.dbchange_mutex VALUES (1, 0, NULL, NULL);
	CREATE TABLE wiki.msr_mutex (id INT AUTO_INCREMENT PRIMARY KEY, executor_id VARCHAR(255) NOT NULL UNIQUE,
		locked_at TIMESTAMP NULL, expires_at TIMESTAMP NULL);
	CREATE USER limited IDENTIFIED BY 'l'; GRANT SELECT ON wiki.* TO limited"
printf '[client]\nsocket=%s\nuser=limited\npassword=l\n' "$MLK_SOCKET" >limited.cnf
both_ways story
