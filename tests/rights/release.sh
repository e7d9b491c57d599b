#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A release takes UPDATE on the lock table, or the right to kill the holder; what it lacks is named.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
lock_table app
root "CREATE USER u_none@localhost; CREATE USER u_select@localhost; GRANT SELECT ON app.* TO u_select@localhost;
	CREATE USER u_update@localhost; GRANT SELECT, UPDATE ON app.migrations_lock TO u_update@localhost;
	CREATE USER u_blind@localhost; GRANT UPDATE ON app.migrations_lock TO u_blind@localhost;
	CREATE USER u_column@localhost; GRANT SELECT, UPDATE (lock_key) ON app.migrations_lock TO u_column@localhost;
	CREATE USER u_revoked@localhost; GRANT SELECT, UPDATE ON app.* TO u_revoked@localhost;
	CREATE USER u_process@localhost; GRANT PROCESS ON *.* TO u_process@localhost;
	CREATE USER u_kill@localhost; CREATE USER u_victim@localhost; CREATE USER u_VICTIM@localhost; CREATE USER u_own@localhost"
if is_mariadb; then
	root "GRANT CONNECTION ADMIN ON *.* TO u_kill@localhost"
else
	root "GRANT CONNECTION_ADMIN ON *.* TO u_kill@localhost"
fi
token=$(token ghost:app)

for user in u_none u_select u_blind u_process u_column; do
	is "$user may not release the row" "$(release_as "$user" ghost:app "$token" force)" refused
	is "$user left the row as it was" "$(flag app)" 1
done
contains 'u_select is told what is missing' "$(as u_select "SELECT miglock_release('ghost:app', '$token', 'force')")" \
	'it takes UPDATE on app.migrations_lock'
contains 'u_none is told what is missing' "$(as u_none "SELECT miglock_release('ghost:app', '$token', 'force')")" \
	'it takes SELECT on that table'

is 'u_update releases the row' "$(release_as u_update ghost:app "$token" force)" released
is 'the row is free' "$(flag app)" 0
take app

# A right that was taken away is gone, also for a connection that was there before.
session_open revoked u_revoked
contains 'u_revoked may look' "$(session revoked "SELECT miglock_status('ghost:app')")" '"held":true'
root "REVOKE UPDATE ON app.* FROM u_revoked@localhost"
is 'u_revoked may not release any more' \
	"$(session revoked "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('ghost:app', '$token', 'force'), '\$.outcome'))")" refused
root "REVOKE SELECT ON app.* FROM u_revoked@localhost"
contains 'u_revoked may not look any more' "$(session revoked "SELECT miglock_status('ghost:app')")" '"held":null'
root "GRANT SELECT, UPDATE ON app.* TO u_revoked@localhost"
is 'u_revoked may release again' \
	"$(session revoked "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('ghost:app', '$token', 'force'), '\$.outcome'))")" released
take app

# named_refused USER: who may not kill does not.
named_token() { as "$1" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:$2'), '\$.token'))"; }
hold victim u_victim the_lock
for user in u_none u_process u_update u_VICTIM; do
	is "$user may not kill the holder" "$(release_as "$user" named:the_lock "$(named_token "$user" the_lock)" force)" refused
	is "$user: the holder still holds it" "$(holder the_lock)" "$HELD_ID"
done
contains 'u_process is told what is missing' \
	"$(as u_process "SELECT miglock_release('named:the_lock', '$(named_token u_process the_lock)', 'force')")" 'CONNECTION'
is 'u_kill kills the holder' "$(release_as u_kill named:the_lock "$(named_token u_kill the_lock)" force)" released
is 'the named lock is free' "$(holder the_lock)" NULL

hold own u_own own_lock
is 'u_own kills a session of its own' "$(release_as u_own named:own_lock "$(named_token u_own own_lock)" force)" released
is 'its named lock is free' "$(holder own_lock)" NULL

# The right to kill is none to write, and the other way round.
is 'u_kill may not release the row' "$(release_as u_kill ghost:app "$token" force)" refused
is 'the row is as it was' "$(flag app)" 1
# Only the holder: nobody else was killed.
is 'a session of somebody else is still there' "$(session revoked 'SELECT 1')" 1
