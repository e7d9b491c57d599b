#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How the command finds the server: options, option files, environment, and what it says when it does not get in.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# Nobody's own option files.
export HOME=$PWD
unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT

# gets_in WHAT ARGUMENTS...: it is answered.
gets_in() {
	local what=$1
	shift
	bare "$@"
	code_is "$what" 0
	out_has "$what: answered" 'no migration lock is held'
}
# stays_out WHAT CODE PART ARGUMENTS...: it is not, and says why.
stays_out() {
	local what=$1 wanted=$2 part=$3
	shift 3
	bare "$@"
	code_is "$what" "$wanted"
	empty "$what: no answer" out
	err_has "$what: says why" "$part"
}
by_socket=(--socket="$MLK_SOCKET")
by_tcp=(--host="$MLK_HOST" --port="$MLK_PORT")
me=(--user="$MLK_USER" --password="$MLK_PASSWORD")

gets_in 'socket, long options' --no-defaults "${by_socket[@]}" "${me[@]}" status
gets_in 'socket, short options' --no-defaults -S "$MLK_SOCKET" -u "$MLK_USER" "-p$MLK_PASSWORD" status
gets_in 'TCP, long options' --no-defaults "${by_tcp[@]}" "${me[@]}" status
gets_in 'TCP, short options' --no-defaults -h "$MLK_HOST" -P "$MLK_PORT" -u "$MLK_USER" "-p$MLK_PASSWORD" status
gets_in 'options after the command' --no-defaults status "${by_socket[@]}" "${me[@]}"
MYSQL_PWD=$MLK_PASSWORD gets_in 'password in MYSQL_PWD' --no-defaults "${by_socket[@]}" --user="$MLK_USER" status

printf '[client]\nuser=nobody\npassword="%s"\nsocket=%s\n[miglock]\n# ours\nuser = %s\n[mysqld]\nuser=mysql\n' \
	"$MLK_PASSWORD" "$MLK_SOCKET" "$MLK_USER" >mixed.cnf
gets_in 'option file, [client] and then [miglock]' --defaults-file=mixed.cnf status
gets_in 'option file as two words' --defaults-file mixed.cnf status
gets_in 'the command line comes after the option file' --defaults-file=mixed.cnf --user="$MLK_USER" status
stays_out 'and wins' 1 'nobody' --defaults-file=mixed.cnf --user=nobody status
printf '[client_x]\npassword=%s\nsocket=%s\n[miglock_x]\nuser=%s\n' "$MLK_PASSWORD" "$MLK_SOCKET" "$MLK_USER" >suffix.cnf
gets_in 'groups with a suffix' --defaults-file=suffix.cnf --defaults-group-suffix=_x status
gets_in 'an extra option file' --defaults-extra-file=mixed.cnf status
option_file .my.cnf
gets_in "the user's own option file" status
rm .my.cnf
printf '!include %s/mixed.cnf\n' "$PWD" >including.cnf
gets_in 'an option file that includes another' --defaults-file=including.cnf status

stays_out 'a wrong password' 1 'Access denied' --no-defaults "${by_socket[@]}" --user="$MLK_USER" --password=wrong status
stays_out 'a wrong password by TCP' 1 'Access denied' --no-defaults "${by_tcp[@]}" --user="$MLK_USER" --password=wrong status
stays_out 'no password' 1 'Access denied' --no-defaults "${by_socket[@]}" --user="$MLK_USER" status
stays_out 'a socket that is not there' 1 'cannot connect' --no-defaults --socket="$PWD/none" "${me[@]}" status
stays_out 'a port where nobody listens' 1 'cannot connect' --no-defaults --host=127.0.0.1 --port=1 "${me[@]}" status
stays_out 'a host that is not there' 1 'cannot connect' --no-defaults --host=nowhere.invalid "${me[@]}" status
stays_out 'an option file that is not there' 2 'none.cnf' --defaults-file="$PWD/none.cnf" status
stays_out 'a port that is none' 2 port --no-defaults --port=70000 status
bare --no-defaults "${by_socket[@]}" --user="$MLK_USER" --password=wrong status --json
code_is 'a wrong password --json' 1
facts <<-'END'
	a wrong password --json is a document :: d.error.code === 'denied' && d.error.message.includes('Access denied')
END
for file in out err; do
	is "the password is not in std$file" "$(grep -c "password=\|$MLK_PASSWORD" "$file")" 0
done

# A host that takes the connection and never says a word must not hang the command.
node -e "
	require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
" >mute.port &
mute=$!
on_exit 'kill "$mute" 2>/dev/null'
until_true 20 test -s mute.port
start=$SECONDS
stays_out 'a server that says nothing' 1 'cannot connect' --no-defaults --host=127.0.0.1 --port="$(<mute.port)" \
	--connect-timeout=2 "${me[@]}" status
if ((SECONDS - start < 20)); then ok 'it gave up in time'; else not_ok 'it gave up in time' "$((SECONDS - start)) s"; fi
kill "$mute"

