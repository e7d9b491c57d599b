#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# options: --log-bin-trust-function-creators=ON
# mysql options: --gtid-mode=OFF --enforce-gtid-consistency=OFF
# The same with a view that is put in the table's place again and again while others look and release.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

seconds=${MLK_RACE_SECONDS:-10}
install_miglock
lock_table app
lock_table other
root "CREATE DATABASE trap; CREATE TABLE trap.witness (who VARCHAR(200)) ENGINE = MyISAM;
	CREATE TABLE trap.ready (who VARCHAR(40)) ENGINE = MyISAM;
	CREATE TABLE trap.outcomes (who VARCHAR(40), outcome VARCHAR(40), n BIGINT, PRIMARY KEY (who, outcome)) ENGINE = MyISAM;
	CREATE USER u_owner@localhost; GRANT ALL ON app.* TO u_owner@localhost; GRANT ALL ON trap.* TO u_owner@localhost"
server_client -e "DELIMITER //
	CREATE FUNCTION trap.spring() RETURNS INT NOT DETERMINISTIC MODIFIES SQL DATA SQL SECURITY INVOKER
	BEGIN INSERT INTO trap.witness VALUES (CURRENT_USER()); RETURN 1; END //
	CREATE DEFINER = u_owner@localhost SQL SECURITY INVOKER VIEW app.trap_read AS
		SELECT 'km01' AS lock_key, trap.spring() AS locked, CAST('2020-01-01' AS DATETIME) AS acquired_at, NULL AS released_at //
	CREATE DEFINER = u_owner@localhost SQL SECURITY INVOKER VIEW app.trap_write AS SELECT * FROM other.migrations_lock WHERE trap.spring() = 1 //
	CREATE DEFINER = u_owner@localhost SQL SECURITY INVOKER VIEW app.trap_plain AS SELECT * FROM other.migrations_lock //
	CREATE PROCEDURE trap.swap(seconds INT)
	BEGIN
		DECLARE stop DATETIME DEFAULT NOW() + INTERVAL seconds SECOND;
		DECLARE n BIGINT DEFAULT 0;
		DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
		WHILE NOW() < stop DO
			RENAME TABLE app.migrations_lock TO app.base, app.trap_read TO app.migrations_lock;
			RENAME TABLE app.migrations_lock TO app.trap_read, app.base TO app.migrations_lock;
			RENAME TABLE app.migrations_lock TO app.base, app.trap_write TO app.migrations_lock;
			RENAME TABLE app.migrations_lock TO app.trap_write, app.base TO app.migrations_lock;
			RENAME TABLE app.migrations_lock TO app.base, app.trap_plain TO app.migrations_lock;
			RENAME TABLE app.migrations_lock TO app.trap_plain, app.base TO app.migrations_lock;
			UPDATE app.migrations_lock SET locked = 1, released_at = NULL;
			SET n = n + 6;
		END WHILE;
		REPLACE INTO trap.outcomes VALUES ('swap', 'renames', n);
	END //
	CREATE PROCEDURE trap.ask(who VARCHAR(40), token VARCHAR(12), seconds INT) SQL SECURITY INVOKER
	BEGIN
		DECLARE stop DATETIME DEFAULT NOW() + INTERVAL seconds SECOND;
		DECLARE answer, seen TEXT;
		WHILE NOW() < stop DO
			SET answer = miglock_status('ghost:app');
			SET seen = CONCAT('status ', COALESCE(JSON_UNQUOTE(JSON_EXTRACT(answer, '\$.held')), '-'));
			INSERT INTO trap.outcomes VALUES (who, seen, 1) ON DUPLICATE KEY UPDATE n = n + 1;
			SET answer = miglock_release('ghost:app', token, 'force');
			SET seen = CONCAT('release ', COALESCE(JSON_UNQUOTE(JSON_EXTRACT(answer, '\$.outcome')), '-'));
			INSERT INTO trap.outcomes VALUES (who, seen, 1) ON DUPLICATE KEY UPDATE n = n + 1;
		END WHILE;
	END"

# The traps work: the server's own statements spring them.
root "SELECT SUM(locked) FROM app.trap_read" >/dev/null
root "UPDATE app.trap_write SET locked = 1" >/dev/null
if [[ $(root 'SELECT COUNT(*) >= 2 FROM trap.witness') == 1 ]]; then ok 'the traps work'; else not_ok 'the traps work'; fi
root 'TRUNCATE trap.witness'

token=$(token ghost:app)
pids=()
for who in u_owner root; do
	as "$who" "CALL trap.ask('$who', '$token', $seconds)" >"ask.$who" &
	pids+=($!)
done
as root "CALL trap.swap($seconds)" >swap.out &
pids+=($!)
wait "${pids[@]}"

root 'SELECT * FROM trap.outcomes ORDER BY 1, 2' | sed 's/^/# /'
is 'the view was never evaluated' "$(root 'SELECT COUNT(*) FROM trap.witness')" 0
is 'no table behind a view was written' "$(flag other)" 1
for who in u_owner root; do
	is "$who had no error" "$(<"ask.$who")" ''
	# Without these the race did not take place.
	is "$who met the table" "$(root "SELECT COUNT(*) FROM trap.outcomes WHERE who = '$who' AND outcome = 'status true'")" 1
	is "$who met the view" "$(root "SELECT COUNT(*) FROM trap.outcomes WHERE who = '$who' AND outcome = 'status null'")" 1
	is "$who released" "$(root "SELECT COUNT(*) FROM trap.outcomes WHERE who = '$who' AND outcome = 'release released'")" 1
done
if (($(root "SELECT COALESCE(SUM(n), 0) FROM trap.outcomes WHERE outcome = 'renames'") > 100)); then ok 'tables were renamed all the while'; else not_ok 'tables were renamed all the while'; fi
