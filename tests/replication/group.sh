#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Group Replication with one member, which is its primary: it takes the writes, so a row is released on it, although it runs the
# threads of a replica. When it has left the group it is read-only, and is refused as such.
# servers: mysql
# options: --server-id=1 --log-bin=log --gtid-mode=ON --enforce-gtid-consistency=ON --plugin-load-add=group_replication.so
set -euo pipefail
# shellcheck source=tests/replication/lib.sh
. "$MLK_TOP/tests/replication/lib.sh"

address=127.0.0.1:$(free_port)
root "SET GLOBAL group_replication_group_name = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
	GLOBAL group_replication_local_address = '$address', GLOBAL group_replication_group_seeds = '$address',
	GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION"
member() { root "SELECT MEMBER_STATE, MEMBER_ROLE, @@GLOBAL.read_only FROM performance_schema.replication_group_members"; }
is_primary() { [[ $(member) == $'ONLINE\tPRIMARY\t0' ]]; }
until_true 30 is_primary || die "the group does not begin: $(member)"
lock_tables
mlk install
code_is 'install on the primary' 0

for mode in direct functions; do
	mark="$mode: "
	lock_again
	before=$(transactions)
	release ghost:blog
	outcome_is 'without force a release is refused' refused "say 'force'"
	is "${mark}the other members are a blind spot" \
		"$(value 'd.now.blind_spots.some(b => b.includes("Group Replication"))')" true
	is "${mark}the primary is not called a replica" "$(value 'd.now.blind_spots.some(b => b.includes("is a replica"))')" false
	release ghost:blog force
	outcome_is 'with force Ghost has its lock' released
	release knex:app force
	outcome_is 'and knex' released
	is "${mark}both are free" "$(flags)" $'0\t0'
	is "${mark}by one transaction each" "$(($(transactions) - before))" 2
done

mark=
lock_again
root 'STOP GROUP_REPLICATION'
for mode in direct functions; do
	mark="left the group, $mode: "
	release ghost:blog force
	outcome_is 'a release is refused' refused 'this server is read-only'
	is "${mark}nothing was changed" "$(flags)" $'1\t1'
done
