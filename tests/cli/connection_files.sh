#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The option files are read in the order and the syntax of the server's own client: both print the same arguments.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

client=mariadb
if ! is_mariadb; then client=mysql; fi

# Their files are in theirs/. Ours are the same files, with our group for that of their client.
translate() {
	rm -rf "$shared/ours"
	cp -a "$shared/theirs" "$shared/ours"
	find "$shared/ours" -type f -exec sed -i "s/^\[mysql/[miglock/; s|$shared/theirs|$shared/ours|" {} +
}

# From the first line that counts on; without what the distributions' own files say, and with their client's passwords masked as
# ours. Warnings come before it.
arguments() {
	sed -n '/would have been started/,$p' | sed -e 's/^[^ ]* would have been/would have been/' \
		-e 's/^--socket=[^ ]*mysqld\.sock //' -e 's/--password=[^ ]* /--password=***** /g'
}

# same WHAT [NAME=VALUE]... ARGUMENTS...: FILES stands for the directory of the files, in arguments and values.
same() {
	local what=$1 settings=() theirs ours
	shift
	translate
	while (($#)) && [[ $1 =~ ^[A-Z_]+= ]]; do
		settings+=("$1")
		shift
	done
	settings=(HOME="FILES/home" "${settings[@]}")
	theirs=$(in_server_root "${settings[@]//FILES/$shared/theirs}" "$client" "${@//FILES/$shared/theirs}" | arguments) || true
	ours=$(env "${settings[@]//FILES/$shared/ours}" "$MLK_CLI" "${@//FILES/$shared/ours}" 2>&1 | arguments) || true
	contains "$what: their client prints" "$theirs" 'would have been started'
	is "$what" "$ours" "$theirs"
}

# both_refuse WHAT TEXT PART: a file with that text stops their client, and us with a line that has PART.
both_refuse() {
	local what=$1 part=$3
	printf '%b' "$2" >"$shared/theirs/bad.cnf"
	translate
	contains "$what: their client stops" "$(in_server_root "$client" --defaults-file="$shared/theirs/bad.cnf" --print-defaults || true)" 'Fatal error'
	bare --defaults-file="$shared/ours/bad.cnf" "${by_socket[@]}" "${me[@]}" status
	code_is "$what: so do we" 2
	err_has "$what: says where and why" "bad.cnf, line $part"
	bare --defaults-file="$shared/ours/bad.cnf" --print-defaults
	code_is "$what: also for --print-defaults" 2
}

mkdir -p "$shared/theirs/home" "$shared/theirs/more" "$shared/theirs/server"
cd "$shared/theirs"
cat >syntax.cnf <<'END'
# a comment
; another
[client]
user=bob
password="se#cret"
host='h ost'
socket=/tmp/x # what follows is not part of it
port  =  3307
skip_ssl
loose-foo_bar=1
connect_timeout=5
init-command="a\tb\sc\\d\"e\x"
ssl-ca = a\#b
ssl-cert=x"y#z"q#r
ssl-key='it\'s'
ssl-capath="only one
tls-version=''
bind-address=
ssl
character-sets-dir=a=b=c
  user   =  indented  
[ client ]
user=no_group_of_that_name
[mysql]
user=of_the_program
[mysqld]
user=mysql
port=1
[client]
plugin-dir=/again
END
printf '[client]\nhost=included\n' >included.cnf
printf '[client]\nuser=b\n' >more/b.cnf
printf '[client]\nuser=a\nhost=a\n' >more/a.cnf
printf '[client]\nuser=not_read\n' >more/c.conf
printf '[client]\nuser=first\n!include %s\nport=1\n!includedir %s\n[mysql]\nuser=last\n! include %s\n!unknown\n!include %s\n' \
	"$PWD/included.cnf" "$PWD/more" "$PWD/included.cnf" "$PWD/nowhere.cnf" >including.cnf
printf '[client]\nuser=plain\n[client_x]\nuser=x\n[mysql_x]\nhost=x\n[clientx]\nuser=no\n[mysql_y]\nhost=y\n' >suffix.cnf
printf '[client]\nuser=home\nhost=home\n[mysql]\nport=7\n' >home/.my.cnf
printf '[client]\nuser=server\nport=2\n' >server/my.cnf
printf '[mysql]\nuser=extra\nhost=extra\n' >extra.cnf
{
	printf '[client]\nuser='
	printf 'x%.0s' {1..3000}
	printf '\nhost=after_a_long_one\n'
} >long.cnf

same 'groups, quotes, escapes and comments' --defaults-file=FILES/syntax.cnf --print-defaults
same 'files that include files' --defaults-file=FILES/including.cnf --print-defaults
same 'no suffix' --defaults-file=FILES/suffix.cnf --print-defaults
same 'a suffix' --defaults-file=FILES/suffix.cnf --defaults-group-suffix=_x --print-defaults
same 'a suffix in the environment' MYSQL_GROUP_SUFFIX=_y --defaults-file=FILES/suffix.cnf --print-defaults
same 'a suffix that is given beats it' MYSQL_GROUP_SUFFIX=_y --defaults-group-suffix=_x --defaults-file=FILES/suffix.cnf --print-defaults
same "the user's own file" --print-defaults
same 'an extra file comes before it' --defaults-extra-file=FILES/extra.cnf --print-defaults
same 'MYSQL_HOME comes before both' MYSQL_HOME=FILES/server --defaults-extra-file=FILES/extra.cnf --print-defaults
same 'the command line comes last' --defaults-file=FILES/suffix.cnf --print-defaults --user=me -h there --password=secret word
same 'a long line' --defaults-file=FILES/long.cnf --print-defaults
if is_mariadb; then
	printf '[client]\nuser=1\n[client-server]\nuser=2\n[client-mariadb]\nuser=3\n[client]\nuser=4\n' >maria.cnf
	same "MariaDB's own groups" --defaults-file=FILES/maria.cnf --print-defaults
	same 'no files' --no-defaults --print-defaults --user=me
fi
chmod o+w home/.my.cnf
same 'a file that everybody may write to' --defaults-extra-file=FILES/extra.cnf --print-defaults
chmod o-w home/.my.cnf

both_refuse 'an option without a group' 'user=a\n' '1: an option must be below a group'
both_refuse 'a group without its end' '[client]\nuser=a\n[mysql\nuser=b\n' '3: the name of a group does not end'
both_refuse 'an includedir that is not there' '[client]\nuser=a\n!includedir /nowhere/at/all\n' '3: cannot read the directory'
both_refuse 'an include without a path' '[client]\n!include\n' '2: !include'
cd - >/dev/null

# What only we say.
bare --defaults-file="$shared/theirs/suffix.cnf" --print-defaults -psecret --url=mysql://a:secret@h/ status
code_is '--print-defaults' 0
out_has '--print-defaults masks what their client shows' '-p***** --url=***** status'
is 'no secret in it' "$(grep -c secret out)" 0
stays_out '--print-defaults that comes too late' 2 'must come first' "${by_socket[@]}" --print-defaults

printf '[client]\nuser=%s\npassword=%s\nsocket=%s\nno-auto-rehash\ndefault-character-set=latin1\nmax_allowed_packet=1G\nloose-x=1\n' \
	"$MLK_USER" "$MLK_PASSWORD" "$MLK_SOCKET" >wild.cnf
gets_in 'options that are for others' --defaults-file=wild.cnf status
gets_in 'a pipe instead of a file' --defaults-file=<(cat wild.cnf) status
printf '[miglock]\nloose_sparkle=1\ndisable-ssl\nssl_mode=DISABLED\n' >>wild.cnf
gets_in 'loose and disable in front of a name, _ for -' --defaults-file=wild.cnf status
gets_in 'an option with _ on the command line' --defaults_file=wild.cnf --connect_timeout=3 --skip_ssl status
printf '[miglock]\nsparkle=1\n' >sparkle.cnf
stays_out 'an option in our own group that nobody knows' 2 "sparkle.cnf, line 2: an option file cannot give miglock the option 'sparkle'" \
	--defaults-file=sparkle.cnf "${by_socket[@]}" "${me[@]}" status
printf '[client]\nport=many\n' >port.cnf
stays_out 'a value that cannot be' 2 'port.cnf, line 2: port must be a number' --defaults-file=port.cnf "${by_socket[@]}" "${me[@]}" status
printf '[client]\ndns-srv-name=x\n' >srv.cnf
stays_out 'an option that would lead elsewhere' 2 'cannot do dns-srv-name' --defaults-file=srv.cnf "${me[@]}" status
cp wild.cnf open.cnf
chmod o+w open.cnf
stays_out 'a file that was named and may be written by all' 2 'chmod o-w' --defaults-file=open.cnf status
stays_out 'a directory' 2 'it is a directory' --defaults-file="$PWD" status
{
	printf '[client]\nuser='
	printf 'x%.0s' {1..70000}
} >endless.cnf
stays_out 'a line without end' 2 'endless.cnf, line 2: the line is too long' --defaults-file=endless.cnf status
printf '[client]\n!include %s\nuser=%s\npassword=%s\nsocket=%s\n' "$PWD/circle.cnf" "$MLK_USER" "$MLK_PASSWORD" "$MLK_SOCKET" >circle.cnf
gets_in 'a file that includes itself' --defaults-file=circle.cnf status
head -c 3000 /dev/urandom >noise.cnf
bare --defaults-file=noise.cnf --no-login-paths "${by_socket[@]}" "${me[@]}" status
if ((code < 3)); then ok 'noise does not crash it'; else not_ok 'noise does not crash it' "exit code $code"; fi
