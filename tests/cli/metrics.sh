#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# miglock metrics: both grammars, the figures, a file that is replaced whole, and a scrape that fails.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/monitoring.sh
. "$MLK_TOP/tests/cli/lib/monitoring.sh"
promtool_fetch

# without_times FILE: what is the same in two scrapes.
without_times() { grep -vE '^#|_seconds' "$1" | sort; }

odd=$'a"b\\c {d}=e,\nf'

story() {
	mlk metrics information_schema
	code_is 'nothing held' 0
	parses 'nothing held' out
	parses_old 'nothing held' out
	sample 'looking worked' 'miglock_scrape_success{} 1'
	sample 'no lock' 'miglock_locks{} 0'

	session_start worker root
	session worker "SELECT GET_LOCK('6939591962871035475', 0)" >taken
	session_start other root
	session other "SELECT GET_LOCK('$(sql_of "$odd")', 0)" >taken
	mlk metrics
	code_is 'metrics' 0
	empty 'metrics: no messages' err
	parses 'metrics' out
	parses_old 'metrics' out
	cp out default
	sample 'held' 'miglock_lock_held{kind=row,schema=gone,target=ghost:gone,tool=ghost} 1'
	sample 'free' 'miglock_lock_held{kind=row,schema=free,target=ghost:free,tool=ghost} 0'
	sample 'free for no time' 'miglock_lock_held_seconds{kind=row,schema=free,target=ghost:free,tool=ghost} 0'
	no_sample 'a time that nobody knows' 'miglock_lock_held_seconds{kind=row,schema=gone'
	sample 'abandoned' 'miglock_lock_verdict{kind=row,miglock_lock_verdict=abandoned,schema=gone,target=ghost:gone,tool=ghost} 1'
	sample 'and not free' 'miglock_lock_verdict{kind=row,miglock_lock_verdict=free,schema=gone,target=ghost:gone,tool=ghost} 0'
	sample 'damaged' 'miglock_lock_damaged{kind=row,schema=damaged,target=ghost:damaged,tool=ghost} 1'
	no_sample 'nobody can know whether that is held' 'miglock_lock_held{kind=row,schema=damaged'
	sample 'a named lock' 'miglock_lock_held{kind=named,schema=app,target=rails:app,tool=rails} 1'
	is "${mark}each lock has five verdicts, one of them true" \
		"$(samples out miglock_lock_verdict | grep -c 'target=rails:app') $(samples out miglock_lock_verdict | grep 'target=rails:app' | grep -c ' 1$')" '5 1'
	is "${mark}at least so long" "$(samples out miglock_lock_held_at_least_seconds | grep -c ghost:gone)" 1
	no_sample "an application's own lock has no samples" 'target=named:'
	sample 'it is counted' 'miglock_other_locks{} 1'
	is "${mark}no label but these" \
		"$(samples out miglock_lock_ | sed 's/.*{//; s/}.*//; s/=[^,]*//g' | sort -u | paste -sd ' ')" \
		'kind,miglock_lock_verdict,schema,target,tool kind,schema,target,tool'

	mlk metrics --openmetrics
	parses '--openmetrics' out
	is "${mark}--openmetrics has the same samples" "$(without_times out)" "$(without_times default)"
	is "${mark}and stricter types" "$(grep -cE '^# TYPE (miglock info|miglock_lock_verdict stateset)$' out)" 2

	mlk metrics --named
	parses 'odd names' out
	parses_old 'odd names' out
	is "${mark}an odd name is one label" "$(samples out 'miglock_lock_waiters{kind=named,schema=,target=named:' | wc -l)" 1
	mlk metrics "named:$odd"
	is "${mark}named as a target" "$(samples out 'miglock_lock_held{kind=named,schema=,target=named:' | grep -c ' 1$')" 1
	root "SELECT GET_LOCK('6939591962871035475', 30)" >waited 2>&1 &
	until_true 20 waits || not_ok "${mark}somebody waits"
	mlk metrics rails:app
	sample 'somebody waits' 'miglock_lock_waiters{kind=named,schema=app,target=rails:app,tool=rails} 1'
	session worker "DO RELEASE_LOCK('6939591962871035475')" >taken
	wait $! || not_ok "${mark}the waiter gets it"
	session_close worker
	session_close other
	until_true 20 lock_is_free 6939591962871035475 || not_ok "${mark}its lock comes free"
	until_true 20 lock_is_free "$(sql_of "$odd")" || not_ok "${mark}the other lock comes free"

	mlk metrics gone ghost:gone ghost:free --limit 1
	parses 'a limit' out
	sample 'a lock that is asked for twice is one' 'miglock_locks{} 2'
	sample 'what is left out is counted' 'miglock_locks_left_out{} 1'
	is "${mark}one has samples" "$(samples out miglock_lock_waiters | wc -l)" 1
	mlk metrics ghost:gone --json
	code_is '--json' 0
	facts <<-'END'
		the same figures as a document :: d.success === true && d.locks.length === 1 && d.locks[0].target === 'ghost:gone' && d.locks[0].held === true && d.locks[0].held_seconds === null && d.locks[0].held_at_least_seconds > 1e8 && d.locks_left_out === 0
	END
	mlk metrics ghost:gone --quiet
	empty '--quiet' out
	file
}
sql_of() {
	local text=${1//\\/\\\\}
	text=${text//\'/\'\'}
	printf '%s' "$text"
}
waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'") -ge 1 ]]; }

# inside WHAT FILES: what the directory has, by name.
inside() { is "$mark$1" "$(find dir -mindepth 1 -printf '%f\n' | sort | paste -sd ' ')" "$2"; }

file() {
	rm -rf dir
	mkdir dir
	umask 077
	mlk metrics ghost:gone --textfile dir/m.prom
	umask 022
	code_is '--textfile' 0
	empty '--textfile: nothing on stdout' out
	parses 'the file' dir/m.prom
	parses_old 'the file' dir/m.prom
	sample 'it has the figures' 'miglock_locks{} 1' dir/m.prom
	is "${mark}node_exporter may read it" "$(stat -c %a dir/m.prom)" 644
	inside 'nothing is beside it' m.prom
	mlk metrics ghost:gone --textfile dir/m.prom --json
	facts <<-'END'
		with --json the figures are on stdout too :: d.success === true
	END

	# A scrape that fails is told in the file.
	mlk metrics nowhere --textfile dir/m.prom
	code_is 'a scrape that fails' 1
	empty 'a scrape that fails: nothing on stdout' out
	err_has 'a scrape that fails: says why' "'nowhere'"
	parses 'a scrape that fails' dir/m.prom
	parses_old 'a scrape that fails' dir/m.prom
	sample 'the file says so' 'miglock_scrape_success{} 0' dir/m.prom
	no_sample 'and has no figures' miglock_lock dir/m.prom
	mlk metrics nowhere
	code_is 'a scrape that fails, on stdout' 1
	sample 'stdout says so' 'miglock_scrape_success{} 0'
	mlk metrics rials:x --textfile dir/m.prom
	code_is 'a mistake in a target' 2
	sample 'is told in the file' 'miglock_scrape_success{} 0' dir/m.prom
	mlk metrics nowhere --json
	code_is 'a scrape that fails --json' 1
	facts <<-'END'
		it is a document :: d.error.message.includes('nowhere')
	END
}

for schema in free gone damaged; do lock_table "$schema"; done
root "UPDATE free.migrations_lock SET locked = 0; DELETE FROM damaged.migrations_lock; CREATE DATABASE app"
both_ways story

# ---- without a server ----

mark=
rm -rf dir
mkdir dir
nobody=(--no-defaults --host=127.0.0.1 --port=1)
bare "${nobody[@]}" metrics --textfile dir/m.prom
code_is 'no server' 1
err_has 'no server: says so' 'cannot connect'
empty 'no server: nothing on stdout' out
parses 'no server' dir/m.prom
sample 'no server: the file says so' 'miglock_scrape_success{} 0' dir/m.prom
bare "${nobody[@]}" metrics --openmetrics
code_is 'no server, on stdout' 1
parses 'no server, on stdout' out
sample 'no server: stdout says so' 'miglock_scrape_success{} 0'
bare --defaults-file="$PWD/none.cnf" metrics --textfile dir/n.prom
code_is 'an option file that is not there' 2
sample 'is told in the file' 'miglock_scrape_success{} 0' dir/n.prom
bare metrics --limit x
code_is 'a limit that is none' 2

# ---- what is there already ----

rm -rf dir
mkdir dir
# stays WHAT PART PATH: the file cannot be written, that is said, and the exit code is 1.
stays() {
	mlk metrics ghost:free --textfile "$3"
	code_is "$1" 1
	err_has "$1: says so" "$2"
}
mode=direct
printf 'kept\n' >kept
ln -s "$PWD/kept" dir/link.prom
stays 'a link' 'no regular file' dir/link.prom
is 'what a link leads to' "$(<kept)" kept
stays 'a device' 'no regular file' /dev/stdout
stays 'a directory' 'no regular file' dir
stays 'no such directory' 'nowhere' nowhere/m.prom
inside 'nothing is left beside them' link.prom
# A full disk. The old file stays, and no other.
mkdir small
if mount -t tmpfs -o size=8k,nr_inodes=10 none small 2>/dev/null; then
	on_exit 'umount small 2>/dev/null'
	head -c 4000 /dev/zero >small/m.prom
	head -c 4000 /dev/zero >small/filler
	stays 'a full disk' 'No space left' small/m.prom
	is 'the old file stays' "$(wc -c <small/m.prom) $(find small -mindepth 1 -printf '%f\n' | sort | paste -sd ' ')" '4000 filler m.prom'
	umount small
else
	printf 'ok - a full disk # SKIP no file system can be mounted here\n'
fi
# Readers never see a part: while it is replaced over and over each look finds a whole file.
rm -f dir/*
mlk metrics --textfile dir/m.prom
(for _ in {1..25}; do "$MLK_CLI" --defaults-file="$conf" --no-functions metrics --textfile dir/m.prom; done) &
writer=$! looks=0 parts=0
while kill -0 "$writer" 2>/dev/null; do
	looks=$((looks + 1))
	[[ $(tail -n 1 dir/m.prom) == '# EOF' ]] || parts=$((parts + 1))
done
wait "$writer" || not_ok 'the writer'
is 'no reader sees a part of the file' "$parts" 0
if ((looks > 10)); then ok 'there were readers'; else not_ok 'there were readers' "$looks"; fi
inside 'nothing is left beside it' m.prom

# ---- the examples of the page ----

mark='docs: '
for schema in blog shop; do lock_table "$schema"; done
while IFS= read -r arguments; do
	read -ra words <<<"$arguments"
	bare --defaults-file="$conf" "${words[@]}"
	code_is "$arguments" 0
	if [[ $arguments == *--textfile* ]]; then cp miglock.prom out; fi
	parses "$arguments" out
done < <(sed -n 's/^\$ miglock \(metrics.*\); echo \$?$/\1/p' "$MLK_TOP/docs/monitoring.md")
# Each metric of the page is one that there is, and the other way round.
mlk metrics
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' out | sort -u >there
# shellcheck disable=SC2016 # Markdown
grep -o '`miglock_[a-z_]*`' "$MLK_TOP/docs/monitoring.md" | tr -d '`' | sort -u >told
is 'the page tells of each metric' "$(<told)" "$(<there)"
