#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# watch on a terminal: what is seen, keys, sizes, releases with the same questions as release, lost connections.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"
# shellcheck source=tests/cli/lib/terminal.sh
. "$MLK_TOP/tests/cli/lib/terminal.sh"

# part FIRST LAST: those lines of the screen, without spaces at their ends.
part() { screen | sed -n "$1,$2p" | sed 's/ *$//'; }
# selected WHAT TARGET: the line with the mark is that lock's.
is_selected() { screen | grep -q "^> $1 "; }
selected() {
	if until_true 10 is_selected "$2"; then ok "$mark$1"; else not_ok "$mark$1" "$(screen)"; fi
}
lookers() { root "SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER'"; }
looks_no_more() { [[ $(lookers) == NULL ]]; }

list() {
	terminal_open 80 24
	enter 'm watch'
	see 'the list' 'q quit  Enter details'
	is "${mark}its head" "$(part 1 1 | grep -cE '^miglock watch  (MariaDB|MySQL) .* 3 locks, 2 held  [0-9:]{8}$')" 1
	is "${mark}its rows" "$(part 2 6)" "by verdict
  TARGET      VERDICT    HELD        SIBL  WAIT  HOLDER
> ghost:app   abandoned  2020-01-01     0     0  -
  rails:app   idle       yes            0     0  $(holder 6939591962871035475) root@localhost mysql[$pid]
  ghost:free  free       no             0     0  -"
	is "${mark}its keys" "$(part 24 24)" 'q quit  Enter details  r release  p probe  s sort  / filter  f held only  ? help'
	keys j
	selected 'down' rails:app
	keys Up
	selected 'up' ghost:app
	keys G
	selected 'the last one' ghost:free
	keys f
	see 'held only' 'by verdict, held only'
	see 'says how many' '2 of 3 shown'
	selected 'the selected one has gone: the one at its place' rails:app
	keys f s s s
	see 'another order' 'by target'
	selected 'the same lock is selected' rails:app
	is "${mark}in that order" "$(part 4 6 | cut -c 3-12)" $'ghost:app \nghost:free\nrails:app '
	keys /
	see 'a filter' 'filter: _'
	keys F R E
	see 'as it is typed' 'filter: FRE_'
	see 'it acts' '1 of 3 shown'
	keys Enter
	see 'it stays' "by target, with 'FRE'"
	keys Escape
	see_no 'Escape takes it away' "with 'FRE'"
	keys '?'
	see 'help' 'miglock watch: keys'
	keys q
	see_no 'back from there' 'miglock watch: keys'
	root "UPDATE free.migrations_lock SET locked = 1, acquired_at = '2020-01-01 00:00:00'"
	see 'what changes is seen' '3 locks, 3 held'
	root 'UPDATE free.migrations_lock SET locked = 0'
	keys g s Enter
	see 'details' 'ghost:app is abandoned'
	keys G
	see 'to the end' "$(if [[ $mode == direct ]]; then echo 'miglock release ghost:app --token'; else echo "SELECT miglock_release('ghost:app'"; fi)"
	keys Escape b
	until_true 10 titled 'not seen' || not_ok "${mark}what is not seen" "$(screen)"
	keys q q
	see 'the end' '[code 0]'
	see_no 'the screen is as it was' 'q quit'
	tidy 'after the end'
}

titled() { [[ $(part 1 1) == "$1"* ]]; }

sizes() {
	local size columns rows
	terminal_open 80 24
	enter 'm watch'
	see 'the list' 'q quit  Enter details'
	for size in 40x8 200x50 60x12 79x23 41x24; do
		columns=${size%x*} rows=${size#*x}
		resize "$columns" "$rows"
		see "$size: the list" '> ghost:app '
		until_true 10 bottom_is_keys "$rows" || not_ok "$mark$size: the last line" "$(screen)"
		is "$mark$size: no line is broken" "$(screen | grep -c 'VERDICT')" 1
	done
	resize 30 5
	see 'too small' 'needs 40x8'
	keys j
	resize 80 24
	see 'large again' 'q quit  Enter details'
	keys Enter
	see 'details' 'rails:app is idle'
	resize 50 10
	see 'details in few lines' 'lines 1 to 6 of'
	keys G
	see 'scrolled' 'token  '
	keys C-c
	see 'Ctrl-C' '[code 130]'
	tidy 'after Ctrl-C'
}
bottom_is_keys() { screen | sed -n "$1p" | grep -q '^q quit'; }

# What is asked last has no answer yet: what was asked before may be on the screen too.
asks() { [[ $(screen | grep -v '^$' | tail -n 1) == *"Only 'yes' is taken:" ]]; }
asked_now() { if until_true 10 asks; then ok "$mark$1"; else not_ok "$mark$1" "$(screen)"; fi; }

releases() {
	terminal_open 80 24
	enter 'm watch --interval 60'
	see 'a list that gets old' '> ghost:app'
	root "UPDATE app.migrations_lock SET acquired_at = '2020-01-01 00:00:02'"
	until_true 10 settled || not_ok "${mark}nobody is at work"
	keys r
	see 'the lock that is there by then is another one' 'changed hands'
	is "${mark}it is not released" "$(flag app)" 1
	keys Enter q
	see 'the end' '[code 0]'
	terminal_open 80 24
	root "UPDATE app.migrations_lock SET acquired_at = '2020-01-01 00:00:00'"
	until_true 10 settled || not_ok "${mark}nobody is at work"
	enter 'm watch'
	see 'the list' '> ghost:app'
	keys r
	asked_now 'it asks'
	see 'about that lock' "Release ghost:app? Only 'yes' is taken:"
	keys y Enter
	see 'anything else is no' 'not confirmed'
	is "${mark}nothing is released" "$(flag app)" 1
	keys Enter
	see 'back' 'q quit  Enter details'
	keys r
	asked_now 'it asks again'
	root "UPDATE app.migrations_lock SET acquired_at = '2020-01-01 00:00:01'"
	until_true 10 settled || not_ok "${mark}nobody is at work"
	keys yes Enter
	see 'what was shown is what counts' 'changed hands'
	is "${mark}a changed lock is not released" "$(flag app)" 1
	keys Enter
	see 'back again' 'q quit  Enter details'
	see 'the new one is seen' '> ghost:app   abandoned'
	keys Enter
	see 'its details' 'ghost:app is abandoned'
	until_true 10 settled || not_ok "${mark}nobody is at work"
	keys r
	asked_now 'from the details too'
	keys yes Enter
	see 'it is released' 'ghost:app: released'
	is "${mark}in the table" "$(flag app)" 0
	keys Enter
	see 'then it is free' 'ghost:app is free'
	keys Escape g
	selected 'the worst is first' rails:app
	keys r
	see 'an idle lock is refused' 'rails:app: refused'
	is "${mark}and still held" "$(holder 6939591962871035475 | grep -c '^[0-9]')" 1
	keys Enter R
	asked_now 'force asks'
	keys yes Enter
	see 'and releases' 'rails:app: released'
	keys Enter
	see 'back in the list' 'q quit  Enter details'
	see 'nothing is held' ' 0 held'
	keys r
	see 'a free lock' 'nothing to release'
	root 'DELETE FROM free.migrations_lock'
	keys '/' ghost:f Enter
	see 'a damaged table' 'damaged table'
	keys r
	see 'is another action' 'miglock repair ghost:free'
	keys p
	if [[ $mode == functions ]]; then
		see 'of a row nobody can be asked' 'nobody to ask'
	else
		see 'nobody can ask' "only the server's functions can ask"
	fi
	keys q
	see 'the end' '[code 0]'
	root "INSERT INTO free.migrations_lock VALUES ('km01', 0, NULL, NULL)"
}

# The holder by TCP, so that there is somebody to ask.
probes() {
	MYSQL_PWD=$MLK_PASSWORD session_start far "$MLK_USER" --protocol=tcp --host="$MLK_HOST" --port="$MLK_PORT"
	session far "SELECT GET_LOCK('far', 0)" >taken
	terminal_open 80 24
	enter 'm watch named:far'
	see 'the lock' '> named:far'
	keys p
	see 'its client answers' 'client alive (answered after'
	see 'on one line' 'named:far: '
	keys q
	see 'the end' '[code 0]'
	session_close far
}

lost() {
	until_true 10 looks_no_more || not_ok "${mark}nobody looks"
	terminal_open 80 24
	enter 'm watch --interval 0.5'
	see 'the list' '> ghost:app'
	root "KILL $(lookers)"
	see 'a connection that is killed' 'connection lost: '
	see 'says when it tries again' ', trying again'
	see 'what was seen stays' '> ghost:app'
	see_no 'it comes back' 'connection lost'
	keys q
	see 'the end' '[code 0]'
	until_true 10 looks_no_more || not_ok "${mark}no connection is left" "$(lookers)"
}

# stopped PID: by a signal.
stopped() { grep -q '^State:[[:space:]]*T' "/proc/$1/status"; }

# Ctrl-Z and back, other signals, a terminal that goes away.
signals() {
	local signal child
	terminal_open 80 24
	enter 'm watch'
	see 'the list' 'q quit  Enter details'
	child=$(terminal_child)
	keys C-z
	# the shell may speak before the screen is given back, so what it says is no sign
	if until_true 10 stopped "$child"; then ok "${mark}stopped"; else not_ok "${mark}stopped" "$(screen)"; fi
	is "${mark}while it is stopped the screen is the shell's" "$(terminal display-message -p '#{alternate_on} #{cursor_flag}')" '0 1'
	enter fg
	see 'it goes on' 'q quit  Enter details'
	see 'and looks' '> ghost:app'
	for signal in TERM HUP INT; do
		kill -s "$signal" "$(terminal_child)"
		see "SIG$signal" "[code $((128 + $(kill -l "$signal")))]"
		tidy "after SIG$signal"
		enter 'm watch'
		see 'once more' 'q quit  Enter details'
	done
	terminal kill-server
	if until_true 10 looks_no_more; then
		ok "${mark}without its terminal it ends"
	else
		not_ok "${mark}without its terminal it ends" "$(lookers)"
	fi
}

locales() {
	root "CREATE DATABASE \`höst\`"
	lock_table höst
	terminal_open 80 24
	enter 'm watch'
	see 'UTF-8' ' ghost:höst '
	keys q
	terminal_open 80 24 LC_ALL=C
	enter 'm watch'
	see 'the C locale' ' ghost:h?st '
	keys q
	terminal_open 80 24 NO_COLOR=1
	enter 'm watch'
	see 'no colours' '> ghost:app'
	is "${mark}NO_COLOR" "$(terminal capture-pane -p -e | grep -cE $'\e\\[[0-9;]*3[0-7]' || true)" 0
	keys q
	terminal_open 80 24
	enter 'm watch'
	see 'with colours' '> ghost:app'
	is "${mark}colours" "$(terminal capture-pane -p -e | grep -cE $'\e\\[[0-9;]*3[0-7]' | sed 's/^[1-9].*/some/')" some
	keys q
	root "DROP DATABASE \`höst\`"
}

# What cannot be watched is said in a line, and no screen is taken.
refused() {
	mlk watch
	code_is 'no terminal' 2
	err_has 'says what to do instead' 'watch needs a terminal' 'miglock status --json' 'miglock metrics'
	is "${mark}in one line" "$(wc -l <err)" 1
	mlk watch --json
	code_is '--json' 2
	facts <<-'END'
		a document :: d.error.message.includes('miglock status --json')
	END
	terminal_open 80 24
	for term in nonsense dumb ''; do
		enter "TERM=$term m watch"
		see "TERM='$term'" "terminal of type '$term'"
		see "TERM='$term': code" '[code 2]'
	done
	enter 'm watch | cat'
	see 'no stdout' 'watch needs a terminal'
	enter 'm watch --interval 0'
	see 'no interval' '--interval takes seconds'
	enter 'm watch nowhere'
	see 'a schema that is not there' 'nowhere'
	see 'it failed' '[code 1]'
	enter 'm -uwrong -pwrong watch'
	see 'a wrong password' 'cannot connect'
	see 'that failed' '[code 1]'
	tidy 'after all that'
}

hold_rails() {
	session_start rails root
	session rails "SELECT GET_LOCK('6939591962871035475', 0)" >taken
}

story() {
	hold_rails
	pid=$(client_pid)
	root "UPDATE app.migrations_lock SET locked = 1, acquired_at = '2020-01-01 00:00:00'"
	until_true 10 settled || not_ok "${mark}nobody is at work"
	list
	releases
	hold_rails # that one was killed
	root "UPDATE app.migrations_lock SET locked = 1, acquired_at = '2020-01-01 00:00:00'"
	lost
	if [[ $mode == functions ]]; then
		probes
	else
		sizes
		signals
		locales
		refused
	fi
	session_close rails
}
client_pid() {
	root "SELECT ATTR_VALUE FROM performance_schema.session_connect_attrs
		WHERE ATTR_NAME = '_pid' AND PROCESSLIST_ID = IS_USED_LOCK('6939591962871035475')"
}
lock_table app
lock_table free
root 'UPDATE free.migrations_lock SET locked = 0'
both_ways story

# A server of its own that hangs, dies and comes back; nothing is installed there.
mode=direct mark=
conf=$PWD/second.cnf
server_start "${1:?}" second
option_file "$conf"
lock_table shop
continued() { kill -CONT "$MLK_PID" 2>/dev/null || true; }
on_exit continued
terminal_open 80 24
enter 'm watch --interval 0.5'
see 'a server' '> ghost:shop'
kill -STOP "$MLK_PID"
see 'a server that hangs' 'waiting for the server for '
keys Enter
see 'keys act all the same' 'ghost:shop is abandoned'
keys Escape
kill -CONT "$MLK_PID"
see_no 'it goes on' 'waiting for the server'
server_stop second
see 'a server that dies' 'connection lost: '
see 'it is tried again' 'trying again in '
see 'what was seen stays' '> ghost:shop'
server_start "$1" second
see 'a server that comes back' 'no migration lock'
see_no 'nothing is wrong then' 'connection lost'
kill -STOP "$MLK_PID"
see 'it hangs again' 'waiting for the server for '
keys q
see 'q acts at once' '[code 0]'
continued
