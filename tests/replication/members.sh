#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Named locks are local to a server: several are looked at in one go, those that are named and those that a server knows of, and
# each has its own verdict.
# options: --server-id=1 --log-bin=log
# mysql options: --gtid-mode=ON --enforce-gtid-consistency=ON
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/replication/lib.sh
. "$MLK_TOP/tests/replication/lib.sh"

server_of() { printf '127.0.0.1:%s' "$(use "$1" && printf '%s' "$MLK_PORT")"; }
options=(--log-bin=log)
if is_mariadb; then
	options+=(--performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON)
else
	options+=(--gtid-mode=ON --enforce-gtid-consistency=ON)
fi

# ---- those that are named ----

another second --server-id=11 "${options[@]}"
one=$(server_of first) two=$(server_of second) three=127.0.0.1:$(free_port)
use second
session_open holder root
is 'the lock is held on the second server' "$(session holder "SELECT GET_LOCK('app lock', 0)")" 1
use first

for mode in direct functions; do
	mark="$mode: "
	if [[ $mode == functions ]]; then
		mlk install
		on second mlk install
	fi
	mlk status 'named:app lock' --host "$one,$two" --json
	code_is 'two servers: done' 0
	facts out <<-END
		a verdict for each :: d.map(r => r.node + ' ' + r.verdict).join() === '$one free,$two idle'
	END
	mlk status --host "$two,$one"
	out_has 'a table with the servers' 'NODE TARGET VERDICT' "$two named:app lock idle" "named:app lock on $two is"
	out_has 'the next command is for that server' "--host $two"
	mlk status 'named:app lock' --host "$one,$two" --plain
	is "${mark}--plain ends with the server" "$(cut -f 2,16 out | tr '\t\n' ' ,')" "free $one,idle $two,"
	mlk status --host "$one,$two" --exit-code -q
	code_is 'held on one of them' 3
	empty 'quiet is quiet' out
done
mode=direct mark=

mlk status 'named:app lock' --host "$three,$two" --json
code_is 'one that does not answer: failed' 1
facts out <<-END
	the other one is there all the same :: d.length === 1 && d[0].node === '$two' && d[0].verdict === 'idle'
END
err_has 'the one that does not answer is told' "$three: cannot connect"
mlk status --host "$three,$two" --exit-code
code_is 'a failure counts more than a held lock' 1
mlk status --host "$three,$three" --json
code_is 'none answers: failed' 1
facts out <<-'END'
	none answers: an error as a document :: typeof d.error.message === 'string' && d.error.code === 'connect'
END
mlk status nowhere --host "$one,$two"
code_is 'no such schema anywhere: failed' 1
is 'it is said for each' "$(grep -c "no schema 'nowhere'" err)" 2

mlk status --host "$one,localhost:${one#*:},$two" --json
err_has 'the same server by two names is looked at once' "localhost:${one#*:} is the same server as $one"
facts out <<-END
	and each has its own locks :: d.every(r => r.node === '$two') && d.length === 1
END
mlk status --host "$one"
code_is 'one server can have its port in its name' 0
out_has 'one server has no column for it' 'no migration lock is held'
mlk status --host "[127.0.0.1]:${two#*:}" --json
facts out <<-END
	one server has no member for it :: d.length === 1 && !('node' in d[0])
END

# Monitoring: the same locks, each with its server.
mlk check 'named:app lock' --host "$one,$two" --idle 0
code_is 'check: idle on one of two is WARNING' 1
out_has 'check: where' "WARNING - named:app lock on $two idle" "'named:app lock on $one held'=0;" "'named:app lock on $two held'=1;"
mlk check 'named:app lock' --host "$one,$three" --timeout 5
code_is 'check: one that does not answer is UNKNOWN' 3
out_has 'check: which' "UNKNOWN - no answer from $three |" "UNKNOWN: $three: cannot connect"
mlk check 'named:app lock' --host "$one,$three" --json
facts out <<-END
	check: the document tells it :: d.state === 'UNKNOWN' && d.nodes.length === 2 && d.nodes[0].error === null && d.nodes[1].node === '$three'
	check: its reports, too :: d.locks.length === 1 && d.locks[0].report.node === '$one'
END
mlk check 'named:app lock' --host "$two,$three" --idle 0 --on idle=critical
code_is 'check: a critical lock counts more' 2
mlk check --host "$three,$three"
code_is 'check: none answers: UNKNOWN' 3
out_has 'check: none' 'UNKNOWN - no server could be looked at'
mlk metrics 'named:app lock' --host "$one,$two"
code_is 'metrics of two servers' 0
out_has 'metrics: a label for the server' "target=\"named:app lock\"" "node=\"$one\"} 0" "node=\"$two\"} 1" \
	"miglock_node_up{node=\"$two\"} 1" 'miglock_scrape_success 1'
mlk metrics 'named:app lock' --host "$two,$three"
code_is 'metrics: one that does not answer: failed' 1
out_has 'metrics: the others are there' "miglock_node_up{node=\"$three\"} 0" "node=\"$two\"} 1" 'miglock_scrape_success 0'
err_has 'metrics: which' "$three: cannot connect"

# Tables that wait: on the second server alone.
on second root "CREATE DATABASE waits; CREATE TABLE waits.t (id INT PRIMARY KEY) ENGINE = InnoDB"
use second
session_open blocks root -D waits
session blocks 'BEGIN; SELECT COUNT(*) FROM t' >said
session_open ddl root -D waits
session_send ddl 'ALTER TABLE t ADD COLUMN c INT'
ddl_waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == 1 ]]; }
until_true 20 ddl_waits || not_ok 'DDL waits'
use first
mlk tables --host "$one,$two" --json
code_is 'tables of two servers' 0
facts out <<-END
	tables: one waits, and where :: d.length === 1 && d[0].node === '$two' && d[0].target === 'table:waits/t'
