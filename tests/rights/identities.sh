#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Accounts that changed or vanished while they were connected, and accounts that are nobody.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
lock_table app
both="GRANT SELECT, UPDATE ON app.* TO"
token=$(token ghost:app)
held="SELECT COALESCE(JSON_UNQUOTE(JSON_EXTRACT(miglock_status('ghost:app'), '\$.held')), 'null')"
list="SELECT JSON_LENGTH(miglock_locks())"
give="SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_release('ghost:app', '$token', 'force'), '\$.outcome'))"

# no_rights WHAT SESSION: neither looks nor releases; an error is as good as an answer.
no_rights() {
	local out
	out=$(session "$2" "$held; $list; $give")
	lacks "$1: sees nothing" "$out" true
	lacks "$1: releases nothing" "$out" released
	is "$1: the flag is as it was" "$(flag app)" 1
	is "$1: the connection lives" "$(session "$2" 'SELECT 42')" 42
}

root "CREATE USER u_drop@localhost; $both u_drop@localhost"
session_open drop u_drop
is 'before it is dropped' "$(session drop "$held")" true
root 'DROP USER u_drop@localhost'
no_rights 'a dropped account' drop
no_rights 'a dropped account, once more' drop
root 'CREATE USER u_drop@localhost'
no_rights 'an account dropped and made again without rights' drop
root "$both u_drop@localhost"
is 'an account made again with rights: as the server' "$(session drop "$held")" true
session_close drop

root "CREATE USER u_rename@localhost; $both u_rename@localhost"
session_open rename u_rename
is 'before it is renamed' "$(session rename "$held")" true
root 'RENAME USER u_rename@localhost TO u_renamed@localhost'
no_rights 'a renamed account' rename
session_close rename

root "CREATE USER u_lock@localhost; $both u_lock@localhost"
session_open lock u_lock
root 'ALTER USER u_lock@localhost ACCOUNT LOCK'
out=$(session lock "$held")
# The server lets a connected account go on; an answer or a clear refusal are both right.
if [[ $out == true || $out == ERROR*miglock* || $out == ERROR*u_lock* ]]; then ok "a locked account gets an answer or a reason"; else not_ok 'a locked account gets an answer or a reason' "$out"; fi
is 'a locked account: the connection lives' "$(session lock 'SELECT 42')" 42
session_close lock

root "CREATE USER u_expire@localhost; $both u_expire@localhost"
session_open expire u_expire
root 'ALTER USER u_expire@localhost PASSWORD EXPIRE'
out=$(session expire "$held")
if [[ $out == true || $out == ERROR*miglock* || $out == ERROR*assword* ]]; then ok 'an expired account gets an answer or a reason'; else not_ok 'an expired account gets an answer or a reason' "$out"; fi
is 'an expired account: the connection lives' "$(session expire 'SELECT 42')" 42
session_close expire
lacks 'an expired account that connects anew' "$(as u_expire "$held" --connect-expired-password)" true

# Limits of the account are for its own connections.
root "CREATE USER u_limit@localhost WITH MAX_USER_CONNECTIONS 1 MAX_CONNECTIONS_PER_HOUR 1; $both u_limit@localhost"
session_open limit u_limit
for n in 1 2 3; do is "an account that may connect once: call $n" "$(session limit "$held")" true; done
session_close limit
root "CREATE USER u_few@localhost WITH MAX_QUERIES_PER_HOUR 6; $both u_few@localhost"
out=$(for n in 1 2 3 4 5 6 7 8; do as u_few "$held"; done)
lacks 'an account with few queries: the server lives' "$out" 'Lost connection'
contains 'an account with few queries is held to that number' "$out" ERROR\ 1226
root "UPDATE app.migrations_lock SET locked = 1, released_at = NULL"

