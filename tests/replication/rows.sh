#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A row that is released on the source is free on its replica, by one transaction, whatever the format of the binary log.
# On the replica it is not released.
# options: --server-id=1 --log-bin=log
# mysql options: --gtid-mode=ON --enforce-gtid-consistency=ON
set -euo pipefail
# shellcheck source=tests/replication/lib.sh
. "$MLK_TOP/tests/replication/lib.sh"

options=(--server-id=2 --log-bin=log)
if ! is_mariadb; then options+=(--gtid-mode=ON --enforce-gtid-consistency=ON); fi
another replica "${options[@]}"
replica_of first
use first
lock_tables
if caught_up replica; then ok 'the replica has the locks'; else not_ok 'the replica has the locks' "$(on replica replicates)"; fi
for server in replica first; do
	use "$server"
	mlk install
	code_is "install on the $server" 0
done
caught_up replica || true
is 'installing does not disturb the replica' "$(on replica replicates)" 'Yes Yes'

# one_transaction WHAT COMMAND...: it writes exactly one to the binary log, and afterwards both servers have the same rows.
one_transaction() {
	local what=$1 before upto here there
	shift
	before=$(transactions)
	"$@"
	here=$(root "SELECT $gtids; $all_rows")
	upto=${here%%$'\n'*}
	is "$mark$what is one transaction" "$(($(count "$upto") - before))" 1
	there=$(caught_up replica "$all_rows" "$upto") || not_ok "$mark$what reaches the replica" "$(on replica replicates)"
	is "$mark$what leaves the same rows on both" "$there" "${here#*$'\n'}"
}

# The caller's own change is undone, the release is not.
release_and_roll_back() {
	root "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION; INSERT INTO app.note VALUES ('mine');
		SELECT miglock_release('ghost:blog', '$(token ghost:blog)'); ROLLBACK" >out
}

# released_on_source: both tools' locks, in the current mode.
released_on_source() {
	lock_again
	one_transaction 'a release for Ghost' release ghost:blog
	outcome_is 'Ghost has its lock' released
	one_transaction 'a release for knex' release knex:app
	outcome_is 'knex has its lock' released
	is "${mark}both are free on the replica" "$(on replica flags)" $'0\t0'
}

# with_format FORMAT [ISOLATION]: of new sessions.
with_format() {
	local isolation=${2:-REPEATABLE-READ}
	if is_mariadb; then
		root "SET GLOBAL binlog_format = $1, GLOBAL tx_isolation = '$isolation'"
	else
		root "SET GLOBAL binlog_format = $1, GLOBAL transaction_isolation = '$isolation'"
	fi
	mode=direct mark="$1${2:+ $2}, direct: "
	released_on_source
	mode=functions mark="$1${2:+ $2}, functions: "
	released_on_source
	lock_again
	one_transaction 'a release whose caller rolls back' release_and_roll_back
	outcome_is 'that is released, too' released
	is "${mark}and nothing else has happened" "$(flags) $(root 'SELECT COUNT(*) FROM app.note')" $'0\t1 0'
	is "${mark}the replica is still running" "$(on replica replicates)" 'Yes Yes'
}
with_format ROW
with_format STATEMENT
with_format MIXED
with_format STATEMENT READ-COMMITTED
root "SET GLOBAL binlog_format = ROW"

# A lock that cannot be released is no transaction.
mode=functions mark=
lock_again
caught_up replica || true
before=$(transactions)
root "SELECT miglock_release('ghost:blog', '000000000000', 'force')" >out
outcome_is 'a wrong token' changed
is 'it writes nothing to the binary log' "$(transactions)" "$before"

# refused_on_replica HOW REASON MODE...: with force.
refused_on_replica() {
	local how=$1 reason=$2 before
	shift 2
	before=$(position)
	for mode; do
		mark="$how, $mode: "
		release ghost:blog force
		outcome_is 'the replica refuses for Ghost' refused "$reason"
		release knex:app force
		outcome_is 'and for knex' refused "$reason"
	done
	is "$how: the locks are as they were" "$(flags)" $'1\t1'
	is "$how: nothing was written" "$(position)" "$before"
}
elsewhere='release the lock on the server that takes the writes'
use replica
refused_on_replica 'running' "a replica; $elsewhere" direct functions
root 'SET GLOBAL read_only = ON'
refused_on_replica 'running and read-only' "$elsewhere" functions
if is_mariadb; then root 'STOP SLAVE'; else root 'STOP REPLICA'; fi
root 'SET GLOBAL read_only = OFF'
refused_on_replica 'stopped' "a replica; $elsewhere" direct functions
if is_mariadb; then root 'RESET SLAVE ALL'; else root 'RESET REPLICA ALL'; fi
root 'SET GLOBAL read_only = ON'
refused_on_replica 'no replica any more, but read-only' "read-only; $elsewhere" direct functions
if ! is_mariadb; then
	root 'SET GLOBAL super_read_only = ON'
	refused_on_replica 'no replica any more, but super_read_only' "read-only; $elsewhere" functions
fi

# Promoted: it takes the writes.
root 'SET GLOBAL read_only = OFF'
for mode in direct functions; do
	mark="promoted, $mode: "
	lock_again
	release ghost:blog
	outcome_is 'Ghost has its lock' released
	release knex:app
	outcome_is 'knex has its lock' released
done
no_crash replica
