#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How the command finds the server: options, option files, environment, and what it says when it does not get in.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

gets_in 'socket, long options' --no-defaults "${by_socket[@]}" "${me[@]}" status
gets_in 'socket, short options' --no-defaults -S "$MLK_SOCKET" -u "$MLK_USER" "-p$MLK_PASSWORD" status
gets_in 'TCP, long options' --no-defaults "${by_tcp[@]}" "${me[@]}" status
gets_in 'TCP, short options' --no-defaults -h "$MLK_HOST" -P "$MLK_PORT" -u "$MLK_USER" "-p$MLK_PASSWORD" status
gets_in 'options after the command' --no-defaults status "${by_socket[@]}" "${me[@]}"
gets_in 'compressed' --no-defaults --compress "${by_tcp[@]}" "${me[@]}" status
gets_in 'from an address' --no-defaults --bind-address=127.0.0.2 "${by_tcp[@]}" "${me[@]}" status
root "CREATE USER nopass@localhost; GRANT ALL ON *.* TO nopass@localhost"
MYSQL_PWD=wrong gets_in '--skip-password beats MYSQL_PWD' --no-defaults --skip-password "${by_socket[@]}" --user=nopass status

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

# The environment is asked last.
MYSQL_PWD=$MLK_PASSWORD gets_in 'password in MYSQL_PWD' --no-defaults "${by_socket[@]}" --user="$MLK_USER" status
is 'one line hints at what is better' "$(grep -c 'MYSQL_PWD' err)" 1
MYSQL_PWD=$MLK_PASSWORD bare --no-defaults --json --quiet "${by_socket[@]}" --user="$MLK_USER" status
code_is 'MYSQL_PWD, --quiet' 0
empty 'no hint with --quiet' err
MYSQL_PWD=wrong gets_in 'an option file beats MYSQL_PWD' --defaults-file=mixed.cnf status
MYSQL_HOST=$MLK_HOST MYSQL_TCP_PORT=$MLK_PORT gets_in 'MYSQL_HOST and MYSQL_TCP_PORT' --no-defaults "${me[@]}" status
MYSQL_TCP_PORT=$MLK_PORT gets_in 'MYSQL_TCP_PORT' --no-defaults --protocol=tcp --host="$MLK_HOST" "${me[@]}" status
MYSQL_UNIX_PORT=$MLK_SOCKET gets_in 'MYSQL_UNIX_PORT' --no-defaults "${me[@]}" status
MYSQL_HOST=nowhere.invalid MYSQL_TCP_PORT=1 gets_in 'the command line beats them' --no-defaults "${by_tcp[@]}" "${me[@]}" status
MYSQL_HOST=nowhere.invalid gets_in 'a socket on the command line beats MYSQL_HOST' --no-defaults "${by_socket[@]}" "${me[@]}" status
printf '[client]\nhost=%s\nport=%s\n' "$MLK_HOST" "$MLK_PORT" >place.cnf
MYSQL_HOST=nowhere.invalid MYSQL_TCP_PORT=1 gets_in 'an option file beats them' --defaults-file=place.cnf "${me[@]}" status
MYSQL_TCP_PORT=many stays_out 'a port in the environment that is none' 2 'MYSQL_TCP_PORT: port must be a number' --no-defaults "${by_socket[@]}" "${me[@]}" status

# Nothing of it may end at another server than the one that was meant.
printf '[client]\nprotocol=socket\nsocket=%s\n' "$MLK_SOCKET" >local.cnf
printf 'port=%s\n' "$MLK_PORT" >>local.cnf
gets_in 'a host is reached by TCP, whatever a file says' --defaults-file=local.cnf --host="$MLK_HOST" "${me[@]}" status
stays_out 'a host is not reached by the socket of a file' 1 'cannot connect' --defaults-file=local.cnf --host=nowhere.invalid "${me[@]}" status
printf '[client]\nhost=nowhere.invalid\nport=1\n' >far.cnf
gets_in 'a socket on the command line beats the host of a file' --defaults-file=far.cnf "${by_socket[@]}" "${me[@]}" status
printf '[client]\nsocket=%s/none\n' "$PWD" >socket.cnf
gets_in 'a port on the command line means TCP' --defaults-file=socket.cnf --port="$MLK_PORT" "${me[@]}" status

