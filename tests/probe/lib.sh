# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of vanished clients share: client hosts that are network namespaces, sessions from there, and a look at the
# server's end of a connection from outside.
#
# All hosts hang on one bridge of the host's own namespace, as on a switch. The server listens on it too; only accounts of
# that network can enter, and admin@'%' is taken back to the socket first.

# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

here=$MLK_TOP/tests/probe

# The bridge, and what its network is called: 198.18.0.0/15 and fd00::/8 are routed nowhere.
NET_BRIDGE=mlk$$
NET_V4=
NET_V6=
NET_HOSTS=()
declare -A CLIENT_PID=() CLIENT_ID=()

# probe_begin HOST...: the functions, the accounts and the hosts. Leaves the file out where this kernel has no such network.
probe_begin() {
	local host pattern
	mkdir -p "$MLK_CACHE"
	on_exit net_remove
	net_make 2>net.err || {
		printf 'no network namespaces here: %s\n' "$(tail -n 1 net.err)"
		exit 77
	}
	for host; do net_host "$host"; done
	probe_install
	root "DROP USER admin@'%'"
	for pattern in "$NET_V4%" "${NET_V6:-fd00:}%" localhost 127.0.0.1; do
		root "CREATE USER net@'$pattern'; GRANT ALL ON net.* TO net@'$pattern'"
	done
	root 'CREATE DATABASE net'
}

probe_install() {
	install_miglock
	if is_mariadb; then root "CREATE FUNCTION IF NOT EXISTS miglock_probe RETURNS STRING SONAME 'miglock.so'"; fi
}

# tls_server: makes a server with TLS the current one. MariaDB 10.11 makes no certificate of its own.
tls_server() {
	is_mariadb || return 0
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=miglock -keyout key.pem -out cert.pem 2>openssl.err
	# The server's root is another one; /proc leads out of it.
	server_start "$MLK_SERVER" tls --bind-address=* --skip-name-resolve "--ssl-cert=/proc/$$/cwd/cert.pem" \
		"--ssl-key=/proc/$$/cwd/key.pem"
}

# The bridge with a port that is never cut, so that the server's own link stays up whatever happens to the clients'.
net_make() {
	local number fd
	((EUID == 0)) || { printf 'not root\n' >&2 && return 1; }
	ip link delete "$NET_BRIDGE" 2>/dev/null
	# An address of its own, or it takes another one when a port leaves, and the clients send to the old one.
	ip link add "$NET_BRIDGE" address 02:6d:6c:00:00:01 type bridge mcast_snooping 0 || return 1
	# Two runs at once must not take the same network.
	exec {fd}>"$MLK_CACHE/probe-network.lock"
	flock "$fd"
	for _ in {1..200}; do
		number=$((RANDOM % 512))
		NET_V4=198.$((18 + number / 256)).$((number % 256)).
		NET_V6=fd00:6d6c:$(printf '%x' "$number")::
		if [[ -z $(ip -4 -o address show to "${NET_V4}0/24") ]]; then break; fi
	done
	ip address add "${NET_V4}1/24" dev "$NET_BRIDGE" && ip link set "$NET_BRIDGE" up || return 1
	exec {fd}>&-
	if ! ip address add "${NET_V6}1/64" dev "$NET_BRIDGE" nodad; then NET_V6=; fi
	net_host spare
}

