#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Any GET_LOCK lock, whatever its name: who holds it, who waits, and its release.
set -euo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$MLK_TOP/tests/e2e/lib.sh"

# quoted TEXT: as an SQL string.
quoted() {
	local text=${1//\\/\\\\}
	printf "'%s'" "${text//\'/\\\'}"
}

# take_name NAME LOCK: a mysql client of that name takes it. Exports HELD_ID.
take_name() {
	session_start "$1" root --default-character-set=utf8mb4
	session "$1" "SELECT GET_LOCK($(quoted "$2"), 0)" >taken
	is "${mark}GET_LOCK takes $2" "$(<taken)" 1
	HELD_ID=$(session "$1" 'SELECT CONNECTION_ID()')
	export HELD_ID
}

# A name is data: it comes back as it went in, and is found.
any_name() {
	export T=named:$1
	take_name holder "$1"
	mlk status "$T" --json
	code_is "status of $1" 0
	facts <<-END
		$1: it is held by that connection :: r.held === true && r.holder.connection_id === Number(e.HELD_ID)
		$1: target and name are as given :: r.target === e.T && r.name === e.T.slice(6) && r.tool === 'named' && r.schema === null
		$1: its holder sleeps, so it is idle :: r.verdict === 'idle' && r.holder.command === 'Sleep'
	END
	mlk status "$T"
	code_is "status of $1 as text" 0
	mlk release "$T" --yes
	code_is "$1 is not released without force" 4
	mlk release "$T" --yes --force --json
	code_is "$1 is released with force" 0
	facts <<-END
		$1: released :: d.outcome === 'released' && d.now.held === false
	END
	until_true 10 gone "$HELD_ID" || not_ok "$mark$1: the holder's connection is gone"
	session_close holder
}

# MySQL keeps lower case and compares without case; to MariaDB these are two names.
upper_case() {
	take_name holder 'Deploy-Blue'
	mlk status named:DEPLOY-blue --json
	if is_mariadb; then
		facts <<-'END'
			another case is another name :: r.held === false && r.verdict === 'free'
		END
	else
		facts <<-'END'
			another case is the same name :: r.held === true && r.holder.connection_id === Number(e.HELD_ID)
		END
	fi
	mlk status named:Deploy-Blue --json
	facts <<-'END'
		the name as given is held :: r.held === true && r.holder.connection_id === Number(e.HELD_ID)
	END
	session_close holder
	becomes named:Deploy-Blue free
}

# Who waits is shown, and gets the lock when the holder is ended.
waiters() {
	export T=named:Queue_$mode WAITER
	take_name holder "Queue_$mode"
	session_start waiter root
	WAITER=$(session waiter 'SELECT CONNECTION_ID()')
	session_send waiter "SELECT GET_LOCK('Queue_$mode', 600)"
	until_true 20 waits || true
	facts <<-'END'
		the waiter is shown :: r.waiters.length === 1 && r.waiter_count === 1 && r.waiters[0].connection_id === Number(e.WAITER)
		what it runs is shown :: r.waiters[0].statement.includes('GET_LOCK')
		a waiter is no work :: r.verdict === 'idle' && r.held === true && r.holder.connection_id === Number(e.HELD_ID)
	END
	mlk release "$T" --yes --force --json
	code_is 'the holder is ended' 0
	facts <<-'END'
		it is released :: d.outcome === 'released' && d.because.some(s => s.includes(`connection ${e.HELD_ID} was killed`))
	END
	is "${mark}the waiter lives and has it" "$(root "SELECT IS_USED_LOCK('Queue_$mode')")" "$WAITER"
	mlk release "$T" --yes --force --token "$(value "'0123456789ab'")" --json
	code_is 'it is not the waiter who is hit by a second release' 4
	facts <<-'END'
		as it changed hands :: d.outcome === 'changed' && d.now.holder.connection_id === Number(e.WAITER)
	END
	is "${mark}the waiter still has it" "$(root "SELECT IS_USED_LOCK('Queue_$mode')")" "$WAITER"
	session_close holder
	session_close waiter
	becomes "$T" free
}
waits() {
	mlk status "$T" --json
	grep -qF '"waiter_count":1' out
}

# Among many sessions less is asked of the server about each; what is told is the same.
CROWD=70
crowd_pids=()
crowd() { root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'crowd'"; }
all_there() { (($(crowd) == CROWD)); }
all_gone() { (($(crowd) == 0)); }
crowd_comes() {
	local i
	root "CREATE USER IF NOT EXISTS crowd@localhost"
	for ((i = 0; i < CROWD; i++)); do
		server_client --user=crowd -e "SELECT GET_LOCK('one of the crowd $i', 0), SLEEP(600)" >/dev/null 2>&1 &
		crowd_pids+=("$!")
	done
	until_true 60 all_there || die "only $(crowd) of the crowd are there"
}
crowd_leaves() {
	kill "${crowd_pids[@]}"
	wait "${crowd_pids[@]}" 2>/dev/null || true
	crowd_pids=()
	root "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'crowd'" >kills
	while read -r kill; do root "$kill" || true; done <kills
	until_true 20 all_gone || not_ok "${mark}the crowd leaves"
}

# A token is of one generation: the same name held by another connection is another lock.
generations() {
	local token
	export T=named:twice_$mode
	take_name first "twice_$mode"
	mlk status "$T" --json
	token=$(value r.token)
	mlk status "$T" --json
	is "${mark}the token stays while the lock does" "$(value r.token)" "$token"
	session_close first
	becomes "$T" free
	take_name second "twice_$mode"
	mlk release "$T" --yes --force --token "$token" --json
	code_is 'the token of an earlier holder is refused' 4
	facts <<-'END'
		changed hands :: d.outcome === 'changed' && d.now.holder.connection_id === Number(e.HELD_ID)
	END
	is "${mark}the new holder keeps it" "$(root "SELECT IS_USED_LOCK('twice_$mode')")" "$HELD_ID"
	session_close second
	becomes "$T" free
}

# The one who asks holds it: ending its own connection would be a strange answer.
own_lock() {
	take_name own 'mine'
	session own "SELECT miglock_status('named:mine')" >out
	facts <<-'END'
		one's own lock is shown as such :: d.held === true && d.holder.connection_id === Number(e.HELD_ID) && d.because.includes('that is your own connection')
		the next statement is RELEASE_LOCK :: d.next === "SELECT RELEASE_LOCK('mine')"
	END
	session own "SELECT miglock_release('named:mine', '$(value d.token)', 'force')" >out
	facts <<-'END'
		releasing one's own lock is refused with advice :: d.outcome === 'refused' && d.because.some(s => s.includes("SELECT RELEASE_LOCK('mine')"))
	END
	is "${mark}it is still held" "$(root "SELECT IS_USED_LOCK('mine')")" "$HELD_ID"
	is "${mark}that advice works" "$(session own "SELECT RELEASE_LOCK('mine')")" 1
	session_close own
}

# Every named lock is in the list, where the server keeps one.
listed() {
	take_name holder 'a lock of nobody known'
	mlk status --json
	if is_mariadb; then
		facts <<-'END'
			what hides it is said, or it is listed :: d.some(l => l.target === 'named:a lock of nobody known') || d.every(l => l.blind_spots.length > 0)
		END
	else
		facts <<-'END'
			it is listed :: d.some(l => l.target === 'named:a lock of nobody known' && l.holder.connection_id === Number(e.HELD_ID))
		END
	fi
	session_close holder
	becomes 'named:a lock of nobody known' free
}

# Names that the server cannot have.
impossible() {
	# MySQL keeps them in utf8mb3.
	if is_mariadb; then
		any_name '🔒'
	else
		mlk status 'named:🔒' --json
		facts <<-'END'
			the server's refusal is an unknown :: r.held === null && r.verdict === 'unknown' && r.because.some(s => s.includes('3057') || s.includes('Incorrect'))
		END
		mlk release 'named:🔒' --force --yes
		code_is 'and nothing to release' 4
	fi
	if is_mariadb; then
		mlk status "named:$(printf 'n%.0s' {1..193})"
		code_is 'a name of 193 bytes is a mistake' 2
	else
		mlk status "named:$(printf 'n%.0s' {1..65})"
		code_is 'a name of 65 characters is a mistake' 2
	fi
}

story() {
	local name
	for name in plain "it's \"quoted\" \`so\`" 'with spaces and a %' 'back\slash' 'naïve-ключ-錠' 'a:b/c' ' spaces around ' \
		"$(printf 'n%.0s' {1..64})" "$(printf 'ü%.0s' {1..64})"; do
		any_name "$name"
	done
	upper_case
	waiters
	generations
	listed
	impossible
	crowd_comes
	upper_case
	waiters
	any_name 'naïve-ключ-錠'
	crowd_leaves
	if [[ $mode == functions ]]; then own_lock; fi
}

both_ways story
