# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the contract files share: the prepared server, and the lines of a run.

# shellcheck source=scripts/lib/servers.sh
. "$MLK_TOP/scripts/lib/servers.sh"

contract_prepare() {
	server_client <"$MLK_TOP/tests/contract/prepare.sql"
}

# contract_end LINES: prints them; fails where one failed or where there are too few to be the whole contract.
contract_end() {
	local lines=$1 count
	printf '%s\n' "$lines"
	count=$(grep -c '^ok - ' <<<"$lines" || true)
	if ((count < 50)); then
		printf 'not ok - only %s checks passed: the contract has more\n' "$count"
		return 1
	fi
	if grep -q '^not ok' <<<"$lines"; then return 1; fi
}
