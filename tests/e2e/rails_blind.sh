#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A server as it comes, without Performance Schema: less is seen of a Rails migration, and that is said, never guessed.
# servers: mariadb mariadb11
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

# With the server's own plugin the list is there, without Performance Schema.
with_plugin() {
	root "INSTALL SONAME 'metadata_lock_info'"
	session_start holder root
	session holder "SELECT GET_LOCK('of nobody known', 0)" >taken
	mlk status --json
	facts <<-'END'
		metadata_lock_info lists any named lock :: d.some(l => l.target === 'named:of nobody known' && l.held)
	END
	session_close holder
	until_true 10 lock_is_free 'of nobody known'
	root "UNINSTALL SONAME 'metadata_lock_info'"
}

story() {
	local schema=app_$mode
	export T=rails:$schema MODE=$mode

	root "CREATE DATABASE $schema"
	client migrator "${rails[@]}" "$schema" --hang client
	client_holds migrator
	mlk status "$T" --json
	facts <<-'END'
		the holder is known :: r.held === true && r.holder.connection_id === Number(e.C_lock_connection)
		its process is known to the kernel only :: r.holder.pid === (e.MODE === 'functions' ? Number(e.C_pid) : null) && r.holder.program === null
		its sibling is found by user and host :: r.siblings.some(s => s.connection_id === Number(e.C_connection))
		what is missing is said :: r.blind_spots.some(s => s.includes('performance_schema is off')) && r.blind_spots.some(s => s.includes('process ids are not known'))
		it is idle :: r.verdict === 'idle'
	END
	# Anybody of the same user and host could be the migration.
	session_start busy "$MLK_USER" --password="$MLK_PASSWORD"
	session_send busy 'SELECT SLEEP(600)'
	becomes "$T" active
	facts <<-'END'
		a session that may be its sibling is called so :: r.because.some(s => s.startsWith('possibly its sibling,') && s.includes('SLEEP(600)'))
	END
	mlk release "$T" --yes
	code_is 'that is not released' 4
	session_close busy
	root "KILL $(root "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(600)'")"
	becomes "$T" idle
	mlk status "$schema" --json
	facts <<-'END'
		without a list of locks its name is computed :: d.some(l => l.target === e.T && l.held)
	END
	mlk release "$T" --yes --force --json
	code_is 'it is released with force' 0
	if connected "$C_connection"; then ok "${mark}its sibling lives"; else not_ok "${mark}its sibling lives"; fi
	client_kill migrator
	becomes "$T" free

	if [[ -L $(root 'SELECT @@plugin_dir')metadata_lock_info.so ]]; then with_plugin; fi
}
both_ways story
