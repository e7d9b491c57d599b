#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Grants of every kind: the functions allow what the server allows that account, and nothing more.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"
# shellcheck source=tests/rights/lib/matrix.sh
. "$MLK_TOP/tests/rights/lib/matrix.sh"

install_miglock
matrix_schemas app_1 appx1 app_2 APP_1 äpp_1 'app\1' 'app%' 'back`tick'
both="SELECT, UPDATE"

matrix_case 'no grant' same ""
for right in SELECT UPDATE "$both" 'ALL PRIVILEGES' INSERT,DELETE 'CREATE VIEW, ALTER, DROP' 'SHOW DATABASES' PROCESS SUPER; do
	matrix_case "global $right" same "GRANT $right ON *.* TO @U"
done
matrix_case 'GRANT OPTION alone' same "GRANT USAGE ON *.* TO @U WITH GRANT OPTION"
if is_mariadb; then
	matrix_case 'READ ONLY ADMIN' same "GRANT READ ONLY ADMIN ON *.* TO @U"
	matrix_case 'all of the server, nothing of the data' same "GRANT SUPER, CONNECTION ADMIN, RELOAD, FILE, SHUTDOWN, REPLICATION SLAVE ON *.* TO @U"
fi

# Schema names in grants are patterns; the most specific one that fits counts.
for pattern in app_1 'app\_1' 'app%' 'app\_%' '%' 'app__' 'APP\_1' 'APP%' 'app\\1' 'app\%' 'äpp\_1' 'App_1' '_pp%'; do
	matrix_case "all on the pattern $pattern" same "GRANT $both ON \`$pattern\`.* TO @U"
done
matrix_case 'the pattern back`tick' same "GRANT $both ON \`back\`\`tick\`.* TO @U"
matrix_case 'a schema hides a pattern' same "GRANT $both ON \`app%\`.* TO @U; GRANT SELECT ON \`app\\_1\`.* TO @U"
matrix_case 'a schema hides a pattern, the other right' same "GRANT $both ON \`app%\`.* TO @U; GRANT UPDATE ON \`app\\_1\`.* TO @U"
# Which of two patterns with wildcards counts depends on the server's version; the functions may be stricter, never laxer.
matrix_case 'a pattern hides a wider one' fewer "GRANT $both ON \`%\`.* TO @U; GRANT SELECT ON \`app\\_%\`.* TO @U"
matrix_case 'three patterns' fewer "GRANT SELECT ON \`%\`.* TO @U; GRANT UPDATE ON \`app%\`.* TO @U; GRANT $both ON \`app\\_2\`.* TO @U"
matrix_case 'a grant of something else hides a pattern' same "GRANT $both ON \`app%\`.* TO @U; GRANT DROP ON \`app\\_1\`.* TO @U"
matrix_case 'two patterns of one length' fewer "GRANT SELECT ON \`app_1\`.* TO @U; GRANT UPDATE ON \`app\\_1\`.* TO @U; GRANT $both ON \`a%\`.* TO @U"
for pattern in _____ app__ a____ 'app%' 'ap%' a%1 %1 %\\_% %; do
	matrix_case "UPDATE by app\\_%, SELECT by $pattern" fewer "GRANT UPDATE ON \`app\\_%\`.* TO @U; GRANT SELECT ON \`$pattern\`.* TO @U"
	matrix_case "SELECT by app\\_%, both by $pattern" fewer "GRANT SELECT ON \`app\\_%\`.* TO @U; GRANT $both ON \`$pattern\`.* TO @U"
done
matrix_case 'rights of two levels together' same "GRANT SELECT ON *.* TO @U; GRANT UPDATE ON \`app\\_1\`.* TO @U; GRANT UPDATE ON app_2.migrations_lock TO @U"
matrix_case 'a schema right and a table right' same "GRANT SELECT ON \`app\\_1\`.* TO @U; GRANT UPDATE ON app_1.migrations_lock TO @U"

# Tables
root "CREATE TABLE app_1.Migrations_lock LIKE app_1.migrations_lock; CREATE TABLE app_1.migrations_lock2 LIKE app_1.migrations_lock"
matrix_case 'table' same "GRANT $both ON app_1.migrations_lock TO @U"
matrix_case 'table, SELECT only' same "GRANT SELECT ON app_1.migrations_lock TO @U"
matrix_case 'table whose name differs in case' same "GRANT $both ON app_1.Migrations_lock TO @U"
matrix_case 'table whose name is longer' same "GRANT $both ON app_1.migrations_lock2 TO @U"
matrix_case 'table of the schema whose name differs in case' same "GRANT $both ON APP_1.migrations_lock TO @U"
matrix_case 'table of the schema whose name differs by an accent' same "GRANT $both ON äpp_1.migrations_lock TO @U"
matrix_case 'table right of a name that is also a pattern' same "GRANT $both ON \`app%\`.migrations_lock TO @U"
matrix_case 'columns' fewer "GRANT SELECT (lock_key, locked), UPDATE (locked) ON app_1.migrations_lock TO @U"
matrix_case 'all columns' fewer "GRANT SELECT (lock_key, locked, acquired_at, released_at), UPDATE (lock_key, locked, acquired_at, released_at) ON app_1.migrations_lock TO @U"
matrix_case 'table SELECT, column UPDATE' fewer "GRANT SELECT, UPDATE (locked) ON app_1.migrations_lock TO @U"
matrix_case 'INSERT on a table' same "GRANT INSERT, DELETE, DROP ON app_1.migrations_lock TO @U"

# What was taken away
matrix_case 'a right of a schema revoked' same "GRANT $both ON \`app\\_1\`.* TO @U; REVOKE UPDATE ON \`app\\_1\`.* FROM @U"
matrix_case 'a global right revoked' same "GRANT $both ON *.* TO @U; REVOKE UPDATE ON *.* FROM @U"
matrix_case 'a table right revoked' same "GRANT $both ON app_1.migrations_lock TO @U; REVOKE SELECT ON app_1.migrations_lock FROM @U"
matrix_case 'everything revoked' same "GRANT $both ON *.* TO @U; GRANT $both ON \`app%\`.* TO @U; REVOKE ALL PRIVILEGES, GRANT OPTION FROM @U"
if ! is_mariadb; then
	root 'SET GLOBAL partial_revokes = ON'
	matrix_case 'a partial revoke' same "GRANT $both ON *.* TO @U; REVOKE SELECT ON app_1.* FROM @U; REVOKE UPDATE ON app_2.* FROM @U"
	root 'SET GLOBAL partial_revokes = OFF'
fi

matrix_done 60 40
