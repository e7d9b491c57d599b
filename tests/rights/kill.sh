#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who may KILL a session, and who may see it: the functions agree with the server for every kind of grant.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
root "CREATE USER victim@localhost; CREATE USER VICTIM@localhost; CREATE USER 'victím'@localhost; CREATE USER 'victim2'@localhost"
number=0
kills=0

# A session of USER that holds the lock; sets HELD_ID.
victim() { hold "victim$number" "$1" "lock$number" "SELECT SLEEP(600), 'sleeper_of_$1'"; }

# kill_case WHAT VICTIM ACCOUNT SQL [USER]: runs KILL as that account, then a forced release; the same must come out.
kill_case() {
	local what=$1 whose=$2 sql=$3 user=${4:-} account plain="no" ours="no" sees="no" seen="no" token outcome role
	local roles=(NONE)
	number=$((number + 1))
	if [[ -z $user ]]; then
		user=k$number
		root "CREATE USER $user@localhost"
	fi
	account="'$user'@localhost"
	if [[ -n $sql ]]; then root "${sql//@U/$account}"; fi
	if is_mariadb; then
		mapfile -t -O 1 roles < <(root 'SELECT CONCAT("`", User, "`") FROM mysql.user WHERE is_role = "Y"')
	else
		roles=(ALL)
	fi

	victim "$whose"
	for role in "${roles[@]}"; do
		if as "$user" "SET ROLE $role; SELECT CONCAT('sees ', COUNT(*)) FROM information_schema.PROCESSLIST WHERE ID = $HELD_ID" | grep -qx 'sees 1'; then
			sees=yes
		fi
	done
	if [[ $(as "$user" "SELECT miglock_status('named:lock$number')") == *"sleeper_of_"* ]]; then seen=yes; fi
	for role in "${roles[@]}"; do as "$user" "SET ROLE $role; KILL $HELD_ID" >plain.out; done
	if until_true 1 lock_is_free "lock$number"; then plain=yes; else root "KILL $HELD_ID"; fi
	until_true 30 lock_is_free "lock$number"

	victim "$whose"
	token=$(as "$user" "SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('named:lock$number'), '\$.token'))")
	outcome=$(release_as "$user" "named:lock$number" "$token" force)
	if lock_is_free "lock$number"; then ours=yes; else root "KILL $HELD_ID"; fi
	until_true 30 lock_is_free "lock$number"

	is "$what: KILL works $plain, release" "$ours ($outcome)" "$plain ($([[ $plain == yes ]] && echo released || echo refused))"
	is "$what: the session is visible $sees, in the report" "$seen" "$sees"
	if [[ $ours == yes ]]; then kills=$((kills + 1)); fi
}

kill_case 'no right' victim ''
kill_case 'another account of a name alike (case)' VICTIM '' victim
kill_case 'another account of a name alike (case), the other way' victim '' VICTIM
kill_case 'another account of a name alike (accent)' victim '' victím
kill_case 'another account of a name alike (longer)' victim '' victim2
kill_case 'own account' victim '' victim
kill_case 'PROCESS' victim 'GRANT PROCESS ON *.* TO @U'
kill_case 'SUPER' victim 'GRANT SUPER ON *.* TO @U'
kill_case 'SUPER and PROCESS' victim 'GRANT SUPER, PROCESS ON *.* TO @U'
kill_case 'all data' victim 'GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, RELOAD, SHUTDOWN ON *.* TO @U'
kill_case 'every right' victim 'GRANT ALL PRIVILEGES ON *.* TO @U'
if is_mariadb; then
	root 'CREATE ROLE r_kill; GRANT CONNECTION ADMIN, PROCESS ON *.* TO r_kill; CREATE ROLE r_outer; GRANT r_kill TO r_outer'
	kill_case 'CONNECTION ADMIN' victim 'GRANT CONNECTION ADMIN ON *.* TO @U'
	kill_case 'CONNECTION ADMIN and PROCESS' victim 'GRANT CONNECTION ADMIN, PROCESS ON *.* TO @U'
	kill_case 'READ ONLY ADMIN' victim 'GRANT READ ONLY ADMIN, BINLOG ADMIN, FEDERATED ADMIN ON *.* TO @U'
	kill_case 'CONNECTION ADMIN revoked' victim 'GRANT CONNECTION ADMIN ON *.* TO @U; REVOKE CONNECTION ADMIN ON *.* FROM @U'
	root 'GRANT PROCESS ON *.* TO PUBLIC'
	kill_case 'PROCESS of PUBLIC' victim ''
	root 'REVOKE PROCESS ON *.* FROM PUBLIC; GRANT CONNECTION ADMIN ON *.* TO PUBLIC'
	kill_case 'CONNECTION ADMIN of PUBLIC' victim ''
	root 'REVOKE CONNECTION ADMIN ON *.* FROM PUBLIC'
else
	root 'CREATE ROLE r_kill; GRANT CONNECTION_ADMIN, PROCESS ON *.* TO r_kill; CREATE ROLE r_outer; GRANT r_kill TO r_outer;
		CREATE USER sys_user@localhost; GRANT SYSTEM_USER ON *.* TO sys_user@localhost'
	kill_case 'CONNECTION_ADMIN' victim 'GRANT CONNECTION_ADMIN ON *.* TO @U'
	kill_case 'CONNECTION_ADMIN and PROCESS' victim 'GRANT CONNECTION_ADMIN, PROCESS ON *.* TO @U'
	kill_case 'CONNECTION_ADMIN, the holder has SYSTEM_USER' sys_user 'GRANT CONNECTION_ADMIN ON *.* TO @U'
	kill_case 'CONNECTION_ADMIN and SYSTEM_USER, as the holder' sys_user 'GRANT CONNECTION_ADMIN, SYSTEM_USER ON *.* TO @U'
fi
kill_case 'by a role' victim 'GRANT r_kill TO @U'
kill_case 'by a role of a role' victim 'GRANT r_outer TO @U'
kill_case 'no right, at the end' victim ''
if ((kills >= 5)); then ok "$kills sessions were killed"; else not_ok "$kills sessions were killed"; fi

# Who may kill kills the holder of that lock only.
hold bystander victim another_lock
bystander=$HELD_ID
number=$((number + 1))
victim victim
root "SELECT 1" >/dev/null
token=$(token "named:lock$number")
is 'root kills a holder' "$(release_as root "named:lock$number" "$token" force)" released
is 'another session of that user lives' "$(holder another_lock)" "$bystander"
# An old token kills nobody.
is 'the token of a lock that is gone does nothing' "$(release_as root "named:lock$number" "$token" force)" free
is 'the token of another lock does nothing' "$(release_as root "named:another_lock" "$token" force)" changed
is 'its holder lives' "$(holder another_lock)" "$bystander"
root "KILL $bystander"