END
mlk tables --host "$one,$two"
out_has 'tables: each server' "$one no DDL runs and nobody waits for a table $two table:waits/t, idle"
mlk tables --host "$two,$three"
code_is 'tables: one that does not answer: failed' 1
err_has 'tables: which' "$three: cannot connect"
mlk tables --host "$one,$two" --plain
is 'tables: --plain ends with the server' "$(cut -f 1,14 out)" "table:waits/t	$two"
mlk check --host "$one,$two" --ddl-waiting 100000: --on ddl-waiting=critical --idle 100000
code_is 'check: a table of one of two' 2
out_has 'check: where, and what is next' "CRITICAL - table:waits/t on $two idle" "next: miglock release table:waits/t --host $two" \
	"'connections on $one used'=" "'connections on $two used'="
mlk metrics --host "$one,$two"
out_has 'metrics: a label for the server of a table' "table=\"t\",server_lock=\"\",node=\"$two\"} " \
	"miglock_connections_used{node=\"$one\"} " "miglock_connections_max{node=\"$two\"} "
use second
session blocks COMMIT >said
session ddl 'SELECT 1' >said
root 'DROP DATABASE waits'
use first

# usage WHAT PART ARGUMENTS...
usage() {
	local what=$1 part=$2
	shift 2
	mlk "$@"
	code_is "$what: usage" 2
	err_has "$what: says why" "$part"
}
usage 'release of several' 'this command is for one server' release 'named:app lock' --yes --host "$one,$two"
usage 'repair of several' 'this command is for one server' repair knex:app --yes --host "$one,$two"
usage 'probe of several' 'this command is for one server' probe 1 --host "$one,$two"
usage 'wait for several' 'this command is for one server' wait 'named:app lock' --timeout 0 --host "$one,$two"
usage 'install on several' 'this command is for one server' install --host "$one,$two"
usage 'release on all' "not an option of 'release'" release 'named:app lock' --all-members
usage 'an empty name' 'an empty name' status --host "$one,,$two"
usage 'no port' 'port must be' status --host "$one,127.0.0.1:x"
usage 'no such port' 'port must be' status --host "127.0.0.1:65536,$one"
usage 'a bracket too few' '] is missing' status --host "[::1,$one"
is 'nothing was done' "$(session holder 'SELECT 42')" 42
session_close holder

# ---- replication ----

another replica --server-id=2 "${options[@]}" --report-host=127.0.0.1
replica=$(server_of replica)
replica_of first
use first
if is_mariadb; then show='SHOW SLAVE HOSTS'; else show='SHOW REPLICAS'; fi
# registered NUMBER: so many replicas have told the current server that they are there.
registered() { [[ $(root "$show" | wc -l) == "$1" ]]; }
# nodes_are WHAT NODE...: those of the last answer, in any order.
nodes_are() {
	local what=$1
	shift
	is "$what" "$(value 'd.map(r => r.node).sort().join(" ")')" "$(printf '%s\n' "$@" | LC_ALL=C sort | paste -sd ' ')"
}
everywhere() { mlk status 'named:app lock' --json --all-members "$@"; }

until_true 20 registered 1 || not_ok 'the replica registers' "$(root "$show")"
everywhere --host "$one"
code_is 'from the source: done' 0
nodes_are 'the source names its replica' "$one" "$replica"
everywhere --host "$replica"
code_is 'from the replica: done' 0
nodes_are 'the replica names its source' "$one" "$replica"
everywhere --host "$one,$two"
nodes_are 'those that are named, and those that are found' "$one" "$two" "$replica"
everywhere
code_is 'by the socket: done' 0
nodes_are 'by the socket' localhost "$replica"
everywhere --host "$two"
nodes_are 'a server without others is looked at alone' "$two"
empty 'and nothing is missed' err

another silent --server-id=3 "${options[@]}"
replica_of first
use first
until_true 20 registered 2 || not_ok 'another replica registers' "$(root "$show")"
everywhere --host "$one"
code_is 'a replica that does not say where it is: done' 0
if is_mariadb; then
	nodes_are 'it is where it has connected from' "$one" "$replica" "localhost:$(use silent && printf '%s' "$MLK_PORT")"
else
	nodes_are 'it is not looked at' "$one" "$replica"
	err_has 'it is told' "not looked at: $one: 1 of its replicas" report_host
	mlk status --all-members --host "$one"
	out_has 'people are told' "not looked at: $one: 1 of its replicas"
fi
use silent
server_stop silent
use first
everywhere --host "$one"
if is_mariadb; then
	code_is 'one that was found and does not answer: failed' 1
	err_has 'it is told by name' "localhost:"
fi
nodes_are 'the others are looked at' "$one" "$replica"

on replica root "$(if is_mariadb; then printf 'STOP SLAVE'; else printf 'STOP REPLICA'; fi)"
everywhere --host "$replica"
nodes_are 'a replica that has stopped names its source, too' "$one" "$replica"

# ---- what may not be asked ----

root 'CREATE USER few@localhost'
printf '[client]\nsocket=%s\nuser=few\n' "$MLK_SOCKET" >few.cnf
conf=$PWD/few.cnf
mlk status --all-members
code_is 'an account that may not ask for members: done' 0
out_has 'what was not asked is said' 'not looked at:' 'its replicas could not be listed' 'its source could not be listed'
no_crash first second replica
