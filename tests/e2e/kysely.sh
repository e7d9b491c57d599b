#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Kysely hangs in a migration: its lock, one for the whole server, keeps another database's migration waiting, is freed, and
# that one goes on.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

kysely=("$clients/node/kysely.sh")
export T=kysely:

waits() {
	mlk status "$T" --json
	grep -qF '"waiter_count":1' out
}

# What the one who waits has done before is shown until nobody has read it for 0.1 s; see settled().
is_idle() {
	sleep 0.15
	verdict_is "$T" idle
}

story() {
	local schema=app_$mode other=other_$mode
	root "CREATE DATABASE $schema; CREATE DATABASE $other"
	client_run base "${kysely[@]}" "$schema" --to 1_customers
	ends 'Kysely migrates' 0 base
	mlk status --json
	facts <<-'END'
		its lock table is nobody's lock, and nothing is held :: d.length === 0
	END

	client migrator "${kysely[@]}" "$schema" --hang client
	client_holds migrator
	mlk status "$schema" --json
	facts <<-'END'
		the lock of the whole server is shown for the schema :: d.length === 1 && r.target === e.T && r.server_wide === true && r.schema === null && r.held === true
		its holder is the connection that migrates :: r.holder.connection_id === Number(e.C_connection) && r.verdict === 'idle'
		it says that it blocks every database :: r.because.some(s => s.includes('blocks the migrations of every database'))
	END
	client waiter "${kysely[@]}" "$other"
	if until_true 20 waits; then ok "${mark}another database's migration waits"; else not_ok "${mark}another database's migration waits" "$(<out)"; fi
	until_true 10 is_idle || not_ok "${mark}nobody is at work" "$(<out)"
	mlk release "$T" --yes
	code_is 'it is not released without force' 4
	mlk release "$T" --force --yes --json
	code_is 'with force it is' 0
	facts <<-'END'
		it is released :: d.outcome === 'released'
	END
	client_end waiter
	ends 'who waited goes on to its end' 0 waiter
	client_kill migrator
	becomes "$T" free
	client_run next "${kysely[@]}" "$schema"
	ends 'the next run goes on' 0 next
	is "${mark}and finishes" "$(root "SELECT COUNT(*) FROM $schema.kysely_migration")" 2
}
both_ways story
