#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The examples in README.md and docs/ run as they stand: every SQL block, every command line.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# What the examples speak of: a blog whose lock was left behind, and a schema app with tables of its own.
server_client <<'END'
CREATE DATABASE ops; CREATE DATABASE app; CREATE DATABASE shop; CREATE DATABASE blog; USE blog;
CREATE TABLE migrations_lock (lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT(1), acquired_at DATETIME, released_at DATETIME);
INSERT INTO migrations_lock VALUES ('km01', 1, '2026-11-21 10:58:48', NULL);
CREATE USER support@'%';
CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(40)) ENGINE = InnoDB; INSERT INTO shop.orders VALUES (1, 'a');
END
lock_again() { server_client -e "UPDATE blog.migrations_lock SET locked = 1, released_at = NULL"; }

# blocks LANGUAGE FILE: the lines of its code blocks of that language.
blocks() { awk -v open="^\`\`\`$1\$" '$0 ~ open {inside = 1; next} /^```/ {inside = 0} inside' "$2"; }

# A token or a connection in an example is somebody else's: this server's stand in for them.
with_token() {
	mlk status ghost:blog --json
	sed -E "s/\b[0-9a-f]{12}\b/$(value 'r.token || "000000000000"')/g; s/\b1562\b/$id/g" <<<"$1"
}

mode=functions
"$MLK_CLI" --defaults-file="$conf" install >out 2>err
shopt -s nullglob

# A migration that holds its lock from elsewhere.
MYSQL_PWD=$MLK_PASSWORD session_start rake "$MLK_USER" --protocol=tcp --host="$MLK_HOST" --port="$MLK_PORT"
id=$(session rake 'SELECT CONNECTION_ID()')
session rake "SELECT GET_LOCK(miglock_name('rails', 'shop'), 0)" >taken
rests() { [[ $(root "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = $id" 2>/dev/null) == Sleep ]]; }
until_true 20 rests || not_ok 'the migration rests'

