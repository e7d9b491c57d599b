# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the end-to-end tests share: starting real clients, waiting for them, killing them.

# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

clients=$MLK_TOP/tests/clients
declare -A CLIENT_PID=()
# What the last client said of itself when it hung.
export C_pid='' C_connection='' C_lock_connection='' C_lock=''
on_exit end_clients

# shellcheck disable=SC2034 # for the tests
rails=("$clients/rails/rails_migrate.rb")
# shellcheck disable=SC2034
ghost=("$clients/node/ghost.sh")
# shellcheck disable=SC2034
knex=("$clients/node/knex.sh")

# client NAME COMMAND...: starts one; what it writes is in NAME.log.
client() {
	local name=$1
	shift
	: >"$name.log" # at once: the one of an earlier client must not be read
	"$@" >"$name.log" 2>&1 </dev/null &
	CLIENT_PID[$name]=$!
}

# client_holds NAME: waits until it hangs in its migration. Sets C_*.
client_holds() {
	local name=$1 line word
	until_true 60 holds_or_ended "$name" || die "$name does not hang after 60 s: $(<"$name.log")"
	line=$(grep -m 1 '^holding ' "$name.log") || die "$name ended: $(<"$name.log")"
	for word in $line; do
		if [[ $word == *=* ]]; then export "C_$word"; fi
	done
}
holds_or_ended() { grep -q '^holding ' "$1.log" || ! kill -0 "${CLIENT_PID[$1]}" 2>/dev/null; }

# client_kill NAME: its process is gone afterwards, its sessions perhaps not yet.
client_kill() {
	kill -KILL "${CLIENT_PID[$1]}"
	client_end "$1"
}

# client_end NAME: waits for its end; its exit code is in ended.
client_end() {
	until_true 60 client_is_gone "$1" || die "$1 does not end after 60 s: $(<"$1.log")"
	ended=0
	wait "${CLIENT_PID[$1]}" 2>/dev/null || ended=$?
	unset "CLIENT_PID[$1]"
}
# A zombie is gone, too.
client_is_gone() { ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/${CLIENT_PID[$1]}/status" 2>/dev/null; }

# client_run NAME COMMAND...: to its end; its exit code is in ended.
client_run() {
	client "$@"
	client_end "$1"
}

# ends WHAT CODE NAME: how the last client of that name ended.
ends() {
	if [[ $ended == "$2" ]]; then ok "$mark$1"; else not_ok "$mark$1" "exit code $ended"$'\n'"$(<"$3.log")"; fi
}
# fails WHAT NAME TEXT: it ended with an error that has this text.
fails() {
	if [[ $ended != 0 ]] && grep -qF -e "$3" "$2.log"; then
		ok "$mark$1"
	else
		not_ok "$mark$1" "exit code $ended, wanted an error with '$3'"$'\n'"$(<"$2.log")"
	fi
}

end_clients() {
	local name
	for name in "${!CLIENT_PID[@]}"; do
		kill -KILL "${CLIENT_PID[$name]}" 2>/dev/null || true
	done
}

# becomes TARGET VERDICT [SECONDS]: asks until it says so; the last answer is in out.
becomes() {
	local target=$1 verdict=$2
	if until_true "${3:-20}" verdict_is "$target" "$verdict"; then
		ok "${mark}$target becomes $verdict"
	else
		not_ok "${mark}$target becomes $verdict" "$(<out)"
	fi
}
verdict_is() {
	mlk status "$1" --json
	grep -qF "\"verdict\":\"$2\"" out
}

# connected ID, gone ID: whether that session is there.
connected() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = $1") == 1 ]]; }
gone() { ! connected "$1"; }

# same_state WHAT BEFORE SQL: what the SQL shows is still BEFORE.
same_state() { is "$mark$1" "$(root "$3")" "$2"; }
