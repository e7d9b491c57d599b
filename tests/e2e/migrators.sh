#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real migration waits behind an idle transaction: the report of its lock tells its ALTER, who is in the way, and who queues.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
# mariadb11 options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib/behind.sh
. "$MLK_TOP/tests/e2e/lib/behind.sh"

# seen TARGET TABLE COMMAND...
seen() {
	stuck_behind "$@"
	mlk status "$T" --json
	code_is "$T" 0
	behind_facts
	facts <<-'END'
		nothing is guessed :: r.ddl[0].blockers[0].guessed === false && r.ddl[0].blockers[0].lock_type === 'SHARED_WRITE'
		what the one in the way last ran :: r.ddl[0].blockers[0].last_statement.includes("SELECT '-- end") || r.ddl[0].blockers[0].last_statement.includes('last words')
	END
	mlk status "$T"
	out_has 'as text' "ddl table:${TABLE/.//}" "$BLOCKER root@localhost" '+- ' '10 sessions wait' "miglock status table:${TABLE/.//}"
	is "${mark}in 80 columns" "$(LC_ALL=C.UTF-8 awk 'length > 80' out)" ''
	behind_refused
}

rails_migration() {
	local schema=rails_$mode
	root "CREATE DATABASE $schema"
	seen "rails:$schema" "$schema.orders" "${rails[@]}" "$schema" --program rake
	mlk status "$T" --json
	facts <<-'END'
		the holder sleeps, and its sibling alters :: r.holder.connection_id === Number(e.C_lock_connection) && r.holder.command === 'Sleep' && r.siblings.some(s => s.connection_id === Number(e.C_connection))
	END
	behind_ends
}

ghost_migration() {
	local schema=ghost_$mode
	client_run init "${ghost[@]}" init "$schema"
	seen "ghost:$schema" "$schema.posts" "${ghost[@]}" migrate "$schema" --hang-at ddl
	behind_ends
}

knex_migration() {
	local schema=knex_$mode
	root "CREATE DATABASE $schema"
	client_run base "${knex[@]}" latest "$schema"
	seen "knex:$schema" "$schema.customers" "${knex[@]}" latest "$schema" --set alter
	mlk status --json
	facts <<-'END'
		the list of all locks tells it too :: d.some(l => l.target === e.T && l.ddl.length === 1 && l.ddl[0].blockers[0].connection_id === Number(e.BLOCKER))
	END
	behind_ends
}

story() {
	rails_migration
	ghost_migration
	knex_migration
	behind_itself "itself_$mode"
}
both_ways story
