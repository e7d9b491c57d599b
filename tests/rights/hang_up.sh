#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An idle holder on a Unix socket is ended without the server's KILL, so nobody may end one that way who may not KILL it.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE USER victim@localhost"
number=0

has_ended() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = $1") == 0 ]]; }

# hang_up_case WHAT SHUT VICTIM SQL [USER]: a KILL as that account, then a forced release. The same must come out; SHUT: whether the
# release ends the connection by itself (yes, no).
hang_up_case() {
	local what=$1 shut=$2 whose=$3 sql=$4 user=${5:-} plain=refused token report how=no
	number=$((number + 1))
	if [[ -z $user ]]; then
		user=k$number
		root "CREATE USER $user@localhost"
	fi
	if [[ -n $sql ]]; then root "${sql//@U/"'$user'@localhost"}"; fi

	hold_idle victim "$whose" "lock$number"
	as "$user" "KILL $HELD_ID" >plain.out
	if until_true 1 lock_is_free "lock$number"; then plain=released; else root "KILL $HELD_ID"; fi
	until_true 30 lock_is_free "lock$number"

	hold_idle victim "$whose" "lock$number"
	token=$(as "$user" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:lock$number'), '\$.token'))")
	report=$(as "$user" "SELECT miglock_release('named:lock$number', '$token', 'force')")
	if [[ $report == *'was shut down'* ]]; then how=yes; fi
	is "$what: as the server's KILL" "$(field "$report" '$.outcome')" "$plain"
	is "$what: shut down" "$how" "$shut"
	if [[ $plain == released ]]; then
		is "$what: the lock is free" "$(holder "lock$number")" NULL
		if until_true 10 has_ended "$HELD_ID"; then ok "$what: its session ends"; else not_ok "$what: its session ends"; fi
	else
		is "$what: the lock is held" "$(holder "lock$number")" "$HELD_ID"
		is "$what: its session goes on" "$(session victim 'SELECT 7')" 7
		root "KILL $HELD_ID"
	fi
}

hang_up_case 'no right' no victim ''
hang_up_case 'PROCESS' no victim 'GRANT PROCESS ON *.* TO @U'
hang_up_case 'every right' yes victim 'GRANT ALL PRIVILEGES ON *.* TO @U'
hang_up_case 'root' yes victim '' root
if is_mariadb; then
	hang_up_case 'its own account' yes victim '' victim
	hang_up_case 'CONNECTION ADMIN' no victim 'GRANT CONNECTION ADMIN ON *.* TO @U' # it cannot see the session
	hang_up_case 'CONNECTION ADMIN and PROCESS' yes victim 'GRANT CONNECTION ADMIN, PROCESS ON *.* TO @U'
else
	root "CREATE USER sys_user@localhost; GRANT SYSTEM_USER ON *.* TO sys_user@localhost; CREATE ROLE both_rights;
		GRANT CONNECTION_ADMIN, SYSTEM_USER, PROCESS ON *.* TO both_rights; GRANT SELECT ON performance_schema.* TO both_rights"
	hang_up_case 'its own account' no victim '' victim
	hang_up_case 'CONNECTION_ADMIN' no victim 'GRANT CONNECTION_ADMIN, PROCESS ON *.* TO @U; GRANT SELECT ON performance_schema.* TO @U'
	hang_up_case 'SYSTEM_USER' no victim 'GRANT SYSTEM_USER, PROCESS ON *.* TO @U; GRANT SELECT ON performance_schema.* TO @U'
	hang_up_case 'both' yes victim 'GRANT CONNECTION_ADMIN, SYSTEM_USER, PROCESS ON *.* TO @U; GRANT SELECT ON performance_schema.* TO @U'
	hang_up_case 'both, by a role' no victim 'GRANT both_rights TO @U; ALTER USER @U DEFAULT ROLE both_rights'
	hang_up_case 'CONNECTION_ADMIN, the holder has SYSTEM_USER' no sys_user 'GRANT CONNECTION_ADMIN, PROCESS ON *.* TO @U; GRANT SELECT ON performance_schema.* TO @U'
	hang_up_case 'both, the holder has SYSTEM_USER' yes sys_user 'GRANT CONNECTION_ADMIN, SYSTEM_USER, PROCESS ON *.* TO @U; GRANT SELECT ON performance_schema.* TO @U'
	root "CREATE USER \`a'@'b\`@localhost"
	hang_up_case 'a name with quotes' no victim "GRANT CONNECTION_ADMIN, PROCESS ON *.* TO \`a'@'b\`@localhost" "a'@'b"
fi
