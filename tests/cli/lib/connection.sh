# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of connecting share.

# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# Nobody's own option files and environment.
export HOME=$PWD
unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MARIADB_UNIX_PORT MYSQL_HOME MARIADB_HOME DATABASE_URL NODE_ENV
unset MYSQL_GROUP_SUFFIX MARIADB_GROUP_SUFFIX MYSQL_TEST_LOGIN_FILE

# shellcheck disable=SC2034 # used by the tests
by_socket=(--socket="$MLK_SOCKET")
# shellcheck disable=SC2034
by_tcp=(--host="$MLK_HOST" --port="$MLK_PORT")
# shellcheck disable=SC2034
me=(--user="$MLK_USER" --password="$MLK_PASSWORD")
# A directory that has the same path for the server's own client, which sees little else.
shared=$(dirname -- "$MLK_SOCKET")/shared
mkdir -p "$shared"

# gets_in WHAT ARGUMENTS...: it is answered.
gets_in() {
	local what=$1
	shift
	bare "$@"
	code_is "$what" 0
	out_has "$what: answered" 'no migration lock is held'
}
# stays_out WHAT CODE PART ARGUMENTS...: it is not, and says why in one line.
stays_out() {
	local what=$1 wanted=$2 part=$3
	shift 3
	bare "$@"
	code_is "$what" "$wanted"
	empty "$what: no answer" out
	err_has "$what: says why" "$part"
	is "$what: in one line" "$(grep -c '' err)" 1
}

# in_server_root COMMAND...: as the server's own programs run, with their output on stdout.
in_server_root() {
	nsenter --target "$MLK_PID" --mount --root --wd=/ env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TMPDIR=/tmp "$@" 2>&1
}

