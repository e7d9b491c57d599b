#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The forms of an answer: --json by its schema, --plain by its columns, --quiet, --verbose, --utc; and an answer that cannot be
# written.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

document_schema=$MLK_TOP/docs/report.schema.json

# The machine's own Python: its package brings jsonschema.
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || {
	printf 'python3-jsonschema is not installed\n'
	exit 77
}

# fits KIND WHAT [FILE]: the JSON in FILE (out) is what the schema says of KIND, and of the whole.
fits() {
	local kind=$1 what=$2 file=${3:-out} said
	said=$(/usr/bin/python3 "$MLK_TOP/tests/cli/schema.py" "$document_schema" "$kind" "$file" 2>&1 &&
		/usr/bin/python3 "$MLK_TOP/tests/cli/schema.py" "$document_schema" "$file" 2>&1) || true
	is "$mark$what: the schema" "$(grep . <<<"$said")" ''
}

# json KIND WHAT ARGUMENTS...
json() {
	local kind=$1 what=$2
	shift 2
	mlk "$@" --json
	fits "$kind" "$what"
}

held() {
	root "UPDATE app.migrations_lock SET locked = 1, acquired_at = '2026-11-21 10:58:48'"
}

documents() {
	json 'report[]' 'status' status
	json 'report[]' 'a held row' status ghost:app
	json 'report[]' 'a held name' status rails:shop
	is "${mark}it has a holder and a waiter" "$(value 'typeof r.holder.connection_id + r.waiters.length')" number1
	json 'report[]' 'a free lock' status rails:app
	json 'report[]' 'a damaged table' status knex:app
	is "${mark}it is damaged" "$(value r.damage)" several_rows
	json 'report[]' 'a table that is not there' status ghost:shop
	json 'report[]' 'a lock of a stranger' status named:nightly
	json 'report[]' 'a lock that is asked about' status rails:shop --probe
	json 'release' 'a dry run' release ghost:app --dry-run
	json 'release' 'a refusal' release rails:shop --yes
	json 'release' 'nothing to release' release rails:app --yes
	json 'release' 'a release' release ghost:app --yes
	is "${mark}it was released" "$(value d.outcome)" released
	held
	json 'repair' 'a repair as a dry run' repair knex:app --dry-run --force
	json 'repair' 'a refused repair' repair knex:app --yes --token 000000000000
	json 'repair' 'nothing to repair' repair ghost:app --yes
	json 'wait' 'a lock that is free' wait rails:app
	json 'wait' 'a lock that is held' wait rails:shop --timeout 0
	json 'error' 'a lock that cannot be' wait ghost:nowhere
	json 'installation' 'install' install --dry-run
	json 'installation' 'uninstall' uninstall --dry-run
	json 'check' 'check' check
	json 'check' 'a check that fails' check nowhere
	json 'metrics' 'metrics' metrics
	json 'advice[]' 'advice' advise --schema app 'ALTER TABLE migrations_lock ADD COLUMN extra INT; DROP TABLE x'
	is "${mark}one of two statements is judged" "$(value 'd.map(a => a.judged).join()')" true,false
	json 'table[]' 'tables, where none waits' tables
	json 'error' 'a schema that is not there' status nowhere
	json 'error' 'a connection that is not there' probe 4294967295
	json 'error' 'a mistake' status rials:app
	if [[ $mode == functions ]]; then
		json probe 'a probe' probe "$holder"
		server_client -N --raw -e "SELECT miglock_locks()" >out
		fits 'report[]' 'miglock_locks()'
		server_client -N --raw -e "SELECT miglock_status('rails:shop')" >out
		fits 'report' 'miglock_status()'
	fi
	tables
}

# A table that is waited for: by DDL, and by a reader behind that.
tables() {
	local i
	root 'CREATE DATABASE waited; CREATE TABLE waited.t (id INT PRIMARY KEY, note VARCHAR(9)) ENGINE = InnoDB; INSERT INTO waited.t VALUES (1, NULL)'
	for i in blocks ddl queued; do session_start "$i" root -D waited; done
	session blocks "BEGIN; UPDATE t SET note = 'x'" >said
	session_send ddl 'ALTER TABLE t ADD COLUMN c INT'
	until_true 20 tables_wait 1 || not_ok 'DDL waits'
	session_send queued 'SELECT * FROM t'
	until_true 20 tables_wait 2 || not_ok 'a reader waits'
	json 'table[]' 'tables' tables
	is "${mark}one waits" "$(value 'r.ddl.length + r.blockers.length + r.queue.first.length')" 3
	if [[ $mode == functions ]]; then
		server_client -N --raw -e "SELECT miglock_table_locks('waited')" >out
		fits 'table[]' 'miglock_table_locks()'
	fi
	json 'check' 'check of a table' check waited
	is "${mark}it has the table" "$(value 'd.tables[0].report.target')" table:waited/t
	json 'metrics' 'metrics of a table' metrics waited
	json 'table[]' 'a table as a target' status table:waited/t
	is "${mark}it is held" "$(value r.held)" true
	json 'check' 'check of that target' check table:waited/t
	json 'release' 'its release as a dry run' release table:waited/t --dry-run
	is "${mark}that would release" "$(value d.outcome)" would_release
	json 'wait' 'waiting for it' wait table:waited/t --timeout 0
	json 'advice[]' 'advice about it' advise 'ALTER TABLE waited.t ADD COLUMN d INT' --documented
	is "${mark}that is in the way" "$(value 'r.in_the_way.length > 0')" true
	session blocks ROLLBACK >said
	for i in ddl queued blocks; do
		session "$i" 'SELECT 1' >said
		session_close "$i"
	done
	until_true 20 settled || not_ok 'nothing is left'
	root 'DROP DATABASE waited'
}
tables_wait() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == "$1" ]]; }

