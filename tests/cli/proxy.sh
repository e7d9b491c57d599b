#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Through a proxy that has connection ids of its own nobody is killed, but by the functions, which run inside the server.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

printf '[client]\nhost=127.0.0.1\nuser=%s\npassword=%s\nprotocol=tcp\n' "$MLK_USER" "$MLK_PASSWORD" >tcp.cnf
conf=$PWD/tcp.cnf
proxies=()
# through HOW...: a proxy of that kind; what goes through it is in the file sql. Sets port.
through() {
	port=$(free_port)
	: >sql
	: >listens
	node "$MLK_TOP/tests/cli/lib/proxy.js" "$port" "$MLK_PORT" "$PWD/sql" "$@" >listens &
	proxies+=($!)
	until_true 20 grep -q listening listens || die 'the proxy does not listen'
}
end_proxies() {
	if ((${#proxies[@]})); then kill "${proxies[@]}" 2>/dev/null || true; fi
}
on_exit end_proxies
via() { mlk --port "$port" "$@"; }
blind='d => (d.blind_spots || d.now.blind_spots).some(b => b.includes("goes through a proxy"))'

holds() {
	session_start holder root
	is "$mark$1: somebody has the lock" "$(session holder "SELECT GET_LOCK('app lock', 0)")" 1
	id=$(holder 'app lock')
}
lives() {
	is "$mark$1: its holder lives" "$(session holder 'SELECT 42')" 42
	is "$mark$1: no KILL went through" "$(grep -cE 'KILL|CALL' sql || true)" 0
}
lock_table blog

# Each sign by itself gives it away.
for signs in handshake statement 'handshake statement'; do
	mark="$signs: "
	read -ra kind <<<"$signs"
	through "${kind[@]}"
	holds proxied
	via status 'named:app lock' --json
	facts out <<-END
		the lock is seen, with the server's ids :: r.holder.connection_id === $id && r.verdict === 'idle'
		the proxy is a blind spot :: ($blind)(r)
	END
	via status
	out_has 'people are told' 'not seen:' 'goes through a proxy'
	via release 'named:app lock' --dry-run --force --json
	code_is 'a dry run of a release is refused' 4
	via release 'named:app lock' --yes --force --json
	code_is 'a release is refused' 4
	facts out <<-END
		it says why, and what would work :: d.outcome === 'refused' && d.because.some(b => b.includes('connect to the server itself'))
		and nothing of rights :: !d.because.some(b => b.includes('ADMIN'))
		its report has the blind spot :: ($blind)(d)
	END
	lives 'refused'
	session_close holder
	take blog
	via release ghost:blog --yes --json
	code_is 'a row is released' 0
	is "${mark}the row is free" "$(flag blog)" 0
done

mark='nothing changed: '
through
holds direct
via status 'named:app lock' --json
facts out <<-END
	who hands on what comes is no proxy for this :: !($blind)(r)
END
via release 'named:app lock' --yes --force --json
code_is 'a release works' 0
is "${mark}the lock is free" "$(holder 'app lock')" NULL
session_close holder

mark='splits: '
through handshake splits
take blog
via status ghost:blog
code_is 'two servers in one answer are none' 1
err_has 'it says why' 'sends reads to another server than changes' 'connect to the server itself'
via release ghost:blog --yes --force
code_is 'nothing is released' 1
is "${mark}the row is as it was" "$(flag blog)" 1

mark='functions: '
through handshake statement
mlk --port "$MLK_PORT" install
code_is 'install' 0
mode=functions
holds installed
via release 'named:app lock' --dry-run --force --json
code_is 'a dry run' 0
facts out <<-END
	it would be released :: d.outcome === 'would_release'
END
lives 'a dry run'
via release 'named:app lock' --yes --json
code_is 'without force it is refused' 4
lives 'without force'
via release 'named:app lock' --yes --force --json
code_is 'the function releases it' 0
facts out <<-END
	by the server's own ids :: d.outcome === 'released' && d.statement.includes(' = $id, $id, 0)')
END
is "${mark}no KILL went through the proxy" "$(grep -c '^KILL' sql || true)" 0
is "${mark}the lock is free" "$(holder 'app lock')" NULL
session_close holder
mode=direct
holds 'not used'
via release 'named:app lock' --yes --force --json
code_is 'without them it is refused' 4
lives 'not used'
session_close holder
