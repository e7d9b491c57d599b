#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The server's error log has one line for each release that the functions did or refused, whatever the names in it are; it has
# none for what was free already, and none for what the command does by itself.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# What the log has got since the last mark_log.
mark_log() { seen=$(wc -l <"$MLK_LOG"); }
added() { tail -n +"$((seen + 1))" "$MLK_LOG"; }
ours() { added | grep -aF miglock || true; }
# Every line begins as the server's own lines do: time, thread, level.
foreign() { added | grep -avE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][ 0-9:.]+Z? [0-9]+ \[[A-Za-z]+\] ' || true; }

# logged WHAT PART...: exactly one line since the last mark_log, with these parts in this order.
logged() {
	local what=$1 line rest part
	shift
	line=$(ours) rest=$line
	if [[ -z $line || $line == *$'\n'* || -n $(foreign) ]]; then
		not_ok "$what: one line" "$(added)"
		return
	fi
	for part; do
		if [[ $rest != *"$part"* ]]; then
			not_ok "$what: the line has what it should" "this lacks '$part' at its place: $line"
			return
		fi
		rest=${rest#*"$part"}
	done
	ok "$what is one line"
}

install_miglock
lock_table app
root "CREATE USER u_shop@localhost; GRANT SELECT, UPDATE ON app.* TO u_shop@localhost;
	GRANT PROCESS ON *.* TO u_shop@localhost; CREATE USER u_none@localhost; CREATE USER u_holder@localhost"

# asked USER TARGET TOKEN [force]: one call with nothing else in the log.
asked() {
	mark_log
	answer=$(release_as "$@")
}

token=$(token ghost:app)
asked u_none ghost:app "$token" force
is 'without rights it is refused' "$answer" refused
logged 'a refusal for want of rights' 'miglock' "'u_none'@'localhost'" "'ghost:app'" force refused unknown
asked u_shop ghost:app 000000000000
is 'with another token nothing is done' "$answer" changed
logged 'a wrong token' "'u_shop'@'localhost'" "'ghost:app'" changed abandoned "$token"
lacks 'and it does not say force' "$(ours)" force
asked u_shop ghost:app "$token"
is 'with the right one it is released' "$answer" released
logged 'a release' "'u_shop'@'localhost'" "'ghost:app'" released abandoned "$token" holder
if is_mariadb; then level='\[Note\] '; else level='\[System\] \[MY-[0-9]+\] \[Server\] '; fi
if [[ $(ours) =~ ^20[^\[]*$level'miglock: ' ]]; then
	ok 'the line is like its neighbours'
else
	not_ok 'the line is like its neighbours' "$(ours)"
fi
asked u_shop ghost:app "$token"
is 'there is nothing left to do' "$answer" free
is 'nothing was done or refused: that is no line' "$(ours)" ''

hold holder u_holder 'my lock'
asked root 'named:my lock' 000000000000
logged 'a wrong token of a named lock' "'root'@'localhost'" "'named:my lock'" changed active
token=$(token 'named:my lock')
asked root 'named:my lock' "$token"
is 'an active holder is not killed' "$answer" refused
logged 'a refusal' "'root'@'localhost'" "'named:my lock'" refused active "$token" "connection $HELD_ID" u_holder
asked root 'named:my lock' "$token" force
is 'with force it is killed' "$answer" released
logged 'a release with force' "'root'@'localhost'" "'named:my lock'" force released active "$token" "connection $HELD_ID" u_holder

# One line for each row of a statement; none for a mistake, or for looking.
take app
mark_log
root "SELECT miglock_release('ghost:app', '000000000000') FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS t" >/dev/null
is 'three rows are three lines' "$(ours | wc -l)" 3
mark_log
as root "SELECT miglock_release('ghost:app', 'no token')" >/dev/null
as root "SELECT miglock_release('ghost:app', NULL)" >/dev/null
root "SELECT miglock_status('ghost:app'), miglock_locks()" >/dev/null
is 'mistakes and looking are none' "$(ours)" ''

# Names that try to begin a line of their own, or to be a format, or to be too long. Whoever asks is called so, too.
evil=$'x\n2026-11-21  1:02:03 1 [ERROR] forged\r\e[31m %s%n%99999d \'";--'
quoted=${evil//\'/\'\'}
long=$(printf 'ü%.0s' {1..64})
format='%s%n%d%1000000d'
root "CREATE USER '${evil:0:30}'@localhost; CREATE DATABASE \`$long\`; CREATE DATABASE \`$format\`"
columns='(lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT(1), acquired_at DATETIME, released_at DATETIME)'
root "CREATE TABLE \`$long\`.migrations_lock $columns; CREATE TABLE \`$long\`.\`$long\` (is_locked INT);
	INSERT INTO \`$long\`.\`$long\` VALUES (1);
	CREATE TABLE \`$format\`.migrations_lock $columns"
hold holder u_holder "$quoted"
for target in "named:$quoted" "ghost:$long" "knex:$long/$long" "ghost:$format"; do
	what=${target//[^a-z%:]/?}
	mark_log
	as "${evil:0:30}" "SELECT miglock_release('$target', '000000000000', 'force')" >/dev/null
	logged "$what" "'x\\n2026-11-21  1:02:03 1 [ERROR" 'asked to release'
	is "$what: no character of it acts" "$(ours | LC_ALL=C grep -aP '[\x00-\x1f\x7f]' || true)" ''
	# Time stamp and level take less than 100 bytes; the servers cut at 1023 and more.
	is "$what: it is not cut within a character" \
		"$(ours | LC_ALL=C awk 'length > 1100')$(ours | iconv -f utf-8 -t utf-8 2>&1 >/dev/null)" ''
done
logged 'a name that is a format' "ghost:$format" refused
hold holder u_holder other_lock "SELECT '$(printf '%%s\nü%.0s' {1..400})', SLEEP(600)"
asked root named:other_lock 000000000000
logged 'a statement of several lines' named:other_lock changed "connection $HELD_ID"
session_close holder

# Without the functions there is no way to the server's log.
take app
mark_log
mlk release ghost:app --yes --force
code_is 'the command releases it by itself' 0
is 'that is no line' "$(ours)" ''
