#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The same on a server as it comes, without Performance Schema: with METADATA_LOCK_INFO who is in the way is known, without it
# guessed; either is said.
# servers: mariadb mariadb11
set -euo pipefail
# shellcheck source=tests/e2e/lib/behind.sh
. "$MLK_TOP/tests/e2e/lib/behind.sh"

story() {
	local schema=app_$mode

	root "CREATE DATABASE $schema"
	stuck_behind "rails:$schema" "$schema.orders" "${rails[@]}" "$schema" --program rake
	mlk status "$T" --json
	behind_facts
	facts <<-'END'
		who is in the way is a guess :: r.ddl[0].blockers[0].guessed === true
		that is said :: r.blind_spots.some(s => s.includes('metadata locks are not visible') && s.includes('guessed'))
	END
	behind_refused
	root "INSTALL SONAME 'metadata_lock_info'"
	mlk status "$T" --json
	behind_facts
	facts <<-'END'
		the plugin knows who is in the way :: r.ddl[0].blockers[0].guessed === false
		who waits for what is guessed, and said :: r.blind_spots.some(s => s.includes('guessed from its statement'))
	END
	behind_ends
	root "UNINSTALL SONAME 'metadata_lock_info'"
	behind_itself "itself_$mode"
}
both_ways story
