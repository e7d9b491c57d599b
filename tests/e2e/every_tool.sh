#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A server that holds one stuck lock of every tool: each is shown once and for what it is, and each is freed alone.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
# mariadb11 options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/lib/stuck.sh
. "$MLK_TOP/tests/e2e/lib/stuck.sh"
# shellcheck source=tests/e2e/lib/stuck_facts.sh
. "$MLK_TOP/tests/e2e/lib/stuck_facts.sh"

# A tool that is added must be added here, too. named: is any other lock, and has a test of its own.
every_tool_is_here() {
	mlk tools --json
	is 'every tool of the table has its lock in this test' \
		"$({ printf 'named\n'; printf '%s\n' "${STUCK_NAMED[@]}" "${STUCK_ROWS[@]}" | cut -d '|' -f 1; } | LC_ALL=C sort -u)" \
		"$(value 'd.map(t => t.tool).join("\n")' | LC_ALL=C sort)"
}

# The server takes these locks as the tools ask for them: a timeout below 0 is none on MariaDB.
no_lock_on_mariadb() {
	local entry timeout name
	is_mariadb || return 0
	for entry in "${STUCK_NAMED[@]}"; do
		IFS='|' read -r _ T timeout name <<<"$entry"
		if [[ $timeout != -* ]]; then continue; fi
		export T
		mlk tools --json
		facts <<-'END'
			the table says that the tool takes no lock on MariaDB :: d.find(t => t.tool === e.T.split(':')[0]).on_mariadb.includes('takes no lock on MariaDB')
		END
		is "$T: and so it is" "$(root "SELECT GET_LOCK($name, $timeout), IS_USED_LOCK($name)")" $'NULL\tNULL'
	done
}

# One look shows them all.
at_once() {
	stuck_rows
	stuck_names
	is "${mark}they are all held, says the server" "$(stuck_held)" "$(stuck_targets)"
	mlk status --json
	cp out all.json
	these_are_all 'a list has each of them once, and no other' all.json "$(stuck_targets)"
	facts all.json <<-'END'
		nothing is hidden but the server's kernel :: d.every(l => l.blind_spots.every(s => / kernel knows/.test(s)))
	END
	each_is_right all.json
	mlk status --exit-code
	code_is 'that counts as held' 3
	mlk status accounts --json
	facts <<-'END'
		the locks of one schema are its own and those of the whole server :: d.every(l => l.server_wide || l.target === 'liquibase:accounts') && d.some(l => l.schema === 'accounts')
		and all of the latter :: d.filter(l => l.server_wide).length === 13
	END
	if [[ $mode == functions ]]; then view; fi
}

# The view says the same.
view() {
	is "${mark}the view miglock.locks says the same" \
		"$(root "SELECT target, tool, COALESCE(schema_name, ''), COALESCE(lock_name, lock_table), holder_id, owner_text, token
			FROM miglock.locks WHERE held ORDER BY target" | sed 's/NULL//g' | LC_ALL=C sort)" \
		"$(value 'd.filter(l => l.held).map(l => [l.target, l.tool, l.schema, l.name || l.table,
			l.holder && l.holder.connection_id, l.owner_text, l.token].join("\t")).join("\n")' all.json | LC_ALL=C sort)"
}

# Who sees no other session sees the locks all the same: those whose names need no list.
blind() {
	local left
	conf=$PWD/limited.cnf
	mlk status --json
	these_are_all 'without PROCESS it has all that can be computed' out "$(stuck_targets computed)"
	facts <<-'END'
		the holders are numbers :: d.filter(l => l.kind === 'named').every(l => l.holder.connection_id > 0 && l.holder.user === null)
		no row is called abandoned :: d.filter(l => l.kind === 'row').every(l => l.verdict === 'unknown')
		what is missing is said :: d.every(l => l.blind_spots.some(s => s.includes('PROCESS')))
	END
	read_tokens out
	mlk release rails:blog_production --force --yes --token "${TOKEN[rails:blog_production]:-none}" --json
	code_is 'it may not end the session of another account' 4
	facts <<-'END'
		the missing right is named :: d.outcome === 'refused' && d.because.some(s => /CONNECTION[_ ]ADMIN/.test(s))
	END
	mlk release ghost:blog --yes --token "${TOKEN[ghost:blog]:-none}" --json
	code_is 'a row is not released without force, as its owner could be hidden' 4
	left=$(stuck_targets)
	is "${mark}all are still held" "$(stuck_held)" "$left"
	each_row --force
	conf=$PWD/all.cnf
	stuck_rows
}

# free TARGET OPTIONS: released, and it alone. left: what is held before, and then after it.
free() {
	local target=$1
	shift
	mlk release "$target" --yes --token "${TOKEN[$target]:-none}" --json "$@"
	left=$(grep -vxF -e "$target" <<<"$left" || true)
	if ((code == 0)) && grep -qF '"outcome":"released"' out && [[ $(stuck_held) == "$left" ]]; then
		ok "${mark}$target: released, and no other"
	else
		not_ok "${mark}$target: released, and no other" "exit code $code: $(<out)"$'\n'"$(diff <(printf '%s\n' "$left") <(stuck_held) || true)"
		left=$(stuck_held)
	fi
}

each_row() {
	local entry target
	for entry in "${STUCK_ROWS[@]}"; do
		IFS='|' read -r _ target _ <<<"$entry"
		free "$target" "$@"
	done
}

# An idle client is alive, so its lock takes force. Nobody is connected to the schemas of the rows, so they take none.
one_by_one() {
	local left entry target spelled
	mlk status --json
	read_tokens out
	left=$(stuck_targets)
	each_row
	is "${mark}Laravel's other locks stay" "$(root 'SELECT `key` FROM crm.cache_locks')" crm-cache-import-prices
	mlk release rails:blog_production --yes --token "${TOKEN[rails:blog_production]:-none}"
	code_is 'a named lock takes force, as its client is there' 4
	for entry in "${STUCK_NAMED[@]}"; do
		IFS='|' read -r _ target _ <<<"$entry"
		stuck_spell "$target"
		free "$spelled" --force
	done
	mlk status --json --exit-code
	code_is 'nothing is held at the end' 0
	stuck_names_end
}

# SELECT and the change on each table, and no look at others.
limited_account() {
	local schema sql="CREATE USER limited IDENTIFIED BY 'l';"
	for schema in $(stuck_schemas); do sql+="GRANT SELECT, UPDATE, DELETE ON \`$schema\`.* TO limited;"; done
	root "$sql"
	printf '[client]\nsocket=%s\nuser=limited\npassword=l\n' "$MLK_SOCKET" >limited.cnf
}

story() {
	at_once
	blind
	one_by_one
}

every_tool_is_here
no_lock_on_mariadb
stuck_tables
limited_account
both_ways story