# Bad moments: one line, what is wrong and what to do; nothing is released.
lock_table bad
stays_out 'a wrong password' 1 'Access denied' --no-defaults "${by_socket[@]}" --user="$MLK_USER" --password=wrong release ghost:bad --force --yes
err_has 'a wrong password: what to do' 'check -u and -p (--print-defaults'
stays_out 'a wrong password by TCP' 1 'Access denied' --no-defaults "${by_tcp[@]}" --user="$MLK_USER" --password=wrong release ghost:bad --force --yes
stays_out 'no password' 1 '-p asks for the password' --no-defaults "${by_socket[@]}" --user="$MLK_USER" release ghost:bad --force --yes
stays_out 'a socket that is not there' 1 'is the server running' --no-defaults --socket="$PWD/none" "${me[@]}" release ghost:bad --force --yes
stays_out 'a port where nobody listens' 1 'is the server running' --no-defaults --host=127.0.0.1 --port=1 "${me[@]}" release ghost:bad --force --yes
stays_out 'a host that is not there' 1 'cannot connect' --no-defaults --host=nowhere.invalid "${me[@]}" release ghost:bad --force --yes
stays_out 'an option file that is not there' 2 'none.cnf' --defaults-file="$PWD/none.cnf" release ghost:bad --force --yes
stays_out 'a port that is none' 2 port --no-defaults --port=70000 release ghost:bad --force --yes
is 'nothing was released' "$(flag bad)" 1
root 'DROP DATABASE bad'

bare --no-defaults "${by_socket[@]}" --user="$MLK_USER" --password=wrong status --json
code_is 'a wrong password --json' 1
facts <<-'END'
	a wrong password --json is a document :: d.error.code === 'denied' && d.error.message.includes('Access denied')
END
for file in out err; do
	is "the password is not in std$file" "$(grep -c "password=\|$MLK_PASSWORD" "$file")" 0
done

# asked ANSWER ARGUMENTS...: on a terminal of its own, where ANSWER is typed once it asks; what the terminal shows is in out.
root "CREATE USER asked@localhost IDENTIFIED BY 'Secret'; GRANT ALL ON *.* TO asked@localhost"
asked() {
	local answer=$1 line
	shift
	printf -v line '%q ' "$MLK_CLI" --no-defaults "${by_socket[@]}" "$@"
	code=0
	: >out
	: >err
	{
		until_true 20 grep -q 'Enter password' out
		printf '%s\n' "$answer"
	} | TERM=xterm timeout 60 script -qefc "$line" /dev/null >out 2>&1 || code=$?
}
asked Secret --user=asked -p status
code_is '-p asks' 0
out_has '-p asks for it' 'Enter password: '
is 'what was typed is not shown' "$(grep -c Secret out)" 0
asked wrong --user=asked --password status
code_is 'the wrong one was typed' 1
out_has 'the wrong one was typed: says so' 'using password: YES'
code=0
setsid "$MLK_CLI" --no-defaults "${by_socket[@]}" --user=asked -p status >out 2>err </dev/null || code=$?
code_is '-p without a terminal' 2
err_has '-p without a terminal: what to do' 'put it into an option file'

# A host that takes the connection and never says a word must not hang the command.
node -e "
	require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
" >mute.port &
mute=$!
on_exit 'kill "$mute" 2>/dev/null'
until_true 20 test -s mute.port
start=$SECONDS
# What it waits in can be read meanwhile: its arguments show no password.
"$MLK_CLI" --no-defaults --connect-timeout=4 --url="mysql://a:Secret@127.0.0.1:$(<mute.port)/s" --user=u --password=Secret status >/dev/null 2>&1 &
waiting=$!
shows_no_secret() { tr '\0' ' ' <"/proc/$waiting/cmdline" | grep -q -e '--password=xxxxxx' && ! grep -q Secret "/proc/$waiting/cmdline"; }
if until_true 3 shows_no_secret; then ok 'the process list shows no password'; else not_ok 'the process list shows no password' "$(tr '\0' ' ' <"/proc/$waiting/cmdline")"; fi
stays_out 'a server that says nothing' 1 'cannot connect' --no-defaults --host=127.0.0.1 --port="$(<mute.port)" \
	--connect-timeout=2 "${me[@]}" status
if ((SECONDS - start < 20)); then ok 'it gave up in time'; else not_ok 'it gave up in time' "$((SECONDS - start)) s"; fi
wait "$waiting" || true
kill "$mute"
