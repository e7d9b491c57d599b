#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Names are chosen by people who may not be trusted; the statement in "next" is pasted by one who may do everything. It
# does nothing else than it says, whatever the sql_mode of the session it is pasted into.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE USER mallory@localhost; CREATE DATABASE victim; CREATE TABLE victim.t (a INT); GRANT ALL ON \`m%\`.* TO mallory@localhost"

# paste WHAT TARGET(as an SQL expression): the statement that the report shows, run by root in three modes.
paste() {
	local what=$1 target=$2 next mode
	next=$(root "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status($target), '\$.next'))")
	contains "$what: there is a next statement" "$next" 'SELECT miglock_'
	lacks "$what: it is one line" "$next" $'\n'
	for mode in '' ANSI_QUOTES NO_BACKSLASH_ESCAPES 'ANSI,NO_BACKSLASH_ESCAPES'; do
		as root "SET sql_mode = '$mode'; $next" >paste.out
		is "$what: pasted with sql_mode '$mode' it harms nobody" "$(root "SHOW TABLES FROM victim")" t
	done
}

number=0
while IFS= read -r name; do
	number=$((number + 1))
	quoted=${name//\\/\\\\}
	quoted=${quoted//\'/\'\'}
	session_open "m$number" mallory
	is "name $number is taken" "$(session "m$number" "SELECT GET_LOCK('$quoted', 0)")" 1
	paste "name $number" "'named:$quoted'"
	if ((${#name} < 62)); then
		lock_table "m$name"
		root "UPDATE \`m${name//\`/\`\`}\`.migrations_lock SET acquired_at = NULL"
		quoted=${quoted//\`/\`\`}
		paste "schema $number" "'ghost:\`m$quoted\`'"
	fi
done <<-'END'
	'); DROP TABLE victim.t; -- x
	\'); DROP TABLE victim.t; -- x
	\\'); DROP TABLE victim.t; -- x
	"); DROP TABLE victim.t; -- x
	`); DROP TABLE victim.t; -- x
	*/ DROP TABLE victim.t; /*
	\
END

# Escapes for a terminal: none of the command's ways to show a lock writes them as they are.
session_open escapes mallory
session escapes "SELECT GET_LOCK(CONCAT('e', CHAR(27), ']0;title', CHAR(7), CHAR(27), '[2J'), 0)" >/dev/null
name=$(root "SELECT CONCAT('named:e', CHAR(27), ']0;title', CHAR(7), CHAR(27), '[2J')")
for way in status "status $name" "release --dry-run $name" "--json status"; do
	read -ra words <<<"$way"
	"$MLK_CLI" --no-defaults --user=root --socket="$MLK_SOCKET" "${words[@]}" >shown.out 2>&1 || true
	if LC_ALL=C grep -q $'[\x1b\x07]' shown.out; then
		not_ok "miglock ${words[0]} writes no escape of others" "$(head -n 5 shown.out | cat -v)"
	else
		ok "miglock ${words[0]} writes no escape of others"
	fi
done
