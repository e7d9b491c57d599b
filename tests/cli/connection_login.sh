#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Login paths: the file of MySQL's own editor is read as MySQL's client reads it, and no file that it did not write.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

file=$shared/login.cnf
export MYSQL_TEST_LOGIN_FILE=$file

# write_login LINE...: what the editor would write, for a server that has no editor: 4 zero bytes, a key of 20 bytes, and
# each line with its length before it.
write_login() {
	local line key=000102030405060708090a0b0c0d0e0f10111213 aes cipher
	aes=1010101004050607 # the last four bytes of the key are folded into the first four
	aes+=08090a0b0c0d0e0f
	{
		printf '\0\0\0\0'
		printf '%b' "$(sed 's/../\\x&/g' <<<"$key")"
		for line; do
			cipher=$(printf '%s\n' "$line" | openssl enc -aes-128-ecb -K "$aes" -nosalt | od -An -v -tx1 | tr -d ' \n')
			printf '%b' "\\x$(printf '%02x' $((${#cipher} / 2)))\\0\\0\\0"
			printf '%b' "$(sed 's/../\\x&/g' <<<"$cipher")"
		done
	} >"$file"
	chmod 600 "$file"
}

printf '[client]\nuser=of_a_file\nhost=of_a_file\n' >"$shared/some.cnf"

if is_mariadb; then
	write_login '[client]' "user = \"$MLK_USER\"" "password = \"$MLK_PASSWORD\"" "socket = \"$MLK_SOCKET\"" \
		'[elsewhere]' 'user = "nobody#here"' 'password = "a\"b\\c#d"' 'host = "127.0.0.1"' 'port = 1' \
		'[elsewhere_x]' 'port = 2'
else
	editor() { in_server_root MYSQL_TEST_LOGIN_FILE="$file" mysql_config_editor "$@"; }
	editor set --user="$MLK_USER" --socket="$MLK_SOCKET"
	editor set --login-path=elsewhere --user=nobody#here --host=127.0.0.1 --port=1
	editor set --login-path=elsewhere_x --port=2
	# The editor takes a password from a terminal only.
	printf -v line '%q ' nsenter --target "$MLK_PID" --mount --root --wd=/ env -i PATH=/usr/bin:/bin MYSQL_TEST_LOGIN_FILE="$file" \
		mysql_config_editor set --skip-warn --user="$MLK_USER" --socket="$MLK_SOCKET" --password
	# It may forget what was typed before it asked: typed again until it is done.
	: >asked
	{
		until_true 20 grep -q 'Enter password' asked
		while printf '%s\n' "$MLK_PASSWORD"; do sleep 0.2; done 2>/dev/null
	} | script -qefc "$line" /dev/null >asked || true

	# theirs and ours, in one form
	same() {
		local what=$1 theirs ours
		shift
		theirs=$(in_server_root MYSQL_TEST_LOGIN_FILE="$file" HOME=/nowhere mysql "$@" | sed -n '/would have been/,$p' | tail -n +2) || true
		ours=$("$MLK_CLI" "$@" 2>&1 | tail -n +2) || true
		contains "$what: their client prints" "$theirs" --user
		is "$what" "$ours" "$theirs"
	}
	same 'the path [client] is read by itself' --defaults-file="$shared/some.cnf" --print-defaults
	same 'a path that is named comes after it' --defaults-file="$shared/some.cnf" --login-path=elsewhere --print-defaults
	same 'a path with a suffix' --defaults-file="$shared/some.cnf" --login-path=elsewhere --defaults-group-suffix=_x --print-defaults
	same 'the command line comes after both' --defaults-file="$shared/some.cnf" --login-path=elsewhere --print-defaults --user=me
	# theirs takes it only behind --no-defaults, and prints nothing then
	bare --no-login-paths --defaults-file="$shared/some.cnf" --print-defaults
	out_has 'without login paths' '--user=of_a_file --host=of_a_file'
fi

gets_in 'the path [client]' --no-defaults status
gets_in 'it beats an option file' --defaults-file=<(printf '[client]\nuser=nobody\npassword=wrong\n') status
stays_out 'a path that leads elsewhere' 1 "Can't connect" --no-defaults --login-path=elsewhere --protocol=tcp status
gets_in 'the command line beats it' --no-defaults --login-path=elsewhere "${by_socket[@]}" "${me[@]}" status
stays_out 'a path that does not exist' 2 "has no path 'nowhere'" --no-defaults --login-path=nowhere status
stays_out 'without login paths' 1 'Access denied' --no-defaults --no-login-paths "${by_socket[@]}" --user="$MLK_USER" status
stays_out 'a login path that comes too late' 2 'must come first' status --login-path=elsewhere
bare --no-defaults --login-path=elsewhere --print-defaults
out_has 'a # and quotes in a login path' '--user=nobody#here'

chmod 640 "$file"
stays_out 'a file that others may read' 2 'chmod 600' --no-defaults --login-path=elsewhere status
bare --no-defaults "${by_socket[@]}" "${me[@]}" status
code_is 'it is passed over where nobody named a path' 0
err_has 'with a warning' 'chmod 600'
chmod 600 "$file"

cp "$file" whole
for size in 0 3 23 24 26 29 40 100; do
	head -c "$size" whole >"$file"
	bare --no-defaults --login-path=elsewhere "${by_socket[@]}" "${me[@]}" status
	code_is "the first $size bytes of it" 2
done
{
	head -c 24 whole
	printf '\377\377\377\177'
	tail -c +29 whole
} >"$file"
stays_out 'a length that is a lie' 2 'it is not what mysql_config_editor writes' --no-defaults "${by_socket[@]}" "${me[@]}" status
head -c 2000 /dev/urandom >"$file"
stays_out 'noise' 2 'it is not what mysql_config_editor writes' --no-defaults "${by_socket[@]}" "${me[@]}" status
rm "$file"
stays_out 'no file, and a path named' 2 'cannot read the login file' --no-defaults --login-path=elsewhere status
gets_in 'no file, and none needed' --no-defaults "${by_socket[@]}" "${me[@]}" status
