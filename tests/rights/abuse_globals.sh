#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Global variables of the server do not change an answer: a session of the functions' own starts with them. A result
# that sql_select_limit cuts would hide the very session that holds the lock.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
lock_table app
root "UPDATE app.migrations_lock SET acquired_at = NULL;
	CREATE TABLE app.knex_migrations_lock (is_locked INT); INSERT INTO app.knex_migrations_lock VALUES (1)"
session_open other root
session_open idle root --database=app
session_open holder root
is 'a session takes two locks' "$(session holder "SELECT GET_LOCK('first', 0) + GET_LOCK('second', 0)")" 2

# What is in the way of a global value's being set back, too.
plain() { root "SET SESSION sql_select_limit = DEFAULT, SESSION sql_safe_updates = 0, SESSION sql_big_selects = 1, SESSION completion_type = 0,
	SESSION sql_mode = '', SESSION autocommit = 1; $1"; }
verdict() { plain "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('$1'), '\$.verdict'))" 2>&1; }
by_client() { "$MLK_CLI" --no-defaults --user=root --socket="$MLK_SOCKET" --no-functions --json status "$1" 2>&1 |
	sed -n 's/.*"verdict": *"\([a-z]*\)".*/\1/p'; }
named() { plain "SELECT JSON_LENGTH(JSON_SEARCH(miglock_locks(), 'all', 'named:%', NULL, '\$[*].target'))" 2>&1; }
released() {
	local token
	token=$(plain "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('$1'), '\$.token'))")
	plain "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('$1', '$token', 'force'), '\$.outcome'))" 2>&1
}
before=$(named)

while read -r variable value; do
	plain "SET GLOBAL $variable = $value"
	is "$variable = $value: who is connected is seen" "$(verdict ghost:app)" idle
	is "$variable = $value: and by the command without the functions" "$(by_client ghost:app)" idle
	is "$variable = $value: a named lock" "$(verdict named:second)" idle
	is "$variable = $value: the list is as long as before" "$(named)" "$before"
	is "$variable = $value: a release" "$(released knex:app) $(plain 'SELECT is_locked FROM app.knex_migrations_lock')" 'released 0'
	plain "SET GLOBAL $variable = DEFAULT; UPDATE app.knex_migrations_lock SET is_locked = 1"
done <<-'END'
	sql_select_limit 1
	max_join_size 1
	sql_big_selects 0
	sql_safe_updates 1
	group_concat_max_len 4
	sql_mode 'ANSI,NO_BACKSLASH_ESCAPES'
	autocommit 0
	completion_type CHAIN
	max_sort_length 8
	max_heap_table_size 16384
	tmp_table_size 1024
	low_priority_updates 1
	collation_server latin1_bin
	time_zone '+05:00'
	div_precision_increment 0
END
