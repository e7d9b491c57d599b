#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An account that may not read a lock table gets the same answer whatever that table is: locked, free, damaged, a view, not there.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE USER u_none@localhost; CREATE USER u_neighbour@localhost; CREATE USER u_update@localhost;
	CREATE USER u_column@localhost; CREATE USER u_process@localhost; CREATE USER u_select@localhost;
	CREATE DATABASE app; CREATE TABLE app.neighbour (n INT)"
# Rights on one table end with it, so they are given again for each scene.
grants() {
	root "GRANT SELECT, UPDATE, INSERT, DELETE ON app.neighbour TO u_neighbour@localhost;
		GRANT UPDATE, INSERT, DELETE, DROP, ALTER ON app.* TO u_update@localhost;
		GRANT PROCESS ON *.* TO u_process@localhost; GRANT SELECT ON app.* TO u_select@localhost"
}

# Everything but what changes from one call to the next.
answers() {
	local call
	for call in "miglock_status('ghost:app')" "miglock_locks()" "miglock_locks('app')" \
		"miglock_release('ghost:app', 'aaaaaaaaaaaa')" "miglock_release('ghost:app', 'aaaaaaaaaaaa', 'force')" \
		"miglock_status('knex:app')" "miglock_status('knex:app/migrations_lock')" \
		"miglock_release('knex:app/migrations_lock', 'aaaaaaaaaaaa', 'force')"; do
		as "$1" "SELECT $call" | sed -E 's/"(seconds|held_seconds)":[0-9.e-]+/"\1":N/g; s/(idle|running) for [0-9]+ s/\1 for N s/g;
			s/"connection_id":[0-9]+/"connection_id":N/g; s/connection [0-9]+/connection N/g'
	done
}

scene() {
	local name=$1
	shift
	root "DROP VIEW IF EXISTS app.migrations_lock; DROP TABLE IF EXISTS app.migrations_lock"
	"$@"
	grants
	for user in u_none u_neighbour u_update u_process; do answers "$user" >"$name.$user"; done
	answers u_select >"$name.u_select"
}

row() {
	lock_table app
	root "$1"
}
damaged() { root "CREATE TABLE app.migrations_lock (something INT)"; }
a_view() { root "CREATE VIEW app.migrations_lock AS SELECT 'km01' AS lock_key, 1 AS locked, NULL AS acquired_at, NULL AS released_at"; }
nothing() { :; }

scene held lock_table app
scene free row "UPDATE app.migrations_lock SET locked = 0"
scene empty row "DELETE FROM app.migrations_lock"
scene damaged damaged
scene view a_view
scene missing nothing

for user in u_none u_neighbour u_update u_process; do
	others=(free empty damaged view missing)
	# With any right on its schema MySQL shows to anyone that a table is there and what columns it has.
	if [[ $user == u_update ]] && ! is_mariadb; then others=(free empty); fi
	for name in "${others[@]}"; do
		if cmp -s "held.$user" "$name.$user"; then
			ok "$user: $name looks like held"
		else
			not_ok "$user: $name looks like held" "$(diff "held.$user" "$name.$user")"
		fi
	done
	is "$user: eight answers, none of them an error" "$(grep -c '^[[{]' "held.$user")" 8
done
# The same comparison finds the difference where there may be one.
for name in free empty damaged missing; do
	if cmp -s held.u_select "$name.u_select"; then
		not_ok "u_select can tell $name from held"
	else
		ok "u_select can tell $name from held"
	fi
done

# Rights on some columns are not rights on the table; what they show must not pass them.
root "DROP VIEW IF EXISTS app.migrations_lock"
lock_table app
root "GRANT SELECT (lock_key), UPDATE (released_at) ON app.migrations_lock TO u_column@localhost"
answers u_column >held.u_column
root "UPDATE app.migrations_lock SET locked = 0"
answers u_column >free.u_column
if cmp -s held.u_column free.u_column; then
	ok 'u_column: free looks like held'
else
	not_ok 'u_column: free looks like held' "$(diff held.u_column free.u_column)"
fi

# A schema that is not there looks the same too.
root "DROP TABLE app.migrations_lock, app.neighbour; DROP DATABASE app"
answers u_none >gone.u_none
if cmp -s held.u_none gone.u_none; then
	ok 'u_none: a missing schema looks like held'
else
	not_ok 'u_none: a missing schema looks like held' "$(diff held.u_none gone.u_none)"
fi

# Other names in the same schema, also odd ones, are not listed.
lock_table secret_schema
root "CREATE TABLE secret_schema.secret_lock (\`index\` INT PRIMARY KEY, is_locked INT);
	INSERT INTO secret_schema.secret_lock VALUES (1, 1)"
contains 'root sees the lock tables of every schema' "$(root "SELECT miglock_locks()")" secret_lock
lacks 'u_none is told no schema names' "$(as u_none "SELECT miglock_locks()")" secret
is 'u_none gets an empty list' "$(as u_none "SELECT miglock_locks()")" '[]'
is 'u_none gets an empty list of that schema' "$(as u_none "SELECT miglock_locks('secret_schema')")" '[]'
