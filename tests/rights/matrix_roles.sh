#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Rights by roles: granted, default or not, nested, of names alike, and of PUBLIC.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"
# shellcheck source=tests/rights/lib/matrix.sh
. "$MLK_TOP/tests/rights/lib/matrix.sh"

install_miglock
matrix_schemas app_1 appx1 app_2 other
both="SELECT, UPDATE"

root "CREATE ROLE r_all; GRANT $both ON *.* TO r_all;
	CREATE ROLE r_schema; GRANT $both ON \`app\\_1\`.* TO r_schema;
	CREATE ROLE r_pattern; GRANT $both ON \`app%\`.* TO r_pattern;
	CREATE ROLE r_narrow; GRANT $both ON \`app%\`.* TO r_narrow; GRANT SELECT ON \`app\\_1\`.* TO r_narrow;
	CREATE ROLE r_table; GRANT $both ON app_2.migrations_lock TO r_table;
	CREATE ROLE r_read; GRANT SELECT ON *.* TO r_read;
	CREATE ROLE r_write; GRANT UPDATE ON *.* TO r_write;
	CREATE ROLE r_column; GRANT SELECT (locked), UPDATE (locked) ON app_1.migrations_lock TO r_column;
	CREATE ROLE r_empty; CREATE ROLE r_low; CREATE ROLE R_LOW; GRANT $both ON *.* TO R_LOW;
	CREATE ROLE 'r_löw'; GRANT $both ON *.* TO 'r_löw';
	CREATE ROLE r_middle; GRANT r_schema TO r_middle; CREATE ROLE r_top; GRANT r_middle TO r_top; GRANT r_table TO r_top;
	CREATE ROLE 'r''quote'; GRANT $both ON \`app\\_1\`.* TO 'r''quote';
	CREATE ROLE r_gone; GRANT $both ON *.* TO r_gone; CREATE ROLE r_was; GRANT r_schema TO r_was; REVOKE r_schema FROM r_was"

for role in r_all r_schema r_pattern r_table r_read r_write r_empty r_low r_middle r_top r_was; do
	matrix_case "role $role" same "GRANT $role TO @U"
done
matrix_case 'a role with a quote in its name' fewer "GRANT 'r''quote' TO @U"
matrix_case 'a role that grants columns' fewer "GRANT r_column TO @U"
matrix_case 'a role with two patterns' same "GRANT r_narrow TO @U"
matrix_case 'two roles, one right each' same "GRANT r_read TO @U; GRANT r_write TO @U"
matrix_case 'a role and own rights' same "GRANT r_write TO @U; GRANT SELECT ON \`app\\_1\`.* TO @U"
# Own and role's rights on schemas add up; neither hides the other.
matrix_case 'own rights on a schema, the role has a pattern' same "GRANT r_pattern TO @U; GRANT SELECT ON \`app\\_1\`.* TO @U"
matrix_case 'own pattern, the role has a schema' same "GRANT r_schema TO @U; GRANT SELECT ON \`%\`.* TO @U"
matrix_case 'a role of another host of the user' fewer "CREATE USER @A; GRANT r_all TO @A"
matrix_case 'a role given and taken away' same "GRANT r_all TO @U; REVOKE r_all FROM @U"
matrix_case 'a role to hand on' same "GRANT r_schema TO @U WITH ADMIN OPTION"
matrix_case 'a role that was dropped' same "GRANT r_gone TO @U; DROP ROLE r_gone"
matrix_login r_all2
matrix_case 'a user whose name is almost a role' same ""
if is_mariadb; then
	matrix_case 'a default role' same "GRANT r_schema TO @U; SET DEFAULT ROLE r_schema FOR @U"
	matrix_case 'a default role beside another' same "GRANT r_schema TO @U; GRANT r_table TO @U; SET DEFAULT ROLE r_table FOR @U"
	# CREATE ROLE makes its creator its administrator, which is not to have it.
	root "CREATE USER u_admin@localhost; CREATE ROLE r_admin WITH ADMIN u_admin@localhost; GRANT $both ON *.* TO r_admin"
	matrix_case 'a role administered by somebody else' same ""
	root "CREATE ROLE r_mine WITH ADMIN r_empty; GRANT $both ON *.* TO r_mine"
	matrix_case 'a role administered by a role' same "GRANT r_empty TO @U"
	# A user of a role's name is not the role.
	matrix_login r_all
	matrix_case 'a user of the name of a role' same ""
else
	matrix_case 'a default role' same "GRANT r_schema TO @U; SET DEFAULT ROLE r_schema TO @U"
	matrix_case 'a default role beside another' same "GRANT r_schema TO @U; GRANT r_table TO @U; SET DEFAULT ROLE r_table TO @U"
	root 'SET GLOBAL mandatory_roles = "r_schema"'
	matrix_case 'a mandatory role' same ""
	root 'SET GLOBAL mandatory_roles = ""'
fi

# Everybody's rights
if is_mariadb; then
	root "GRANT $both ON \`app\\_2\`.* TO PUBLIC"
	matrix_case 'PUBLIC has rights on a schema' same ""
	matrix_case 'PUBLIC has rights on a schema, own ones hide nothing' same "GRANT SELECT ON \`app%\`.* TO @U"
	root "REVOKE UPDATE ON \`app\\_2\`.* FROM PUBLIC"
	matrix_case 'PUBLIC lost a right' same ""
	root "REVOKE ALL PRIVILEGES, GRANT OPTION FROM PUBLIC; GRANT $both ON app_1.migrations_lock TO PUBLIC"
	matrix_case 'PUBLIC has rights on a table' same ""
	root "REVOKE ALL PRIVILEGES, GRANT OPTION FROM PUBLIC; GRANT r_pattern TO PUBLIC"
	matrix_case 'PUBLIC has a role' fewer ""
	root "REVOKE r_pattern FROM PUBLIC; GRANT SELECT ON *.* TO PUBLIC"
	matrix_case 'PUBLIC has a global right' same ""
	matrix_case 'PUBLIC has a global right, the account another' same "GRANT UPDATE ON \`app\\_1\`.* TO @U"
	root "REVOKE ALL PRIVILEGES, GRANT OPTION FROM PUBLIC"
	matrix_case 'PUBLIC has nothing any more' same ""
fi

matrix_done 30 20
