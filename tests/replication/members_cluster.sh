#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The members of a Galera cluster and of a replication group, found from one of them: a named lock has a verdict for each.
set -euo pipefail
# shellcheck source=tests/replication/lib.sh
. "$MLK_TOP/tests/replication/lib.sh"

server_of() { printf '127.0.0.1:%s' "$(use "$1" && printf '%s' "$MLK_PORT")"; }

# galera_join NAME [ADDRESS of a member]: a node that says where clients find it, unless it is called "silent".
galera_join() {
	local listen receive provider port incoming=AUTO
	listen=$(free_port) receive=$(free_port) port=$(free_port)
	if [[ $1 != silent ]]; then incoming=127.0.0.1:$port; fi
	provider="gmcast.listen_addr=tcp://127.0.0.1:$listen;base_port=$listen;ist.recv_addr=127.0.0.1:$receive;gcache.size=1M"
	another "$1" --port="$port" --wsrep-node-incoming-address="$incoming" --wsrep-on=ON --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-cluster-name="miglock$$" \
		--wsrep-cluster-address="gcomm://${2:-}" --wsrep-node-address=127.0.0.1 --wsrep-provider-options="$provider" \
		--wsrep-sst-method=mysqldump --wsrep-sst-auth="$MLK_USER:$MLK_PASSWORD" --binlog-format=ROW \
		--innodb-autoinc-lock-mode=2
	MLK_PORT=$port
	remember "$1"
	address=127.0.0.1:$listen
}
galera_size() {
	[[ $(root "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'wsrep_cluster_size'") == "$1" ]]
}

# group_join NAME SERVER_ID [ADDRESS of a member]
group_join() {
	local local_address bootstrap=OFF
	local_address=127.0.0.1:$(free_port)
	if [[ -z ${3:-} ]]; then bootstrap=ON; fi
	another "$1" --server-id="$2" --log-bin=log --gtid-mode=ON --enforce-gtid-consistency=ON --report-host=127.0.0.1 \
		--plugin-load-add=group_replication.so
	root "RESET BINARY LOGS AND GTIDS; CHANGE REPLICATION SOURCE TO SOURCE_USER = '$MLK_USER', SOURCE_PASSWORD = '$MLK_PASSWORD'
			FOR CHANNEL 'group_replication_recovery';
		SET GLOBAL group_replication_group_name = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
			GLOBAL group_replication_local_address = '$local_address',
			GLOBAL group_replication_group_seeds = '${3:-$local_address}', GLOBAL group_replication_recovery_get_public_key = ON,
			GLOBAL group_replication_bootstrap_group = $bootstrap; START GROUP_REPLICATION"
	address=$local_address
}
group_size() {
	[[ $(root "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE'") == "$1" ]]
}

if is_mariadb; then
	galera_join one
	galera_join two "$address"
	size=galera_size
else
	group_join one 1
	group_join two 2 "$address"
	size=group_size
fi
use one
until_true 60 "$size" 2 || die 'there is no cluster of two'
one=$(server_of one) two=$(server_of two)
use two
session_open holder root
is 'the lock is held on node two' "$(session holder "SELECT GET_LOCK('app lock', 0)")" 1

# all_from NODE: found from that one, by its address and by its socket.
all_from() {
	local here=$1
	use "$here"
	mlk status 'named:app lock' --all-members --json --host "$(server_of "$here")"
	code_is "from node $here: done" 0
	facts out <<-END
		from node $here: each node has its verdict :: d.map(r => r.node + ' ' + r.verdict).sort().join() === ['$one free', '$two idle'].sort().join()
		from node $here: neither speaks for the other :: d.every(r => r.blind_spots.some(b => b.includes('on this node only')))
	END
	empty "from node $here: nothing is missed" err
	mlk status 'named:app lock' --all-members --json
	code_is "from node $here by its socket: done" 0
	facts out <<-END
		from node $here by its socket: each node once :: d.length === 2 && d[0].node === 'localhost'
	END
}
all_from one
all_from two
mlk status 'named:app lock' --all-members --host "$two"
out_has 'a table of both' 'NODE TARGET VERDICT' "$one named:app lock free" "$two named:app lock idle"

# A node that does not say where it is, as few do by themselves: the hosts of wsrep_cluster_address are tried.
if is_mariadb; then
	galera_join silent "$address"
	use one
	until_true 60 galera_size 3 || die 'there is no cluster of three'
	mlk status 'named:app lock' --all-members --host "$one" --json
	code_is 'a node that does not say where it is: done' 0
	facts out <<-'END'
		the others are looked at :: d.length === 2
	END
	err_has 'it is told' "not looked at: $one: 1 of the nodes of its cluster" wsrep_node_incoming_address
	silent=$(server_of silent)
	use silent
	mlk status 'named:app lock' --all-members --host "$silent" --json
	facts out <<-'END'
		it finds the others itself, and itself once :: d.length === 3
	END
fi

# One that has died is no member any more, or is told.
on one kill -KILL "$(use one && printf '%s' "$MLK_PID")"
use two
mlk status 'named:app lock' --all-members --host "$two" --json
facts out <<-END
	the one that is left is looked at :: d.length === 1 && d[0].node === '$two' && d[0].verdict === 'idle'
END
if ((code)); then
	err_has 'the dead one is told' "$one: cannot connect"
else
	ok 'the dead one is told, or no member any more'
fi
no_crash two
