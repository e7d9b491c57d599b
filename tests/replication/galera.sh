#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A Galera cluster of two nodes: what a node calls released is free on the other one, too, and a node that has lost its cluster
# releases nothing. The provider is in the package galera-4, which mariadb-server depends on.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/replication/lib.sh
. "$MLK_TOP/tests/replication/lib.sh"

# cluster_join NAME WEIGHT [ADDRESS of a member]: ends without its cluster within seconds when the heavier node is gone.
cluster_join() {
	local listen receive provider
	listen=$(free_port) receive=$(free_port)
	provider="gmcast.listen_addr=tcp://127.0.0.1:$listen;base_port=$listen;ist.recv_addr=127.0.0.1:$receive;gcache.size=1M"
	provider+=";pc.weight=$2;evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;evs.suspect_timeout=PT2S"
	provider+=";evs.inactive_timeout=PT3S"
	# by dump, as the daemon of rsync would want a server that does not run as root
	another "$1" --wsrep-on=ON --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-cluster-name="miglock$$" \
		--wsrep-cluster-address="gcomm://${3:-}" --wsrep-node-address=127.0.0.1 --wsrep-provider-options="$provider" \
		--wsrep-sst-method=mysqldump --wsrep-sst-auth="$MLK_USER:$MLK_PASSWORD" --binlog-format=ROW \
		--innodb-autoinc-lock-mode=2
	address=127.0.0.1:$listen
}

wsrep() { root "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'wsrep_$1'"; }
wsrep_is() { [[ $(wsrep "$1") == "$2" ]]; }

cluster_join one 1
cluster_join two 2 "$address"
use one
until_true 30 wsrep_is cluster_size 2 || die 'there is no cluster'
lock_tables
for server in two one; do
	use "$server"
	mlk install
	code_is "install on node $server" 0
done

# What was committed here before is there by then.
on_two() { on two root "SET SESSION wsrep_sync_wait = 15; $1"; }
is 'node two has the locks' "$(on_two "$all_rows")" "$(root "$all_rows")"

for mode in direct functions; do
	mark="$mode: "
	release ghost:blog
	outcome_is 'without force a release is refused' refused "say 'force'"
	is "${mark}the other node is a blind spot" "$(value 'd.now.blind_spots.some(b => b.includes("Galera"))')" true
done

# agreed WHAT: of the last release. Released on both nodes, or refused on both; never different.
agreed() {
	local outcome here there
	outcome=$(value d.outcome) here=$(root "$all_rows") there=$(on_two "$all_rows")
	is "${mark}$1: both nodes have the same rows" "$there" "$here"
	case $outcome in
	released | refused) ok "${mark}$1: it says $outcome" ;;
	*) not_ok "${mark}$1: released or refused" "$(<out)" ;;
	esac
	flag=$(if [[ $outcome == released ]]; then printf 0; else printf 1; fi)
}

for mode in direct functions; do
	mark="$mode: "
	lock_again
	release ghost:blog force
	agreed 'a release for Ghost'
	is "${mark}that is so on node two" "$(on_two 'SELECT locked FROM blog.migrations_lock')" "$flag"
	release knex:app force
	agreed 'a release for knex'
	is "${mark}that is so on node two" "$(on_two 'SELECT is_locked FROM app.knex_migrations_lock')" "$flag"
	if [[ $mode == direct ]]; then is "${mark}it can be done" "$flag" 0; fi
done

# Names of GET_LOCK exist on each node for itself, and only there are they released.
mark=
session_open here root
is 'GET_LOCK works on node one' "$(session here "SELECT GET_LOCK('app lock', 0)")" 1
is 'and at the same time on node two' "$(on two root "SELECT GET_LOCK('app lock', 0)")" 1
is 'node two sees no holder' "$(on two holder 'app lock')" NULL
for mode in direct functions; do
	mark="$mode: "
	mlk status 'named:app lock' --json
	facts <<-'END'
		status says that the lock is of this node only :: r.held === true && r.blind_spots.some(b => b.includes('on this node only'))
	END
done
release 'named:app lock' force
outcome_is 'its holder here is killed' released
is "${mark}the name is free on node one" "$(holder 'app lock')" NULL
session_close here

# Node one is left without a majority.
lock_again
token=$(token ghost:blog)
on two kill -KILL "$(use two && printf '%s' "$MLK_PID")"
until_true 30 wsrep_is cluster_status non-Primary || die 'node one still has a cluster'
alone() { root "SET SESSION wsrep_on = 0; $1"; }
before=$(alone "$all_rows")
mode=direct mark='without a majority, direct: '
mlk release ghost:blog --yes --force --json
outcome_is 'a release is refused' refused 'WSREP has not yet prepared node'
mode=functions mark='without a majority, functions: '
for setting in 'wsrep_on = 1' 'wsrep_dirty_reads = 1' 'wsrep_on = 0'; do
	answer=$(as root "SET SESSION $setting; SELECT miglock_release('ghost:blog', '$token', 'force')")
	contains "$mark$setting: a release is refused" "$answer" '"outcome":"refused"'
done
is 'without a majority the rows are as they were' "$(alone "$all_rows")" "$before"
no_crash one
