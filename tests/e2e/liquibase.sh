#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Liquibase was killed: its flag stays, is known as abandoned with who set it, is released once, and Liquibase goes on.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

liquibase=("$clients/node/liquibase.sh")

# neighbour SCHEMA: another run finds the flag. It gives up, and has cleared the flag of the first then (Liquibase 4.28.1): it is put
# back as it was.
neighbour() {
	local schema=$1

	root "CREATE TABLE $schema.seen AS SELECT * FROM $schema.DATABASECHANGELOGLOCK"
	client_run locked_out "${liquibase[@]}" update "$schema" --no-wait
	fails 'who finds the flag fails with the error of Liquibase' locked_out 'Could not acquire change log lock.'
	"$MLK_CLI" explain --json <locked_out.log >out || true
	facts <<-'END'
		the error is Liquibase's :: d.matches[0].tool === 'liquibase' && d.matches[0].taken === true
		and tells who has it :: typeof d.matches[0].details.locked_by === 'string'
	END
	root "UPDATE $schema.DATABASECHANGELOGLOCK l, $schema.seen s SET l.LOCKED = 1, l.LOCKGRANTED = s.LOCKGRANTED,
		l.LOCKEDBY = s.LOCKEDBY WHERE l.ID = s.ID"
}

story() {
	local schema=app_$mode
	export T=liquibase:app_$mode

	root "CREATE DATABASE $schema"
	client_run base "${liquibase[@]}" update "$schema" --one
	ends 'Liquibase migrates' 0 base
	mlk status "$schema" --json
	facts <<-'END'
		its table is known, and free after that :: d.length === 1 && r.target === e.T && r.held === false && r.verdict === 'free'
	END

	client migrator "${liquibase[@]}" update "$schema" --hang client
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		while it hangs it is idle :: r.held === true && r.verdict === 'idle' && r.siblings.some(s => s.connection_id === Number(e.C_connection))
		who set the flag is told :: /^\S+( \(.*\))?$/.test(r.owner_text)
		since when is told in the server's zone :: r.held_seconds >= 0 && r.held_seconds < 300
	END
	mlk release "$T" --yes
	code_is 'that is not released' 4
	client_kill migrator
	becomes "$T" abandoned
	neighbour "$schema"
	mlk status "$T" --json
	facts <<-'END'
		held by nobody :: r.held === true && r.verdict === 'abandoned' && r.siblings.length === 0 && r.damage === null
		the next statement needs no force :: r.next === `SELECT miglock_release('${e.T}', '${r.token}')`
	END
	mlk release "$T" --yes --json
	code_is 'release' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.now.held === false && /^UPDATE .* SET LOCKED = 0/.test(d.statement)
	END
	root "DROP TABLE $schema.orders"
	client_run next "${liquibase[@]}" update "$schema"
	ends 'Liquibase goes on' 0 next
	is "${mark}and finishes" "$(root "SELECT COUNT(*) FROM $schema.DATABASECHANGELOG")" 2
	mlk status "$T" --json
	facts <<-'END'
		free after that :: r.held === false
	END
}
# Once, with the functions: each run of a Java takes seconds.
mode=functions mark='functions: '
mlk install
code_is 'install' 0
story
