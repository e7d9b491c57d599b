#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a person sees: a table that fits, colour on terminals only, and nothing that could act upon the terminal.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

escape=$'\e'
wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }
# fits WHAT: the last answer is at most 80 columns wide.
fits() { is "$mark$1 fits into 80 columns" "$(wide out)" ''; }
plain() { is "$mark$1 has no colour" "$(grep -c -e "$escape" out)" 0; }

# on_terminal ARGUMENTS: as the command writes to a terminal, 80 columns wide.
on_terminal() {
	local way=()
	if [[ $mode == direct ]]; then way=(--no-functions); fi
	printf -v line '%q ' "$MLK_CLI" --defaults-file="$conf" "${way[@]}" "$@"
	TERM=${terminal:-xterm} script -qec "stty cols 80; $line" /dev/null </dev/null >out 2>err || true
}

nothing_held() {
	mlk status
	code_is 'status of an empty server' 0
	out_has 'says that nothing is held, and where it looked' 'no migration lock is held' 'all schemas'
	fits 'nothing held'
	mlk status --json
	facts <<-'END'
		an empty list :: Array.isArray(d) && d.length === 0
	END
	mlk status one two
	out_has 'says which schemas' 'no migration lock is held' 'one, two'
	mlk status one nowhere
	code_is 'a schema that is not there is a mistake' 1
	err_has 'and is named' nowhere
}

many_held() {
	mlk status
	code_is 'status' 0
	out_has 'the table has its heads' TARGET VERDICT HELD HOLDER
	out_has 'the long schema is cut in the middle' 'abandoned' 'ghost:a_sch'
	sed -n '1,/^$/p' out >rows
	is "${mark}the rows of the table fit into 80 columns" "$(wide rows)" ''
	plain 'the table'
	mlk status app
	fits 'all of a table with a short name'
	mlk status ghost:"$long"
	out_has 'one lock has its reasons' "the flag in $long.migrations_lock is set"
	plain 'one lock'
	if [[ $mode == functions ]]; then
		out_has 'and the next statement in SQL' "SELECT miglock_release('ghost:$long'"
	else
		out_has 'and the next command' "miglock release ghost:$long"
	fi
	mlk status rails:app
	out_has 'a held named lock' "GET_LOCK('6939591962871035475')" 'idle'
	fits 'a named lock'
	plain 'a named lock'
	on_terminal status
	is "${mark}on a terminal the verdict is coloured" "$(grep -c "$escape\\[[0-9;]*m" out | sed 's/^[1-9][0-9]*$/some/')" some
	is "${mark}and nothing else" "$(grep -oE "$escape\\[[0-9;]*m[a-z ]*" out | sed "s/$escape\\[[0-9;]*m//" |
		grep -vxE '|free|active|idle|abandoned|unknown| .*' | head -n 3)" ''
	terminal=dumb on_terminal status
	plain 'TERM=dumb'
	NO_COLOR=1 on_terminal status
	plain 'NO_COLOR'
}

# Schema names, statements and lock names are other people's text.
# on_columns N ARGUMENTS: on a terminal of N columns.
on_columns() {
	local way=() columns=$1 line
	shift
	if [[ $mode == direct ]]; then way=(--no-functions); fi
	printf -v line '%q ' "$MLK_CLI" --defaults-file="$conf" "${way[@]}" "$@"
	NO_COLOR=1 TERM=xterm script -qec "stty cols $columns; $line" /dev/null </dev/null 2>err | tr -d '\r' >out || true
}
# columns_of FILE: the widest line of its table, as a terminal would show it: two columns for a wide character.
columns_of() {
	sed -n '1,/^$/p' "$1" | LC_ALL=C.UTF-8 /usr/bin/python3 -c '
import sys, unicodedata
print(max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\n")) for line in sys.stdin))'
}
# at_most WHAT GOT LIMIT
at_most() { if (($2 <= $3)); then ok "$mark$1"; else not_ok "$mark$1" "$2 columns, at most $3 wanted"; fi; }

widths() {
	local n heads
	for n in 40 80 200; do
		on_columns "$n" status
		at_most "a terminal of $n columns" "$(columns_of out)" "$n"
		COLUMNS=$n mlk status
		at_most "COLUMNS=$n in a pipe" "$(columns_of out)" "$n"
	done
	out_has 'with room nothing is cut' "ghost:$long" "ghost:$wide_name"
	COLUMNS=60 mlk status
	heads=$(sed -n '1,/^$/p' out | grep -oE '^.*(VERDICT|abandoned)' | /usr/bin/python3 -c '
import sys, unicodedata
print(len({sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rsplit(" ", 1)[0]) for line in sys.stdin}))')
	is "${mark}wide characters keep the columns in line" "$heads" 1
	COLUMNS=x mlk status
	at_most 'COLUMNS that is no number' "$(columns_of out)" 80
}

# What was probably meant, where there is nothing under that name.
typing_mistakes() {
	mlk status apq
	code_is 'a schema of nearly that name' 1
	err_has 'is asked about' "there is no schema 'apq'" "did you mean 'app'?"
	mlk status ghost:apq
	err_has 'also in a target' "this server has no schema 'apq'" 'did you mean ghost:app?'
	mlk release rails:apq --yes
	err_has 'also where it is to be released' 'did you mean rails:app?'
	mlk status ghost:utterly_different
	err_has 'nothing like it' "this server has no schema 'utterly_different', or this account may not see it"
	mlk status named:nightli
	err_has 'another lock is held' 'nobody holds named:nightli; did you mean named:nightly, which is held?'
	mlk status rails:app ghost:app
	empty 'no question where all is there' err
	for form in --json --plain --quiet; do
		mlk status ghost:apq "$form"
		empty "nor with $form" err
	done
}

hostile() {
	mlk status
	is "${mark}no control character of a schema name reaches the terminal" "$(grep -c -e "$escape" -e $'\a' out)" 0
	out_has 'the schema is shown all the same' 'evil'
	mlk status named:"$escape"'[31mred'
	is "${mark}nor of a lock's name" "$(grep -c -e "$escape" out)" 0
	mlk status --json
	is "${mark}nor with --json" "$(grep -c -e "$escape" -e $'\a' out)" 0
	facts <<-'END'
		where it is whole :: d.some(l => l.schema === 'evil\u001b[2J\u0007')
	END
}

both() {
	nothing_held
	for schema in "$long" app; do lock_table "$schema"; done
	session_start rails root
	session rails "SELECT GET_LOCK('6939591962871035475', 0), GET_LOCK('nightly', 0)" >taken
	many_held
	lock_table "$wide_name"
	widths
	typing_mistakes
	root "DROP DATABASE \`$wide_name\`"
	lock_table $'evil\e[2J\a'
	hostile
	session_close rails
	for schema in "$long" app $'evil\e[2J\a'; do root "DROP DATABASE \`$schema\`"; done
	until_true 10 lock_is_free 6939591962871035475
}
long=a_schema_with_a_name_that_is_as_long_as_a_name_may_be_on_a_server
long=${long:0:64}
wide_name=データベースの名前が長い場合にはまんなかで切られます
root 'CREATE DATABASE one; CREATE DATABASE two'
both_ways both
