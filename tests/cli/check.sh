#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# miglock check: a state for each verdict, the grammar of monitoring plugins, and UNKNOWN for whatever goes wrong.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/monitoring.sh
. "$MLK_TOP/tests/cli/lib/monitoring.sh"

story() {
	state 'nothing held' OK 'no migration lock is held' information_schema
	state 'a free lock' OK 'ghost:free free' ghost:free
	perfdata 'a free lock: held' "'ghost:free held'=0;;;0"
	state 'an abandoned lock' CRITICAL 'ghost:gone abandoned, held for ' ghost:gone
	mlk check ghost:gone -w 5:60 -c @1:20
	perfdata 'its time is not known exactly' "'ghost:gone seconds'=U;5:60;@1:20;0"
	perfdata 'it is held' "'ghost:gone held'=1;;;0"
	out_has 'the reasons follow' 'because the flag in gone.migrations_lock is set'
	state 'a damaged lock' CRITICAL 'ghost:damaged damaged (missing_row)' ghost:damaged
	state 'a table that is not there' UNKNOWN 'ghost:nowhere unknown: there is no table' ghost:nowhere
	state 'the worst one counts' CRITICAL 'ghost:gone abandoned' ghost:free ghost:nowhere ghost:gone
	state 'a schema' CRITICAL 'ghost:gone abandoned' gone
	state 'everything' CRITICAL 'ghost:' # the damaged one, too
	mlk check ghost:gone gone
	is "${mark}a lock that is asked for twice counts once" "$(grammar perfdata out | grep -c 'gone held')" 1

	state 'another state' WARNING 'ghost:gone abandoned' ghost:gone --on abandoned=warning
	state 'the last word counts' UNKNOWN 'ghost:gone' ghost:gone --on abandoned=ok --on abandoned=unknown
	state 'older than warning' WARNING '(warning: 600 s)' ghost:gone --on abandoned=ok -w 600
	state 'older than critical' CRITICAL '(critical: 3600 s)' ghost:gone --on abandoned=ok --warning 600 --critical 3600
	state 'within the range' OK 'ghost:gone abandoned' ghost:gone --on abandoned=ok -w 600:
	state 'a free lock has no age' OK 'ghost:free free' ghost:free -w 10: -c 20:
	root "UPDATE late.migrations_lock SET acquired_at = UTC_TIMESTAMP()"
	state 'the range of a time without a zone' UNKNOWN 'not known well enough to judge -w and -c' ghost:late -w 600 -c 3600 --on abandoned=ok
	state 'which may be well' OK 'not known well enough' ghost:late -w 600 --on abandoned=ok --on no-age=ok

	named_locks
	quiet
}

