#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# README.md's stories of a change: what they show is what the command says, but for numbers, names of clients and where a line
# that is too long was cut.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON --performance-schema-consumer-events-statements-current=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# console SECTION N: the N-th command of that section with what it says, up to an empty line.
console() {
	awk -v section="## $1" -v n="$2" '
		/^## / && !inside {on = $0 == section}
		/^```console$/ && on {inside = 1; next}
		/^```/ {inside = 0}
		inside && /^\$ / {count++}
		inside && count == n' "$MLK_TOP/README.md"
}

# What differs from run to run is made alike; lines are joined, as where they break depends on the numbers.
alike() {
	sed -E \
		-e 's/^( +(\+- )?)[0-9]+ [^ ]+@[^ ]+.*/\1SESSION/' \
		-e 's/\([^() ]+, [^() ]+\[[0-9]+\]\)/(CLIENT)/g' \
		-e 's/\b[0-9a-f]{12}\b/TOKEN/g' \
		-e 's/\b([0-9]+[dhms])+\b/AGE/g' -e 's/[0-9]+(\.[0-9]+)?/0/g' |
		tr -s '[:space:]' ' ' | sed -E -e 's/\([^() ]+, [^() ]+\[0\]\)/(CLIENT)/g' -e 's/ $//'
}

# tells SECTION N: the command is run with this server's token; what it says begins as README.md says, up to a line of "...".
tells() {
	local wanted said line words
	console "$1" "$2" >story
	[[ -s story ]] || not_ok "README.md has command $2 in '$1'"
	line=$(head -n 1 story)
	eval "words=(${line#\$ miglock })"
	mlk "${words[@]//888dc392226d/$token}"
	code_is "$line" 0
	wanted=$(tail -n +2 story | sed '/^  \.\.\.$/,$d' | alike)
	said=$(alike <out)
	if grep -q '^  \.\.\.$' story; then said=${said:0:${#wanted}}; fi
	is "$line: it says so" "$said" "$wanted"
}

queue_pids=()
on_exit end_queue
end_queue() { if ((${#queue_pids[@]})); then kill "${queue_pids[@]}" 2>/dev/null || true; fi; }
waits() { (($(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock'") == $1)); }

root "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(40), customer INT) ENGINE = InnoDB;
	INSERT INTO shop.orders (id, note) VALUES (1, 'new'), (2, 'new'); ANALYZE TABLE shop.orders" >made
mode=functions
"$MLK_CLI" --defaults-file="$conf" install >out 2>err
remote=(--protocol=tcp --host="$MLK_HOST" --port="$MLK_PORT" -D shop)
MYSQL_PWD=$MLK_PASSWORD session_start forgotten "$MLK_USER" "${remote[@]}"
session_send forgotten "BEGIN; UPDATE orders SET note = 'paid' WHERE id = 1"
in_transaction() { [[ $(root 'SELECT COALESCE(SUM(trx_rows_modified), 0) FROM information_schema.INNODB_TRX') == 1 ]]; }
until_true 20 in_transaction
MYSQL_PWD=$MLK_PASSWORD session_start ddl "$MLK_USER" "${remote[@]}"
session_send ddl 'ALTER TABLE orders ADD c INT'
until_true 20 waits 1
for i in 1 2 3 4 5; do
	sql='SELECT * FROM shop.orders WHERE id = 2'
	if ((i == 5)); then sql='INSERT INTO shop.orders (id) VALUES (9)'; fi
	server_client -e "$sql" >"queued.$i" 2>&1 &
	queue_pids+=("$!")
done
until_true 20 waits 6
# a second old at least, as in the story: half of a second is told as 0
sleep 1.1

mlk status table:shop/orders --json
token=$(value r.token)
tells 'A change that everybody waits for' 1
tells 'A change that everybody waits for' 2
wait "${queue_pids[@]}"
queue_pids=()
session forgotten 'ROLLBACK' >said
root 'DELETE FROM shop.orders WHERE id = 9'
session_close forgotten
session_close ddl

if is_mariadb; then
	mlk advise --schema shop 'ALTER TABLE orders MODIFY note TEXT'
	out_has 'MariaDB says so, too' 'WRITES STOP while it runs; reads go on' 'ALGORITHM=COPY, LOCK=SHARED'
else
	tells 'Will this change block anybody?' 1
	tells 'Will this change block anybody?' 2
fi
