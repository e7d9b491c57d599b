# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Paths, messages and cleaning up: what every script here starts with.

if [[ -n ${MLK_TOP_LOADED:-} ]]; then return 0; fi
MLK_TOP_LOADED=1

# shellcheck disable=SC2034 # for those that read this file
MLK_TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# Servers, builds and downloads of npm live here: outside the tree, kept between runs.
MLK_CACHE=${MIGLOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/miglock}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# on_exit COMMAND: run it when this shell ends, however it ends; the last one first.
MLK_EXIT_COMMANDS=()
on_exit() {
	MLK_EXIT_COMMANDS+=("$1")
	trap run_exit_commands EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

run_exit_commands() {
	local status=$? i
	trap - EXIT
	trap '' HUP INT TERM
	for ((i = ${#MLK_EXIT_COMMANDS[@]} - 1; i >= 0; i--)); do
		eval "${MLK_EXIT_COMMANDS[i]}" || true
	done
	exit "$status"
}

# need_root SCRIPT ARGS...: chroots need root. Starts the script again with sudo where that is possible.
need_root() {
	if ((EUID == 0)); then return 0; fi
	command -v sudo >/dev/null ||
		die "this needs root, for chroots and packages: run it as root, or install sudo"
	say "not root: going on with sudo"
	exec sudo env MIGLOCK_CACHE="$MLK_CACHE" CI="${CI:-}" bash "$@"
}

# scratch_dir VARIABLE: a directory that goes away with this shell.
scratch_dir() {
	local made
	made=$(mktemp -d "${TMPDIR:-/tmp}/mlk.XXXXXX")
	on_exit "rm -rf --one-file-system -- '$made'"
	printf -v "$1" '%s' "$made"
}
