# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A table that takes long enough to change that a session can get in the way of the change's last step.

# shellcheck source=tests/e2e/lib/cascade.sh
. "$MLK_TOP/tests/e2e/lib/cascade.sh"

# big_table SCHEMA: makes it; exports S, DDL (a connection) and READER (another one).
big_table() {
	local i
	export S=$1 DDL READER
	root "CREATE DATABASE $S; CREATE TABLE $S.big (id INT AUTO_INCREMENT PRIMARY KEY, note CHAR(200)) ENGINE = InnoDB;
		INSERT INTO $S.big (note) VALUES ('a'), ('b'), ('c'), ('d')"
	for ((i = 0; i < 15; i++)); do root "INSERT INTO $S.big (note) SELECT note FROM $S.big"; done
	session_start ddl root -D "$S"
	session_start reader root -D "$S"
	session_start early root -D "$S"
	DDL=$(session ddl 'SELECT CONNECTION_ID()')
	READER=$(session reader 'SELECT CONNECTION_ID()')
}

in_state() { [[ $(root "SELECT STATE FROM information_schema.PROCESSLIST WHERE ID = $1") == $2* ]]; }
waits_for_lock() { in_state "$DDL" 'Waiting for table metadata lock'; }
waits_or_ended() { waits_for_lock || ! is_running; }
begun_or_ended() { in_state "$DDL" "$1" || ! is_running; }
is_running() { [[ $(root "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = $DDL") == Query ]]; }

# at_last_step ALTER UNDO STATE [SECONDS]: the ALTER is at work (STATE), a reader gets in its way, and it waits for its last
# step. Before its first step it has waited that long for another reader: the one in its way is younger by that.
# An ALTER that was too quick is undone and tried again.
at_last_step() {
	local i
	for ((i = 0; i < 20; i++)); do
		if [[ ${4-} ]]; then session early 'BEGIN; SELECT id FROM big LIMIT 1' >said; fi
		session_send ddl "$1"
		if [[ ${4-} ]]; then
			until_true 20 waits_for_lock || die "it does not wait: $(root 'SHOW FULL PROCESSLIST')"
			sleep "$4"
			session early COMMIT >said
		fi
		until_true 20 begun_or_ended "$3" || die "it does not begin: $(root 'SHOW FULL PROCESSLIST')"
		session reader 'BEGIN; SELECT id FROM big LIMIT 1' >said
		until_true 60 waits_or_ended || die "it neither waits nor ends: $(root 'SHOW FULL PROCESSLIST')"
		if waits_for_lock && ! first_step; then return; fi
		session reader 'COMMIT' >said
		session ddl "SELECT 1; $2" >said
	done
	die "$1 never waits for its last step"
}

# Whether the reader came before the ALTER began, which only an in-place ALTER waits for then, or the ALTER has ended.
first_step() {
	sleep 0.15 # see settled()
	mlk status "table:$S/big" --json
	[[ $(value 'r.ddl.length > 0 && r.ddl[0].begun') == false ]]
}
ddl_idle() { ! is_running; }
# columns TABLE [WHAT]: of each of its columns, in their order.
columns() { root "SELECT GROUP_CONCAT(${2:-COLUMN_NAME} ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '$S' AND TABLE_NAME = '$1'"; }
indexes() { root "SELECT COUNT(DISTINCT INDEX_NAME) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '$S' AND TABLE_NAME = 'big'"; }