# columns KIND: those of --plain, in their order, from the help.
columns() {
	"$MLK_CLI" help output | awk -v kind="$1" '
		substr($0, 1, 2) == "  " && substr($0, 3, 1) != " " {on = index($0, "  " kind) == 1}
		on {print substr($0, 28)}' | tr -s '\n ' ' ' | sed 's/ $//'
}
# field KIND COLUMN RECORD: of a record, by the name of its column.
field() {
	local at
	at=$(columns "$1" | tr ' ' '\n' | grep -nxF -- "$2" | cut -d : -f 1)
	cut -f "$at" <<<"$3"
}

plain() {
	local line
	mlk status --plain
	code_is 'status --plain' 0
	is "${mark}one record a line, each with all columns" \
		"$(awk -F '\t' '{print NF}' out | sort -u)" "$(columns status | wc -w | tr -d ' ')"
	is "${mark}the same locks as with --json" "$(cut -f 1 out | sort)" \
		"$(mlk status --json && value 'd.map(l => l.target).sort().join("\n")')"
	mlk status ghost:app --plain
	line=$(<out)
	is "${mark}a row: target, verdict, held" "$(cut -f 1-3 <<<"$line")" $'ghost:app\tabandoned\tyes'
	is "${mark}nobody knows a holder" "$(field status holder.user "$line")" -
	is "${mark}the token is that of the report" "$(field status token "$line")" "$(mlk status ghost:app --json && value r.token)"
	mlk status rails:shop --plain
	line=$(<out)
	is "${mark}a name: its holder" "$(field status holder.connection_id "$line")" "$holder"
	is "${mark}a name: who waits" "$(field status waiter_count "$line")" 1
	mlk status "named:"$'a\tb\nc' --plain
	is "${mark}a tab and a newline in a name stay in their column" "$(cut -f 1-3 out)" $'named:a\\tb\\nc\tfree\tno'
	is "${mark}and in their line" "$(wc -l <out)" 1
	mlk status information_schema --plain
	empty 'nothing held: no record' out
	mlk release ghost:app --dry-run --plain
	is "${mark}a dry run" "$(cut -f 1-3 out)" $'ghost:app\twould_release\tabandoned'
	mlk release rails:shop --yes --plain
	code_is 'a refused release --plain' 4
	is "${mark}a refusal" "$(cut -f 2,6 out)" $'refused\tyes'
	mlk wait rails:shop --timeout 0 --plain
	is "${mark}a lock that is waited for in vain" "$(cut -f 1,2,6 out)" $'rails:shop\ttimeout\tyes'
	mlk repair knex:app --dry-run --force --plain
	is "${mark}a repair as a dry run" "$(cut -f 1,2 out)" $'knex:app\twould_repair'
	mlk install --dry-run --plain
	is "${mark}install --plain has its columns" "$(awk -F '\t' '{print NF}' out)" "$(columns install | wc -w | tr -d ' ')"
	mlk status nowhere --plain
	code_is 'an error with --plain' 1
	empty 'is no record' out
	err_has 'is a message' nowhere
}

quiet() {
	mlk status -q
	code_is 'status -q' 0
	empty 'status -q says nothing' out
	empty 'status -q has no messages' err
	mlk status -q --exit-code
	code_is 'its exit code does' 3
	mlk wait rails:app -q
	empty 'wait -q says nothing' out
	mlk status ghost:app -q --json
	fits 'report[]' '--json answers all the same'
	mlk status nowhere -q
	err_has 'an error is said' nowhere
	mlk release ghost:app --dry-run -q
	code_is 'a dry run -q' 0
	empty 'a dry run -q says nothing' out
	mlk release rails:shop --yes -q
	code_is 'a refused release -q' 4
	empty 'a refused release -q has no answer' out
	err_has 'but says why' refused
	mlk release ghost:app --yes -q
	code_is 'release -q' 0
	empty 'release -q says nothing' out
	empty 'nor a message' err
	is "${mark}and releases" "$(flag app)" 0
	held
	typed yes release ghost:app -q
	code_is 'release -q asks on a terminal' 0
	out_has 'with what it asks about' 'a row in app.migrations_lock' "Only 'yes'"
	is "${mark}and releases what was confirmed" "$(flag app)" 0
	held
}

