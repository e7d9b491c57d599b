#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# URLs, on the command line and in DATABASE_URL: what they mean, what they beat and what beats them.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

at=$MLK_HOST:$MLK_PORT
account=$MLK_USER:$MLK_PASSWORD
socket=${MLK_SOCKET//\//%2F}
root "CREATE USER 'a:/?@%'@'%' IDENTIFIED BY 'p@:/?#%&+ x'; GRANT ALL ON *.* TO 'a:/?@%'@'%'"
printf '[client]\nuser=nobody\npassword=wrong\nhost=nowhere.invalid\nport=1\n' >wrong.cnf

for scheme in mysql mysql2 mariadb trilogy MySQL; do
	gets_in "$scheme://" --no-defaults --url="$scheme://$account@$at/shop" status
done
gets_in 'as two words' --no-defaults --url "mysql://$account@$at" status
gets_in 'percent-encoded' --no-defaults --url="mysql://a%3A%2F%3F%40%25:p%40%3a%2F%3F%23%25&+%20x@$at/shop?get_server_public_key=1" status
gets_in 'a path for a host is a socket' --no-defaults --url="mysql://$account@$socket/shop" status
for parameter in socket unix_socket socketPath; do
	gets_in "$parameter=" --no-defaults --url="mysql2://$account@localhost/shop?pool=5&$parameter=$socket&reconnect=true" status
done
gets_in 'the port of localhost means TCP' --no-defaults --url="mysql://$account@localhost:$MLK_PORT/" status
gets_in 'without a host: the local server' --no-defaults --url="mysql://$account@/shop" --socket="$MLK_SOCKET" status
gets_in 'it beats option files' --defaults-file=wrong.cnf --url="mysql://$account@$at/shop" status
gets_in 'the command line beats it' --no-defaults --url="mysql://nobody:wrong@nowhere.invalid:1/" "${by_tcp[@]}" "${me[@]}" status
gets_in 'a socket on the command line too' --no-defaults --url="mysql://nobody:wrong@nowhere.invalid:1/" "${by_socket[@]}" "${me[@]}" status
stays_out 'a user of its own does not get the password of a file' 1 'using password: NO' \
	--defaults-file=<(printf '[client]\npassword=%s\n' "$MLK_PASSWORD") --url="mysql://$MLK_USER@$at/" status
bare --no-defaults --url="mysql://$account@$at/no_such_schema" status
code_is 'the schema in the path is not used' 0
out_has 'all of them are looked at' 'all schemas'

stays_out 'IPv6' 1 '::1' --no-defaults --url="mysql://$account@[::1]:1/shop" status

export DATABASE_URL=mysql2://$account@$at/shop
gets_in 'DATABASE_URL' --no-defaults status
printf '[client]\nuser=nobody\npassword=wrong\nhost=nowhere.invalid\n' >.my.cnf
gets_in 'DATABASE_URL beats option files' status
MYSQL_HOST=nowhere.invalid MYSQL_TCP_PORT=1 MYSQL_PWD=wrong gets_in 'and the rest of the environment' status
rm .my.cnf
DATABASE_URL=mysql2://nobody:wrong@nowhere.invalid/ gets_in 'a server on the command line beats DATABASE_URL' --no-defaults "${by_socket[@]}" "${me[@]}" status
option_file mine.cnf
DATABASE_URL=mysql2://nobody:wrong@nowhere.invalid/ gets_in 'so does an option file that is named there' --defaults-file=mine.cnf status
DATABASE_URL=mysql2://nobody:wrong@nowhere.invalid/ gets_in 'so does --url' --no-defaults --url="mysql://$account@$at/shop" status
stays_out 'an account on the command line is used with it' 1 nobody --no-defaults --user=nobody status
DATABASE_URL=postgres://a:Secret@db/x bare --no-defaults -S "$MLK_SOCKET" "${me[@]}" status
code_is 'one of another database' 0
MYSQL_UNIX_PORT=$MLK_SOCKET DATABASE_URL=postgres://a:Secret@db/x bare --no-defaults "${me[@]}" status
code_is 'one of another database is passed over' 0
err_has 'with a note' 'DATABASE_URL is of another kind of database'
DATABASE_URL=mysql://a:Secret@h:x/ stays_out 'one that is wrong' 2 'DATABASE_URL: what follows the host is no port' --no-defaults status
is 'its password is not shown' "$(cat out err | grep -c Secret)" 0
unset DATABASE_URL

# refused WHAT PART URL: one line, and no password in it.
refused() {
	stays_out "$1" 2 "$2" --no-defaults --url="$3" release ghost:bad --force --yes
	is "$1: no password is shown" "$(cat out err | grep -c Secret)" 0
}
lock_table bad
refused 'no URL' '--url: it must begin with mysql://' 'a:Secret@h'
refused 'another kind of URL' '--url: it must begin with mysql://' 'postgres://a:Secret@h'
refused 'a slash in the password' "a password's @ : / ? # % are written %40 %3A" 'mysql://a:Secret/x@h'
refused 'IPv6 without brackets' 'mysql://[::1]:3306' 'mysql://a:Secret@::1:3306'
refused 'half a percent sign' 'two hexadecimal digits' 'mysql://a:Secret%@h'
refused 'TLS that nobody knows' 'its parameter sslmode has a value' 'mysql://a:Secret@h/?sslmode=Secret'
stays_out 'two of them' 2 'use one of them' --no-defaults --url="mysql://$account@$at/" --ghost=. status
is 'nothing was released' "$(flag bad)" 1