# Nobody: an anonymous account has what is granted to it, on MySQL; the library gives it nothing on MariaDB.
root "CREATE USER ''@localhost; $both ''@localhost"
session_open nobody no_such_user
plain=$(session nobody "SELECT CONCAT('may', COUNT(*)) FROM app.migrations_lock")
is 'the anonymous account may read the table by itself' "$plain" may1
out=$(session nobody "$held")
if [[ $out == true || $out == null || $out == ERROR*miglock* ]]; then ok "an anonymous account gets an answer or a reason"; else not_ok 'an anonymous account gets an answer or a reason' "$out"; fi
root "REVOKE ALL PRIVILEGES, GRANT OPTION FROM ''@localhost"
no_rights 'an anonymous account without rights' nobody
# The name it came with is not its account's.
root "CREATE USER no_such_user@'10.%'; GRANT ALL PRIVILEGES ON *.* TO no_such_user@'10.%'"
no_rights "an anonymous account called as somebody else's" nobody
session_close nobody
root "DROP USER ''@localhost"

# Hosts as patterns, networks and addresses. Rights are those of the account that let it in.
no_tls=()
# MariaDB's newer client wants a certificate that it can check, or a password.
if is_mariadb; then no_tls=(--skip-ssl); fi
tcp() { as "$1" "$2" --protocol=TCP --host=127.0.0.1 --port="$MLK_PORT" "${no_tls[@]}"; }
for host in % '127.0.0.%' '127.0.0.1' '127.0.0.0/255.255.255.0' '127.%'; do
	root "CREATE USER u_host@'$host'"
	is "host $host without rights" "$(tcp u_host "$held")" null
	root "$both u_host@'$host'"
	is "host $host with rights on the schema" "$(tcp u_host "$held")" true
	is "host $host releases" "$(tcp u_host "$give")" released
	root "UPDATE app.migrations_lock SET locked = 1, released_at = NULL; DROP USER u_host@'$host'"
	root "CREATE USER u_host@'$host'; GRANT SELECT ON *.* TO u_host@'$host'"
	is "host $host with a global right" "$(tcp u_host "$held")" true
	is "host $host may not release" "$(tcp u_host "$give")" refused
	root "DROP USER u_host@'$host'"
done
root "CREATE USER u_host@'127.0.0.1'; CREATE USER u_host@'%'; GRANT SELECT, UPDATE ON *.* TO u_host@'%'"
is 'global rights of another account of that user do not count' "$(tcp u_host "$held")" null
is 'nor do they release' "$(tcp u_host "$give")" refused

# An account whose host is a pattern that the caller's own matches when it is read as a name: MySQL looks the account of a
# session up the way it does at login. With the rights of another one nothing may be done.
root "CREATE USER u_like@'%'; CREATE USER u_like@'_'; GRANT ALL ON *.* TO u_like@'_'"
out=$(tcp u_like "$held; $list; $give")
lacks 'a host that is like another one: sees nothing' "$out" true
lacks 'a host that is like another one: releases nothing' "$out" released
root "$both u_like@'%'"
if is_mariadb; then
	is 'a host that is like another one, with rights' "$(tcp u_like "$held")" true
else
	contains 'a host that is like another one: a reason' "$(tcp u_like "$held")" 'opened the session for another account'
fi

# A connection made before a closer account existed.
root "CREATE USER u_late@'%'; $both u_late@'%'"
session_open late u_late
is 'the account % looks' "$(session late "$held")" true
root "CREATE USER u_late@localhost; GRANT DROP ON app.* TO u_late@localhost"
plain=$(session late "SELECT CONCAT('may', COUNT(*)) FROM app.migrations_lock")
out=$(session late "$held")
if [[ $plain == may1 || $out != true ]]; then
	ok 'a closer account made later: no more than the server'
else
	not_ok 'a closer account made later: no more than the server' "$plain; $out"
fi
session_close late

# PROXY users are who they are proxied to; SQL SECURITY and roles are tested elsewhere. The longest names and hosts:
long_user=$(printf 'U%.0s' {1..32})
long_host=$(printf 'h%.0s' {1..50}).example.com
root "CREATE USER $long_user@localhost; CREATE USER $long_user@'$long_host'; GRANT ALL ON *.* TO $long_user@'$long_host'"
is 'the longest user name without rights' "$(as "$long_user" "$held")" null
is 'it may not release' "$(as "$long_user" "$give")" refused
root "$both $long_user@localhost"
is 'the longest user name with rights' "$(as "$long_user" "$give")" released
