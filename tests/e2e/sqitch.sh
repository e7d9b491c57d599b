#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real Sqitch hangs in the middle of a change, which its own mysql client runs: its lock is known, freed, and the next deploy goes on.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
# mariadb11 options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

sqitch=("$clients/sqitch/sqitch.sh")

# Its script does nothing: both sessions sleep.
hung() {
	local schema=$1
	export T=sqitch:$1

	client_run base "${sqitch[@]}" deploy "$schema" --to customers
	ends 'Sqitch deploys' 0 base
	mlk status "$T" --json
	facts <<-'END'
		free after that :: r.held === false && r.verdict === 'free'
	END

	client deploy "${sqitch[@]}" deploy "$schema" --hang client
	client_holds deploy
	mlk status "$schema" --json
	facts <<-'END'
		its lock is found and named :: d.length === 1 && r.target === e.T && r.tool === 'sqitch' && r.name === 'sqitch working on ' + e.T.slice(7)
		its holder is Sqitch itself :: r.held === true && r.holder.connection_id === Number(e.C_lock_connection) && r.holder.pid === Number(e.C_pid)
		the client of its script is another program :: r.siblings.some(s => s.connection_id === Number(e.C_connection) && s.pid !== r.holder.pid)
		both sleep, so it is idle :: r.verdict === 'idle'
	END
	client_run second "${sqitch[@]}" deploy "$schema" --lock-timeout 1
	fails 'a second Sqitch is kept out' second 'Timed out waiting 1 second'
	"$MLK_CLI" explain --json <second.log >out
	facts <<-'END'
		its message is known :: d.matches.some(m => m.tool === 'sqitch' && m.taken === true)
	END
	mlk release "$T" --yes
	code_is 'it is not released without force' 4
	mlk release "$T" --force --yes --json
	code_is 'with force it is' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.now.held === false
	END
	client_kill deploy
	until_true 20 gone "$C_connection" || not_ok "${mark}the script's client ends"
	client_run next "${sqitch[@]}" deploy "$schema"
	ends 'the next deploy goes on' 0 next
	is "${mark}and finishes" "$(root "SELECT COUNT(*) FROM \`${schema}_registry\`.changes")" 2
}

# Its script works in a session of another process.
working() {
	local schema=$1 token
	export T=sqitch:$1

	client deploy "${sqitch[@]}" deploy "$schema" --hang sql
	client_holds deploy
	mlk status "$T" --json
	facts <<-'END'
		the holder sleeps :: r.holder.connection_id === Number(e.C_lock_connection) && r.holder.command === 'Sleep'
		the script's session works, so it is active :: r.verdict === 'active' && r.because.some(s => s.includes(`connection ${e.C_connection} `) && s.includes('SLEEP('))
	END
	token=$(value r.token)
	mlk release "$T" --force --yes
	code_is 'it takes the token to interrupt it' 4
	client_kill deploy
	mlk status "$T" --json
	facts <<-'END'
		killed, it leaves the lock to its script's client, which has inherited the connection :: r.verdict === 'active' && r.holder.connection_id === Number(e.C_lock_connection)
	END
	mlk release "$T" --force --yes --token "$token" --json
	code_is 'force and token release it' 0
	if connected "$C_connection"; then ok "${mark}the script still runs"; else not_ok "${mark}the script still runs"; fi
	root "KILL $C_connection"
	until_true 20 gone "$C_connection" || not_ok "${mark}the script's session ends"
	client_run next "${sqitch[@]}" deploy "$schema"
	ends 'the next deploy goes on' 0 next
}

story() {
	root "CREATE DATABASE hung_$mode; CREATE DATABASE working_$mode"
	if [[ $mode == direct ]]; then hung "hung_$mode"; fi
	working "working_$mode"
}
both_ways story
