#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Rights of accounts with names alike, of other hosts of the same user, and of users with odd names.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"
# shellcheck source=tests/rights/lib/matrix.sh
. "$MLK_TOP/tests/rights/lib/matrix.sh"

install_miglock
matrix_schemas app_1 app_2 other
both="SELECT, UPDATE"

# Accounts with all rights whose names are almost those of the cases: other case, accent, quotes (the
# server takes blanks off the end).
for name in DBA dbá "dba'@'localhost" 'dba\' 'db_' 'db%' '%'; do
	account=$(matrix_account "$name" localhost)
	root "CREATE USER $account; GRANT ALL PRIVILEGES ON *.* TO $account; GRANT $both ON app_1.* TO $account;
		GRANT $both ON app_2.migrations_lock TO $account"
done
# Other hosts of the user.
for host in localhost2 127.0.0.1 10.% 10.0.0.0/255.0.0.0; do
	root "CREATE USER dba@'$host'; GRANT ALL PRIVILEGES ON *.* TO dba@'$host'"
done
for name in dba Dba DBa dbà; do
	matrix_login "$name"
	matrix_case "$name: names alike give nothing" same ""
	matrix_login "$name"
	matrix_case "$name: names alike add nothing" same "GRANT SELECT ON app_1.* TO @U"
done
# 'dba'@'localhost' was dropped with each case, its likes were not.
matrix_login 'dba\'
root "DROP USER 'dba\\\\'@localhost"
matrix_case 'dba\: names alike give nothing' same ""

# Names that must be quoted somewhere on the way.
for name in "o'brien" 'say "hello"' 'back`tick' 'back\slash' "a'@'b" "x' OR '1'='1" 'per%cent' 'under_score' 'ünïcödé' '名前' 'a b' '-- c' '/* c' "'" '\'; do
	rule=same
	# GRANTEE in INFORMATION_SCHEMA escapes nothing, so inside MariaDB such an account gets nothing at all.
	if is_mariadb && [[ $name == *\'* ]]; then rule=fewer; fi
	matrix_login "$name"
	matrix_case "user $name without grants" same ""
	matrix_login "$name"
	matrix_case "user $name with global rights" "$rule" "GRANT $both ON *.* TO @U"
	matrix_login "$name"
	matrix_case "user $name with rights on a schema and a table" "$rule" "GRANT $both ON \`app\\_1\`.* TO @U; GRANT SELECT ON app_2.migrations_lock TO @U"
done
longest=$(printf 'L%.0s' {1..32})
matrix_login "$longest"
matrix_case 'the longest user name' same "GRANT $both ON app_1.* TO @U"

# Rights of 'user'@'%' for one who came in as 'user'@'localhost'. On MariaDB those on schemas and tables count for the server too.
matrix_case 'another host, global' same "CREATE USER @A; GRANT $both ON *.* TO @A"
matrix_case 'another host, schema' fewer "CREATE USER @A; GRANT $both ON app_1.* TO @A"
matrix_case 'another host, table' fewer "CREATE USER @A; GRANT $both ON app_1.migrations_lock TO @A"
matrix_case 'two hosts, own grant first' fewer "CREATE USER @A; GRANT $both ON \`app%\`.* TO @A; GRANT SELECT ON \`app\\_1\`.* TO @U"
matrix_case 'two hosts, own pattern is wider' fewer "CREATE USER @A; GRANT SELECT ON \`app\\_1\`.* TO @A; GRANT $both ON \`app%\`.* TO @U"
matrix_case 'two hosts, table grants' fewer "CREATE USER @A; GRANT $both ON app_1.migrations_lock TO @A; GRANT SELECT ON app_1.migrations_lock TO @U"

matrix_done 30 30
