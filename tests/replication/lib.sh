# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of replication share: several servers, the locks in them, and how far they have come.

# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# The servers by name; "first" is the one that the test was given. use NAME: from here on MLK_*, conf, root and mlk mean it.
declare -A SERVERS=()

remember() {
	option_file "$PWD/$1.cnf"
	SERVERS[$1]="$MLK_PID $MLK_PORT $MLK_SOCKET $MLK_DATADIR $MLK_LOG"
	conf=$PWD/$1.cnf
}

use() {
	read -r MLK_PID MLK_PORT MLK_SOCKET MLK_DATADIR MLK_LOG <<<"${SERVERS[$1]}"
	export MLK_PID MLK_PORT MLK_SOCKET MLK_DATADIR MLK_LOG
	conf=$PWD/$1.cnf
}

# on NAME COMMAND...: that command alone.
on() {
	local name=$1
	shift
	(use "$name" && "$@")
}

# another NAME [server options]: starts one more server of the same kind, and uses it.
another() {
	local name=$1
	shift
	server_start "$MLK_SERVER" "$name" "$@" || die "no server $name"
	remember "$name"
}

remember first

# no_crash NAME...: the runner looks into the log of the first one only.
no_crash() {
	local name
	for name; do
		read -r _ _ _ _ log <<<"${SERVERS[$name]}"
		if grep -qE 'got signal [0-9]+|AddressSanitizer|runtime error: ' "$log"; then
			not_ok "$name has not crashed" "$(tail -n 40 "$log")"
		else
			ok "$name has not crashed"
		fi
	done
}

# replica_of SOURCE: makes the current server its replica.
replica_of() {
	local port
	read -r _ port _ <<<"${SERVERS[$1]}"
	if is_mariadb; then
		root "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = $port, MASTER_USER = 'admin',
			MASTER_PASSWORD = 'miglock', MASTER_USE_GTID = slave_pos; START SLAVE"
	else
		root "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = $port, SOURCE_USER = 'admin',
			SOURCE_PASSWORD = 'miglock', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1; START REPLICA"
	fi
}

# All transactions that this server has written to its binary log, as GTIDs.
position() { root "SELECT $gtids"; }
if is_mariadb; then gtids=@@GLOBAL.gtid_binlog_pos; else gtids=@@GLOBAL.gtid_executed; fi
# How many there are up to these GTIDs.
count() {
	local last=${1##*[:-]}
	printf '%s' "${last:-0}"
}
transactions() { count "$(position)"; }

# caught_up REPLICA [SQL [GTIDS]]: waits until it has these or all that the current server has, and runs SQL there. False after 20 s.
caught_up() {
	local upto=${3:-} wait answer
	if [[ -z $upto ]]; then upto=$(position); fi
	wait="SELECT WAIT_FOR_EXECUTED_GTID_SET('$upto', 20)"
	if is_mariadb; then wait="SELECT MASTER_GTID_WAIT('$upto', 20)"; fi
	answer=$(on "$1" root "$wait; ${2:-}")
	if [[ ${2:-} ]]; then tail -n +2 <<<"$answer"; fi
	[[ ${answer%%$'\n'*} == 0 ]]
}

# Both threads of the current server, "Yes Yes" where it replicates.
replicates() {
	local show='SHOW REPLICA STATUS'
	if is_mariadb; then show='SHOW ALL SLAVES STATUS'; fi
	server_client -E -e "$show" | sed -nE 's/^ *(Slave|Replica)_(IO|SQL)_Running: //p' | paste -sd ' '
}

# Ghost's lock in the schema blog and knex's in app, held since before any server started.
lock_tables() {
	lock_table blog
	root "CREATE DATABASE app; CREATE TABLE app.note (text VARCHAR(40)) ENGINE=InnoDB;
		CREATE TABLE app.knex_migrations_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT);
		INSERT INTO app.knex_migrations_lock (is_locked) VALUES (1)"
}

# Sets both flags again, whatever the isolation level of new sessions is.
lock_again() {
	root "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
		UPDATE blog.migrations_lock SET locked = 1, released_at = NULL; UPDATE app.knex_migrations_lock SET is_locked = 1"
}

# Everything in both tables.
# shellcheck disable=SC2034 # for those that read this file
all_rows='SELECT * FROM blog.migrations_lock; SELECT * FROM app.knex_migrations_lock'
# Both flags, Ghost's first.
flags() { root 'SELECT (SELECT locked FROM blog.migrations_lock), (SELECT is_locked FROM app.knex_migrations_lock)'; }

# release TARGET [force]: through the functions or without them, as mode says. The whole answer is in the file out.
release() {
	if [[ $mode == functions ]]; then
		root "SELECT miglock_release('$1', '$(token "$1")'${2:+, '$2'})" >out
	else
		mlk release "$1" --yes --json ${2:+--force}
	fi
}

# outcome_is WHAT OUTCOME [PART]: of the last release, and a part of its reasons.
outcome_is() {
	local outcome reasons
	IFS='|' read -r outcome reasons <<<"$(value 'd.outcome + "|" + d.because.join("; ")')"
	if [[ $outcome == "$2" && $reasons == *"${3:-}"* ]]; then
		ok "$mark$1"
	else
		not_ok "$mark$1" "outcome $outcome, wanted $2${3:+ with '$3'}: $reasons"
	fi
}