for file in "$MLK_TOP"/README.md "$MLK_TOP"/docs/*.md; do
	name=${file##*/}

	text=$(blocks sql "$file")
	if [[ -n $text ]]; then
		if server_client ops -e "$(with_token "$text")" >out 2>err; then
			ok "$name: its SQL runs"
		else
			not_ok "$name: its SQL runs" "$(<err)"
		fi
		lock_again
	fi

	# "$ command", then what it says: the first line of it is compared, numbers aside. Those that end in their exit code are run
	# by the tests of their commands, those about tables by stories.sh.
	while IFS= read -r line; do
		if [[ $line == *'; echo $?' || $line == '$ miglock tables' || $line == *table:* || $line == '$ miglock advise '* ]]; then
			wanted=
		elif [[ $line == '$ miglock '* ]]; then
			read -ra words <<<"$(with_token "${line#\$ miglock }")"
			mlk "${words[@]}"
			cat err out | grep . >all || true
			wanted=first
		elif [[ $wanted == first && -n $line ]]; then
			wanted=
			line=${line//1562/$id}
			if grep -qxF -- "$(sed -E 's/[0-9.]+ s$/N s/' <<<"$line")" <(sed -E 's/[0-9.]+ s$/N s/' all); then
				ok "$name: ${words[*]}"
			else
				not_ok "$name: ${words[*]}" "no line '$line' in:"$'\n'"$(<all)"
			fi
		fi
	done < <(wanted=; blocks console "$file")

	# Commands of a script, without what they say.
	while IFS= read -r line; do
		[[ $line == 'miglock '* && $line != *install* ]] || continue
		line=${line#miglock }
		line=${line%%#*}
		line=${line%% | *}
		read -ra words <<<"${line%%||*}"
		lock_again
		mlk "${words[@]}"
		code_is "$name: miglock ${words[*]}" 0
	done < <(blocks sh "$file")
done

# The members that docs/report.md lists are those that there are.
page='report.md'
# listed LINE: the names in the table after the line that begins so, in that page.
listed() {
	awk -v from="$1" 'index($0, from) == 1 {on = 1} on && /^\|/ {print; seen = 1} on && seen && !/^\|/ {exit}' "$MLK_TOP/docs/$page" |
		grep -oE '^\| (`[a-z_]+`,? ?)+' | grep -oE '[a-z_]{2,}'
}
# members WHAT EXPRESSION LINE...: an object of the last answer has the members in these tables.
members() {
	local what=$1 line
	value "Object.keys($2).sort().join('\n')" >have
	shift 2
	for line; do listed "$line"; done | sort >told
	if diff told have >differences; then ok "$what"; else not_ok "$what" "$(<differences)"; fi
}
mlk status ghost:blog --json
members 'docs/report.md lists the members of a report' r '# The report'
mlk status rails:shop --probe --json
members 'docs/report.md lists the members of a session' r.holder 'A session:'
mlk probe "$id" --json
members 'docs/report.md lists the members of a probe' d 'A session:' '## The result of a probe'
mlk release ghost:blog --dry-run --json
members 'docs/report.md lists the members of a release' d '## The result of a release'
mlk explain Migration table is already locked --json
members 'docs/report.md lists the members of what a message says' d '## What a message says'
members 'docs/report.md lists the members of a match' 'd.matches[0]' 'A match:'
mlk tools --json
members 'docs/report.md lists the members of a tool' r '## The tools'

# The members that docs/table-locks.md lists, of a cascade.
waiting() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock'") == "$1" ]]; }
session_start forgotten root -D shop
session_send forgotten "BEGIN; UPDATE orders SET note = 'paid' WHERE id = 1"
changed() { [[ $(root 'SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified = 1') == 1 ]]; }
until_true 20 changed || not_ok 'the transaction is open'
session_start ddl root -D shop
session_send ddl 'ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE'
until_true 20 waiting 1 || not_ok 'the ALTER waits'
for i in 1 2 3 4 5; do
	session_start "queued$i" root -D shop
	session_send "queued$i" "$([[ $i == 5 ]] && echo 'INSERT INTO orders (id) VALUES (7)' || echo 'SELECT COUNT(*) FROM orders')"
done
until_true 20 waiting 6 || not_ok 'five queue'
mlk tables --json
page='table-locks.md'
members 'docs/table-locks.md lists the members of a table' r '## The document'
members 'docs/table-locks.md lists the members of a queue' r.queue 'The queue:'
# besides those of a session
value "Object.fromEntries(Object.entries(d[0].ddl[0]).filter(([k]) => !(k in d[0].queue.first[0]) || k.startsWith('trans') || k === 'lock_type'))" >part
value "Object.keys(d).sort().join('\n')" part >have
(listed 'A session has'; listed 'DDL:') | sort >told
if diff told have >differences; then ok 'and of DDL'; else not_ok 'and of DDL' "$(<differences)"; fi
value "Object.keys(d[0].blockers[0]).filter(k => !(k in d[0].queue.first[0])).sort().join('\n')" >have
listed 'A blocker:' | sort >told
if diff told have >differences; then ok 'and of a blocker'; else not_ok 'and of a blocker' "$(<differences)"; fi
mlk status table:shop/orders --json
members 'docs/table-locks.md lists what the report of one table adds' r '## The document' "\`miglock_status('table:shop/orders')\` gives"
# The migration itself is in the queue.
session_send rake 'ALTER TABLE shop.orders ADD COLUMN d INT'
until_true 20 waiting 7 || not_ok 'the migration waits'
mlk status rails:shop --json
value "Object.keys(r.ddl[0]).sort().join('\n')" >have
(page='report.md'; listed 'A session:'; listed '## DDL under a lock'; page='table-locks.md'; listed 'A session has'; listed 'DDL:') | sort >told
if diff told have >differences; then ok 'docs/report.md lists the members of DDL under a lock'; else not_ok 'docs/report.md lists the members of DDL under a lock' "$(<differences)"; fi
if /usr/bin/python3 "$MLK_TOP/tests/cli/schema.py" "$MLK_TOP/docs/report.schema.json" out >said 2>&1; then ok 'its schema allows it'; else not_ok 'its schema allows it' "$(<said)"; fi
session_send forgotten ROLLBACK
for i in forgotten ddl queued1 queued2 queued3 queued4 queued5; do session_close "$i"; done
