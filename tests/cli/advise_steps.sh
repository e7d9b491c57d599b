#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever happens to advise, and at whichever of its statements: no twin stays.
# options: --log-bin=bin --server-id=1
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# Foreign keys both ways, and a statement that needs a twin of its own: what is hard to remove.
readonly TEXT='ALTER TABLE orders ADD COLUMN c INT; ALTER TABLE customers DROP COLUMN name;
	ALTER TABLE lone ADD FOREIGN KEY (id) REFERENCES customers (id)'

root "CREATE DATABASE shop; USE shop; CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20));
	CREATE TABLE orders (id INT PRIMARY KEY, customer INT, FOREIGN KEY (customer) REFERENCES customers (id));
	CREATE TABLE lone (id INT PRIMARY KEY)"
: >plan
: >sql
node "$MLK_TOP/tests/cli/lib/step_proxy.js" "$PWD/proxy" "$MLK_SOCKET" "$PWD/plan" "$PWD/sql" >listens &
proxy=$!
end_proxy() { kill "$proxy" 2>/dev/null || true; }
on_exit end_proxy
until_true 20 grep -q listening listens || die 'the proxy does not listen'

# advise, replaced by the command, so that its process id is known before it begins
run() {
	code=0
	# shellcheck disable=SC2016
	env --default-signal=INT bash -c 'echo "$1 $$" >plan; shift; exec "$@"' bash "$1" "$MLK_CLI" --no-defaults --socket="$PWD/proxy" \
		--user="$MLK_USER" --password="$MLK_PASSWORD" advise --schema shop "$TEXT" >out 2>err </dev/null || code=$?
}
twins() { root "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock\\_twin%'"; }

run '0 none'
code_is 'nothing happens' 0
total=$(wc -l <sql)
cleaning=$(grep -n 'DROP TABLE' sql | tail -n "$(grep -c ' CREATE TABLE .* LIKE ' sql)" | head -1 | cut -d: -f1)
if ((total > 60 && cleaning > 40)); then ok 'it takes many statements'; else not_ok 'it takes many statements' "$total $cleaning"; fi

# Each of those that clean up, and every ninth of those before.
for how in query lost cut INT TERM; do
	stays=''
	for ((step = 1; step <= total; step += step < cleaning - 8 ? 9 : 1)); do
		run "$step $how" 2>/dev/null # the shell's own word on who was ended by a signal
		[[ $(twins) == 0 ]] || {
			stays="after statement $step: $(<err)"
			break
		}
	done
	is "$how: no twin stays" "$stays" ''
	case $how in
	INT | TERM) is "$how ends it" "$code" "$((128 + $(kill -l "$how")))" ;;
	esac
done