named_locks() {
	session_start worker root
	session worker "SELECT GET_LOCK('6939591962871035475', 0)" >taken
	until_true 20 rests worker || not_ok "${mark}the holder rests"
	state 'an idle moment' OK 'rails:app idle for ' rails:app
	state 'idle for long' WARNING 'rails:app idle for ' rails:app --idle 0
	state 'idle is a warning' CRITICAL 'rails:app idle for ' rails:app --idle 0 --on idle=critical
	session_send worker 'SELECT SLEEP(600)'
	until_true 20 works worker || not_ok "${mark}the holder works"
	state 'active' OK 'rails:app active, held by ' rails:app
	state 'active, and that is too much' WARNING 'rails:app active' rails:app --on active=warning
	state 'active for nobody knows how long' UNKNOWN 'to judge -c' rails:app -c 3600
	# others' locks: counted, and not judged
	session_start other root
	session other "SELECT GET_LOCK('$odd_sql', 0)" >taken
	until_true 20 rests other || not_ok "${mark}the other rests"
	mlk check --idle 0 --on abandoned=ok --on damaged=ok --on idle=critical
	code_is "an application's own lock is not judged" 0
	out_has 'it is counted' '1 GET_LOCK names of no known migration tool are not judged (--named does)'
	state "an application's own lock" CRITICAL 'named:' --named --idle 0 --on abandoned=ok --on damaged=ok --on idle=critical
	perfdata 'its name harms nobody' "'named:it%27s %3D%7C%25 50%25 held'=1;;;0"
	state 'named as a target' CRITICAL 'named:' "named:$odd" --idle 0 --on idle=critical
	end_session other
	end_session worker
}
odd="it's =|% 50%"
odd_sql=${odd//\'/\'\'}

# Each session has its lock's name; what the server says of it.
command_of() { root "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK('$1')"; }
lock_of() { if [[ $1 == worker ]]; then printf 6939591962871035475; else printf '%s' "$odd_sql"; fi; }
rests() { [[ $(command_of "$(lock_of "$1")") == Sleep ]]; }
works() { [[ $(command_of "$(lock_of "$1")") == Query ]]; }
end_session() {
	root "KILL $(holder "$(lock_of "$1")")" >/dev/null 2>&1 || true
	session_close "$1"
	until_true 20 lock_is_free "$(lock_of "$1")" || not_ok "${mark}its lock comes free"
}

quiet() {
	mlk check ghost:gone --quiet
	code_is '--quiet' 2
	empty '--quiet: nothing is said' out
	mlk check ghost:free ghost:gone -v
	out_has '--verbose: also what is well' 'OK: ghost:free free'
}

for schema in free gone damaged late; do lock_table "$schema"; done
root "UPDATE free.migrations_lock SET locked = 0; DELETE FROM damaged.migrations_lock; CREATE DATABASE app"
both_ways story

# ---- UNKNOWN for whatever goes wrong: on stdout, in one line ----

mark=
# unknown WHAT PART ARGUMENTS...
unknown() {
	local what=$1 part=$2
	shift 2
	bare "$@"
	code_is "$what" 3
	contains "$what: says why on stdout" "$(<out)" "$part"
	is "$what: in one line" "$(wc -l <out)" 1
	empty "$what: nothing on stderr" err
	reads_as "$what"
	bare "$@" --json
	code_is "$what --json" 3
	PART=$part facts <<-END
		$what --json is a document :: d.state === 'UNKNOWN' && d.exit_code === 3 && d.error.message.includes(e.PART)
	END
}
nobody=(--no-defaults --host=127.0.0.1 --port=1)
me=(--no-defaults --socket="$MLK_SOCKET" --user="$MLK_USER" --password="$MLK_PASSWORD")
unknown 'no server' 'cannot connect' "${nobody[@]}" check
unknown 'a wrong password' 'Access denied' --no-defaults --socket="$MLK_SOCKET" --user="$MLK_USER" --password=wrong check
unknown 'an option file that is not there' none.cnf --defaults-file="$PWD/none.cnf" check
unknown 'a schema that is not there' "'nowhere'" "${me[@]}" check nowhere
unknown 'an unknown option' 'there is no option --froce' check --froce
unknown 'an unknown letter' 'there is no option -Z' check -Z
unknown 'an option of another command' "not an option of 'check'" check --exit-code
unknown 'an option file too late' 'must come first' check --defaults-file=x
unknown 'a port that is none' port --no-defaults --port=70000 check
bare check ghost:free --json --on
code_is 'a value that is missing' 3
facts <<-'END'
	a value that is missing is a document :: d.state === 'UNKNOWN' && d.reason.includes('needs a value')
END
unknown 'a range that is none' "'5x' is no range" check -w 5x
unknown 'a range upside down' "'20:10' is no range" check -c 20:10
unknown 'a state that is none' 'must be followed by' check --on idle=bad
unknown 'a verdict that is none' "'asleep' is none of" check --on asleep=ok
unknown 'a timeout that is none' '--timeout must be a number' check -t 0
unknown 'idle that is none' '--idle must be a number' check --idle -1
unknown 'a target of no tool' "unknown tool 'rials'" check rials:app
bare check ghost:free --help
code_is 'its help' 0
out_has 'its help has its own exit codes' 'Exit codes' '0 OK' '1 WARNING' '2 CRITICAL' '3 UNKNOWN'
code=0
"$MLK_CLI" "${me[@]}" check ghost:free >/dev/full 2>err </dev/null || code=$?
code_is 'an answer that does not arrive' 3

# ---- time ----

# in_time WHAT SECONDS ARGUMENTS...: UNKNOWN after that time and not much later, and nothing is left.
in_time() {
	local what=$1 seconds=$2 began=$SECONDS
	shift 2
	unknown "$what" "no answer within $seconds s" "$@"
	if ((SECONDS - began <= 2 * (seconds + 2))); then ok "$what: in time"; else not_ok "$what: in time" "$((SECONDS - began)) s"; fi
}
node -e "
	require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
" >mute.port &
mute=$!
on_exit 'kill "$mute" 2>/dev/null'
until_true 10 test -s mute.port
in_time 'a server that says nothing' 2 --no-defaults --host=127.0.0.1 --port="$(<mute.port)" --user=x --password=x check --timeout 2
# Whoever starts it may have blocked the signal.
code=0
timeout 20 env --block-signal=ALRM "$MLK_CLI" --no-defaults --host=127.0.0.1 --port="$(<mute.port)" --user=x --password=x \
	check --timeout 1 >out 2>err </dev/null || code=$?
code_is 'with the signal blocked' 3
out_has 'with the signal blocked: says why' 'no answer within 1 s'
kill "$mute"

# A server that stands still.
kill -STOP "$MLK_PID"
on_exit 'kill -CONT "$MLK_PID" 2>/dev/null'
in_time 'a server that stands still' 2 "${me[@]}" check ghost:free -t 2
kill -CONT "$MLK_PID"
none_left() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER'") == 0 ]]; }
if until_true 20 none_left; then ok 'no connection of it is left'; else not_ok 'no connection of it is left' "$(root 'SHOW PROCESSLIST')"; fi

# ---- the examples of the page ----

mark='docs: '
conf_words=(--defaults-file="$conf")
root 'DROP DATABASE IF EXISTS shop'
lock_table blog
lock_table shop
root 'UPDATE shop.migrations_lock SET locked = 0'
# Each "$ miglock check" line, its first line of output up to the first figure, and its exit code.
while IFS=$'\t' read -r arguments first wanted; do
	read -ra words <<<"$arguments"
	bare "${conf_words[@]}" "${words[@]}"
	code_is "$arguments" "$wanted"
	contains "$mark$arguments: says so" "$(head -n 1 out)" "$first"
	reads_as "$arguments"
done < <(awk '/^\$ miglock check/ { sub(/^\$ miglock /, ""); sub(/; echo \$\?$/, ""); command = $0; getline; sub(/ for .*| \|.*/, ""); first = $0; next }
	/^[0-3]$/ && command { printf "%s\t%s\t%s\n", command, first, $0; command = "" }' "$MLK_TOP/docs/monitoring.md") || true
is "${mark}there are four" "$(grep -c '^\$ miglock check' "$MLK_TOP/docs/monitoring.md")" 4
