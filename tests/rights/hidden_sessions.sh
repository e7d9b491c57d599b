#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Without PROCESS an account learns nothing of other users' sessions but the connection id that IS_USED_LOCK() tells anyone.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
lock_table app
# Names that differ in case, accent or trailing blank only are other accounts.
root "CREATE USER Secret_Holder@localhost; CREATE USER secret_holder@localhost; CREATE USER 'secret_hölder'@localhost;
	CREATE USER u_none@localhost; CREATE USER u_reader@localhost; CREATE USER u_process@localhost;
	GRANT SELECT ON app.* TO Secret_Holder@localhost; GRANT SELECT ON app.* TO u_reader@localhost;
	GRANT SELECT ON app.* TO secret_holder@localhost; GRANT SELECT ON app.* TO 'secret_hölder'@localhost;
	GRANT PROCESS ON *.* TO u_process@localhost"

# The holder uses the schema, so it is a candidate for the row as well; a second session of it is a sibling; a third waits.
session_open holder Secret_Holder --database=app
id=$(session holder "SELECT CONNECTION_ID() FROM (SELECT GET_LOCK('named_one', 0) AS g) AS t WHERE g = 1")
session_send holder "SELECT SLEEP(600), 'secret_statement'"
session_open sibling Secret_Holder --database=app
sibling=$(session sibling "SELECT CONNECTION_ID()")
session_send sibling "SELECT SLEEP(600), 'secret_statement'"
session_open waiter Secret_Holder --database=app
waiter=$(session waiter "SELECT CONNECTION_ID()")
session_send waiter "SELECT GET_LOCK('named_one', 600), 'secret_statement'"
shown() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%secret_statemen%' AND ID <> CONNECTION_ID()") == 3 ]]; }
until_true 30 shown || die 'the sessions to be hidden are not there'

everything() {
	as "$1" "SELECT miglock_status('named:named_one'); SELECT miglock_status('ghost:app'); SELECT miglock_locks();
		SELECT miglock_locks('app'); SELECT miglock_release('named:named_one', 'aaaaaaaaaaaa', 'force');
		SELECT miglock_release('ghost:app', 'aaaaaaaaaaaa', 'force')"
}

all=$(everything u_process)
contains 'u_process sees the statement' "$all" secret_statement
contains 'u_process sees the user' "$all" Secret_Holder
contains 'u_process sees the sibling' "$all" "\"connection_id\":$sibling,"
contains 'u_process sees the waiter' "$all" "\"connection_id\":$waiter,"
for user in u_none u_reader secret_holder secret_hölder; do
	all=$(everything "$user")
	contains "$user gets the holder's id" "$all" "\"connection_id\":$id,"
	lacks "$user does not see the statement" "$all" secret_statement
	lacks "$user does not see the user" "$all" Secret_Holder
	lacks "$user does not see the sibling" "$all" "\"connection_id\":$sibling,"
	lacks "$user does not see the waiter" "$all" "\"connection_id\":$waiter,"
	# The same as what the server itself would show.
	is "$user: the server shows no more" "$(as "$user" "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID IN ($id, $sibling, $waiter)" | tail -n 1)" 0
	verdict=$(as "$user" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:named_one'), '\$.verdict'))")
	is "$user: what is hidden could change the verdict" "$verdict" unknown
done

# A user's own sessions are no secret to it.
all=$(everything Secret_Holder)
contains 'the holder sees its own statement' "$all" secret_statement
contains 'the holder sees its own waiter' "$all" "\"connection_id\":$waiter,"
root "KILL $id; KILL $sibling; KILL $waiter"
