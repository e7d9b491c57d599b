#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Arguments that are no connection, and connections that end while they are asked: a report or one clear error each.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin there gone
# error WHAT EXPRESSION: the call is an SQL error of one line that names the function.
error() {
	local said
	# Before some errors the client repeats the statement.
	said=$(as root "SELECT miglock_probe($2)" | sed -n '/^ERROR/,$p')
	matches "$1: an error" "$said" '^ERROR [0-9]+ '
	contains "$1: of this function" "$said" 'miglock_probe'
	is "$1: in one line" "$(wc -l <<<"$said")" 1
}
net_client there there 4
id=${CLIENT_ID[there]}
error 'a connection that does not exist' 4000000000
error 'the highest number' 18446744073709551615
error 'a higher one' 18446744073709551616
error 'a negative one' -1
error 'a negative one as a string' "'-$id'"
error 'zero' 0
error 'a fraction' 1.5
error 'an exponent' "'1e1'"
error 'a word' "'abc'"
error 'nothing' "''"
error 'a blank' "' '"
error 'a number with a tail' "'$id; KILL $id'"
error 'a number with NUL' "CONCAT('$id', CHAR(0))"
error 'a hexadecimal string' "'0x10'"
error 'bytes' "x'ff00ff'"
error 'a long string' "REPEAT('9', 65536)"
error 'a JSON object' "JSON_OBJECT('a', 1)"
error 'no argument' ''
error 'two arguments' "$id, $id"
is 'NULL gives NULL' "$(root 'SELECT miglock_probe(NULL)')" NULL
is 'a string of digits is a number' "$(field "$(probe "'$id'")" '$.peer')" alive
document=$(root 'SELECT miglock_probe(CONNECTION_ID())')
says "the caller's own connection" "$document" '$.peer' local
is "and over TCP" "$(as net "SET @d = miglock_probe(CONNECTION_ID()); SELECT JSON_UNQUOTE(JSON_EXTRACT(@d, '\$.peer'))" \
	--protocol=TCP --host="${NET_V4}1" --port="$MLK_PORT")" alive
for word in "'ask'" 1 "'PROBE '"; do
	contains "a status' second argument $word" "$(as root "SELECT miglock_status('named:x', $word)")" argument
done
is 'a free lock has nobody to ask' "$(field "$(ask named:nobody)" '$.verdict')" free

# Rows of a table: each row its own answer.
is 'row by row' "$(root "SELECT GROUP_CONCAT(IFNULL(JSON_UNQUOTE(JSON_EXTRACT(miglock_probe(id), '\$.connection_id')), 'null') ORDER BY id)
	FROM (SELECT $id AS id UNION SELECT NULL) AS t")" "null,$id"

# The holder leaves: by itself, by a KILL, in the middle of a question, while it is asked again and again.
net_client leaver gone 4
take_lock leaver leaving
net_hush gone
start timed leaver.probe probe "${CLIENT_ID[leaver]}"
start timed leaver.status ask named:leaving
start timed leaver.release root "SELECT miglock_release('named:leaving', '$(token named:leaving)')"
until_true 5 settings_differ "${CLIENT_ID[leaver]}" "1 7200 75 9" || not_ok 'the question is put'
root "KILL ${CLIENT_ID[leaver]}"
jobs_wait
for what in probe status release; do
	matches "killed in the middle: a $what" "$(<"leaver.$what")" '^(\{|ERROR )'
	at_most "killed in the middle: milliseconds of the $what" "$(<"leaver.$what.ms")" 6500
done
is 'the lock is free' "$(holder leaving)" NULL

: >asked.1
: >asked.2
# ask_on ID FILE: a file for each, as the client writes an error's line in pieces.
ask_on() { while [[ ! -e enough ]]; do as root "SELECT miglock_probe($1); SELECT miglock_status('named:fleeting', 'probe'); SELECT miglock_status('named:fleeting')" >>"$2"; done; }
for round in 1 2 3 4; do
	raw_client "fleeting$round" there
	session "fleeting$round" "SELECT GET_LOCK('fleeting', 5)" >/dev/null
	rm -f enough
	start ask_on "${CLIENT_ID[fleeting$round]}" asked.1
	start ask_on "${CLIENT_ID[fleeting$round]}" asked.2
	until_true 10 eval '(($(cat asked.? | wc -l) > 20 * round))' || not_ok "round $round: it is asked"
	if ((round % 2)); then client_kill "fleeting$round"; else session_send "fleeting$round" '\quit'; fi
	until_true 10 session_gone "${CLIENT_ID[fleeting$round]}" || not_ok "round $round: it leaves"
	: >enough
	jobs_wait
done
is 'each answer is a document or says that there is no such connection' \
	"$(cat asked.? | grep -vE '^\{.*\}$|^ERROR .*there is no connection' | cut -c1-300 || true)" ''
is 'the server goes on' "$(session there 'SELECT 7')" 7
