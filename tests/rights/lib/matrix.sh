# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Compares what the functions let an account do with what the server lets it do: SELECT and UPDATE on the lock tables of
# several schemas, tried by that account itself with each of its roles.
#
#   matrix_schemas SCHEMA...     makes the lock tables
#   matrix_case WHAT RULE SQL    an account of its own; in SQL, @U stands for 'account'@'localhost', @A for 'account'@'%'.
#                                RULE: same (exactly what the server allows), fewer (columns count for the server only)
#   matrix_login NAME            the next case is of that user name

MATRIX_SCHEMAS=()
declare -A MATRIX_TOKEN=()
MATRIX_NUMBER=0
MATRIX_NAME=
MATRIX_LOOKS=0
MATRIX_WRITES=0

matrix_schemas() {
	local schema
	for schema in "$@"; do
		lock_table "$schema"
		MATRIX_SCHEMAS+=("$schema")
	done
	matrix_tokens
}

# A target as a literal: a backslash is doubled in it.
matrix_target() { printf 'ghost:%s' "${1//\\/\\\\}"; }

matrix_table() { printf '`%s`.migrations_lock' "${1//\`/\`\`}"; }

matrix_tokens() {
	local schema
	for schema in "${MATRIX_SCHEMAS[@]}"; do
		MATRIX_TOKEN[$schema]=$(token "$(matrix_target "$schema")")
		[[ ${MATRIX_TOKEN[$schema]} =~ ^[0-9a-f]{12}$ ]] || die "no token for $schema: ${MATRIX_TOKEN[$schema]}"
	done
}

matrix_login() { MATRIX_NAME=$1; }

