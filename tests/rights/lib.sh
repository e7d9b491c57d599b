# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of rights share: accounts, sessions that stay open, lock tables, and how a result is said.

# shellcheck source=scripts/lib/servers.sh
. "$MLK_TOP/scripts/lib/servers.sh"

ok() { printf 'ok - %s\n' "$1"; }

# not_ok WHAT [LINES]: what was seen, below it.
not_ok() {
	printf 'not ok - %s\n' "$1"
	if [[ -n ${2:-} ]]; then printf '%s\n' "$2" | sed 's/^/#   /'; fi
}

# is WHAT GOT WANTED
is() {
	if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "got:    $2"$'\n'"wanted: $3"; fi
}

# contains WHAT TEXT PART, lacks WHAT TEXT PART
contains() {
	if [[ $2 == *"$3"* ]]; then ok "$1"; else not_ok "$1" "this lacks '$3': $2"; fi
}
lacks() {
	if [[ $2 != *"$3"* ]]; then ok "$1"; else not_ok "$1" "this has '$3': $2"; fi
}

# root SQL: as root@localhost; errors end the test.
root() { server_client -N -B --raw -e "$1"; }

# as USER SQL [client options]: by the socket, so from localhost. An error is part of what it writes, and the next line of
# SQL is run nevertheless.
as() {
	local user=$1 sql=$2
	shift 2
	server_client --user="$user" -N -B --raw --unbuffered --force "$@" <<<"$sql" 2>&1 || true
}

is_mariadb() { [[ $MLK_SERVER == mariadb* ]]; }

# The functions' own way in, by server. miglock.so is in the plugin directory.
install_miglock() {
	local name sql
	if ! is_mariadb; then
		root "INSTALL COMPONENT 'file://miglock'"
		return
	fi
	sql="INSTALL SONAME 'miglock';"
	for name in version tools name status locks probe release repair table_locks; do
		sql+="CREATE FUNCTION miglock_$name RETURNS STRING SONAME 'miglock.so';"
	done
	root "$sql"
}

# lock_table SCHEMA [TABLE]: Ghost's table, held since before the server started. The schema is made too.
lock_table() {
	local schema=${1//\`/\`\`} table=${2:-migrations_lock}
	root "CREATE DATABASE IF NOT EXISTS \`$schema\`;
		CREATE TABLE \`$schema\`.\`$table\` (lock_key VARCHAR(191) NOT NULL PRIMARY KEY, locked TINYINT(1) DEFAULT 0,
			acquired_at DATETIME NULL, released_at DATETIME NULL);
		INSERT INTO \`$schema\`.\`$table\` VALUES ('km01', 1, '2020-01-01 00:00:00', NULL)"
}

# take SCHEMA...: sets the flags again, to the very same row.
take() {
	local schema sql=
	for schema in "$@"; do
		sql+="UPDATE \`${schema//\`/\`\`}\`.migrations_lock SET locked = 1, released_at = NULL;"
	done
	root "$sql"
}

flag() { root "SELECT locked FROM \`${1//\`/\`\`}\`.migrations_lock"; }

# token TARGET: as root sees it.
token() { root "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('$1'), '\$.token'))"; }

# field DOCUMENT PATH: one member of a JSON document, without quotes.
field() {
	local quoted=${1//\\/\\\\}
	quoted=${quoted//\'/\\\'}
	root "SELECT JSON_UNQUOTE(JSON_EXTRACT('$quoted', '$2'))"
}

# release_as USER TARGET TOKEN [force]: the outcome, or the error.
release_as() {
	as "$1" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('$2', '$3'${4:+, '$4'}), '\$.outcome'))"
}

# until_true SECONDS COMMAND...: polls; false when time is out.
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if ((SECONDS >= deadline)); then return 1; fi
		sleep 0.05
	done
}

# Sessions that stay open. session_open NAME USER [client options]; session NAME SQL writes what came out;
# session_send NAME SQL does not wait for an answer.
declare -A SESSION_INPUT=()

session_open() {
	local name=$1 user=$2 fd
	shift 2
	rm -f -- "$name.in"
	mkfifo "$name.in"
	: >"$name.out"
	server_client --user="$user" -N -B --raw --unbuffered --force "$@" <"$name.in" >"$name.out" 2>&1 &
	exec {fd}>"$name.in"
	SESSION_INPUT[$name]=$fd
	# Connected, whatever is done to the account next.
	[[ $(session "$name" 'SELECT 42') == 42 ]] || die "no session of $user: $(<"$name.out")"
}

session_send() { printf '%s;\n' "$2" >&"${SESSION_INPUT[$1]}"; }

session() {
	local name=$1 before after
	before=$(wc -l <"$name.out")
	after="-- end $before --" # never the same twice, as it adds a line itself
	session_send "$name" "$2"
	session_send "$name" "SELECT '$after'"
	until_true 60 grep -qxF -e "$after" "$name.out" || {
		tail -n +"$((before + 1))" "$name.out"
		printf 'no end after 60 s\n'
		return 1
	}
	tail -n +"$((before + 1))" "$name.out" | grep -vxF -e "$after" || true
}

session_close() {
	local fd=${SESSION_INPUT[$1]}
	exec {fd}>&-
	unset "SESSION_INPUT[$1]"
}

# hold_idle NAME USER LOCK: a session that has taken a named lock and waits for its client. Sets HELD_ID.
hold_idle() {
	if [[ -n ${SESSION_INPUT[$1]:-} ]]; then session_close "$1"; fi
	session_open "$1" "$2"
	HELD_ID=$(session "$1" "SELECT CONNECTION_ID() FROM (SELECT GET_LOCK('$3', 0) AS g) AS t WHERE g = 1")
	[[ $HELD_ID =~ ^[0-9]+$ ]] || die "no named lock for $2: $HELD_ID"
}

# hold NAME USER LOCK [STATEMENT]: one that then runs a statement for long.
hold() {
	hold_idle "$1" "$2" "$3"
	session_send "$1" "${4:-SELECT SLEEP(600)}"
}

# HOLDER of a named lock, "NULL" where nobody is.
holder() { root "SELECT IS_USED_LOCK('$1')"; }
lock_is_free() { [[ $(holder "$1") == NULL ]]; }
