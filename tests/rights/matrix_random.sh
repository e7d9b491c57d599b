#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Random grants on patterns, hosts and an anonymous account: never more than the server allows. MLK_SEED chooses others.
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"
# shellcheck source=tests/rights/lib/matrix.sh
. "$MLK_TOP/tests/rights/lib/matrix.sh"

install_miglock
matrix_schemas app_1 appx1 app_2 APP_1 other
RANDOM=${MLK_SEED:-1}
printf '# MLK_SEED=%s\n' "${MLK_SEED:-1}"

pick() {
	local list=("$@")
	PICKED=${list[RANDOM % ${#list[@]}]}
}

# random_grant ACCOUNT: appends to sql of the caller. Nothing here may be a subshell: that would start RANDOM anew.
random_grant() {
	local right where
	pick SELECT UPDATE 'SELECT, UPDATE' 'SELECT, UPDATE' DROP ALL
	right=$PICKED
	case $((RANDOM % 10)) in
	0) where='*.*' ;;
	1 | 2)
		pick app_1 appx1 APP_1 other
		where="$PICKED.migrations_lock"
		;;
	*)
		pick app_1 'app\_1' 'app%' 'app\_%' '%' 'APP\_1' 'a%1' '%1' 'app__' 'app_%' other '_____' 'appx1' '%\_%'
		where="\`$PICKED\`.*"
		;;
	esac
	sql+="GRANT $right ON $where TO $1;"
}

for role in 1 2 3; do
	sql="CREATE ROLE random_$role;"
	random_grant "random_$role"
	random_grant "random_$role"
	root "$sql"
done
root 'GRANT random_1 TO random_2'

random_case() {
	local sql='' i count=$((RANDOM % 4))
	for ((i = 0; i < count; i++)); do random_grant @U; done
	if ((RANDOM % 3 == 0)); then
		sql+='CREATE USER @A;'
		count=$((RANDOM % 3))
		for ((i = 0; i < count; i++)); do random_grant @A; done
	fi
	if ((RANDOM % 3 == 0)); then sql+="GRANT random_$((RANDOM % 3 + 1)) TO @U;"; fi
	matrix_case "random $1" fewer "$sql"
}

for ((n = 1; n <= ${MLK_CASES:-6}; n++)); do random_case "$n"; done

# Rights of the anonymous account on a schema count for everybody, and can hide an account's own.
if is_mariadb; then
	root "CREATE USER ''@'%'; GRANT SELECT ON \`app\\_1\`.* TO ''@'%'; GRANT SELECT, UPDATE ON other.* TO ''@'%'; GRANT DROP ON \`app\\_2\`.* TO ''@'%'"
	for ((n = 1; n <= 10; n++)); do random_case "$n with an anonymous account"; done
	root "CREATE USER ''@localhost; GRANT SELECT ON \`app\\_2\`.* TO ''@localhost; GRANT DROP ON \`%\`.* TO ''@localhost; GRANT SELECT, UPDATE ON APP_1.migrations_lock TO ''@localhost"
	for ((n = 1; n <= 10; n++)); do random_case "$n with two anonymous accounts"; done
fi

matrix_done "${MLK_CASES:-6}" 1