# The account as SQL text.
matrix_account() {
	local name=${1//\\/\\\\}
	printf "'%s'@'%s'" "${name//\'/\'\'}" "$2"
}

# What the server itself lets the account do, a line for each: "S SCHEMA", "U SCHEMA". An account has one role
# at a time on MariaDB, so each is tried.
matrix_by_server() {
	local name=$1 role schema sql=
	local roles=(NONE)
	if is_mariadb; then
		mapfile -t -O 1 roles < <(root 'SELECT CONCAT("`", User, "`") FROM mysql.user WHERE is_role = "Y"')
	else
		roles=(ALL)
	fi
	for role in "${roles[@]}"; do
		# A line each: an error ends its line.
		sql+="SET ROLE $role;"$'\n'
		for schema in "${MATRIX_SCHEMAS[@]}"; do
			sql+="SELECT 'S ${schema//\\/\\\\}' FROM (SELECT * FROM $(matrix_table "$schema")) AS t;"$'\n'
			sql+="UPDATE $(matrix_table "$schema") SET locked = 1;"$'\n'
			sql+="SELECT 'U ${schema//\\/\\\\}' FROM (SELECT ROW_COUNT() AS n) AS t WHERE n >= 0;"$'\n'
		done
	done
	if ! is_mariadb; then
		# MySQL shows whole rows by HANDLER to who got SELECT on some columns by a role: also something it allows.
		for schema in "${MATRIX_SCHEMAS[@]}"; do
			sql+="SELECT 'H ${schema//\\/\\\\}';"$'\n'
			sql+="HANDLER $(matrix_table "$schema") OPEN AS h; HANDLER h READ FIRST; HANDLER h CLOSE;"$'\n'
		done
	fi
	as "$name" "$sql" | awk '/^[SU] / { print } /^H / { schema = substr($0, 3) } /^km01\t/ { print "S " schema }' | sort -u
}

# What it can do by the functions. "U" is read from the tables afterwards, so that no answer is believed.
matrix_by_functions() {
	local name=$1 schema target sql=
	for schema in "${MATRIX_SCHEMAS[@]}"; do
		target=$(matrix_target "$schema")
		# shellcheck disable=SC1078,SC1079 # the quotes are those of several lines
		sql+="SELECT 'S ${schema//\\/\\\\}' FROM (SELECT miglock_status('$target') AS a) AS t
			WHERE JSON_UNQUOTE(JSON_EXTRACT(a, '\$.held')) = 'true';"$'\n'
		sql+="SELECT 'L ${schema//\\/\\\\}' FROM (SELECT miglock_locks('${schema//\\/\\\\}') AS a) AS t WHERE a LIKE '%\"held\":true%';"$'\n'
		sql+="DO miglock_release('$target', '${MATRIX_TOKEN[$schema]}', 'force');"$'\n'
	done
	as "$name" "$sql" >matrix.out
	grep -E '^[SLU] ' matrix.out || true
	grep -vE '^[SLU] ' matrix.out >matrix.errors || true
	sql=
	for schema in "${MATRIX_SCHEMAS[@]}"; do
		sql+="SELECT 'U ${schema//\\/\\\\}' FROM $(matrix_table "$schema") WHERE locked = 0;"
	done
	root "$sql"
}

matrix_case() {
	local what=$1 rule=$2 sql=$3 name local_account any_account by_server by_functions seen listed more less
	MATRIX_NUMBER=$((MATRIX_NUMBER + 1))
	name=${MATRIX_NAME:-m$MATRIX_NUMBER}
	MATRIX_NAME=
	local_account=$(matrix_account "$name" localhost)
	any_account=$(matrix_account "$name" %)
	sql=${sql//@U/"$local_account"}
	sql=${sql//@A/"$any_account"}
	root "CREATE USER $local_account; $sql"
	by_server=$(matrix_by_server "$name")
	by_functions=$(matrix_by_functions "$name" | sort -u)
	take "${MATRIX_SCHEMAS[@]}"
	listed=$(grep '^L' <<<"$by_functions" | sed 's/^L/S/' || true)
	by_functions=$(grep '^[SU]' <<<"$by_functions" || true)
	seen=$(grep '^S' <<<"$by_functions" || true)
	more=$(comm -13 <(printf '%s\n' "$by_server") <(printf '%s\n' "$by_functions") | grep . || true)
	less=$(comm -23 <(printf '%s\n' "$by_server") <(printf '%s\n' "$by_functions") | grep . || true)
	# A release needs both rights, so UPDATE alone is less by design.
	less=$(while IFS= read -r line; do
		if [[ $line == U\ * ]] && ! grep -qxF -e "S ${line#U }" <<<"$seen"; then continue; fi
		if [[ -n $line ]]; then printf '%s\n' "$line"; fi
	done <<<"$less")
	MATRIX_LOOKS=$((MATRIX_LOOKS + $(grep -c '^S' <<<"$by_functions" || true)))
	MATRIX_WRITES=$((MATRIX_WRITES + $(grep -c '^U' <<<"$by_functions" || true)))
	local detail
	detail="given: $sql"$'\n'"server: ${by_server//$'\n'/, }"$'\n'"functions: ${by_functions//$'\n'/, }"
	if [[ -n $more ]]; then
		not_ok "$what: the functions allow more than the server" "more: ${more//$'\n'/, }"$'\n'"$detail"
	elif [[ $rule == same && $listed != "$seen" ]] || comm -23 <(printf '%s\n' "$listed") <(printf '%s\n' "$seen") | grep -q .; then
		not_ok "$what: miglock_locks and miglock_status agree" "listed: ${listed//$'\n'/, }"$'\n'"$detail"
	elif [[ -s matrix.errors ]]; then
		not_ok "$what: no call is an error" "$(<matrix.errors)"$'\n'"$detail"
	elif [[ $rule == same && -n $less ]]; then
		not_ok "$what: the functions allow less than the server" "less: ${less//$'\n'/, }"$'\n'"$detail"
	else
		ok "$what"
	fi
	root "DROP USER IF EXISTS $local_account, $any_account"
}

# Cases that never allow anything would prove nothing.
matrix_done() {
	if ((MATRIX_LOOKS >= $1 && MATRIX_WRITES >= $2)); then
		ok "the cases allowed $MATRIX_LOOKS looks and $MATRIX_WRITES releases"
	else
		not_ok "the cases allowed $MATRIX_LOOKS looks and $MATRIX_WRITES releases, fewer than $1 and $2"
	fi
}