# net_host HOST: a host with an address of each family, 198...10 or fd00...::10 for the first.
net_host() {
	local host=$1 number=$((10 + ${#NET_HOSTS[@]})) namespace=mlk-$$-$1
	NET_HOSTS+=("$host")
	ip netns add "$namespace" || return 1
	ip link add "$NET_BRIDGE-$number" type veth peer name eth0 netns "$namespace" || return 1
	ip link set "$NET_BRIDGE-$number" master "$NET_BRIDGE" up
	ip -n "$namespace" address add "$NET_V4$number/24" dev eth0
	if [[ -n $NET_V6 ]]; then ip -n "$namespace" address add "$NET_V6$number/64" dev eth0 nodad; fi
	ip -n "$namespace" link set eth0 up
}

net_remove() {
	local host
	kill -KILL "${CLIENT_PID[@]}" 2>/dev/null
	# The links by name too: a killed client's connection keeps its namespace for a minute or two.
	for host in "${NET_HOSTS[@]}"; do
		ip link delete "$(net_port "$host")"
		ip netns delete "mlk-$$-$host"
	done
	ip link delete "$NET_BRIDGE"
} 2>/dev/null

# net_cut HOST: its link goes down. net_hush HOST: links stay up, packets get lost on the way. net_mend HOST: undoes both.
net_port() {
	local i
	for i in "${!NET_HOSTS[@]}"; do
		if [[ ${NET_HOSTS[i]} == "$1" ]]; then printf '%s' "$NET_BRIDGE-$((10 + i))"; fi
	done
}
net_cut() { ip -n "mlk-$$-$1" link set eth0 down; }
net_hush() { ip link set "$(net_port "$1")" nomaster; }
net_mend() {
	ip -n "mlk-$$-$1" link set eth0 up
	ip link set "$(net_port "$1")" master "$NET_BRIDGE" up
}
# net_address HOST [4|6]
net_address() {
	local port
	port=$(net_port "$1")
	if [[ ${2:-4} == 6 ]]; then printf '%s' "$NET_V6${port##*-}"; else printf '%s' "$NET_V4${port##*-}"; fi
}

# on_host HOST COMMAND...: runs it there, in this shell's place.
on_host() {
	local host=$1
	shift
	exec nsenter --net="/run/netns/mlk-$$-$host" "$@"
}

# client_open NAME COMMAND...: COMMAND is a client that reads SQL. Its process id comes to stand in CLIENT_PID[NAME], its connection's
# in CLIENT_ID[NAME]; session, session_send and session_close take NAME too.
client_open() {
	local name=$1 fd
	shift
	rm -f -- "$name.in"
	mkfifo "$name.in"
	: >"$name.out"
	"$@" <"$name.in" >"$name.out" 2>&1 &
	CLIENT_PID[$name]=$!
	exec {fd}>"$name.in"
	SESSION_INPUT[$name]=$fd
	CLIENT_ID[$name]=$(session "$name" 'SELECT CONNECTION_ID()') || true
	[[ ${CLIENT_ID[$name]} =~ ^[0-9]+$ ]] || die "no session of $name: ${CLIENT_ID[$name]}"
}

# net_client NAME HOST 4|6 [client options]: the server's own client on that host, as net; with TLS where tls=yes.
net_client() {
	local name=$1 host=$2 address=${NET_V4}1
	if [[ $3 == 6 ]]; then address=${NET_V6}1; fi
	shift 3
	client_open "$name" own_client "$host" --protocol=TCP --host="$address" --port="$MLK_PORT" --user=net "$@"
}
own_client() {
	local client=mariadb safe=--skip-ssl host=$1
	shift
	if ! is_mariadb; then client=mysql safe=--ssl-mode=DISABLED; fi
	if [[ ${tls:-no} == yes ]]; then
		safe=--ssl
		if ! is_mariadb; then safe=--ssl-mode=REQUIRED; fi
	fi
	on_host "$host" nsenter --target "$MLK_PID" --mount --root --wd=/ env PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/root \
		"$client" --no-defaults "$safe" -N -B --raw --unbuffered --force "$@"
}

# raw_client NAME HOST [options of client.pl]: a client without connection attributes, as net. HOST "" is the server's own.
raw_client() {
	local name=$1 host=$2
	shift 2
	if [[ -n $host ]]; then
		client_open "$name" on_host "$host" perl "$here/client.pl" --host "${NET_V4}1" --port "$MLK_PORT" "$@"
	else
		client_open "$name" raw_local "$@"
	fi
}
raw_local() { exec perl "$here/client.pl" --socket "$MLK_SOCKET" "$@"; }

# client_kill NAME: without a farewell.
client_kill() {
	kill -KILL "${CLIENT_PID[$1]}"
	wait "${CLIENT_PID[$1]}" 2>/dev/null || true
	unset "CLIENT_PID[$1]"
}

# take_lock NAME LOCK: the client takes a named lock.
take_lock() { is "$1 takes its lock" "$(session "$1" "SELECT GET_LOCK('$2', 0)")" 1; }

# Settings of the server's end of a client's connection: "SO_KEEPALIVE TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT".
# settings ID; settings_set ID IDLE INTERVAL COUNT. "no socket" where there is none.
settings() {
	local host
	host=$(root "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = $1")
	perl "$here/sockopts.pl" "$MLK_PID" "${host##*:}"
}
settings_set() {
	local host id=$1
	shift
	host=$(root "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = $id")
	perl "$here/sockopts.pl" "$MLK_PID" "${host##*:}" "$@"
}
# What settings_set gives to the connections here: other values than any default and than those of a question.
# shellcheck disable=SC2034 # for those that read this file
OWN_SETTINGS='1 1111 22 7'
settings_own() { settings_set "$1" 1111 22 7 >/dev/null; }
settings_are() { [[ $(settings "$1") == "$2" ]]; }
settings_differ() { ! settings_are "$1" "$2"; }

# probe ID, ask TARGET, look TARGET: the documents, as root sees them.
probe() { root "SELECT miglock_probe($1)"; }
ask() { root "SELECT miglock_status('$1', 'probe')"; }
look() { root "SELECT miglock_status('$1')"; }

session_gone() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = $1") == 0 ]]; }
kills() { root "SHOW GLOBAL STATUS LIKE 'Com_kill'" | cut -f 2; }

# matches WHAT TEXT PATTERN: an extended regular expression.
matches() {
	if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1" "this is not like '$3': $2"; fi
}
# at_most WHAT NUMBER LIMIT
at_most() {
	if [[ $2 =~ ^[0-9]+$ ]] && (($2 <= $3)); then ok "$1"; else not_ok "$1" "got: $2, at most: $3"; fi
}

# Milliseconds of the clock.
now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

# timed FILE COMMAND...: its output goes into FILE, the milliseconds it took into FILE.ms; for the background.
timed() {
	local file=$1 began
	shift
	began=$(now_ms)
	"$@" >"$file" 2>&1 || true
	printf '%s' "$(($(now_ms) - began))" >"$file.ms"
}

# jobs_wait: those of the last starts, whatever came out.
JOBS=()
start() {
	"$@" &
	JOBS+=($!)
}
jobs_wait() {
	wait "${JOBS[@]}" || true
	JOBS=()
}

# says WHAT DOCUMENT PATH WANTED: one member of it; shows the whole where it is another.
says() {
	local got
	got=$(field "$2" "$3" 2>&1) || true
	if [[ $got == "$4" ]]; then ok "$1"; else not_ok "$1" "got:    $got"$'\n'"wanted: $4"$'\n'"in:     $2"; fi
}

# call_timed FILE SQL LOCK: root runs a call; its document goes into FILE, the milliseconds that it took, by the server's clock, into
# FILE.ms, and whether the lock is free right afterwards into FILE.free (1 or 0).
call_timed() {
	as root "SELECT SYSDATE(6) INTO @began; $2; SELECT CEILING(TIMESTAMPDIFF(MICROSECOND, @began, SYSDATE(6)) / 1000); SELECT IS_FREE_LOCK('$3')" >"$1.all"
	head -n 1 "$1.all" >"$1"
	sed -n 2p "$1.all" >"$1.ms"
	sed -n 3p "$1.all" >"$1.free"
}
