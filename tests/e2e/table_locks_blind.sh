#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A cascade on a server as it comes, without Performance Schema: with METADATA_LOCK_INFO who blocks is known and who waits
# for what is guessed, without it all is guessed; either is said.
# servers: mariadb mariadb11
set -euo pipefail
# shellcheck source=tests/e2e/lib/cascade.sh
. "$MLK_TOP/tests/e2e/lib/cascade.sh"

story() {
	cascade "shop_$mode"
	mlk tables --json
	code_is 'tables' 0
	cascade_facts
	facts <<-'END'
		who blocks is a guess, so nobody knows :: r.verdict === 'unknown' && r.source === 'process list' && r.blockers[0].guessed === true
		that is said :: r.blind_spots.some(s => s.includes('metadata locks are not visible') && s.includes('guessed'))
		and what would show more :: r.blind_spots.some(s => s.includes("INSTALL SONAME 'metadata_lock_info'"))
	END
	root "INSTALL SONAME 'metadata_lock_info'"
	mlk tables --json
	cascade_facts
	facts <<-'END'
		the plugin knows who blocks :: r.verdict === 'idle' && r.source === 'METADATA_LOCK_INFO' && r.blockers[0].lock_type === 'SHARED_WRITE'
		who waits for what is guessed, and said :: r.blind_spots.some(s => s.includes('guessed from its statement'))
	END
	cascade_drains
	root "UNINSTALL SONAME 'metadata_lock_info'"
}
both_ways story
