#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# options: --event-scheduler=ON --log-bin-trust-function-creators=ON
# A routine, trigger or event lends its definer's rights, as for any statement in it; SQL SECURITY INVOKER and views lend nothing.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
lock_table app
root "CREATE DATABASE ops; CREATE TABLE ops.done (what VARCHAR(40), answer LONGTEXT); CREATE TABLE ops.door (n INT);
	CREATE TABLE ops.window (n INT);
	CREATE USER u_may@localhost; GRANT SELECT, UPDATE ON app.* TO u_may@localhost; GRANT ALL ON ops.* TO u_may@localhost;
	CREATE USER u_none@localhost; GRANT EXECUTE ON ops.* TO u_none@localhost; GRANT SELECT, INSERT ON ops.door TO u_none@localhost;
	GRANT SELECT, INSERT, UPDATE, TRIGGER ON ops.window TO u_none@localhost;
	CREATE USER u_victim@localhost; CREATE USER u_killer@localhost; GRANT ALL ON ops.* TO u_killer@localhost"
if is_mariadb; then
	root "GRANT CONNECTION ADMIN ON *.* TO u_killer@localhost"
	# a definer's rights by default are those without a role
	root "CREATE ROLE r_all; GRANT SELECT, UPDATE ON app.* TO r_all"
else
	root "GRANT CONNECTION_ADMIN ON *.* TO u_killer@localhost"
fi
token=$(token ghost:app)
outcome="JSON_UNQUOTE(JSON_EXTRACT(miglock_release('ghost:app', '$token', 'force'), '\$.outcome'))"
held="COALESCE(JSON_UNQUOTE(JSON_EXTRACT(miglock_status('ghost:app'), '\$.held')), 'null')"

for kind in DEFINER INVOKER; do
	server_client -e "DELIMITER //
		CREATE DEFINER = u_may@localhost PROCEDURE ops.look_$kind() SQL SECURITY $kind SELECT $held //
		CREATE DEFINER = u_may@localhost PROCEDURE ops.give_$kind() SQL SECURITY $kind SELECT $outcome //
		CREATE DEFINER = u_may@localhost FUNCTION ops.f_look_$kind() RETURNS TEXT NOT DETERMINISTIC READS SQL DATA SQL SECURITY $kind RETURN $held //
		CREATE DEFINER = u_may@localhost FUNCTION ops.f_give_$kind() RETURNS TEXT NOT DETERMINISTIC MODIFIES SQL DATA SQL SECURITY $kind RETURN $outcome //
		CREATE DEFINER = u_killer@localhost PROCEDURE ops.kill_$kind(token VARCHAR(12)) SQL SECURITY $kind
			SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('named:the_lock', token, 'force'), '\$.outcome')) //
		CREATE DEFINER = u_may@localhost PROCEDURE ops.outer_$kind() SQL SECURITY $kind CALL ops.look_INVOKER() //
		CREATE DEFINER = u_none@localhost PROCEDURE ops.inner_$kind() SQL SECURITY $kind CALL ops.look_INVOKER() //
		CREATE DEFINER = u_may@localhost SQL SECURITY $kind VIEW ops.v_look_$kind AS SELECT $held AS held //
		CREATE DEFINER = u_may@localhost SQL SECURITY $kind VIEW ops.v_give_$kind AS SELECT $outcome AS outcome //
		GRANT SELECT ON ops.v_look_$kind TO u_none@localhost //
		GRANT SELECT ON ops.v_give_$kind TO u_none@localhost"
done

is 'u_none by itself sees nothing' "$(as u_none "SELECT $held")" null
is 'a DEFINER procedure lends the right to look' "$(as u_none 'CALL ops.look_DEFINER()')" true
is 'an INVOKER procedure does not' "$(as u_none 'CALL ops.look_INVOKER()')" null
is 'an INVOKER procedure within a DEFINER procedure acts as the definer' "$(as u_none 'CALL ops.outer_DEFINER()')" true
is 'an INVOKER procedure within an INVOKER procedure does not' "$(as u_none 'CALL ops.outer_INVOKER()')" null
is 'a definer without rights takes them from one who has them' "$(as u_may 'CALL ops.inner_DEFINER()')" null
is 'an INVOKER procedure leaves them' "$(as u_may 'CALL ops.inner_INVOKER()')" true
is 'a DEFINER function lends the right to look' "$(as u_none 'SELECT ops.f_look_DEFINER()')" true
is 'an INVOKER function does not' "$(as u_none 'SELECT ops.f_look_INVOKER()')" null
is 'before and after the routine the account is itself' \
	"$(as u_none "SELECT CONCAT($held, ops.f_look_DEFINER(), $held)")" nulltruenull

