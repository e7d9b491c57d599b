#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Tables that look like a lock and are none, views, and tables that are broken: none is taken for a lock, and none hides one.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

# Other people's tables. Each says "locked" in its own way.
other_tables() {
	root "
	CREATE DATABASE kysely; CREATE DATABASE marv; CREATE DATABASE shedlock; CREATE DATABASE wide; CREATE DATABASE app;
	CREATE TABLE kysely.kysely_migration_lock (id VARCHAR(255) NOT NULL PRIMARY KEY, is_locked INT NOT NULL DEFAULT 0);
	INSERT INTO kysely.kysely_migration_lock VALUES ('migration_lock', 1);
	CREATE TABLE marv.migrations_lock (empty_table BOOLEAN);
	INSERT INTO marv.migrations_lock VALUES (1);
	CREATE TABLE shedlock.shedlock (name VARCHAR(64) NOT NULL PRIMARY KEY, lock_until TIMESTAMP(3) NOT NULL,
		locked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), locked_by VARCHAR(255) NOT NULL);
	INSERT INTO shedlock.shedlock VALUES ('report', NOW() + INTERVAL 1 HOUR, NOW(), 'web-1');
	CREATE TABLE wide.knex_migrations_lock (\`index\` INT PRIMARY KEY, is_locked INT, reason VARCHAR(10));
	INSERT INTO wide.knex_migrations_lock VALUES (1, 1, 'x');
	CREATE TABLE wide.bun_migration_locks (id BIGINT PRIMARY KEY, table_name VARCHAR(255), comment VARCHAR(10));
	INSERT INTO wide.bun_migration_locks VALUES (1, 'bun_migrations', 'x');
	CREATE TABLE wide.yoyo_lock (locked INT PRIMARY KEY, ctime TIMESTAMP, pid INT, host VARCHAR(10));
	INSERT INTO wide.yoyo_lock VALUES (1, NOW(), 1, 'x');
	CREATE TABLE app.cache_locks (\`key\` VARCHAR(255) PRIMARY KEY, owner VARCHAR(255) NOT NULL, expiration INT NOT NULL);
	INSERT INTO app.cache_locks VALUES ('app-cache-import', 'x', UNIX_TIMESTAMP() + 3600);
	CREATE TABLE app.DATABASECHANGELOGLOCK (ID INT NOT NULL PRIMARY KEY, LOCKED TINYINT NOT NULL, LOCKGRANTED DATETIME, LOCKEDBY VARCHAR(255));
	INSERT INTO app.DATABASECHANGELOGLOCK VALUES (1, 0, NULL, NULL), (1000, 0, NULL, NULL), (1001, 0, NULL, NULL)"
}

# A view runs other people's code when it is read: this one would take a minute.
views() {
	lock_table blog
	root "CREATE DATABASE views; CREATE VIEW views.migrations_lock AS SELECT * FROM blog.migrations_lock;
		CREATE VIEW views.knex_migrations_lock AS SELECT 1 AS \`index\`, 1 + SLEEP(60) AS is_locked"
}

# Lock tables that their tools cannot work with, and one whose file is broken.
broken() {
	lock_table lost
	lock_table crashed
	root "DELETE FROM lost.migrations_lock;
		CREATE DATABASE twice; CREATE TABLE twice.knex_migrations_lock (\`index\` INT PRIMARY KEY, is_locked INT);
		INSERT INTO twice.knex_migrations_lock VALUES (1, 1), (2, 0);
		CREATE DATABASE nulls; CREATE TABLE nulls.knex_migrations_lock (is_locked INT); INSERT INTO nulls.knex_migrations_lock VALUES (NULL);
		ALTER TABLE crashed.migrations_lock ENGINE = MyISAM; FLUSH TABLES"
	printf 'no table any more' >"$MLK_DATADIR/crashed/migrations_lock.MYD"
	printf 'nor an index' >"$MLK_DATADIR/crashed/migrations_lock.MYI"
}

story() {
	local target
	take blog
	mlk status --json
	code_is 'the list is made all the same' 0
	facts <<-'END'
		one lock is held :: d.filter(l => l.held).map(l => l.target).join() === 'ghost:blog'
		the others are no locks of a tool :: !d.some(l => ['kysely', 'marv', 'shedlock', 'wide', 'views'].includes(l.schema))
		locks of something else than migrations are free :: d.find(l => l.target === 'laravel:app').verdict === 'free'
		so is Keycloak's table, as far as it says :: d.find(l => l.target === 'liquibase:app').verdict === 'free' && d.find(l => l.target === 'liquibase:app').because.some(s => s.includes('Keycloak'))
		a row that is lost is damage :: d.find(l => l.target === 'ghost:lost').damage === 'missing_row'
		two rows are damage :: d.find(l => l.target === 'knex:twice').damage === 'several_rows'
		NULL is damage :: d.find(l => l.target === 'knex:nulls').damage === 'odd_columns'
		what is damaged is neither held nor free :: d.filter(l => l.damage).every(l => l.held === null && l.verdict === 'unknown')
		nor is a broken file :: d.filter(l => l.schema === 'crashed').every(l => l.held === null && l.verdict === 'unknown' && l.token === null)
	END
	for target in knex:kysely/kysely_migration_lock ghost:marv ghost:views knex:views ghost:crashed knex:wide bun:wide yoyo:wide knex:twice; do
		export T=$target
		mlk status "$T" --json
		facts <<-'END'
			asked for by name it is not called a lock :: r.target === e.T && r.held === null && r.verdict === 'unknown'
		END
		mlk release "$T" --force --yes --token 000000000000 --json
		code_is "$target: a release is refused" 4
		facts <<-'END'
			and changes nothing :: d.outcome === 'refused' && d.statement === null
		END
	done
	mlk release ghost:blog --yes --json
	code_is 'the one that is held is released' 0
	is "${mark}its flag is cleared" "$(flag blog)" 0
	is "${mark}the others are as they were" "$(root "SELECT (SELECT is_locked FROM kysely.kysely_migration_lock), (SELECT empty_table FROM marv.migrations_lock),
		(SELECT COUNT(*) FROM shedlock.shedlock), (SELECT is_locked FROM wide.knex_migrations_lock), (SELECT COUNT(*) FROM wide.bun_migration_locks),
		(SELECT COUNT(*) FROM wide.yoyo_lock), (SELECT COUNT(*) FROM app.cache_locks), (SELECT SUM(is_locked) FROM twice.knex_migrations_lock)")" \
		"$(printf '1\t1\t1\t1\t1\t1\t1\t1')"
}

other_tables
views
broken
both_ways story
