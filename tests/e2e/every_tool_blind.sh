#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# One stuck lock of every tool on a MariaDB server as it comes, which keeps no list of its locks: those whose names can be computed
# are found all the same, and with metadata_lock_info the others, too.
# servers: mariadb mariadb11
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/lib/stuck.sh
. "$MLK_TOP/tests/e2e/lib/stuck.sh"
# shellcheck source=tests/e2e/lib/stuck_facts.sh
. "$MLK_TOP/tests/e2e/lib/stuck_facts.sh"

# What no list shows can still be asked for.
known_name() {
	mlk status gh-ost:web/users --json
	facts <<-END
		$mark who knows the table sees its lock :: r.held === true && r.tool === 'gh-ost' && r.holder.connection_id === ${STUCK_HOLDER[gh-ost:web/users]}
	END
}

with_plugin() {
	root "INSTALL SONAME 'metadata_lock_info'"
	mlk status --json
	these_are_all 'with metadata_lock_info each is there once' out "$(stuck_targets)"
	root "UNINSTALL SONAME 'metadata_lock_info'"
}

story() {
	stuck_rows
	stuck_names
	is "${mark}all of them are held, says the server" "$(stuck_held)" "$(stuck_targets)"
	mlk status --json
	these_are_all 'without a list each that can be computed is there once' out "$(stuck_targets computed)"
	facts <<-'END'
		what is missing is said :: d.every(l => l.blind_spots.some(s => s.includes('performance_schema is off')))
		a holder is a session all the same :: d.filter(l => l.kind === 'named').every(l => l.holder.user === 'root' && l.verdict === 'idle')
		nobody is known to be in the schemas of the rows :: d.filter(l => l.kind === 'row').every(l => l.verdict === 'abandoned')
	END
	known_name
	if [[ -L $(root 'SELECT @@plugin_dir')metadata_lock_info.so ]]; then with_plugin; fi
	stuck_names_end
}

stuck_tables
both_ways story