is 'an INVOKER procedure does not release' "$(as u_none 'CALL ops.give_INVOKER()')" refused
is 'an INVOKER function does not release' "$(as u_none 'SELECT ops.f_give_INVOKER()')" refused
is 'an INVOKER view does not release' "$(as u_none 'SELECT * FROM ops.v_give_INVOKER')" refused
is 'the flag is still set' "$(flag app)" 1
is 'a DEFINER procedure releases' "$(as u_none 'CALL ops.give_DEFINER()')" released
is 'the flag is cleared' "$(flag app)" 0
take app
is 'a DEFINER function releases' "$(as u_none 'SELECT ops.f_give_DEFINER()')" released
take app

is 'a DEFINER view shows no more than the account may see' "$(as u_none 'SELECT * FROM ops.v_look_DEFINER')" null
is 'an INVOKER view neither' "$(as u_none 'SELECT * FROM ops.v_look_INVOKER')" null
is 'a view shows what the account may see' "$(as u_may 'SELECT * FROM ops.v_look_INVOKER')" true
is 'a DEFINER view does not release' "$(as u_none 'SELECT * FROM ops.v_give_DEFINER')" refused
is 'the flag is set after the views' "$(flag app)" 1

# A view within a DEFINER routine is evaluated as the definer.
server_client -e "DELIMITER //
	CREATE DEFINER = u_may@localhost PROCEDURE ops.look_view() SQL SECURITY DEFINER SELECT held FROM ops.v_look_INVOKER"
is 'a view within a DEFINER procedure acts as the definer' "$(as u_none 'CALL ops.look_view()')" true

# Triggers run as their definer.
server_client -e "DELIMITER //
	CREATE DEFINER = u_may@localhost TRIGGER ops.door_may BEFORE INSERT ON ops.door FOR EACH ROW
		INSERT INTO ops.done VALUES ('door', $outcome) //
	CREATE DEFINER = u_none@localhost TRIGGER ops.window_none BEFORE INSERT ON ops.window FOR EACH ROW
		SET NEW.n = IF($outcome = 'refused', 7, 8)"
as u_none 'INSERT INTO ops.door VALUES (1)' >door.out
is 'a trigger of an account that may releases' "$(root 'SELECT answer FROM ops.done')" released
is 'the flag is cleared by the trigger' "$(flag app)" 0
take app
as u_may 'INSERT INTO ops.window VALUES (1)' >window.out
is 'a trigger of an account that may not does not' "$(root 'SELECT n FROM ops.window')" 7
is 'the flag is as it was' "$(flag app)" 1

# Events have a definer and no caller.
event() {
	root "DELETE FROM ops.done"
	server_client -e "CREATE DEFINER = $1@localhost EVENT ops.once ON SCHEDULE AT CURRENT_TIMESTAMP DO INSERT INTO ops.done VALUES ('event', $2)"
	answered() { [[ $(root 'SELECT COUNT(*) FROM ops.done') != 0 ]]; }
	until_true 30 answered || true
	root 'SELECT answer FROM ops.done'
}
is 'an event looks with the rights of its definer' "$(event u_may "$held")" true
root 'GRANT ALL ON ops.* TO u_none@localhost'
is 'an event of an account that may not sees nothing' "$(event u_none "$held")" null
is 'an event releases with the rights of its definer' "$(event u_may "$outcome")" released
take app

# KILL by a routine of an account that may kill.
root 'GRANT EXECUTE ON ops.* TO u_none@localhost'
hold victim u_victim the_lock
# What u_none sees of the holder is part of the token, so the definer must look as well.
as u_none "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:the_lock'), '\$.token'))" >none.token
as u_killer "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:the_lock'), '\$.token'))" >killer.token
is 'an INVOKER procedure does not kill' "$(as u_none "CALL ops.kill_INVOKER('$(<none.token)')")" refused
is 'the holder is still there' "$(holder the_lock)" "$HELD_ID"
is 'a DEFINER procedure kills' "$(as u_none "CALL ops.kill_DEFINER('$(<killer.token)')")" released
is 'the named lock is free' "$(holder the_lock)" NULL

# A definer that is gone lends nothing.
root "DROP USER u_may@localhost"
lacks 'a definer that is gone lends nothing' "$(as u_none 'CALL ops.look_DEFINER()')" true
