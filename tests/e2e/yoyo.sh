#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real yoyo was killed: its row stays, is known as abandoned, is released once, and yoyo goes on.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

yoyo=("$clients/yoyo/yoyo.sh")

# Another killed run's row: yoyo waits for 10 s and fails. Meanwhile the rest goes on.
locked_out_begin() {
	root "CREATE DATABASE locked_out"
	client_run base "${yoyo[@]}" apply locked_out --one
	root "INSERT INTO locked_out.yoyo_lock VALUES (1, UTC_TIMESTAMP(), 4999999)"
	client locked_out "${yoyo[@]}" apply locked_out
}

locked_out_end() {
	client_end locked_out
	fails 'who finds the row fails with the error of yoyo' locked_out 'Process 4999999 has locked this database (run yoyo break-lock'
	"$MLK_CLI" explain --json <locked_out.log >out
	facts <<-'END'
		the error is yoyo's :: d.matches.length === 1 && d.matches[0].tool === 'yoyo' && d.matches[0].taken === true
	END
}

story() {
	local schema=app_$mode
	export T=yoyo:app_$mode

	root "CREATE DATABASE $schema"
	client_run base "${yoyo[@]}" apply "$schema" --one
	ends 'yoyo migrates' 0 base
	mlk status "$schema" --json
	facts <<-'END'
		its table is known, and free after that :: d.length === 1 && r.target === e.T && r.held === false && r.verdict === 'free'
	END

	client migrator "${yoyo[@]}" apply "$schema" --hang client
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		while it hangs it is idle :: r.held === true && r.verdict === 'idle' && r.siblings.some(s => s.connection_id === Number(e.C_connection))
		its owner is its process :: r.owner_text === e.C_pid
		since when is told in the server's zone :: r.held_seconds >= 0 && r.held_seconds < 300
	END
	mlk release "$T" --yes
	code_is 'that is not released' 4
	client_kill migrator
	becomes "$T" abandoned
	mlk status "$T" --json
	facts <<-'END'
		held by nobody :: r.held === true && r.holder === null && r.siblings.length === 0 && r.damage === null
		its process was that :: r.because.some(s => s.includes(`process ${e.C_pid} `))
		the next statement needs no force :: r.next === `SELECT miglock_release('${e.T}', '${r.token}')`
	END
	mlk release "$T" --yes --json
	code_is 'release' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.now.held === false && /^DELETE FROM /.test(d.statement)
	END
	client_run next "${yoyo[@]}" apply "$schema"
	ends 'yoyo goes on' 0 next
	is "${mark}and finishes" "$(root "SELECT COUNT(*) FROM $schema._yoyo_migration")" 2
	mlk status "$T" --json
	facts <<-'END'
		free after that :: r.held === false
	END
}
locked_out_begin
both_ways story
locked_out_end
