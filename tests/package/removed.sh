#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The library is removed while a server has it: the server goes on, starts again without it, and is put right with the command.
set -euo pipefail
# shellcheck source=tests/package/lib.sh
. "$MLK_TOP/tests/package/lib.sh"

server=${1:?}
package_root "$server"
depends_of_ours
put miglock >/dev/null
put miglock-plugin >/dev/null
server_begin "$server"
cli install
cli_is 'miglock install' 0 'installed: miglock'
here=$(version)

# What the server has in its own tables of miglock.
registered() {
	if is_mariadb; then
		root "SELECT (SELECT COUNT(*) FROM mysql.plugin WHERE dl = 'miglock.so') + (SELECT COUNT(*) FROM mysql.func WHERE dl = 'miglock.so')"
	else
		root "SELECT COUNT(*) FROM mysql.component WHERE component_urn = 'file://miglock'"
	fi
}
complaints() { grep -c "Can't open shared library.*miglock.so" "$MLK_LOG"; }

said=$(take miglock-plugin)
contains 'whoever removes it is told which process has it' "$said" "$library loaded: $MLK_PID"
contains 'and what will be' "$said" 'At the next start the server does not find it'
is 'it is removed all the same' "$(ls "$root$library" 2>/dev/null || true)" ''
is 'the server runs on' "$(alive)" 42
is 'and answers from what it has in memory' "$(version)" "$here"
cli status
cli_is 'the command too' 0 'no migration lock is held'

gone() {
	server_again || die 'the server does not start without it'
	is "$1: the server starts without it" "$(alive)" 42
	is "$1: it says so in its log" "$(($(complaints) > 0))" 1
	is "$1: the functions are gone" "$(version)" none
	cli status
	cli_is "$1: the command goes on by its own connection" 0 'no migration lock is held'
}
gone 'removed'
cli install
cli_is 'install says how it stands' 1 'registered, but the server could not load it when it started: nothing was changed' \
	"${library%miglock.so}" 'package miglock-plugin' 'restart the server'
is 'and changes nothing' "$(($(registered) > 0))" 1

# It comes back, and the server starts again: as before.
put miglock-plugin >/dev/null
cli install
cli_is 'install does not guess: a restart is all it takes' 1 'restart the server'
server_again
is 'back, and started again: the functions answer' "$(version)" "$here"
cli install
cli_is 'nothing has to be installed' 0 'already installed'

# Removed for good: the command takes out what the server still has of it.
take miglock-plugin >/dev/null
gone 'removed again'
cli uninstall --dry-run
cli_is 'uninstall --dry-run' 0 'nothing was changed'
is 'changes nothing' "$(($(registered) > 0))" 1
cli uninstall
cli_is 'uninstall' 0 'uninstalled: miglock'
is 'takes all of it out of the server' "$(registered)" 0
is 'the schema too' "$(root "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'miglock'")" 0
cli uninstall
cli_is 'a second time there is nothing' 0 'nothing of miglock is installed'
before=$(complaints)
server_again
is 'the server has no more complaint when it starts' "$(complaints)" "$before"

# And into that server once more, and out of it, without a restart.
put miglock-plugin >/dev/null
cli install
cli_is 'install' 0 'installed: miglock'
is 'the functions answer' "$(version)" "$here"
take miglock-plugin >/dev/null
cli uninstall
cli_is 'uninstall, when the file is gone already' 0 'uninstalled: miglock'
is 'nothing is left of it' "$(registered)" 0

# Gone for the server, back on the disk, not started again since: out, then in.
put miglock-plugin >/dev/null
cli install
take miglock-plugin >/dev/null
server_again
put miglock-plugin >/dev/null
cli uninstall
cli_is 'uninstall of what is not loaded' 0 'uninstalled: miglock'
cli install
cli_is 'and install' 0 'installed: miglock'
is 'the functions answer' "$(version)" "$here"
cli uninstall
is 'all out' "$(registered)" 0
server_stop package
is 'the server never crashed' "$(grep -cE 'got signal [0-9]+' "$MLK_LOG")" 0
