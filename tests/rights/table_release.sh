#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who may end what waits for a table, or keeps others waiting: whoever may KILL it, and who sees what that would cost.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

target=table:shop/orders
waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == "$1" ]]; }
still() { if waits 1; then ok "$1: it still waits"; else not_ok "$1: it still waits"; fi; }
# answer USER [THIRD]: all of it. outcome USER [THIRD]: what it comes to.
answer() {
	local third=${2:-}
	as "$1" "SELECT miglock_release('$target', '$(token_of "$1")', '$third')"
}
# As that account sees it: what is hidden from it is in no token.
token_of() { as "$1" "SELECT COALESCE(JSON_UNQUOTE(JSON_EXTRACT(miglock_status('$target'), '\$.token')), 'aaaaaaaaaaaa')"; }
outcome() { release_as "$1" "$target" "$(token_of "$1")" "${2:-}"; }

# An idle reader of u_blocker's, and an ALTER of u_ddl's that waits for it. Sets BLOCKER.
stuck() {
	session forgotten 'BEGIN; SELECT COUNT(*) FROM shop.orders' >said
	session_send ddl 'ALTER TABLE shop.orders FORCE'
	until_true 20 waits 1 || die 'the ALTER does not wait'
}

install_miglock
root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY) ENGINE = InnoDB"
for user in u_none u_ddl u_blocker u_process u_kill u_both u_system; do
	root "CREATE USER $user@localhost; GRANT SELECT, INSERT, ALTER, CREATE ON shop.* TO $user@localhost"
done
root "GRANT PROCESS ON *.* TO u_process@localhost, u_both@localhost;
	GRANT SELECT ON performance_schema.* TO u_both@localhost, u_process@localhost, u_kill@localhost"
if is_mariadb; then
	root "GRANT CONNECTION ADMIN ON *.* TO u_kill@localhost, u_both@localhost"
else
	root "GRANT CONNECTION_ADMIN ON *.* TO u_kill@localhost, u_both@localhost; GRANT SYSTEM_USER ON *.* TO u_system@localhost"
fi
session_open forgotten u_blocker
BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
session_open ddl u_ddl
stuck

for third in '' force "force,blocker=$BLOCKER"; do
	for user in u_none u_process; do
		lacks "$user may not end anybody ($third)" "$(outcome "$user" "$third")" released
		still "$user ($third)"
	done
done
contains 'u_process is told what is missing' "$(answer u_process)" 'CONNECTION'
# It may KILL, but what these sessions are and what ending them would cost is hidden from it.
for third in '' force "force,blocker=$BLOCKER"; do
	lacks "u_kill ends nobody whom it does not see ($third)" "$(outcome u_kill "$third")" released
	still "u_kill ($third)"
done
is 'u_both ends the DDL' "$(outcome u_both)" released
if waits 0; then ok 'nobody waits'; else not_ok 'nobody waits'; fi
is "the session that blocked is there" "$(session forgotten 'SELECT 1')" 1
session ddl 'SELECT 1' >said

# One's own statement is one's own to end.
stuck
lacks 'u_ddl does not end somebody else' "$(outcome u_ddl "force,blocker=$BLOCKER")" released
is 'u_ddl does not see whether it has begun' "$(outcome u_ddl)" refused
still u_ddl
is 'u_ddl ends its own statement with force' "$(outcome u_ddl force)" released
is "the session that blocked is still there" "$(session forgotten 'SELECT 1')" 1
session ddl 'SELECT 1' >said

stuck
is 'u_both ends the session that it names' "$(outcome u_both "blocker=$BLOCKER")" released
if until_true 20 waits 0; then ok 'the ALTER goes on'; else not_ok 'the ALTER goes on'; fi
is 'it went through' "$(session ddl 'SELECT 1')" 1

# MySQL: SYSTEM_USER guards a session.
if ! is_mariadb; then
	session_open guarded u_system
	BLOCKER=$(session guarded 'SELECT CONNECTION_ID()')
	session guarded 'BEGIN; SELECT COUNT(*) FROM shop.orders' >said
	session_send ddl 'ALTER TABLE shop.orders FORCE'
	until_true 20 waits 1 || die 'the ALTER does not wait'
	is 'u_both may not end a session with SYSTEM_USER' "$(outcome u_both "force,blocker=$BLOCKER")" refused
	contains 'it is told why' "$(answer u_both "force,blocker=$BLOCKER")" SYSTEM_USER
	still u_both
	is 'but it may end the DDL' "$(outcome u_both)" released
	is 'the session with SYSTEM_USER is there' "$(session guarded 'SELECT 1')" 1
fi