# Every command that connects shows the statements it sends, and no password.
verbose() {
	local line words secret='Hidden=word;9'
	for line in 'status' 'status ghost:app' "probe $holder" 'release ghost:app --dry-run' 'repair knex:app --dry-run --force' \
		'install --dry-run' 'uninstall --dry-run' 'wait rails:app' check metrics; do
		read -ra words <<<"$line"
		mlk "${words[@]}" -v --user=talker --password="$secret"
		err_has "-v $line shows SQL" 'miglock: sql: '
		is "${mark}-v $line shows no password" "$(grep -cF -- "$secret" out err | cut -d : -f 2 | sort -u)" 0
	done
}

times() {
	TZ=Asia/Kolkata mlk status ghost:app
	out_has 'text shows the zone of TZ' 'IST and'
	TZ=Asia/Kolkata mlk status ghost:app --utc
	out_has '--utc shows UTC' 'UTC and'
	TZ=Asia/Kolkata mlk status ghost:app --json
	facts <<-'END'
		JSON stays UTC :: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(r.since_latest)
	END
	# a TIMESTAMP is an instant
	TZ=CET-1 mlk status msr:app
	out_has 'since when, in local time, and how long ago' 'held yes, since 2026-01-02 04:04:05 CET, ' 'd' 'h ago'
	mlk status msr:app --utc
	out_has 'the same in UTC' 'held yes, since 2026-01-02 03:04:05 UTC, '
	TZ=CET-1 mlk status msr:app --plain
	is "${mark}--plain is UTC" "$(field status since "$(<out)")" 2026-01-02T03:04:05Z
}

story() {
	holder=$(session rails 'SELECT CONNECTION_ID()')
	held
	documents
	plain
	quiet
	verbose
	times
}

# lost WHAT ARGUMENTS...: nobody gets the answer.
lost() {
	local what=$1 wanted=1
	shift
	if [[ $1 == check ]]; then wanted=3; fi
	code=0
	"$MLK_CLI" --defaults-file="$conf" "$@" >&- 2>err </dev/null || code=$?
	: >out
	code_is "$what to closed stdout" "$wanted"
	err_has "$what to closed stdout is said" 'cannot write the answer: Bad file descriptor'
	nobody_reads
	code=0
	"$MLK_CLI" --defaults-file="$conf" "$@" 1>&"$gone" 2>err </dev/null || code=$?
	exec {gone}>&-
	code_is "$what to a reader that has gone" "$wanted"
	is "$what to a reader that has gone is no news" "$(grep -c 'cannot write' err)" 0
	if [[ -e /dev/full ]]; then
		code=0
		"$MLK_CLI" --defaults-file="$conf" "$@" >/dev/full 2>err </dev/null || code=$?
		code_is "$what to a full disk" "$wanted"
		err_has "$what to a full disk is said" 'No space left'
	fi
}

for schema in app shop; do root "CREATE DATABASE $schema"; done
lock_table app
root "CREATE TABLE app.knex_migrations_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT);
	INSERT INTO app.knex_migrations_lock (is_locked) VALUES (0), (0)"
root "CREATE TABLE app.migration_locks (executor_id VARCHAR(255) NOT NULL PRIMARY KEY, locked_at TIMESTAMP NULL, expires_at TIMESTAMP NULL);
	SET time_zone = '+00:00'; INSERT INTO app.migration_locks VALUES ('web-1', '2026-01-02 03:04:05', '2026-01-02 03:14:05')"
root "CREATE USER talker@localhost IDENTIFIED BY 'Hidden=word;9'; GRANT ALL ON *.* TO talker@localhost"
session_start rails root
session rails "SELECT GET_LOCK('5939944341529942170', 0), GET_LOCK('nightly', 0)" >taken
session_start waiter root
session_send waiter "SELECT GET_LOCK('5939944341529942170', 600)"
waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'") == 1 ]]; }
until_true 20 waits || not_ok 'a session waits'
both_ways story
mark=
# A connection that was given the number of a closed stdout would get the answer: the server sees words that are no packet.
counted() { root "SHOW GLOBAL STATUS LIKE '$1'" | cut -f 2; }
gone() { [[ $(counted Threads_connected) -le $connected ]]; }
for n in {1..40}; do lock_table "many_$n"; done
mlk status --json
long=$(($(wc -c <out) > 16384))
connected=$(counted Threads_connected)
before=$(counted Aborted_clients)
"$MLK_CLI" --defaults-file="$conf" status --json --no-functions >&- 2>err </dev/null || true
until_true 10 gone || not_ok 'the connection ends'
is 'an answer of some length never goes to the server' "$long $(counted Aborted_clients)" "1 $before"
for n in {1..40}; do root "DROP DATABASE many_$n"; done
for line in status 'status ghost:app --plain' 'status --json' 'release ghost:app --dry-run' 'repair knex:app --dry-run --force' \
	"probe $holder" 'explain Migration table is already locked' 'name rails app' tools 'tools --plain' 'install --dry-run' \
	'uninstall --dry-run' help 'help output' 'help --man' 'completion bash' version 'wait rails:app' check metrics; do
	read -ra words <<<"$line"
	lost "$line" "${words[@]}"
done
