# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Private servers, each with a data directory of its own, gone without a trace when the calling shell ends.
#
#   server_start mariadb|mariadb11|mysql INSTANCE [server options]
#                            starts one and makes it the current one; not from a subshell, as it ends with its shell
#   server_stop INSTANCE     shuts it down; server_stop_all does so at exit
#   server_use INSTANCE      makes another one the current one
#   server_client [options]  the server's own client, as root over the socket
#
# The current server: MLK_SERVER MLK_SOCKET MLK_HOST MLK_PORT MLK_USER MLK_PASSWORD MLK_PID MLK_DATADIR MLK_LOG
# (exported). Paths are the same on the host and in the chroot. root@localhost has no password;
# MLK_USER with MLK_PASSWORD may do everything from anywhere, by TCP or socket.
# Read from the environment: MLK_PLUGIN, the miglock.so to put into the plugin directory;
# MLK_PRELOAD, a library to preload into the server.

# shellcheck source=scripts/lib/roots.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/roots.sh"

MLK_RUN=
declare -A MLK_INSTANCES=()

server_root() {
	case $1 in
	mariadb) printf mariadb-10.11 ;;
	mariadb11) printf mariadb-11.8 ;;
	mysql) printf mysql-9.7 ;;
	*) die "no such server: $1 (there are: mariadb, mariadb11, mysql)" ;;
	esac
}

server_start() {
	local name=$1 instance=$2 root dir attempt pid
	shift 2
	[[ -z ${MLK_INSTANCES[$instance]:-} ]] || die "server instance $instance runs already"
	root=$(root_dir "$(server_root "$name")")
	root_prepare "$(server_root "$name")"
	if [[ -z $MLK_RUN ]]; then
		scratch_dir MLK_RUN
		on_exit server_stop_all
	fi
	dir=$MLK_RUN/$instance
	rm -rf -- "$dir"
	mkdir -p "$dir/plugin"
	# sockaddr_un holds 108 bytes, some clients take less
	((${#dir} < 95)) || die "$dir is too long for a socket path; set TMPDIR to a shorter directory"
	cp -a --reflink=auto --sparse=always "$root/var/lib/miglock/data" "$dir/data" || return 1
	rm -f -- "$dir/data/auto.cnf" # MySQL makes up another server_uuid
	server_plugins "$root" "$dir/plugin"

	# A free port can be taken before the server gets it: then another one.
	for attempt in 1 2 3 4 5; do
		MLK_PORT=$(free_port)
		server_launch "$name" "$root" "$dir" "$@" &
		pid=$!
		MLK_INSTANCES[$instance]="$name $pid $MLK_PORT"
		server_use "$instance"
		if server_wait_ready "$dir/log"; then return 0; fi
		server_stop "$instance"
		grep -qi 'bind on tcp/ip port\|Bind on TCP' "$dir/log" || break
	done
	tail -n 30 "$dir/log" >&2
	say "error: $name ($instance) did not start (attempt $attempt); the end of its log is above"
	return 1
}

# Its own plugins by link, so that the directory can take miglock.so too.
server_plugins() {
	local root=$1 dir=$2 file
	for file in "$root"/usr/lib/mysql/plugin/*.so; do
		ln -s "/usr/lib/mysql/plugin/${file##*/}" "$dir/"
	done
	if [[ -n ${MLK_PLUGIN:-} ]]; then cp -- "$MLK_PLUGIN" "$dir/miglock.so"; fi
}

# Becomes the server.
server_launch() {
	local name=$1 root=$2 dir=$3 program=(mariadbd) options
	shift 3
	options=(--no-defaults --user=root --datadir="$dir/data" --plugin-dir="$dir/plugin"
		--socket="$dir/sock" --pid-file="$dir/pid" --port="$MLK_PORT" --bind-address=127.0.0.1
		--tmpdir=/tmp --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M)
	if [[ $name == mysql ]]; then
		program=(mysqld)
		options+=(--mysqlx=OFF --innodb-redo-log-capacity=8M --sync-binlog=0 --innodb-flush-method=nosync)
	else
		options+=(--innodb-log-file-size=10M)
	fi
	if [[ -n ${MLK_PRELOAD:-} ]]; then program=(env "LD_PRELOAD=$MLK_PRELOAD" "${program[@]}"); fi
	trap - EXIT HUP INT TERM
	MLK_EXEC=yes in_root "$root" "$dir:$dir" -- "${program[@]}" "${options[@]}" "$@" \
		>>"$dir/log" 2>&1 </dev/null
}

# Ready, or dead, or out of time.
server_wait_ready() {
	local log=$1 deadline=$((SECONDS + ${MLK_START_TIMEOUT:-60}))
	while ((SECONDS < deadline)); do
		kill -0 "$MLK_PID" 2>/dev/null || return 1
		if [[ -S $MLK_SOCKET ]] && server_client -e 'DO 1' >/dev/null 2>&1; then return 0; fi
		sleep 0.05
	done
	say "no answer from $MLK_SERVER within ${MLK_START_TIMEOUT:-60} s; its log is $log"
	return 1
}

server_use() {
	local dir=$MLK_RUN/$1 name pid port
	read -r name pid port <<<"${MLK_INSTANCES[$1]:?no such server instance}"
	export MLK_SERVER=$name MLK_PID=$pid MLK_PORT=$port MLK_HOST=127.0.0.1
	export MLK_USER=admin MLK_PASSWORD=miglock
	export MLK_SOCKET=$dir/sock MLK_DATADIR=$dir/data MLK_LOG=$dir/log
}

# Needs only what is exported: a test that was given a server can call it.
server_client() {
	local client=mariadb dir
	if [[ $MLK_SERVER == mysql ]]; then client=mysql; fi
	# The server's own namespace is there already, and quicker than another one.
	if kill -0 "$MLK_PID" 2>/dev/null; then
		nsenter --target "$MLK_PID" --mount --root --wd=/ env PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TMPDIR=/tmp HOME=/root \
			"$client" --no-defaults --user=root --socket="$MLK_SOCKET" "$@"
		return
	fi
	dir=$(dirname -- "$MLK_SOCKET")
	in_root "$(root_dir "$(server_root "$MLK_SERVER")")" "$dir:$dir" -- \
		"$client" --no-defaults --user=root --socket="$MLK_SOCKET" "$@"
}

# A clean shutdown, or its end after the deadline. Its directory stays until the shell ends.
server_stop() {
	local instance=$1 pid deadline=$((SECONDS + ${MLK_STOP_TIMEOUT:-30}))
	[[ -n ${MLK_INSTANCES[$instance]:-} ]] || return 0
	read -r _ pid _ <<<"${MLK_INSTANCES[$instance]}"
	unset "MLK_INSTANCES[$instance]"
	kill -TERM "$pid" 2>/dev/null || true
	while kill -0 "$pid" 2>/dev/null; do
		if ((SECONDS >= deadline)); then
			say "server $instance does not stop: killing it"
			kill -KILL "$pid" 2>/dev/null || true
			break
		fi
		sleep 0.05
	done
	wait "$pid" 2>/dev/null || true
}

server_stop_all() {
	local instance
	for instance in "${!MLK_INSTANCES[@]}"; do
		server_stop "$instance"
	done
}

# Below the range that the kernel gives to clients.
free_port() {
	local port
	while :; do
		port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
		if [[ -z $(ss -Hltn "sport = :$port") ]]; then
			printf '%s' "$port"
			return
		fi
	done
}
